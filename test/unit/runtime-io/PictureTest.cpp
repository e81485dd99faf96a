//===- PictureTest.cpp - tests of pictures and preprocessing --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestFiles.h"

#include "qcc/io/Preprocess.h"

#include <cmath>

using namespace qcc::io;
using namespace qcc::test;

namespace {

const ArrayType rgb6x5 = {QCC_DTYPE_F32, {1, 3, 6, 5}};

/// The picture in inputs/gradient.*: red grows downwards, green to the right.
Picture gradient() {
  Picture picture;
  Status status = readPicture(std::string(INPUTS) + "gradient.png", picture);
  EXPECT_TRUE(status.ok()) << status.message();
  return picture;
}

std::string parseError(const char *text, const ArrayType &input = rgb6x5) {
  qcc_preprocess p;
  return parsePreprocess(text, input, p).message();
}

qcc_preprocess parsed(const char *text, const ArrayType &input = rgb6x5) {
  qcc_preprocess p = {};
  Status status = parsePreprocess(text, input, p);
  EXPECT_TRUE(status.ok()) << status.message();
  return p;
}

TEST(Picture, DecodesWhatWasEncoded) {
  Picture png = gradient(), ppm, jpg;
  EXPECT_EQ(png.height, 6u);
  EXPECT_EQ(png.width, 5u);
  EXPECT_EQ(png.channels, 3u);
  EXPECT_EQ(png.pixels[3 * (5 * 2 + 4)], 80);      // red at (2, 4)
  EXPECT_EQ(png.pixels[3 * (5 * 2 + 4) + 1], 200); // green
  ASSERT_TRUE(readPicture(std::string(INPUTS) + "gradient.ppm", ppm).ok());
  EXPECT_EQ(ppm.pixels, png.pixels);
  ASSERT_TRUE(readPicture(std::string(INPUTS) + "gradient.jpg", jpg).ok());
  ASSERT_EQ(jpg.pixels.size(), png.pixels.size());
  for (size_t i = 0; i < jpg.pixels.size(); ++i)
    EXPECT_NEAR(jpg.pixels[i], png.pixels[i], 40) << i;
}

TEST(Picture, ReportsDamage) {
  TemporaryFolder folder;
  for (const char *name : {"gradient.png", "gradient.jpg", "gradient.ppm"}) {
    std::string bytes = readFile(std::string(INPUTS) + name);
    std::string path = folder.path(name);
    Picture picture;
    // A PNG without its last 12 bytes is whole but for the end mark.
    for (size_t length = 0; length + 12 < bytes.size(); length += 7) {
      writeFile(path, bytes.substr(0, length));
      Status status = readPicture(path, picture);
      EXPECT_FALSE(status.ok()) << name << " cut to " << length;
      EXPECT_EQ(status.message().find('\n'), std::string::npos);
    }
    for (size_t i = 0; i < bytes.size(); i += 3) {
      std::string damaged = bytes;
      damaged[i] ^= 0x55;
      writeFile(path, damaged);
      (void)readPicture(path, picture).ok();
    }
  }
  std::string path = folder.path("huge.ppm");
  writeFile(path, "P6 100000 100000 255\nabc");
  Picture picture;
  EXPECT_EQ(readPicture(path, picture).message(),
            "'" + path + "' is not a usable picture: it is truncated");
}

TEST(Preprocess, PrintsWhatItParses) {
  for (const char *text :
       {"scale:1,mean:0,std:1",
        "channels:bgr,scale:0.0039215689,mean:0.485/0.456/0.406,std:0.229/"
        "0.224/0.225",
        "size:6x5,channels:rgb,scale:1,mean:128,std:128",
        "size:8,crop:6x5,channels:rgb,scale:1,mean:0,std:1"}) {
    std::string printed = toString(parsed(text));
    EXPECT_EQ(toString(parsed(printed.c_str())), printed);
  }
  EXPECT_EQ(toString(parsed("scale:1/255,size:8,crop:6x5,channels:bgr")),
            "size:8,crop:6x5,channels:bgr,scale:0.00392156886,mean:0,std:1");
}

TEST(Preprocess, SaysWhatIsWrong) {
  EXPECT_EQ(parseError("sise:3"),
            "-preprocess: 'sise:3': expected size:, crop:, channels:, layout:, "
            "scale:, mean: or std:");
  EXPECT_EQ(parseError("scale:1/0"),
            "-preprocess: '1/0': expected a number or a fraction");
  EXPECT_EQ(parseError("scale:1,scale:2"),
            "-preprocess: 'scale:2': given twice");
  EXPECT_EQ(parseError("mean:1/2"), "-preprocess: '1/2': expected 1 or 3 "
                                    "numbers with '/' between");
  EXPECT_EQ(parseError("std:0"), "-preprocess: '0': expected 1 or 3 positive "
                                 "numbers with '/' between");
  EXPECT_EQ(parseError("crop:7x5"),
            "-preprocess: '7x5': the model's input wants 6x5");
  EXPECT_EQ(parseError("size:8"),
            "-preprocess: '8': a size for the shorter side leaves pictures of "
            "many sizes; add crop:6x5");
  EXPECT_EQ(parseError("channels:gray"),
            "-preprocess: 'gray': the model's input has 3 channels");
  EXPECT_EQ(parseError("channels:rgb", {QCC_DTYPE_F32, {1, 640}}),
            "-preprocess: size, crop, channels and layout are for pictures, "
            "which the model's input float32[1x640] is not");
}

TEST(Preprocess, OrdersChannelsAndNormalizes) {
  qcc_preprocess p = parsed("channels:bgr,scale:1/2,mean:1/2/3,std:2/4/8");
  float out[3 * 30];
  ASSERT_TRUE(preprocessPicture(gradient(), p, rgb6x5, out).ok());
  // At (2, 4): red 80, green 200, blue 60.
  EXPECT_EQ(out[0 * 30 + 14], (60 * 0.5f - 1) / 2);
  EXPECT_EQ(out[1 * 30 + 14], (200 * 0.5f - 2) / 4);
  EXPECT_EQ(out[2 * 30 + 14], (80 * 0.5f - 3) / 8);

  ArrayType nhwc = {QCC_DTYPE_U8, {1, 6, 5, 3}};
  uint8_t bytes[90];
  ASSERT_TRUE(
      preprocessPicture(gradient(), parsed("scale:1.5", nhwc), nhwc, bytes)
          .ok());
  EXPECT_EQ(bytes[3 * 14], 120);
  EXPECT_EQ(bytes[3 * 14 + 1], 255); // saturated
}

TEST(Preprocess, MakesGrayAsPillowDoes) {
  ArrayType gray = {QCC_DTYPE_F32, {1, 1, 6, 5}};
  float out[30];
  ASSERT_TRUE(preprocessPicture(gradient(), parsed("", gray), gray, out).ok());
  const float expected[] = {65, 96, 126, 157, 187};
  for (int x = 0; x < 5; ++x)
    EXPECT_EQ(out[25 + x], expected[x]);
}

TEST(Preprocess, ResizesAsPillowDoes) {
  ArrayType small = {QCC_DTYPE_F32, {1, 4, 3, 3}};
  float out[36];
  ASSERT_TRUE(
      preprocessPicture(gradient(), parsed("size:4x3", small), small, out)
          .ok());
  const float expected[] = {15, 21, 8, 15, 100, 24, 15, 179, 40};
  for (int i = 0; i < 9; ++i)
    EXPECT_NEAR(out[i], expected[i], 1) << i;

  ArrayType large = {QCC_DTYPE_F32, {1, 9, 8, 3}};
  float big[9 * 8 * 3];
  ASSERT_TRUE(
      preprocessPicture(gradient(), parsed("size:9x8", large), large, big)
          .ok());
  const float reds[] = {0, 20, 47, 73, 100, 127, 153, 180, 200};
  for (int y = 0; y < 9; ++y)
    EXPECT_NEAR(big[y * 24], reds[y], 1) << y;
}

TEST(Preprocess, CutsOutTheCentre) {
  ArrayType inner = {QCC_DTYPE_F32, {1, 3, 2, 3}};
  float out[18];
  ASSERT_TRUE(
      preprocessPicture(gradient(), parsed("crop:2x3", inner), inner, out)
          .ok());
  EXPECT_EQ(out[0], 80); // red of row 2
  EXPECT_EQ(out[6], 50); // green of column 1
  EXPECT_EQ(out[6 + 2], 150);
  EXPECT_EQ(
      preprocessPicture(gradient(), parsed("", inner), inner, out).message(),
      "the picture is 6x5, the model's input wants 2x3 (see size: and "
      "crop: of -preprocess)");
}

TEST(Preprocess, TakesArraysInTheModelsShapeAsTheyAre) {
  ArrayType input = {QCC_DTYPE_F32, {1, 1, 2, 3}};
  qcc_preprocess p = parsed("scale:0.5,mean:1", input);
  int8_t bytes[6] = {-128, 0, 2, 4, 6, 127};
  float out[6];
  ASSERT_TRUE(
      preprocessArray({QCC_DTYPE_I8, {2, 3}}, bytes, p, input, out).ok());
  EXPECT_EQ(out[0], -65);
  EXPECT_EQ(out[5], 62.5f);
  EXPECT_EQ(
      preprocessArray({QCC_DTYPE_I8, {3, 3}}, bytes, p, input, out).message(),
      "with preprocessing, each sample must be numbers of shape "
      "[1x1x2x3] or a uint8 picture, height x width x channels, not "
      "int8[3x3]");
}

} // namespace
