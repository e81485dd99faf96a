//===- Html.cpp - a report as a page --------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Report.h"

#include "Style.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

#include <cmath>

using namespace qcc::report;
using llvm::format;
using llvm::StringRef;

namespace {

/// Text from outside: names of nodes may hold anything.
struct Escaped {
  explicit Escaped(StringRef value) : text(llvm::json::fixUTF8(value)) {}
  std::string text;
};

llvm::raw_ostream &operator<<(llvm::raw_ostream &out, const Escaped &value) {
  llvm::printHTMLEscaped(value.text, out);
  return out;
}

class Page {
public:
  Page(const Report &report, llvm::raw_ostream &out)
      : report(report), out(out) {
    for (const Layer &layer : report.layers)
      total += layer.totalDamage();
  }

  void write();

private:
  void card(StringRef title, const std::string &value,
            const std::string &remark);
  void cards();
  void origins();
  void layer(const Layer &layer, size_t rank);
  void layerBody(const Layer &layer);
  void stack(const std::array<std::optional<double>, kSources> &damage,
             double whole);
  void histogram(StringRef what, const Distribution &distribution);
  void comparison();

  const Report &report;
  llvm::raw_ostream &out;
  double total = 0; ///< Damage of all layers.
};

} // namespace

static StringRef titleOf(Source source) {
  switch (source) {
  case Source::weightRounding:
    return "weights rounded";
  case Source::weightClipping:
    return "weights clipped";
  case Source::activationRounding:
    return "activation rounded";
  case Source::activationClipping:
    return "activation clipped";
  }
  llvm_unreachable("all sources have titles");
}

template <typename... Args>
static std::string text(const char *pattern, Args... args) {
  std::string result;
  llvm::raw_string_ostream(result) << format(pattern, args...);
  return result;
}

static std::string bytes(uint64_t count) {
  if (count < 1024)
    return text("%u B", static_cast<unsigned>(count));
  double value = count / 1024.0;
  return value < 1024 ? text("%.1f KiB", value)
                      : text("%.2f MiB", value / 1024);
}

static std::string milliseconds(double value) {
  return value < 1 ? text("%.1f µs", 1e3 * value) : text("%.2f ms", value);
}

static std::string percent(double share) {
  return text("%.1f %%", 1e2 * share);
}

static std::string decibels(double value) {
  return std::isfinite(value) ? text("%.1f dB", value) : "exact";
}

/// Noise relative to the signal, in dB as signal to noise.
static std::string noiseInDecibels(double noise) {
  return decibels(-10 * std::log10(noise));
}

static std::string product(uint64_t macs) {
  return macs >= 1000000 ? text("%.1f M", macs / 1e6)
                         : text("%.1f k", macs / 1e3);
}

void Page::card(StringRef title, const std::string &value,
                const std::string &remark) {
  out << "<div class=card><small>" << title << "</small><b>" << value
      << "</b><small>" << remark << "</small></div>\n";
}

void Page::cards() {
  const Program &program = report.program;
  const std::optional<Program> &other = report.floatProgram;
  out << "<div class=cards>\n";
  card("Size", bytes(program.bytes),
       other ? text("%.2f of the float artifact",
                    static_cast<double>(program.bytes) / other->bytes)
             : "the artifact");
  card("Latency", milliseconds(program.milliseconds),
       (other ? text("%.2f times as fast as float, ",
                     other->milliseconds / program.milliseconds)
              : std::string()) +
           text("%u threads", report.threads));
  if (report.accuracy) {
    std::string samples = text("%zu samples", report.accuracy->samples);
    bool hasLogits = report.accuracy->logitSqnr != report.accuracy->sqnr;
    card("SQNR", decibels(report.accuracy->sqnr),
         (hasLogits ? decibels(report.accuracy->logitSqnr) + " before softmax, "
                    : "against float, ") +
             samples);
    card("Agreement", percent(report.accuracy->agreement),
         "greatest output as in float, " + samples);
  }
  out << "</div>\n";
}

void Page::stack(const std::array<std::optional<double>, kSources> &damage,
                 double whole) {
  out << "<div class=stack>";
  for (size_t i = 0; i < kSources; ++i)
    if (double part = damage[i].value_or(0); part > 0 && whole > 0)
      out << "<span class=s" << i
          << " style=\"width:" << format("%.2f", 1e2 * part / whole)
          << "%\"></span>";
  out << "</div>";
}

void Page::origins() {
  const AttributionCost &cost = *report.attribution;
  std::array<std::optional<double>, kSources> sums;
  for (const Layer &layer : report.layers)
    for (size_t i = 0; i < kSources; ++i)
      if (layer.damage[i])
        sums[i] = sums[i].value_or(0) + *layer.damage[i];
  out << "<h2>Where the error comes from</h2>\n";
  stack(sums, total);
  out << "<table>\n";
  for (size_t i = 0; i < kSources; ++i)
    if (sums[i])
      out << "<tr><td><span class=\"key s" << i << "\"></span>"
          << titleOf(static_cast<Source>(i)) << "<td class=n>"
          << percent(total > 0 ? *sums[i] / total : 0) << "\n";
  out << "</table>\n<p class=dim>The float network with one of " << cost.sources
      << " sources of error switched on at a time, on " << cost.samples
      << " calibration samples: " << cost.runs << " inferences in "
      << format("%.1f", cost.seconds) << " s. All sources at once leave "
      << noiseInDecibels(cost.together)
      << "; if they were independent, it would be " << noiseInDecibels(cost.sum)
      << ". Corrections of biases, which take a part of the error away, belong "
         "to no source.</p>\n";
}

void Page::layer(const Layer &layer, size_t rank) {
  double damage = layer.totalDamage();
  out << "<details><summary><span class=rank>" << rank << "</span><b>"
      << Escaped(layer.node) << "</b><span class=share>"
      << (report.attribution && total > 0 ? percent(damage / total) : "")
      << "</span>";
  if (report.attribution)
    stack(layer.damage, total);
  out << "<span class=facts>" << Escaped(layer.op) << " · "
      << Escaped(layer.precision);
  if (layer.sqnr)
    out << " · " << decibels(*layer.sqnr);
  if (layer.timeShare)
    out << " · " << percent(*layer.timeShare) << " of the time";
  out << "</span></summary>\n<div class=body>\n";
  layerBody(layer);
  out << "</div></details>\n";
}

void Page::layerBody(const Layer &layer) {
  if (!layer.reason.empty())
    out << "<p>" << Escaped(layer.precision) << " because "
        << Escaped(layer.reason) << ".</p>\n";
  if (!layer.fused.empty()) {
    out << "<p>Also computes ";
    llvm::interleave(
        layer.fused, out,
        [&](const std::string &node) { out << Escaped(node); }, ", ");
    out << ".</p>\n";
  }
  out << "<table>\n";
  for (size_t i = 0; i < kSources; ++i)
    if (layer.damage[i])
      out << "<tr><td><span class=\"key s" << i << "\"></span>"
          << titleOf(static_cast<Source>(i)) << "<td class=n>"
          << percent(total > 0 ? *layer.damage[i] / total : 0) << "<td class=n>"
          << noiseInDecibels(*layer.damage[i]) << "\n";
  if (layer.timeShare)
    out << "<tr><td>time<td class=n>" << percent(*layer.timeShare)
        << "<td class=n>" << milliseconds(layer.milliseconds) << "\n";
  if (layer.macs != 0)
    out << "<tr><td>multiply-accumulates<td><td class=n>" << product(layer.macs)
        << "\n";
  if (layer.weightBytes != 0)
    out << "<tr><td>constants<td><td class=n>" << bytes(layer.weightBytes)
        << "\n";
  out << "</table>\n<div class=plots>\n";
  for (const Distribution &distribution : layer.weights)
    histogram("Weights", distribution);
  for (const Distribution &distribution : layer.activations)
    histogram("Activation", distribution);
  out << "</div>\n";
}

void Page::histogram(StringRef what, const Distribution &distribution) {
  if (distribution.counts.empty())
    return;
  constexpr double kWidth = 640, kHeight = 100;
  double left = std::min(distribution.low, distribution.least),
         right = std::max(distribution.high, distribution.greatest);
  auto place = [&](double value) {
    return right > left ? kWidth * (value - left) / (right - left) : 0;
  };
  uint64_t most = 1;
  for (uint64_t count : distribution.counts)
    most = std::max(most, count);
  double begin = place(distribution.least), end = place(distribution.greatest),
         step = (place(distribution.high) - place(distribution.low)) /
                distribution.counts.size();
  out << "<figure><figcaption>" << what << " <small>"
      << Escaped(distribution.tensor) << ", range "
      << format("%.4g", distribution.least) << " to "
      << format("%.4g", distribution.greatest);
  if (distribution.grids > 1)
    out << ", the widest of " << distribution.grids;
  out << ", " << format("%.3g", 1e2 * distribution.clipped)
      << " % clipped</small></figcaption>\n"
      << "<svg viewBox=\"0 0 640 100\" preserveAspectRatio=none role=img "
         "aria-label=\""
      << what << " of " << Escaped(distribution.tensor)
      << "\"><rect class=in height=100 x=" << format("%.2f", begin)
      << " width=" << format("%.2f", end - begin) << " />";
  for (auto [i, count] : llvm::enumerate(distribution.counts)) {
    if (count == 0)
      continue;
    // Logarithmic, so that the tails are seen.
    double height = kHeight * std::log1p(count) / std::log1p(most);
    out << "<rect class=bin x="
        << format("%.2f", place(distribution.low) + i * step)
        << " y=" << format("%.2f", kHeight - height)
        << " width=" << format("%.2f", 0.92 * step)
        << " height=" << format("%.2f", height) << " />";
  }
  for (double edge : {begin, end})
    out << "<line class=edge y1=0 y2=100 x1=" << format("%.2f", edge)
        << " x2=" << format("%.2f", edge) << " />";
  out << "</svg><div class=ends><span>" << format("%.4g", left)
      << "</span><span>" << format("%.4g", right) << "</span></div></figure>\n";
}

void Page::comparison() {
  const Program &ours = report.program, &theirs = *report.floatProgram;
  out << "<h2>Compared with the float artifact</h2>\n<table><thead><tr><th><th "
         "class=n>this<th class=n>float</thead>\n";
  auto row = [&](StringRef what, const std::string &a, const std::string &b) {
    out << "<tr><td>" << what << "<td class=n>" << a << "<td class=n>" << b
        << "\n";
  };
  row("artifact", bytes(ours.bytes), bytes(theirs.bytes));
  row("weights", bytes(ours.weightBytes), bytes(theirs.weightBytes));
  row("working memory", bytes(ours.arenaBytes), bytes(theirs.arenaBytes));
  row("latency", milliseconds(ours.milliseconds),
      milliseconds(theirs.milliseconds));
  out << "</table>\n";
}

void Page::write() {
  out << "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>\n"
         "<meta name=viewport content=\"width=device-width,initial-scale=1\">\n"
         "<title>"
      << Escaped(report.model) << " - qcc report</title>\n<style>" << kStyle
      << "</style></head><body>\n<h1>" << Escaped(report.model)
      << "</h1>\n<p class=dim>" << Escaped(report.compiler) << ", measured on "
      << Escaped(report.processor) << "</p>\n";
  cards();
  if (report.attribution)
    origins();
  out << "<h2>Layers" << (report.attribution ? " by damage" : "") << "</h2>\n";
  for (auto [i, entry] : llvm::enumerate(sortedByDamage(report)))
    layer(*entry, i + 1);
  if (report.floatProgram)
    comparison();
  out << "<h2>To make it again</h2>\n<pre>" << Escaped(report.commandLine)
      << "</pre>\n</body></html>\n";
}

void qcc::report::writeHtml(const Report &report, llvm::raw_ostream &out) {
  Page(report, out).write();
}
