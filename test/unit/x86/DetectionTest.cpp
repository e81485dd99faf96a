//===- DetectionTest.cpp - compiled ops on regions and boxes --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"
#include "Programs.h"

#include "gtest/gtest.h"

#include <limits>

using namespace qcc::test;

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Inside, across the borders, outside, empty, backward, without end, not
/// there.
const std::vector<float> kRegions = {
    0,    0,         7,     9,     1.5f,  2.5f,   4.25f,     8.75f, -3,
    -4,   12,        11,    100,   100,   120,    120,       3,     3,
    3,    3,         6,     6,     2,     1,      -1e6,      2,     1e6,
    4,    -1e30,     -1e30, 1e30f, 1e30f, -3e38f, -3e38f,    3e38f, 3e38f,
    kNaN, 0,         5,     5,     0,     0,      kInfinity, 5,     -kInfinity,
    0,    kInfinity, 5,     -0.5f, -0.5f, 8e6f,   3};

TEST(RoiAlignTest, AnyRegion) {
  int64_t count = kRegions.size() / 4;
  Shape pictures;
  for (int64_t i = 0; i < count; ++i)
    pictures.push_back(i % 4 - 1);
  for (const char *kind : {"average", "max"})
    for (int64_t samples : {0, 1, 3})
      for (const char *pixel : {"", ", half_pixel"})
        for (int64_t channels : {1, 3, 40}) {
          std::string input = tensor({2, 9, 7, channels}, "f32"),
                      rois = tensor({count, 4}, "f32"),
                      numbers = tensor({count}, "i64"),
                      result = tensor({count, 2, 3, channels}, "f32");
          EXPECT_EQ(
              compareWithInterpreter(
                  function({input},
                           "  %b = qnn.constant " + dense<float>(kRegions) +
                               " : " + rois + "\n  %p = qnn.constant dense<[" +
                               list(pictures) + "]> : " + numbers +
                               "\n  %r = qnn.roi_align " + kind +
                               " %x0, %b, %p {height = 2 : i64, width = 3 : "
                               "i64, samples = " +
                               std::to_string(samples) +
                               " : i64, scale = 0.75 : f32" + pixel + "} : (" +
                               input + ", " + rois + ", " + numbers + ") -> " +
                               result,
                           result),
                  1),
              "")
              << kind << " of " << samples << pixel << ", " << channels;
        }
}

} // namespace
