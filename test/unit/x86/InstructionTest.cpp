//===- InstructionTest.cpp - what the inner loops are made of -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "llvm/Support/FormatVariadic.h"

#include "gtest/gtest.h"

using namespace qcc::test;

namespace {

/// A 3x3 convolution of `channels` to as many, on a square of `size`.
std::string convolution(int64_t size, int64_t channels) {
  std::string n = std::to_string(channels), s = std::to_string(size),
              t = std::to_string(size - 2);
  std::string in = "tensor<1x" + s + "x" + s + "x" + n + "xui8>",
              w = "tensor<" + n + "x3x3x" + n + "xi8>",
              out = "tensor<1x" + t + "x" + t + "x" + n + "xui8>";
  return "func.func @main(%x: " + in + ") -> " + out +
         " {\n"
         "  %w = qnn.constant dense<1> : " +
         w + "\n  %y = qnn.fused_conv %x, %w " +
         "{strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, "
         "dilations = array<i64: 1, 1>, groups = 1 : i64} : " +
         in + ", " + w + " -> " + out +
         " {\n"
         "  ^bb0(%acc: i32):\n"
         "    %f = arith.sitofp %acc : i32 to f32\n"
         "    %m = arith.constant 0.01 : f32\n"
         "    %v = arith.mulf %f, %m : f32\n"
         "    %z = arith.constant 3 : i32\n"
         "    %q = qnn.round %v, %z : f32, i32 -> ui8\n"
         "    qnn.yield %q : ui8\n"
         "  }\n"
         "  return %y : " +
         out + "\n}\n";
}

struct Counts {
  int dotBytes = 0, spills = 0, narrowing = 0, fixups = 0;
};

/// Spills count in basic blocks that multiply. Fixups are what would be done
/// for single registers, or for numbers that are too large.
Counts count(const std::string &assembly) {
  Counts counts;
  llvm::SmallVector<llvm::StringRef> blocks;
  llvm::StringRef(assembly).split(blocks, "\n.LBB");
  for (llvm::StringRef block : blocks) {
    counts.narrowing += block.count("vpackssdw") + block.count("vpackuswb");
    counts.fixups += block.count("vcmpunord") + block.count("vpmov");
    int dots = block.count("vpdpbusd");
    counts.dotBytes += dots;
    llvm::SmallVector<llvm::StringRef> lines;
    block.split(lines, '\n');
    for (llvm::StringRef line : lines)
      counts.spills += dots && line.contains("zmm") && line.ends_with("(%rsp)");
  }
  return counts;
}

class InstructionTest : public testing::TestWithParam<int64_t> {};

// Accumulators stay in registers, results are packed a register at a time, and
// rounding needs no care for NaN or numbers that i32 doesn't hold.
TEST_P(InstructionTest, InnerLoop) {
  std::string assembly =
      emitAssembly(convolution(16, GetParam()), "avx512-vnni");
  ASSERT_FALSE(assembly.empty());
  Counts counts = count(assembly);
  EXPECT_GE(counts.dotBytes, 28);
  EXPECT_EQ(counts.spills, 0);
  EXPECT_GT(counts.narrowing, 0);
  EXPECT_EQ(counts.fixups, 0);
}

INSTANTIATE_TEST_SUITE_P(Channels, InstructionTest,
                         testing::Values(16, 32, 64, 128));

/// Four convolutions in a row. That of the input and that of the output have
/// kernels of their own; the other two differ in what `first` and `second` say.
std::string fourConvolutions(int64_t kernel, const std::string &first,
                             const std::string &second) {
  std::string x = "tensor<1x8x8x16xui8>",
              w = llvm::formatv("tensor<16x{0}x{0}x16xi8>", kernel),
              text = llvm::formatv("func.func @main(%y0: {0}) -> {0} {{\n"
                                   "  %w = qnn.constant dense<1> : {1}\n",
                                   x, w);
  int i = 0;
  for (const std::string &notes : {first, first, second, second}) {
    text += llvm::formatv(
        "  %y{0} = qnn.fused_conv %y{1}, %w {{strides = array<i64: 1, 1>, "
        "pads = array<i64: {2}, {2}, {2}, {2}>, dilations = array<i64: 1, 1>, "
        "groups = 1 : i64, {3}} : {4}, {5} -> {4} {{\n"
        "  ^bb0(%acc: i32):\n"
        "    %f = arith.sitofp %acc : i32 to f32\n"
        "    %z = arith.constant 3 : i32\n"
        "    %q = qnn.round %f, %z : f32, i32 -> ui8\n"
        "    qnn.yield %q : ui8\n"
        "  }\n",
        i + 1, i, kernel / 2, notes, x, w);
    ++i;
  }
  text += llvm::formatv("  return %y{0} : {1}\n}\n", i, x);
  return text;
}

TEST(KernelsTest, AreSharedWhereCodeIsTheSame) {
  std::string one = "pad_value = array<i32: 1>, qnn.reason = \"it can be\", "
                    "qnn.accumulator_bound = 7 : i64",
              other = "pad_value = array<i32: 2>, qnn.measured_precision = "
                      "\"w8a8\", qnn.accumulator_bound = 9 : i64";
  EXPECT_EQ(countKernels(fourConvolutions(1, one, other)), 3u);
}

// The input is copied first, to have room for padding around it.
TEST(KernelsTest, AreNotSharedWherePaddingDiffers) {
  EXPECT_EQ(countKernels(fourConvolutions(3, "pad_value = array<i32: 1>",
                                          "pad_value = array<i32: 1>")),
            3u);
  EXPECT_EQ(countKernels(fourConvolutions(3, "pad_value = array<i32: 1>",
                                          "pad_value = array<i32: 2>")),
            5u);
}

} // namespace
