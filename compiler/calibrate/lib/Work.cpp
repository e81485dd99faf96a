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

/// Of an AVX-512 VNNI core, relative to a multiply-accumulate of int8, of which
/// it does 64 to 128 in a cycle. Depthwise convolutions use a quarter of that.
static constexpr double kFloat = 4, kDepthwise = 4, kByte = 2, kResult = 10;

static double bytesOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() && !qnn::constantValue(value)
             ? static_cast<double>(qnn::Tensor::byteSize(type))
             : 0;
}

static double workOf(Operation *op) {
  if (op->hasTrait<OpTrait::ConstantLike>() ||
      op->hasTrait<OpTrait::IsTerminator>() || lower::isView(op))
    return 0;
  double work = 0;
  for (Value operand : op->getOperands())
    work += kByte * bytesOf(operand);
  for (Value result : op->getResults())
    if (double bytes = bytesOf(result))
      work +=
          kByte * bytes +
          kResult * cast<RankedTensorType>(result.getType()).getNumElements();
  auto cost = dyn_cast<qnn::CostOp>(op);
  if (!cost || op->getNumOperands() == 0)
    return work;
  double macs = std::max<int64_t>(cost.getMacs(), 0);
  if (getElementTypeOrSelf(op->getOperand(0)).isF32())
    macs *= kFloat;
  if (auto conv = dyn_cast<qnn::FusedConvOp>(op);
      conv && conv.getGroups() > 1 &&
      conv.getGroups() ==
          cast<RankedTensorType>(conv.getInput().getType()).getShape().back())
    macs *= kDepthwise;
  return work + macs;
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
