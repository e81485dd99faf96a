//===- Codegen.cpp - from the lowered program to a model to package -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Codegen.h"

#include "Signature.h"

#include "qcc/Analysis/Entry.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

namespace {

package::Stage toPackage(const target::StageInfo &info) {
  package::Stage stage;
  stage.symbol = info.symbol;
  stage.name = info.name;
  stage.op = info.op;
  stage.serial = info.serial;
  stage.macsInt8 = info.macsInt8;
  stage.macsFloat = info.macsFloat;
  stage.bytes = info.bytes;
  return stage;
}

qcc_place toPackage(target::Place place) {
  switch (place) {
  case target::Place::arena:
    return QCC_PLACE_ARENA;
  case target::Place::input:
    return QCC_PLACE_INPUT;
  case target::Place::output:
    return QCC_PLACE_OUTPUT;
  case target::Place::weights:
    return QCC_PLACE_WEIGHTS;
  }
  llvm_unreachable("all places are known to the runtime");
}

package::Tensor toPackage(const target::TensorInfo &info) {
  package::Tensor tensor;
  tensor.name = info.name;
  tensor.dtype = static_cast<qcc_dtype>(info.dtype);
  tensor.shape = info.shape;
  tensor.byteStrides = info.byteStrides;
  tensor.place = toPackage(info.place);
  tensor.index = info.index;
  tensor.offset = info.offset;
  tensor.validFrom = info.validFrom;
  tensor.validTo = info.validTo;
  return tensor;
}

} // namespace

FailureOr<std::unique_ptr<CompiledModel>>
qcc::driver::generateCode(ModuleOp module, StringRef name,
                          const x86::X86Options &options) {
  auto result = std::make_unique<CompiledModel>();
  result->model.name = name.str();
  if (failed(describeSignature(analysis::entryFunction(module), result->model)))
    return failure();
  result->planned = module.clone();
  FailureOr<SmallVector<x86::CompiledVariant>> variants =
      x86::compileToStages(*result->planned, options);
  if (failed(variants))
    return failure();
  for (x86::CompiledVariant &variant : *variants) {
    FailureOr<target::EmittedCode> code =
        target::emitCode(*variant.stages, variant.cpu, options.effort);
    if (failed(code))
      return failure();
    package::Program program;
    program.name = "x86-64 " + variant.cpu.name;
    program.target = QCC_TARGET_X86_64;
    program.features = std::move(code->features);
    program.objects = std::move(code->objects);
    for (const target::StageInfo &stage : variant.info.stages)
      program.stages.push_back(toPackage(stage));
    for (const target::TensorInfo &tensor : variant.info.tensors)
      program.tensors.push_back(toPackage(tensor));
    program.arenaSize = variant.info.arenaSize;
    program.needsImports = variant.info.needsImports;
    // Variants that pack weights alike share one copy.
    auto known = llvm::find(result->weights, variant.info.weights);
    program.weights = known - result->weights.begin();
    if (known == result->weights.end())
      result->weights.push_back(std::move(variant.info.weights));
    result->model.programs.push_back(std::move(program));
  }
  for (const std::vector<uint8_t> &weights : result->weights)
    result->model.weights.push_back(weights);
  return result;
}

FailureOr<std::string> qcc::driver::generateText(ModuleOp module,
                                                 const x86::X86Options &options,
                                                 target::CodeForm form) {
  OwningOpRef<ModuleOp> planned = module.clone();
  FailureOr<SmallVector<x86::CompiledVariant>> variants =
      x86::compileToStages(*planned, options);
  if (failed(variants))
    return failure();
  x86::CompiledVariant &best = variants->front();
  return target::emitText(*best.stages, best.cpu, form);
}
