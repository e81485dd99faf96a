//===- Samples.cpp - calibration data for a module ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Samples.h"

#include "qcc/Analysis/Names.h"
#include "qcc/io/Preprocess.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

func::FuncOp qcc::calibration::entryFunction(ModuleOp module) {
  if (auto main = module.lookupSymbol<func::FuncOp>("main"))
    return main;
  auto functions = module.getOps<func::FuncOp>();
  if (!llvm::hasSingleElement(functions)) {
    module.emitError("has no function 'main', and not exactly one other");
    return {};
  }
  return *functions.begin();
}

/// The qcc_dtype of an element type, or 0.
static uint32_t dtypeOf(Type type) {
  if (type.isF32())
    return QCC_DTYPE_F32;
  if (type.isF16())
    return QCC_DTYPE_F16;
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return 0;
  bool isUnsigned = integer.isUnsigned();
  switch (integer.getWidth()) {
  case 1:
    return QCC_DTYPE_BOOL;
  case 8:
    return isUnsigned ? QCC_DTYPE_U8 : QCC_DTYPE_I8;
  case 16:
    return isUnsigned ? QCC_DTYPE_U16 : QCC_DTYPE_I16;
  case 32:
    return isUnsigned ? QCC_DTYPE_U32 : QCC_DTYPE_I32;
  case 64:
    return isUnsigned ? QCC_DTYPE_U64 : QCC_DTYPE_I64;
  default:
    return 0;
  }
}

FailureOr<Samples> Samples::open(ModuleOp module, ArrayRef<std::string> sources,
                                 StringRef preprocess) {
  func::FuncOp function = entryFunction(module);
  if (!function)
    return failure();
  Samples samples(function.getLoc());
  auto error = [&] { return emitError(samples.location); };
  std::vector<io::InputSpec> inputs;
  bool isPreprocessed = false;
  for (BlockArgument argument : function.getArguments()) {
    std::string name = analysis::tensorName(argument);
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !type.hasStaticShape())
      return error() << "input '" << name << "' has type " << argument.getType()
                     << "; calibration needs static shapes, which -shape gives";
    io::InputSpec input{name, {dtypeOf(type.getElementType()), {}}, {}};
    if (!input.type.dtype)
      return error() << "input '" << name << "' has type " << type
                     << ", for which no files are read";
    llvm::append_range(input.type.shape, type.getShape());
    // Preprocessing is for pictures: inputs with channels and two dimensions.
    if (!preprocess.empty() && type.getRank() == 4) {
      qcc_preprocess parsed;
      if (io::Status status = io::parsePreprocess(
              {preprocess.data(), preprocess.size()}, input.type, parsed);
          !status.ok())
        return error() << status.message();
      input.preprocess = parsed;
      isPreprocessed = true;
    }
    samples.types.push_back(type);
    inputs.push_back(std::move(input));
  }
  if (!preprocess.empty() && !isPreprocessed)
    return error() << "-preprocess is for pictures, but no input has 4 "
                      "dimensions";
  if (io::Status status = io::Dataset::open({sources.begin(), sources.end()},
                                            inputs, samples.dataset);
      !status.ok())
    return error() << status.message();
  if (samples.count() == 0)
    return error() << "the calibration data holds no samples";
  return samples;
}

FailureOr<SmallVector<qnn::Tensor>> Samples::read(size_t index) const {
  SmallVector<qnn::Tensor> tensors;
  std::vector<void *> buffers;
  for (RankedTensorType type : types) {
    tensors.push_back(qnn::Tensor::uninitialized(type));
    buffers.push_back(tensors.back().mutableData<char>());
  }
  if (io::Status status = dataset->read(index, buffers); !status.ok())
    return emitError(location) << status.message();
  return tensors;
}
