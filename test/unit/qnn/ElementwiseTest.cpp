//===- ElementwiseTest.cpp - reference evaluation of elementwise ops ------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

#include "mlir/IR/Builders.h"

#include <cmath>

namespace {

using ElementwiseTest = qcc::test::ReferenceTest;

std::string unary(const std::string &kind, const std::string &type,
                  const std::string &attributes = "") {
  return "%r = qnn.unary " + kind + " %x " + attributes + " : " + type +
         " -> " + type;
}

TEST_F(ElementwiseTest, ExactFunctions) {
  std::string x = "dense<[-2.5, -0.0, 0.5, 3.5]> : tensor<4xf32>";
  auto check = [&](const char *kind, const char *expected) {
    expect(unary(kind, "tensor<4xf32>"), {x},
           std::string("dense<") + expected + "> : tensor<4xf32>");
  };
  check("abs", "[2.5, 0.0, 0.5, 3.5]");
  check("neg", "[2.5, 0.0, -0.5, -3.5]");
  check("sign", "[-1.0, -0.0, 1.0, 1.0]");
  check("floor", "[-3.0, -0.0, 0.0, 3.0]");
  check("ceil", "[-2.0, -0.0, 1.0, 4.0]");
  check("round", "[-2.0, -0.0, 0.0, 4.0]");
  check("reciprocal", "[-0.4, 0xFF800000, 2.0, 0.285714298]");
}

// Expected values are those of numpy in f64.
TEST_F(ElementwiseTest, Functions) {
  std::string x = "dense<[-2.0, -0.5, 0.25, 1.5]> : tensor<4xf32>";
  auto check = [&](const char *kind, const char *expected,
                   const char *attributes = "") {
    expect(unary(kind, "tensor<4xf32>", attributes), {x},
           std::string("dense<") + expected + "> : tensor<4xf32>", 3e-7);
  };
  check("exp", "[0.135335283, 0.60653066, 1.28402542, 4.48168907]");
  check("erf", "[-0.995322265, -0.520499878, 0.27632639, 0.966105146]");
  check("sigmoid", "[0.119202922, 0.377540669, 0.562176501, 0.817574476]");
  check("tanh", "[-0.96402758, -0.462117157, 0.244918662, 0.905148254]");
  check("softplus", "[0.126928011, 0.474076984, 0.825939419, 1.70141328]");
  check("gelu", "[-0.0455002639, -0.154268769, 0.149676582, 1.39978935]");
  check("silu", "[-0.238405844, -0.188770334, 0.140544125, 1.22636171]");
  check("mish", "[-0.25250148, -0.22074378, 0.16957241, 1.40337825]");
  check("hard_sigmoid", "[0.1, 0.4, 0.55, 0.8]",
        "{alpha = 0.2 : f32, beta = 0.5 : f32}");
  check("hard_swish", "[-0.333333333, -0.208333333, 0.135416667, 1.125]");
  check("elu", "[-1.72932943, -0.786938681, 0.25, 1.5]", "{alpha = 2.0 : f32}");
  check("leaky_relu", "[-0.2, -0.05, 0.25, 1.5]", "{alpha = 0.1 : f32}");
  check("thresholded_relu", "[0.0, 0.0, 0.0, 1.5]", "{alpha = 1.0 : f32}");
  check("shrink", "[-1.5, 0.0, 0.0, 1.0]",
        "{alpha = 1.0 : f32, beta = 0.5 : f32}");
}

TEST_F(ElementwiseTest, IntegersAndPredicates) {
  expect(unary("neg", "tensor<3xi8>"), {"dense<[-128, 5, -5]> : tensor<3xi8>"},
         "dense<[-128, -5, 5]> : tensor<3xi8>");
  expect(unary("bitwise_not", "tensor<2xui4>"),
         {"dense<[0, 5]> : tensor<2xui4>"}, "dense<[15, 10]> : tensor<2xui4>");
  expect("%r = qnn.unary is_nan %x : tensor<2xf32> -> tensor<2xi1>",
         {"dense<[0x7FC00000, 1.0]> : tensor<2xf32>"},
         "dense<[true, false]> : tensor<2xi1>");
  expect("%r = qnn.unary is_inf %x {alpha = 1.0 : f32} : tensor<2xf32> -> "
         "tensor<2xi1>",
         {"dense<[0x7F800000, 0xFF800000]> : tensor<2xf32>"},
         "dense<[false, true]> : tensor<2xi1>");
  expectError(unary("exp", "tensor<2xi32>"), {"dense<1> : tensor<2xi32>"},
              "tensor<2xi32>", "not defined for elements of type 'i32'");
}

TEST_F(ElementwiseTest, ClampKeepsNaN) {
  expect("%r = qnn.clamp %x [0.0, 6.0] : tensor<4xf32>",
         {"dense<[-1.0, 0x7FC00000, 3.0, 7.0]> : tensor<4xf32>"},
         "dense<[0.0, 0x7FC00000, 3.0, 6.0]> : tensor<4xf32>");
  expect("%r = qnn.clamp %x [0.0, 0x7F800000] : tensor<3xi8>",
         {"dense<[-1, 0, 127]> : tensor<3xi8>"},
         "dense<[0, 0, 127]> : tensor<3xi8>");
}

TEST_F(ElementwiseTest, BinaryBroadcasts) {
  expect("%r = qnn.binary sub %x, %y : tensor<2x1xf32>, tensor<3xf32> -> "
         "tensor<2x3xf32>",
         {"dense<[[10.0], [20.0]]> : tensor<2x1xf32>",
          "dense<[1.0, 2.0, 3.0]> : tensor<3xf32>"},
         "dense<[[9.0, 8.0, 7.0], [19.0, 18.0, 17.0]]> : tensor<2x3xf32>");
  expect("%r = qnn.binary less %x, %y : tensor<2xui8>, tensor<ui8> -> "
         "tensor<2xi1>",
         {"dense<[127, 200]> : tensor<2xui8>", "dense<128> : tensor<ui8>"},
         "dense<[true, false]> : tensor<2xi1>");
}

TEST_F(ElementwiseTest, IntegerDivision) {
  auto check = [&](const char *kind, const char *expected) {
    expect(std::string("%r = qnn.binary ") + kind +
               " %x, %y : tensor<5xi32>, tensor<5xi32> -> tensor<5xi32>",
           {"dense<[7, -7, 7, -7, -2147483648]> : tensor<5xi32>",
            "dense<[3, 3, -3, 0, -1]> : tensor<5xi32>"},
           std::string("dense<") + expected + "> : tensor<5xi32>");
  };
  check("div", "[2, -2, -2, 0, -2147483648]");
  check("mod", "[1, 2, -2, 0, 0]");
  check("fmod", "[1, -1, 1, 0, 0]");
}

TEST_F(ElementwiseTest, Powers) {
  expect("%r = qnn.binary pow %x, %y : tensor<3xf32>, tensor<i64> -> "
         "tensor<3xf32>",
         {"dense<[-3.0, 0.5, 1.1]> : tensor<3xf32>", "dense<2> : tensor<i64>"},
         "dense<[9.0, 0.25, 1.21000004]> : tensor<3xf32>");
  expect("%r = qnn.binary pow %x, %y : tensor<3xi64>, tensor<3xi64> -> "
         "tensor<3xi64>",
         {"dense<[-3, 2, -1]> : tensor<3xi64>",
          "dense<[3, 10, -3]> : tensor<3xi64>"},
         "dense<[-27, 1024, -1]> : tensor<3xi64>");
}

TEST_F(ElementwiseTest, FloatModuloTakesTheSignOfTheDivisor) {
  expect("%r = qnn.binary mod %x, %y : tensor<3xf32>, tensor<3xf32> -> "
         "tensor<3xf32>",
         {"dense<[5.5, -5.5, 5.5]> : tensor<3xf32>",
          "dense<[2.0, 2.0, -2.0]> : tensor<3xf32>"},
         "dense<[1.5, 0.5, -0.5]> : tensor<3xf32>");
}

TEST_F(ElementwiseTest, Select) {
  expect("%r = qnn.select %x, %y, %z : tensor<2xi1>, tensor<2xi64>, "
         "tensor<i64> -> tensor<2xi64>",
         {"dense<[true, false]> : tensor<2xi1>",
          "dense<[1, 2]> : tensor<2xi64>", "dense<9> : tensor<i64>"},
         "dense<[1, 9]> : tensor<2xi64>");
}

TEST_F(ElementwiseTest, Casts) {
  auto check = [&](const char *from, const char *to, const char *in,
                   const char *out) {
    expect(std::string("%r = qnn.cast %x : ") + from + " -> " + to,
           {std::string("dense<") + in + "> : " + from},
           std::string("dense<") + out + "> : " + to);
  };
  check("tensor<4xf32>", "tensor<4xi8>", "[-1.9, 1.9, 300.0, 0x7FC00000]",
        "[-1, 1, 127, 0]");
  check("tensor<2xf32>", "tensor<2xui8>", "[-1.0, 255.9]", "[0, 255]");
  check("tensor<3xi32>", "tensor<3xi8>", "[128, -129, 5]", "[-128, 127, 5]");
  check("tensor<3xi32>", "tensor<3xi4>", "[7, 8, -9]", "[7, -8, 7]");
  check("tensor<2xf32>", "tensor<2xi1>", "[0.0, -0.5]", "[false, true]");
  check("tensor<2xi64>", "tensor<2xf32>", "[16777217, -3]",
        "[16777216.0, -3.0]");
  check("tensor<2xf32>", "tensor<2xf16>", "[65520.0, 0.1]", "[0x7C00, 0.1]");
  check("tensor<2xbf16>", "tensor<2xf32>", "[1.0, 0x3F81]", "[1.0, 1.0078125]");
}

TEST_F(ElementwiseTest, NarrowFloatsAreComputedInF32) {
  // 2048 + 1 is a tie in f16, and the sum of f16s is rounded once.
  expect("%r = qnn.binary add %x, %y : tensor<1xf16>, tensor<1xf16> -> "
         "tensor<1xf16>",
         {"dense<2048.0> : tensor<1xf16>", "dense<1.0> : tensor<1xf16>"},
         "dense<2048.0> : tensor<1xf16>");
}

} // namespace
