//===- ConvTest.cpp - compiled convolutions, bit for bit ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "gtest/gtest.h"

using namespace qcc::test;

namespace {

struct ConvCase {
  int64_t height, width, channels, outputs;
  int64_t kernel = 1, stride = 1, pad = 0, dilation = 1, groups = 1;
  bool residual = false;
  int64_t batch = 1;
  const char *input = "ui8", *output = "ui8", *weight = "i8";
};

void PrintTo(const ConvCase &c, std::ostream *stream) {
  *stream << c.batch << "x" << c.height << "x" << c.width << "x" << c.channels
          << c.input << " -> " << c.outputs << c.output << ", kernel "
          << c.kernel << ", stride " << c.stride << ", pad " << c.pad
          << ", dilation " << c.dilation << ", groups " << c.groups
          << (c.residual ? ", residual" : "");
}

std::string tensor(std::initializer_list<int64_t> shape, const char *element) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + element + ">";
}

/// A 1x1 convolution that gives the tested one an input in the arena, then
/// the tested one with a bias, a multiplier for each channel and perhaps a
/// residual.
std::string program(const ConvCase &c, uint32_t seed) {
  std::mt19937 random(seed);
  bool isFloat = std::string(c.input) == "f32";
  auto extent = [&](int64_t n) {
    return (n + 2 * c.pad - c.dilation * (c.kernel - 1) - 1) / c.stride + 1;
  };
  int64_t oh = extent(c.height), ow = extent(c.width);
  std::string x = tensor({c.batch, c.height, c.width, c.channels}, c.input),
              y = tensor({c.batch, oh, ow, c.outputs}, c.output);
  int64_t count = c.outputs * c.kernel * c.kernel * c.channels / c.groups;
  std::string w = tensor({c.outputs, c.kernel, c.kernel, c.channels / c.groups},
                         isFloat ? "f32" : c.weight);
  std::string weights = isFloat
                            ? dense<float>(randomFloats(random, count, -1, 1))
                            : dense<int8_t>(randomWeights(random, count));
  std::string o = std::to_string(c.outputs);
  std::vector<int32_t> bias(c.outputs);
  for (int32_t &b : bias)
    b = int32_t(random() % 4001) - 2000;
  std::vector<float> multiplier =
      randomFloats(random, c.outputs, 0.0005f, 0.01f);
  auto n = [](int64_t number) { return std::to_string(number); };
  std::string s = "func.func @main(%arg0: " + x +
                  (c.residual ? ", %res: " + y : "") + ") -> " + y + " {\n";
  s += "  %w = qnn.constant " + weights + " : " + w + "\n";
  s += "  %b = qnn.constant " +
       (isFloat ? dense<float>(multiplier) : dense<int32_t>(bias)) +
       " : tensor<" + o + (isFloat ? "xf32>\n" : "xi32>\n");
  s += "  %m = qnn.constant " + dense<float>(multiplier) + " : tensor<" + o +
       "xf32>\n";
  s += "  %y = qnn.fused_conv %arg0, %w extras(%b, %m" +
       std::string(c.residual ? ", %res" : "") + " : tensor<" + o +
       (isFloat ? "xf32>" : "xi32>") + ", tensor<" + o + "xf32>" +
       (c.residual ? ", " + y : "") + ") {strides = array<i64: " + n(c.stride) +
       ", " + n(c.stride) + ">, pads = array<i64: " + n(c.pad) + ", " +
       n(c.pad) + ", " + n(c.pad) + ", " + n(c.pad) +
       ">, dilations = array<i64: " + n(c.dilation) + ", " + n(c.dilation) +
       ">, groups = " + n(c.groups) + " : i64" +
       (isFloat ? "" : ", pad_value = array<i32: 77>") + "} : " + x + ", " + w +
       " -> " + y + " {\n";
  s += std::string("  ^bb0(%acc: ") +
       (isFloat ? "f32, %bb: f32" : "i32, %bb: i32") + ", %mm: f32" +
       (c.residual ? std::string(", %rr: ") + c.output : "") + "):\n";
  if (isFloat)
    s += "    %1 = arith.addf %acc, %bb : f32\n";
  else
    s += "    %0 = arith.addi %acc, %bb : i32\n"
         "    %1 = arith.sitofp %0 : i32 to f32\n";
  s += "    %2 = arith.mulf %1, %mm : f32\n";
  std::string last = "%2", out = c.output;
  if (c.residual && out != "f32") {
    s += "    %3 = qnn.widen %rr : " + out +
         " -> i32\n"
         "    %4 = arith.sitofp %3 : i32 to f32\n"
         "    %cs = arith.constant 0.37 : f32\n"
         "    %5 = arith.mulf %4, %cs : f32\n"
         "    %6 = arith.addf %2, %5 : f32\n";
    last = "%6";
  } else if (c.residual) {
    s += "    %6 = arith.addf %2, %rr : f32\n";
    last = "%6";
  }
  if (out == "f32")
    s += "    qnn.yield " + last + " : f32\n";
  else
    s += "    %z = arith.constant 5 : i32\n    %q = qnn.round " + last +
         ", %z : f32, i32 -> " + out + "\n    qnn.yield %q : " + out + "\n";
  return s + "  }\n  return %y : " + y + "\n}\n";
}

class ConvTest : public testing::TestWithParam<ConvCase> {};

TEST_P(ConvTest, EqualsInterpreter) {
  EXPECT_EQ(compareWithInterpreter(program(GetParam(), 1), 2), "");
}

// One channel is channels-last already: the input is a view of the argument,
// which has no halo.
TEST(ConvOfView, EqualsInterpreter) {
  EXPECT_EQ(compareWithInterpreter(R"(
    func.func @main(%x: tensor<1x1x12x10xf32>) -> tensor<1x12x10x4xf32> {
      %v = qnn.reshape %x : tensor<1x1x12x10xf32> -> tensor<1x12x10x1xf32>
      %w = qnn.constant dense<0.37> : tensor<4x3x3x1xf32>
      %y = qnn.fused_conv %v, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
          dilations = array<i64: 1, 1>, groups = 1 : i64}
          : tensor<1x12x10x1xf32>, tensor<4x3x3x1xf32> -> tensor<1x12x10x4xf32> {
      ^bb0(%acc: f32):
        qnn.yield %acc : f32
      }
      return %y : tensor<1x12x10x4xf32>
    })",
                                   3),
            "");
}

// Convolutions write their part of a concat, on all axes, beside one that is
// copied.
TEST(ConvIntoConcat, EqualsInterpreter) {
  for (int axis : {1, 3}) {
    std::string concat = axis == 1 ? "1x18x5x24" : "1x6x5x72";
    std::string conv = R"(
      {strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1 : i64}
          : tensor<1x6x5x16xui8>, tensor<24x1x1x16xi8> -> tensor<1x6x5x24xi32> {
      ^bb0(%acc: i32):
        qnn.yield %acc : i32
      }
)";
    std::string program =
        "func.func @main(%x: tensor<1x6x5x16xui8>, %r: tensor<1x6x5x24xi32>) "
        "-> tensor<" +
        concat + "xi32> {\n  %v = qnn.constant dense<3> : " +
        "tensor<24x1x1x16xi8>\n  %w = qnn.constant dense<-7> : "
        "tensor<24x1x1x16xi8>\n  %0 = qnn.fused_conv %x, %v" +
        conv + "  %1 = qnn.fused_conv %x, %w" + conv +
        "  %2 = qnn.concat %0, %r, %1 {axis = " + std::to_string(axis) +
        " : i64} : (tensor<1x6x5x24xi32>, tensor<1x6x5x24xi32>, "
        "tensor<1x6x5x24xi32>) -> tensor<" +
        concat + "xi32>\n  %3 = qnn.fused_map(%2 : tensor<" + concat +
        "xi32>) -> tensor<" + concat +
        "xi32> {\n  ^bb0(%a: i32):\n    %c = arith.constant 5 : i32\n    %b = "
        "arith.muli %a, %c : i32\n    qnn.yield %b : i32\n  }\n  return %3 : "
        "tensor<" +
        concat + "xi32>\n}\n";
    EXPECT_EQ(compareWithInterpreter(program, 5), "") << axis;
  }
}

// Weights that are arguments are packed while the model runs.
TEST(ConvOfComputedWeights, EqualsInterpreter) {
  EXPECT_EQ(compareWithInterpreter(R"(
    func.func @main(%x: tensor<1x7x7x6xui8>, %w: tensor<20x3x3x3xi8>) -> tensor<1x7x7x20xi32> {
      %y = qnn.fused_conv %x, %w {strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>,
          dilations = array<i64: 1, 1>, groups = 2 : i64, pad_value = array<i32: 9>}
          : tensor<1x7x7x6xui8>, tensor<20x3x3x3xi8> -> tensor<1x7x7x20xi32> {
      ^bb0(%acc: i32):
        qnn.yield %acc : i32
      }
      return %y : tensor<1x7x7x20xi32>
    })",
                                   4),
            "");
}

INSTANTIATE_TEST_SUITE_P(
    Pointwise, ConvTest,
    testing::Values(
        ConvCase{8, 8, 16, 16}, ConvCase{7, 5, 64, 48},
        ConvCase{9, 3, 32, 64, 1, 2}, ConvCase{4, 4, 8, 10},
        ConvCase{6, 6, 24, 100, 1, 1, 0, 1, 1, true},
        ConvCase{3, 3, 16, 200, 1, 1, 0, 1, 1, false, 2},
        ConvCase{1, 1, 16, 16}, ConvCase{1, 3, 16, 36},
        ConvCase{7, 5, 32, 48, 1, 1, 0, 1, 1, false, 1, "ui8", "i16"},
        ConvCase{5, 5, 20, 70, 1, 1, 0, 1, 1, true, 1, "ui8", "ui16"}));

INSTANTIATE_TEST_SUITE_P(
    Window, ConvTest,
    testing::Values(ConvCase{8, 8, 16, 16, 3}, ConvCase{9, 9, 32, 32, 3, 2},
                    ConvCase{9, 11, 16, 24, 5, 1, 0, 2},
                    ConvCase{8, 8, 32, 32, 3, 1, 0, 1, 2},
                    ConvCase{8, 8, 16, 16, 3, 1, 0, 1, 1, true}));

INSTANTIATE_TEST_SUITE_P(
    Padded, ConvTest,
    testing::Values(ConvCase{8, 8, 16, 16, 3, 1, 1},
                    ConvCase{9, 9, 3, 16, 3, 2, 1, 1, 1, true},
                    ConvCase{12, 12, 1, 8, 5, 1, 2},
                    ConvCase{7, 7, 64, 64, 3, 1, 1, 1, 1, true, 2},
                    ConvCase{9, 8, 20, 20, 3, 1, 2, 2, 4, true},
                    ConvCase{8, 8, 16, 16, 3, 1, 1, 1, 1, false, 1, "i8", "i8"},
                    ConvCase{7, 9, 5, 7, 3, 1, 1, 1, 1, true, 1, "f32",
                             "f32"}));

INSTANTIATE_TEST_SUITE_P(
    Signed, ConvTest,
    testing::Values(
        ConvCase{7, 7, 20, 40, 3, 1, 1, 1, 1, true, 1, "i8", "i8"},
        ConvCase{8, 8, 16, 24, 3, 2, 1, 1, 2, false, 1, "i8", "ui8"},
        ConvCase{8, 8, 16, 16, 3, 1, 1, 1, 16, false, 1, "i8", "i8"},
        ConvCase{5, 5, 12, 100, 1, 1, 0, 1, 1, false, 1, "i8", "f32"},
        ConvCase{5, 5, 12, 30, 1, 1, 0, 1, 1, false, 1, "ui8", "ui8", "ui8"},
        ConvCase{5, 5, 12, 30, 1, 1, 0, 1, 1, false, 1, "i8", "i8", "ui8"}));

INSTANTIATE_TEST_SUITE_P(
    Depthwise, ConvTest,
    testing::Values(
        ConvCase{9, 9, 100, 100, 3, 1, 1, 1, 100, true, 1, "i8", "i8"},
        ConvCase{9, 13, 72, 72, 5, 2, 2, 1, 72},
        ConvCase{9, 9, 64, 64, 3, 1, 2, 2, 64},
        ConvCase{9, 9, 32, 32, 3, 1, 0, 1, 32},
        ConvCase{11, 8, 24, 24, 3, 2, 1, 1, 24, true},
        ConvCase{20, 20, 5, 5, 5, 1, 0, 2, 5},
        ConvCase{9, 9, 100, 100, 3, 1, 1, 1, 100, false, 1, "ui8", "i16"},
        ConvCase{7, 9, 64, 64, 3, 1, 1, 1, 64, false, 1, "i8", "i8"},
        ConvCase{7, 9, 144, 144, 3, 1, 1, 1, 144, false, 1, "ui8", "ui16"},
        ConvCase{9, 20, 40, 40, 3, 1, 1, 1, 40, false, 1, "f32", "f32"}));

// Columns share registers with VNNI.
INSTANTIATE_TEST_SUITE_P(
    NarrowDepthwise, ConvTest,
    testing::Values(
        ConvCase{9, 20, 8, 8, 3, 1, 1, 1, 8, true},
        ConvCase{9, 21, 8, 8, 3, 2, 1, 1, 8, true, 2},
        ConvCase{6, 3, 8, 8, 3, 1, 1, 1, 8},
        ConvCase{9, 20, 8, 8, 3, 1, 1, 1, 8, false, 1, "ui8", "i16"},
        ConvCase{8, 23, 12, 12, 3, 2, 1, 1, 12, false, 1, "i8", "ui8"},
        ConvCase{7, 70, 16, 16, 3, 1, 1, 1, 16, false, 1, "i8", "i8"},
        ConvCase{7, 19, 16, 16, 5, 2, 2, 1, 16, true, 1, "i8", "ui8"},
        ConvCase{9, 33, 4, 4, 5, 1, 2, 2, 4, true, 1, "ui8", "f32"},
        ConvCase{8, 23, 12, 12, 3, 2, 1, 1, 12, true},
        ConvCase{8, 11, 24, 24, 3, 1, 1, 1, 24, true, 1, "i8", "i8"},
        ConvCase{10, 9, 32, 32, 3, 2, 1, 1, 32, true, 1, "ui8", "i8"}));

// Words of a depthwise convolution.
INSTANTIATE_TEST_SUITE_P(
    WideDepthwise, ConvTest,
    testing::Values(
        ConvCase{9, 9, 100, 100, 3, 1, 1, 1, 100, true, 1, "i16", "ui8"},
        ConvCase{9, 13, 72, 72, 5, 2, 2, 1, 72, false, 1, "i16", "i16"},
        ConvCase{9, 9, 64, 64, 3, 1, 2, 2, 64, false, 1, "i16", "i8"},
        ConvCase{9, 9, 32, 32, 3, 1, 0, 1, 32, false, 1, "i16", "f32"},
        ConvCase{9, 20, 8, 8, 3, 1, 1, 1, 8, true, 1, "i16", "ui8"},
        ConvCase{9, 21, 8, 8, 3, 2, 1, 1, 8, true, 2, "i16", "ui8"},
        ConvCase{7, 70, 16, 16, 3, 1, 1, 1, 16, false, 1, "i16", "ui8"},
        ConvCase{9, 13, 4, 4, 4, 2, 1, 1, 4, false, 1, "i16", "ui8"},
        ConvCase{8, 23, 12, 12, 3, 2, 1, 1, 12, true, 1, "i16", "i16"},
        ConvCase{8, 11, 24, 24, 3, 1, 1, 1, 24, true, 1, "i16", "i8"},
        ConvCase{8, 11, 5, 5, 3, 1, 1, 1, 5, true, 1, "i16", "i8"}));

// Words of others; an odd run of them, too, and many positions and few.
INSTANTIATE_TEST_SUITE_P(
    Words, ConvTest,
    testing::Values(
        ConvCase{8, 8, 16, 16, 1, 1, 0, 1, 1, false, 1, "i16", "ui8"},
        ConvCase{9, 7, 3, 20, 3, 2, 1, 1, 1, true, 1, "i16", "i16"},
        ConvCase{9, 11, 16, 24, 3, 1, 1, 2, 1, false, 1, "i16", "ui8"},
        ConvCase{9, 8, 20, 20, 3, 1, 2, 2, 4, true, 2, "i16", "i8"},
        ConvCase{1, 1, 37, 100, 1, 1, 0, 1, 1, false, 1, "i16", "f32"},
        ConvCase{12, 12, 1, 8, 5, 1, 2, 1, 1, true, 1, "i16", "ui8"}));

INSTANTIATE_TEST_SUITE_P(Float, ConvTest,
                         testing::Values(ConvCase{8, 8, 16, 16, 1, 1, 0, 1, 1,
                                                  false, 1, "f32", "f32"},
                                         ConvCase{9, 7, 3, 20, 3, 2, 0, 1, 1,
                                                  true, 1, "f32", "f32"},
                                         ConvCase{6, 6, 8, 34, 3, 1, 0, 1, 2,
                                                  false, 1, "f32", "ui8"}));

} // namespace
