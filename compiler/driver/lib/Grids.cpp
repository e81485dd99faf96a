//===- Grids.cpp - grids of quantized tensors by name ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Grids.h"

#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

/// What each channel was multiplied with before it is rounded; empty where
/// nothing stands between the tensor and its rounding. The product itself has
/// no name: it is no tensor of the model.
static std::vector<float> channelFactors(qnn::QuantizeOp op) {
  auto product = op.getInput().getDefiningOp<qnn::BinaryOp>();
  if (!product || product.getKind() != qnn::BinaryKind::mul ||
      product->hasAttr(qnn::QnnDialect::kTensorAttr))
    return {};
  auto factors = dyn_cast<RankedTensorType>(product.getRhs().getType());
  auto type = cast<RankedTensorType>(op.getInput().getType());
  if (!factors || factors.getNumElements() != type.getShape().back())
    return {};
  return qnn::readFloats(product.getRhs()).value_or(std::vector<float>());
}

static package::Grids gridsOf(qnn::QuantizeOp op) {
  std::optional<std::vector<float>> scales = qnn::readFloats(op.getScale());
  std::optional<std::vector<int64_t>> zeros =
      qnn::readIntegers(op.getZeroPoint());
  qnn::SchemeAttr scheme = op.getScheme();
  package::Grids result;
  if (!scales || !zeros || !(scheme.isPerTensor() || scheme.isPerAxis()))
    return result;
  for (auto [scale, zero] : llvm::zip_equal(*scales, *zeros))
    result.values.push_back({scale, static_cast<int32_t>(zero)});
  if (scheme.isPerAxis())
    result.axis = scheme.getAxis();
  std::vector<float> factors = channelFactors(op);
  if (factors.empty())
    return result;
  auto type = cast<RankedTensorType>(op.getInput().getType());
  bool isLast = static_cast<int64_t>(result.axis) == type.getRank() - 1;
  if (result.values.size() > 1 && !isLast)
    return {};
  result.values.resize(factors.size(), result.values.front());
  result.axis = type.getRank() - 1;
  for (auto [grid, factor] : llvm::zip_equal(result.values, factors))
    grid.scale /= factor;
  return result;
}

llvm::StringMap<package::Grids> qcc::driver::collectGrids(ModuleOp quantized) {
  llvm::StringMap<package::Grids> result;
  quantized.walk([&](qnn::QuantizeOp op) {
    if (auto name = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr))
      result[name.getValue()] = gridsOf(op);
  });
  return result;
}

void qcc::driver::setGrids(package::Program &program,
                           const llvm::StringMap<package::Grids> &grids) {
  for (package::Tensor &tensor : program.tensors) {
    auto found = grids.find(tensor.name);
    bool isStored =
        tensor.dtype == QCC_DTYPE_I8 || tensor.dtype == QCC_DTYPE_U8;
    if (!isStored || found == grids.end())
      continue;
    const package::Grids &grid = found->second;
    bool fits =
        grid.values.size() == 1 ||
        (grid.axis < tensor.shape.size() &&
         tensor.shape[grid.axis] == static_cast<int64_t>(grid.values.size()));
    if (fits)
      tensor.grids = grid;
  }
}
