//===- FusedTest.cpp - reference evaluation of fused ops ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

#include "mlir/Parser/Parser.h"
#include "qcc/Interpreter/Interpreter.h"

using namespace mlir;
using qcc::interpreter::Interpreter;
using qcc::qnn::Tensor;

namespace {

using FusedTest = qcc::test::ReferenceTest;

/// Bias, multiplier, rounding and zero point after a padded convolution; the
/// padding counts as the input's zero point.
TEST_F(FusedTest, ConvRequantizes) {
  expect(
      R"(%r = qnn.fused_conv %x, %y extras(%z, %w : tensor<2xi32>, tensor<2xf32>)
      {strides = array<i64: 1>, pads = array<i64: 1, 0>, dilations = array<i64: 1>, groups = 1 : i64,
       pad_value = array<i32: 128>} : tensor<1x2x1xui8>, tensor<2x2x1xi8> -> tensor<1x2x2xui8> {
    ^bb0(%acc: i32, %b: i32, %m: f32):
      %0 = arith.addi %acc, %b : i32
      %1 = arith.sitofp %0 : i32 to f32
      %2 = arith.mulf %1, %m : f32
      %zp = arith.constant 3 : i32
      %3 = qnn.round %2, %zp : f32, i32 -> ui8
      qnn.yield %3 : ui8
    })",
      {"dense<[[[130], [200]]]> : tensor<1x2x1xui8>",
       "dense<[[[1], [2]], [[-1], [3]]]> : tensor<2x2x1xi8>",
       "dense<[-384, -256]> : tensor<2xi32>",
       "dense<[0.5, 0.25]> : tensor<2xf32>"},
      // acc: 128 + 260, -128 + 390; 130 + 400, -130 + 600.
      "dense<[[[5, 5], [76, 57]]]> : tensor<1x2x2xui8>");
}

/// As above, with the weight in blocks of 4 outputs by 2 values of K, channels
/// padded to 2.
TEST_F(FusedTest, PackedWeights) {
  expect(R"(%r = qnn.fused_conv %x, %y
      {strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>, groups = 1 : i64,
       packing = #qnn.packing<[2, 2, 1], 1, 4 x 2>} : tensor<1x2x1xui8>, tensor<16xi8> -> tensor<1x1x2xi32> {
    ^bb0(%acc: i32):
      qnn.yield %acc : i32
    })",
         {"dense<[[[10], [100]]]> : tensor<1x2x1xui8>",
          "dense<[1, 0, -1, 0, 0, 0, 0, 0, 2, 0, 3, 0, 0, 0, 0, 0]> : "
          "tensor<16xi8>"},
         "dense<[[[210, 290]]]> : tensor<1x1x2xi32>");
}

TEST_F(FusedTest, MatmulWithResidual) {
  expect(
      R"(%r = qnn.fused_matmul %x, %y extras(%z : tensor<2x2xui8>) {transpose_rhs}
      : tensor<2x2xui8>, tensor<2x2xi8> -> tensor<2x2xf32> {
    ^bb0(%acc: i32, %res: ui8):
      %0 = qnn.widen %res : ui8 -> i32
      %1 = arith.addi %acc, %0 : i32
      %2 = arith.sitofp %1 : i32 to f32
      %c = arith.constant 0.0 : f32
      %3 = arith.maximumf %2, %c : f32
      qnn.yield %3 : f32
    })",
      {"dense<[[1, 2], [3, 255]]> : tensor<2x2xui8>",
       "dense<[[1, -1], [10, 1]]> : tensor<2x2xi8>",
       "dense<[[200, 0], [0, 1]]> : tensor<2x2xui8>"},
      "dense<[[199.0, 12.0], [0.0, 286.0]]> : tensor<2x2xf32>");
}

TEST_F(FusedTest, Pools) {
  std::string x = "dense<[[[1], [5], [3], [9]]]> : tensor<1x4x1xui8>";
  std::string shape = " {kernel = array<i64: 2>, strides = array<i64: 2>, pads "
                      "= array<i64: 1, 1>, dilations = array<i64: 1>, "
                      "pad_value = array<i32: 100>}";
  expect("%r = qnn.fused_pool sum %x" + shape +
             R"( : tensor<1x4x1xui8> -> tensor<1x3x1xi32> {
    ^bb0(%acc: i32):
      qnn.yield %acc : i32
    })",
         {x}, "dense<[[[101], [8], [109]]]> : tensor<1x3x1xi32>");
  expect("%r = qnn.fused_pool max %x" + shape +
             R"( : tensor<1x4x1xui8> -> tensor<1x3x1xui8> {
    ^bb0(%acc: ui8):
      qnn.yield %acc : ui8
    })",
         {x}, "dense<[[[1], [5], [9]]]> : tensor<1x3x1xui8>");
}

/// Scalar semantics: signs, wrapping, NaN, comparisons.
TEST_F(FusedTest, MapOfIntegers) {
  expect(
      R"(%r = qnn.fused_map(%x, %y : tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8> {
    ^bb0(%a: i8, %b: i8):
      %0 = arith.addi %a, %b : i8
      %1 = arith.cmpi ult, %a, %b : i8
      %2 = arith.select %1, %0, %a : i8
      qnn.yield %2 : i8
    })",
      {"dense<[1, -1, 127, 5]> : tensor<4xi8>",
       "dense<[-1, 1, 127, 6]> : tensor<4xi8>"},
      "dense<[0, -1, 127, 11]> : tensor<4xi8>");
  expect(R"(%r = qnn.fused_map(%x : tensor<2xui8>) -> tensor<2xf32> {
    ^bb0(%a: ui8):
      %0 = qnn.reinterpret %a : ui8 -> i8
      %1 = arith.uitofp %0 : i8 to f32
      %2 = arith.sitofp %0 : i8 to f32
      %3 = arith.addf %1, %2 : f32
      qnn.yield %3 : f32
    })",
         {"dense<[200, 5]> : tensor<2xui8>"},
         "dense<[144.0, 10.0]> : tensor<2xf32>");
}

TEST_F(FusedTest, MapOfFloats) {
  expect(
      R"(%r = qnn.fused_map(%x, %y : tensor<4xf32>, tensor<f32>) -> tensor<4xf32> {
    ^bb0(%a: f32, %b: f32):
      %0 = arith.maxnumf %a, %b : f32
      %1 = math.fma %0, %a, %b : f32
      qnn.yield %1 : f32
    })",
      {"dense<[2.0, 0x7FC00000, -1.0, 0.5]> : tensor<4xf32>",
       "dense<1.0> : tensor<f32>"},
      "dense<[5.0, 0x7FC00000, 0.0, 1.5]> : tensor<4xf32>");
}

/// More elements than one batch, with a broadcast operand in between.
TEST_F(FusedTest, MapOverManyRows) {
  OwningOpRef<ModuleOp> module = parse(R"(
    func.func @main(%x: tensor<50x3x7xi32>, %y: tensor<50x1x7xi32>) -> tensor<50x3x7xi32> {
      %r = qnn.fused_map(%x, %y : tensor<50x3x7xi32>, tensor<50x1x7xi32>) -> tensor<50x3x7xi32> {
      ^bb0(%a: i32, %b: i32):
        %0 = arith.subi %a, %b : i32
        qnn.yield %0 : i32
      }
      return %r : tensor<50x3x7xi32>
    })");
  Type i32 = IntegerType::get(&context, 32);
  Tensor x = Tensor::uninitialized(RankedTensorType::get({50, 3, 7}, i32));
  Tensor y = Tensor::uninitialized(RankedTensorType::get({50, 1, 7}, i32));
  for (int i = 0; i < 1050; ++i)
    x.mutableData<int32_t>()[i] = i * i;
  for (int i = 0; i < 350; ++i)
    y.mutableData<int32_t>()[i] = 7 * i;
  auto result = Interpreter::create(*module)->run({x, y});
  ASSERT_TRUE(succeeded(result));
  for (int i = 0; i < 1050; ++i)
    EXPECT_EQ(result->front().data<int32_t>()[i],
              i * i - 7 * (i / 21 * 7 + i % 7));
}

TEST_F(FusedTest, UnknownScalarOpIsAnError) {
  expectError(R"(%r = qnn.fused_map(%x : tensor<1xf32>) -> tensor<1xf32> {
    ^bb0(%a: f32):
      %0 = math.cbrt %a : f32
      qnn.yield %0 : f32
    })",
              {"dense<1.0> : tensor<1xf32>"}, "tensor<1xf32>",
              "'math.cbrt' cannot be evaluated in an epilogue");
}

//===----------------------------------------------------------------------===//
// Interpreter
//===----------------------------------------------------------------------===//

TEST_F(FusedTest, InterpreterChecksInputsAndShowsValues) {
  OwningOpRef<ModuleOp> module = parse(R"(
    func.func @main(%x: tensor<2xf32> {qnn.name = "x"}) -> tensor<2xf32> {
      %c = qnn.constant dense<2.0> : tensor<f32>
      %0 = qnn.binary mul %x, %c {qnn.tensor = "twice"} : tensor<2xf32>, tensor<f32> -> tensor<2xf32>
      %1 = qnn.unary neg %0 : tensor<2xf32> -> tensor<2xf32>
      return %1 : tensor<2xf32>
    })");
  auto interpreter = Interpreter::create(*module);
  ASSERT_TRUE(succeeded(interpreter));
  auto type = RankedTensorType::get({2}, Float32Type::get(&context));
  std::vector<std::string> seen;
  auto results = interpreter->run(
      Tensor::zeros(type), [&](Value value, const Tensor &tensor) {
        seen.push_back(qcc::interpreter::getTensorName(value).str());
        EXPECT_EQ(tensor.getType(), type);
      });
  ASSERT_TRUE(succeeded(results));
  EXPECT_EQ(seen, (std::vector<std::string>{"x", "twice", ""}));

  auto wrong = RankedTensorType::get({3}, Float32Type::get(&context));
  EXPECT_TRUE(failed(interpreter->run(Tensor::zeros(wrong))));
  EXPECT_NE(diagnostics.find("input 0 'x' must be 'tensor<2xf32>', got "
                             "'tensor<3xf32>'"),
            std::string::npos)
      << diagnostics;
}

} // namespace
