//===- Samples.cpp - calibration data for a module ------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Samples.h"

#include "SyntheticDataset.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Qnn/DType.h"
#include "qcc/io/Preprocess.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

FailureOr<Samples> Samples::open(ModuleOp module, ArrayRef<std::string> sources,
                                 StringRef preprocess) {
  func::FuncOp function = analysis::entryFunction(module);
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
    std::optional<qcc_dtype> dtype = qnn::dtypeOf(type.getElementType());
    if (!dtype)
      return error() << "input '" << name << "' has type " << type
                     << ", for which no files are read";
    io::InputSpec input{name, {*dtype, {}}, {}};
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
  if (llvm::is_contained(sources, kSynthetic)) {
    if (sources.size() != 1)
      return error()
             << "-calib=synthetic stands for all data: nothing else can "
                "be given with it";
    emitWarning(samples.location)
        << "calibrated on INVENTED samples: the ranges of all tensors are "
           "guesses, and so is every figure measured on them; give real data "
           "with -calib=PATH";
    samples.dataset = std::make_unique<SyntheticDataset>(std::move(inputs));
    return samples;
  }
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
