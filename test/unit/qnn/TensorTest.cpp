//===- TensorTest.cpp - tensors and attributes ----------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "qcc/Qnn/Reference.h"

using namespace mlir;
using qcc::qnn::Tensor;

namespace {

using TensorTest = qcc::test::ReferenceTest;

/// Attributes come back as they were, whatever their layout in memory.
TEST_F(TensorTest, RoundTrip) {
  for (const char *text :
       {"dense<[1.0, -0.0, 2.5]> : tensor<3xf32>", "dense<7> : tensor<2x3xi8>",
        "dense<[true, false, true]> : tensor<3xi1>",
        "dense<true> : tensor<9xi1>", "dense<[-8, 7]> : tensor<2xi4>",
        "dense<[15, 0]> : tensor<2xui4>", "dense<5> : tensor<i64>",
        "dense<[1.0, 2.0]> : tensor<2xf16>", "dense<> : tensor<0xf32>"}) {
    auto attribute = cast<ElementsAttr>(parseAttribute(text, &context));
    FailureOr<Tensor> tensor = Tensor::fromAttribute(attribute);
    ASSERT_TRUE(succeeded(tensor)) << text;
    EXPECT_EQ(tensor->toAttribute(), attribute) << text;
  }
}

TEST_F(TensorTest, IntegersOfLessThanAByteAreExtended) {
  Tensor tensor = *Tensor::fromAttribute(cast<ElementsAttr>(
      parseAttribute("dense<[-8, 7]> : tensor<2xi4>", &context)));
  EXPECT_EQ(tensor.data<int8_t>()[0], -8);
  EXPECT_EQ(tensor.data<int8_t>()[1], 7);
}

/// A large constant is neither copied into nor out of a resource.
TEST_F(TensorTest, ResourcesShareMemory) {
  auto type = RankedTensorType::get({1000}, Float32Type::get(&context));
  Tensor tensor = Tensor::uninitialized(type);
  for (int i = 0; i < 1000; ++i)
    tensor.mutableData<float>()[i] = i;
  auto attribute = dyn_cast<DenseResourceElementsAttr>(tensor.toAttribute());
  ASSERT_TRUE(attribute);
  EXPECT_EQ(static_cast<const void *>(
                attribute.getRawHandle().getBlob()->getData().data()),
            tensor.data<void>());
  Tensor again = *Tensor::fromAttribute(attribute);
  EXPECT_EQ(again.data<void>(), tensor.data<void>());
}

TEST_F(TensorTest, LargeSplatsAreAttributes) {
  auto type = RankedTensorType::get({1000}, Float32Type::get(&context));
  auto attribute =
      dyn_cast<DenseElementsAttr>(Tensor::zeros(type).toAttribute());
  ASSERT_TRUE(attribute);
  EXPECT_TRUE(attribute.isSplat());
}

TEST_F(TensorTest, FoldConstants) {
  OwningOpRef<ModuleOp> module = parse(R"(
    func.func @main(%a: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
      %x = qnn.constant dense<[1.0, 4.0]> : tensor<2xf32>
      %0 = qnn.unary sqrt %x : tensor<2xf32> -> tensor<2xf32>
      %1 = qnn.binary add %x, %a : tensor<2xf32>, tensor<2xf32> -> tensor<2xf32>
      return %0, %1 : tensor<2xf32>, tensor<2xf32>
    })");
  module->walk([&](qcc::qnn::UnaryOp op) {
    auto folded = qcc::qnn::foldConstants(op);
    ASSERT_TRUE(succeeded(folded));
    EXPECT_EQ(folded->front(),
              parseAttribute("dense<[1.0, 2.0]> : tensor<2xf32>", &context));
    EXPECT_TRUE(failed(qcc::qnn::foldConstants(op, /*maxBytes=*/7)));
  });
  module->walk([&](qcc::qnn::BinaryOp op) {
    EXPECT_TRUE(failed(qcc::qnn::foldConstants(op)));
  });
  EXPECT_EQ(diagnostics, "");
}

} // namespace
