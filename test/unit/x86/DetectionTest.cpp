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

/// Boxes that overlap much, for each thread some classes. They are sorted by 64
/// at a time.
TEST(NmsTest, ManyClasses) {
  for (const char *form : {"", ", center"})
    for (const char *options :
         {"", " score(%s : tensor<f32>)",
          " score(%s : tensor<f32>) limit(%l : tensor<i64>)"})
      for (int64_t most : {0, 5, 150})
        for (float overlap : {0.0f, 0.3f, kNaN}) {
          std::string boxes = tensor({2, 150, 4}, "f32"),
                      scores = tensor({2, 5, 150}, "f32"),
                      result = tensor({2, 5, most}, "i64");
          std::string body = "  %t = qnn.constant " + dense<float>(overlap) +
                             " : tensor<f32>\n"
                             "  %s = qnn.constant dense<0.25> : tensor<f32>\n"
                             "  %l = qnn.constant dense<3> : tensor<i64>\n"
                             "  %r = qnn.nms %x0, %x1 iou(%t : tensor<f32>)" +
                             options + " {max_boxes = " + std::to_string(most) +
                             " : i64" + form + "} : " + boxes + ", " + scores +
                             " -> " + result;
          EXPECT_EQ(compareWithInterpreter(
                        function({boxes, scores}, body, result), 7),
                    "")
              << most << form << options << " " << overlap;
        }
}

/// The first of equal scores comes first, whatever batch it is in.
TEST(NmsTest, EqualScores) {
  std::vector<float> scores;
  for (int64_t i = 0; i < 200; ++i)
    scores.push_back(static_cast<float>(i % 3));
  EXPECT_EQ(compareWithInterpreter(
                function({"tensor<1x200x4xf32>", "tensor<f32>"},
                         "  %s = qnn.constant " + dense<float>(scores) +
                             " : tensor<1x1x200xf32>\n  %r = qnn.nms %x0, %s "
                             "iou(%x1 : tensor<f32>) {max_boxes = 180 : i64} : "
                             "tensor<1x200x4xf32>, tensor<1x1x200xf32> -> "
                             "tensor<1x1x180xi64>",
                         "tensor<1x1x180xi64>"),
                11),
            "");
}

/// Equal scores, equal boxes, boxes and scores that are no numbers.
TEST(NmsTest, OddValues) {
  std::vector<float> boxes, scores;
  for (int64_t i = 0; i < 12; ++i) {
    float odd[] = {0, 1, kNaN, kInfinity, -kInfinity, 3e38f};
    for (int64_t j = 0; j < 4; ++j)
      boxes.push_back(i < 6 ? static_cast<float>((i * 7 + j * 5) % 4)
                            : odd[(i + j * 3) % 6]);
    scores.push_back(i % 3 ? 0.5f : odd[i % 6]);
  }
  for (const char *form : {"", ", center"})
    EXPECT_EQ(compareWithInterpreter(
                  function({"tensor<f32>"},
                           "  %b = qnn.constant " + dense<float>(boxes) +
                               " : tensor<1x12x4xf32>\n  %s = qnn.constant " +
                               dense<float>(scores) +
                               " : tensor<1x1x12xf32>\n  %r = qnn.nms %b, %s "
                               "iou(%x0 : tensor<f32>) {max_boxes = 12 : i64" +
                               form +
                               "} : tensor<1x12x4xf32>, tensor<1x1x12xf32> -> "
                               "tensor<1x1x12xi64>",
                           "tensor<1x1x12xi64>"),
                  3),
              "")
        << form;
}

TEST(CompactTest, RowsOfAnyElement) {
  for (const char *element : {"f32", "i64", "ui8", "i1"})
    for (const Shape &row : {Shape{}, Shape{3}, Shape{2, 35}}) {
      Shape rows{17};
      rows.insert(rows.end(), row.begin(), row.end());
      std::string type = tensor(rows, element);
      EXPECT_EQ(compareWithInterpreter(
                    function({type, "tensor<17xi1>"},
                             "  %r = qnn.compact %x0, %x1 : (" + type +
                                 ", tensor<17xi1>) -> " + type,
                             type),
                    5),
                "")
          << type;
    }
}

} // namespace
