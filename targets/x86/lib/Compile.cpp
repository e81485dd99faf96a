//===- Compile.cpp - lowered functions to x86 stages ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/X86/Compile.h"

#include "Emitters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "qcc/Graph/Passes.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Target/Emitters.h"
#include "qcc/Target/Stage.h"
#include "qcc/X86/Passes.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::x86;

void x86::buildX86Pipeline(OpPassManager &manager) {
  auto &functions = manager.nest<func::FuncOp>();
  // What quantization left of computations on weights.
  functions.addPass(graph::createFoldConstantsPass());
  functions.addPass(lower::createInsertCopiesPass());
  functions.addPass(createSelectStrategyPass());
  functions.addPass(createPackWeightsPass());
  functions.addPass(lower::createPlanMemoryPass());
}

void x86::registerX86Pipeline() {
  PassPipelineRegistration<>(
      "qcc-x86-pipeline",
      "from fused ops to strategies, packed weights and a memory plan",
      buildX86Pipeline);
}

namespace {

/// A processor and what kernels know of it.
struct Variety {
  target::Cpu cpu;
  const Isa *isa;
};

/// The variants of an artifact that runs everywhere.
std::vector<Variety> defaultVarieties() {
  // x86-64-v4 prefers 256 bits, for the sake of code that is not worth the
  // lower clock that early machines had; kernels are. vpdpwssd is as fast as
  // vpdpbusd on all that have both; LLVM would split it into two instructions.
  return {{{"avx512-vnni",
            "x86-64-v4",
            {"+avx512vnni", "-prefer-256-bit", "+fast-dpwssd"},
            /*keepsOrder=*/true},
           &kAvx512Vnni},
          {{"avx2", "x86-64-v3", {}}, &kAvx2}};
}

/// Of the default variants the best one that this machine runs; the runtime
/// says so if it runs none.
std::vector<Variety> varietiesForHost() {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  std::vector<Variety> all = defaultVarieties();
  bool runsBest =
      llvm::all_of(ArrayRef<StringRef>{"avx512f", "avx512bw", "avx512cd",
                                       "avx512dq", "avx512vl", "avx512vnni"},
                   [&](StringRef feature) { return host.lookup(feature); });
  return {runsBest ? all.front() : all.back()};
}

FailureOr<std::vector<Variety>>
selectVarieties(const X86Options &options,
                llvm::function_ref<InFlightDiagnostic()> emitError) {
  if (options.forHost)
    return varietiesForHost();
  if (options.cpu.empty())
    return defaultVarieties();
  target::Cpu cpu = {options.cpu, options.cpu, {"-prefer-256-bit"}};
  FailureOr<std::vector<std::string>> features =
      target::enabledFeatures(cpu, emitError);
  if (failed(features))
    return failure();
  auto has = [&](StringRef name) {
    return llvm::is_contained(*features, name);
  };
  if (has("avx512vnni") && has("avx512bw") && has("avx512vl"))
    return std::vector<Variety>{{cpu, &kAvx512Vnni}};
  if (has("avx2") && has("fma"))
    return std::vector<Variety>{{cpu, &kAvx2}};
  return emitError() << "-mcpu=" << options.cpu
                     << " has no AVX2 and FMA, which kernels need";
}

FailureOr<CompiledVariant> emitVariant(func::FuncOp function,
                                       const Variety &variety) {
  std::unique_ptr<target::KernelEmitter> kernels[] = {
      createDirectEmitter(*variety.isa), createDepthwiseEmitter(*variety.isa)};
  SmallVector<const target::KernelEmitter *> emitters;
  for (const auto &kernel : kernels)
    emitters.push_back(kernel.get());
  llvm::append_range(emitters, target::genericEmitters());
  CompiledVariant variant;
  variant.cpu = variety.cpu;
  FailureOr<OwningOpRef<ModuleOp>> stages =
      target::emitStages(function, emitters, variant.info);
  if (failed(stages))
    return failure();
  variant.stages = std::move(*stages);
  return variant;
}

} // namespace

LogicalResult
x86::checkOptions(const X86Options &options,
                  llvm::function_ref<InFlightDiagnostic()> emitError) {
  return selectVarieties(options, emitError);
}

FailureOr<SmallVector<CompiledVariant>>
x86::compileToStages(ModuleOp module, const X86Options &options) {
  auto functions = module.getOps<func::FuncOp>();
  if (!llvm::hasSingleElement(functions))
    return module.emitError("must have one function to compile");
  module.getContext()
      ->loadDialect<arith::ArithDialect, LLVM::LLVMDialect, math::MathDialect,
                    memref::MemRefDialect, scf::SCFDialect,
                    vector::VectorDialect>();
  FailureOr<std::vector<Variety>> varieties =
      selectVarieties(options, [&] { return module.emitError(); });
  if (failed(varieties))
    return failure();
  PassManager manager(module.getContext());
  buildX86Pipeline(manager);
  if (failed(manager.run(module)))
    return failure();
  SmallVector<CompiledVariant> variants;
  for (const Variety &variety : *varieties) {
    FailureOr<CompiledVariant> variant =
        emitVariant(*functions.begin(), variety);
    if (failed(variant))
      return failure();
    variants.push_back(std::move(*variant));
  }
  return variants;
}
