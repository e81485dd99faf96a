//===- ReportTest.cpp - reports as JSON and as pages ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Report.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace qcc::report;

namespace {

constexpr const char *kHostile = "<script>alert('x')</script>\"&\xff";

/// A report with everything that one can have, and names that mean harm.
Report makeReport() {
  Report report;
  report.model = kHostile;
  report.commandLine = kHostile;
  report.program = {1000, 500, 200, 0.5};
  report.floatProgram = {4000, 3000, 800, 1.5};
  report.accuracy = {16, INFINITY, 40, 1};
  report.attribution = {4, 3, 20, 0.1, 0.02, 0.03};
  for (const char *name : {"small", kHostile, "none"}) {
    Layer layer;
    layer.node = layer.op = layer.precision = layer.reason = name;
    layer.fused = {kHostile};
    report.layers.push_back(layer);
  }
  report.layers[0].damage[0] = 0.01;
  report.layers[1].damage[2] = 0.02;
  report.layers[1].timeShare = 0.5;
  report.layers[1].sqnr = 30;
  Distribution distribution;
  distribution.tensor = kHostile;
  distribution.high = 2;
  distribution.counts = {5, 0, 1};
  distribution.greatest = 1.5;
  report.layers[1].activations = {distribution};
  return report;
}

std::string htmlOf(const Report &report) {
  std::string text;
  llvm::raw_string_ostream out(text);
  writeHtml(report, out);
  return text;
}

} // namespace

TEST(ReportTest, layersComeByDamage) {
  Report report = makeReport();
  std::vector<const Layer *> sorted = sortedByDamage(report);
  EXPECT_EQ(sorted[0], &report.layers[1]);
  EXPECT_EQ(sorted[1], &report.layers[0]);
  EXPECT_EQ(sorted[2], &report.layers[2]);
}

TEST(ReportTest, jsonIsValidWhateverNamesHold) {
  std::string text = llvm::formatv("{0:2}", toJson(makeReport()));
  llvm::Expected<llvm::json::Value> parsed = llvm::json::parse(text);
  ASSERT_TRUE(static_cast<bool>(parsed));
  const llvm::json::Object &object = *parsed->getAsObject();
  EXPECT_EQ(object.getString("schema"), "qcc.report/1");
  // Nothing differs: no number says how little.
  EXPECT_TRUE(object.getObject("accuracy")->get("sqnr_db")->getAsNull());
  const llvm::json::Object &worst =
      *object.getArray("layers")->front().getAsObject();
  EXPECT_EQ(worst.getNumber("damage"), 0.02);
  EXPECT_EQ(worst.getNumber("time_share"), 0.5);
}

TEST(ReportTest, pageEscapesNames) {
  std::string text = htmlOf(makeReport());
  EXPECT_EQ(text.find("<script"), std::string::npos);
  EXPECT_EQ(text.find("alert('"), std::string::npos);
  EXPECT_NE(text.find("&lt;script&gt;"), std::string::npos);
  EXPECT_TRUE(llvm::json::isUTF8(text));
}

TEST(ReportTest, pageNeedsNothingElse) {
  std::string text = htmlOf(makeReport());
  for (const char *reference : {"http:", "https:", "src=", "href=", "url("})
    EXPECT_EQ(text.find(reference), std::string::npos) << reference;
}

TEST(ReportTest, pageOfAFloatProgram) {
  Report report;
  report.model = "m.onnx";
  report.layers.emplace_back().node = "conv";
  std::string text = htmlOf(report);
  EXPECT_NE(text.find("<b>conv</b>"), std::string::npos);
  EXPECT_EQ(text.find("Where the error comes from"), std::string::npos);
  EXPECT_EQ(text.find("SQNR"), std::string::npos);
}
