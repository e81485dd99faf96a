//===- SeedMiscompile.cpp - faults for tests of the verifier --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SeedMiscompile.h"

#include "qcc/Onnx/OnnxOps.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/Qnn/Tensor.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

/// The sign of every seventh element: enough to show in any layer's result.
static ElementsAttr withWrongSigns(ElementsAttr value) {
  FailureOr<qnn::Tensor> tensor = qnn::Tensor::fromAttribute(value);
  if (failed(tensor))
    return {};
  qnn::Tensor wrong = qnn::Tensor::uninitialized(tensor->getType());
  char *bytes = wrong.mutableData<char>();
  memcpy(bytes, tensor->data<char>(), tensor->getByteSize());
  size_t width = qnn::Tensor::elementSize(tensor->getElementType());
  for (size_t i = 0; i < tensor->getByteSize(); i += 7 * width)
    bytes[i + width - 1] ^= 0x80;
  return wrong.toAttribute();
}

/// Whether a constant can be the weights of a contraction.
static bool hasTypeOfWeights(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getRank() >= 2 &&
         tensor.getElementType().isIntOrFloat() &&
         tensor.getElementTypeBitWidth() >= 8;
}

bool qcc::driver::corruptProgram(ModuleOp module) {
  SmallVector<Operation *> constants;
  module.walk([&](Operation *op) {
    bool isConstant =
        isa<onnx::InitializerOp>(op) ||
        (isa<qnn::ConstantOp>(op) &&
         llvm::any_of(op->getUsers(), [](Operation *user) {
           return isa<qnn::QuantizableOp, qnn::FusedConvOp, qnn::FusedMatmulOp,
                      qnn::DequantizeOp>(user);
         }));
    if (isConstant && hasTypeOfWeights(op->getResult(0).getType()))
      constants.push_back(op);
  });
  if (constants.empty())
    return false;
  Operation *victim = constants[constants.size() / 2];
  StringRef attribute = "value";
  ElementsAttr wrong =
      withWrongSigns(victim->getAttrOfType<ElementsAttr>(attribute));
  if (wrong)
    victim->setAttr(attribute, wrong);
  return static_cast<bool>(wrong);
}

void qcc::driver::corruptProgram(CompiledModel &compiled) {
  for (std::vector<uint8_t> &weights : compiled.weights)
    for (size_t i = 0; i < weights.size(); i += 7)
      weights[i] ^= 0x80;
}
