//===- DetectionTest.cpp - reference evaluation of regions and boxes ------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

namespace {

class DetectionTest : public qcc::test::ReferenceTest {
protected:
  /// One region of the picture [[1, 2], [3, 4]] in one bin.
  void expectRegion(const std::string &options, const std::string &corners,
                    const std::string &expected) {
    expect("%r = qnn.roi_align " + options +
               ", scale = 1.0 : f32} : (tensor<1x2x2x1xf32>, tensor<1x4xf32>, "
               "tensor<1xi64>) -> tensor<1x1x1x1xf32>",
           {"dense<[[[[1.0], [2.0]], [[3.0], [4.0]]]]> : tensor<1x2x2x1xf32>",
            "dense<[[" + corners + "]]> : tensor<1x4xf32>",
            "dense<0> : tensor<1xi64>"},
           "dense<" + expected + "> : tensor<1x1x1x1xf32>");
  }
};

constexpr char kAverage[] =
    "average %x, %y, %z {height = 1 : i64, width = 1 : i64, half_pixel, "
    "samples = 0 : i64";
constexpr char kMax[] = "max %x, %y, %z {height = 1 : i64, width = 1 : i64, "
                        "half_pixel, samples = 0 : i64";

/// As many points as the region is long, in the middle of pixels here.
TEST_F(DetectionTest, RegionOfAdaptiveGrid) {
  expectRegion(kAverage, "0.0, 0.0, 2.0, 2.0", "2.5");
  expectRegion(kMax, "0.0, 0.0, 2.0, 2.0", "4.0");
  expectRegion(kAverage, "0.0, 0.0, 1.0, 1.0", "1.0");
  // Columns -1 and 2 are no farther outside than what still counts.
  expectRegion(kAverage, "-1.0, 0.0, 3.0, 2.0", "2.5");
}

/// What lies outside is worth 0, also where that is the greatest.
TEST_F(DetectionTest, RegionOutside) {
  expectRegion(kAverage, "5.0, 5.0, 9.0, 9.0", "0.0");
  expectRegion(kMax, "5.0, 5.0, 9.0, 9.0", "0.0");
}

/// Regions of no extent have no points, nor do those of NaN.
TEST_F(DetectionTest, RegionWithoutPoints) {
  expectRegion(kAverage, "1.0, 1.0, 1.0, 1.0", "0.0");
  expectRegion(kMax, "1.0, 1.0, 0.0, 0.0", "0.0");
  expectRegion(kAverage, "0x7FC00000, 0.0, 2.0, 2.0", "0.0");
  expectRegion(kMax, "0.0, 0x7F800000, 2.0, 2.0", "0.0");
}

/// Nothing is looked at but the few points inside.
TEST_F(DetectionTest, RegionBeyondAllBounds) {
  expectRegion(kMax, "-1.0e30, -1.0e30, 1.0e30, 1.0e30", "1.0");
  expectRegion(kAverage, "0.0, 0.0, 3.0e38, 3.0e38", "0.0");
  expectRegion(kAverage, "0xFF800000, 0.0, 0x7F800000, 2.0", "0.0");
  expectRegion(kMax, "-3.0e38, -3.0e38, 3.0e38, 3.0e38", "0.0");
}

/// A few of the sixteen million points of a row are inside.
TEST_F(DetectionTest, RegionWithManyPoints) {
  expectRegion(kMax, "-8.0e6, 0.0, 8.0e6, 2.0", "4.0");
}

TEST_F(DetectionTest, BackwardRegionOfFixedGrid) {
  expectRegion("average %x, %y, %z {height = 1 : i64, width = 1 : i64, "
               "half_pixel, samples = 2 : i64",
               "2.0, 2.0, 0.0, 0.0", "2.5");
}

/// Negative numbers of pictures count from the end.
TEST_F(DetectionTest, RegionsOfPictures) {
  expect("%r = qnn.roi_align max %x, %y, %z {height = 1 : i64, width = 1 : "
         "i64, samples = 1 : i64, scale = 1.0 : f32} : (tensor<2x1x1x1xf32>, "
         "tensor<3x4xf32>, tensor<3xi64>) -> tensor<3x1x1x1xf32>",
         {"dense<[[[[5.0]]], [[[7.0]]]]> : tensor<2x1x1x1xf32>",
          "dense<0.0> : tensor<3x4xf32>", "dense<[-1, 0, 9]> : tensor<3xi64>"},
         "dense<[[[[7.0]]], [[[5.0]]], [[[7.0]]]]> : tensor<3x1x1x1xf32>");
}

/// Boxes 0 and 1 overlap by 0.6, 3 lies apart; 2 is 0 in other corners.
constexpr char kBoxes[] =
    "dense<[[[0.0, 0.0, 4.0, 4.0], [0.0, 1.0, 4.0, 5.0], "
    "[4.0, 4.0, 0.0, 0.0], [9.0, 9.0, 8.0, 8.0]]]> : tensor<1x4x4xf32>";

class NmsTest : public qcc::test::ReferenceTest {
protected:
  void expectSelected(const std::string &scores, const std::string &overlap,
                      const std::string &options, const std::string &expected) {
    expect("%r = qnn.nms %x, %y iou(%z : tensor<f32>) {" + options +
               "} : tensor<1x4x4xf32>, tensor<1x1x4xf32> -> tensor<1x1x4xi64>",
           {kBoxes, "dense<[[[" + scores + "]]]> : tensor<1x1x4xf32>",
            "dense<" + overlap + "> : tensor<f32>"},
           "dense<[[[" + expected + "]]]> : tensor<1x1x4xi64>");
  }
};

TEST_F(NmsTest, BestFirst) {
  expectSelected("0.1, 0.3, 0.2, 0.4", "0.5", "max_boxes = 4 : i64",
                 "3, 1, -1, -1");
  expectSelected("0.1, 0.3, 0.2, 0.4", "0.7", "max_boxes = 4 : i64",
                 "3, 1, 2, -1");
}

/// Of equal scores the first box comes first; 0.6 is not more than 0.6; equal
/// boxes overlap wholly.
TEST_F(NmsTest, TiesAndBoundaries) {
  expectSelected("0.5, 0.5, 0.5, 0.5", "0.6", "max_boxes = 4 : i64",
                 "0, 1, 3, -1");
  expectSelected("0.5, 0.5, 0.5, 0.5", "1.0", "max_boxes = 4 : i64",
                 "0, 1, 2, 3");
}

/// A score that is NaN is none, a threshold that is NaN is never exceeded.
TEST_F(NmsTest, NaN) {
  expectSelected("0x7FC00000, 0xFF800000, 0x7F800000, 0.0", "1.0",
                 "max_boxes = 4 : i64", "2, 3, 1, -1");
  expectSelected("0.1, 0.2, 0.3, 0.4", "0x7FC00000", "max_boxes = 4 : i64",
                 "3, 2, 1, 0");
}

TEST_F(NmsTest, Centers) {
  // (x, y, width, height): 0 and 2 are equal, 1 is 2 higher.
  expect("%r = qnn.nms %x, %y iou(%z : tensor<f32>) score(%z : tensor<f32>) "
         "{center, max_boxes = 2 : i64} : tensor<1x3x4xf32>, "
         "tensor<1x1x3xf32> -> tensor<1x1x2xi64>",
         {"dense<[[[2.0, 2.0, 4.0, 4.0], [2.0, 4.0, 4.0, 4.0], "
          "[2.0, 2.0, 4.0, 4.0]]]> : tensor<1x3x4xf32>",
          "dense<[[[0.9, 0.5, 0.8]]]> : tensor<1x1x3xf32>",
          "dense<0.4> : tensor<f32>"},
         "dense<[[[0, 1]]]> : tensor<1x1x2xi64>");
  // Scores must be greater than the threshold, not equal.
  expect("%r = qnn.nms %x, %y iou(%z : tensor<f32>) score(%z : tensor<f32>) "
         "{center, max_boxes = 1 : i64} : tensor<1x1x4xf32>, "
         "tensor<1x1x1xf32> -> tensor<1x1x1xi64>",
         {"dense<1.0> : tensor<1x1x4xf32>", "dense<0.5> : tensor<1x1x1xf32>",
          "dense<0.5> : tensor<f32>"},
         "dense<[[[-1]]]> : tensor<1x1x1xi64>");
}

TEST_F(DetectionTest, CompactRows) {
  expect("%r = qnn.compact %x, %y : (tensor<4x2xi8>, tensor<4xi1>) -> "
         "tensor<4x2xi8>",
         {"dense<[[1, 2], [3, 4], [5, 6], [7, 8]]> : tensor<4x2xi8>",
          "dense<[false, true, false, true]> : tensor<4xi1>"},
         "dense<[[3, 4], [7, 8], [0, 0], [0, 0]]> : tensor<4x2xi8>");
}

} // namespace
