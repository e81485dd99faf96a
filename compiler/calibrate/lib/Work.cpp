//===- Work.cpp - what a program has to do --------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Work.h"

#include "qcc/Lower/Layout.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Tensor.h"

#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;

/// Depthwise convolutions use a quarter of the multipliers.
static constexpr double kDepthwise = 4;

static double bytesOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && !qnn::constantValue(value)
             ? static_cast<double>(qnn::Tensor::byteSize(type))
             : 0;
}

/// True if each channel is convolved by itself.
template <typename ConvT> static bool isDepthwise(Operation *op) {
  auto conv = dyn_cast<ConvT>(op);
  return conv && conv.getGroups() > 1 &&
         static_cast<int64_t>(conv.getGroups()) ==
             cast<RankedTensorType>(conv.getInput().getType())
                 .getShape()
                 .back();
}

/// Half of a core's second-level cache, and what a byte takes beyond it.
static constexpr double kCacheBytes = 1 << 20, kMemoryFactor = 5;

double qcc::calibration::bytesWork(double bytes) {
  return kByteWork * bytes * (bytes > kCacheBytes ? kMemoryFactor : 1);
}

double qcc::calibration::macsWork(qnn::CostOp op) {
  double macs = std::max<int64_t>(op.getMacs(), 0);
  bool depthwise =
      isDepthwise<qnn::ConvOp>(op) || isDepthwise<qnn::FusedConvOp>(op);
  return depthwise ? kDepthwise * macs : macs;
}

static double workOf(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() ||
      op->hasTrait<OpTrait::IsTerminator>() || lower::isView(op))
    return 0;
  double work = 0;
  for (Value operand : op->getOperands())
    work += bytesWork(bytesOf(operand));
  for (Value result : op->getResults())
    if (double bytes = bytesOf(result))
      work += bytesWork(bytes) +
              kResultWork *
                  cast<RankedTensorType>(result.getType()).getNumElements();
  auto cost = dyn_cast<qnn::CostOp>(op);
  if (!cost || op->getNumOperands() == 0)
    return work;
  Type element = getElementTypeOrSelf(op->getOperand(0));
  double factor = element.isF32() ? kFloatWork : element.isInteger(16) ? 2 : 1;
  return work + factor * macsWork(cost);
}

FailureOr<double> qcc::calibration::programWork(ModuleOp network) {
  OwningOpRef<ModuleOp> lowered = network.clone();
  PassManager manager(network.getContext());
  lower::buildLowerPipeline(manager);
  if (failed(manager.run(*lowered)))
    return failure();
  double work = 0;
  for (auto function : lowered->getOps<func::FuncOp>())
    for (Operation &op : function.front())
      work += workOf(&op);
  return work;
}
