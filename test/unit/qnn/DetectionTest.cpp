//===- DetectionTest.cpp - reference evaluation of regions of pictures ----===//
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

} // namespace
