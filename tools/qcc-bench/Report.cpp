//===- Report.cpp - what qcc-bench prints ---------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"
#include "Json.h"

#include <cstdio>

using namespace qcc::tools;

//===----------------------------------------------------------------------===//
// For people
//===----------------------------------------------------------------------===//

static void printFractions(const Work &work, const Ceilings &ceilings) {
  if (double fraction = work.arithmeticFraction(ceilings))
    printf(", %.1f GOPS, %.1f %% of the arithmetic ceiling",
           work.operationsPerSecond() * 1e-9, 100 * fraction);
  if (double fraction = work.bandwidthFraction(ceilings))
    printf(", %.1f GB/s, %.1f %% of the bandwidth ceiling",
           work.bytes / work.median() * 1e-9, 100 * fraction);
}

void qcc::tools::printText(const Measurement &m) {
  printf("model %s, program %s, %u thread%s\n", m.model.c_str(),
         m.program.c_str(), m.threads, m.threads == 1 ? "" : "s");
  printf("ceilings measured now: vpdpbusd %.1f GOPS, f32 multiply-add %.1f "
         "GFLOPS, reading memory %.1f GB/s\n",
         m.ceilings.int8 * 1e-9, m.ceilings.float32 * 1e-9,
         m.ceilings.bandwidth * 1e-9);
  printf("work: %.3f million MAC int8, %.3f million MAC f32, %.3f MB\n",
         m.total.macsInt8 * 1e-6, m.total.macsFloat * 1e-6,
         m.total.bytes * 1e-6);
  printf("latency: median %.4f ms, minimum %.4f ms of %zu runs",
         m.total.median() * 1e3, m.total.minimum() * 1e3,
         m.total.samples.size());
  printFractions(m.total, m.ceilings);
  printf("\n");
  if (m.layers.empty())
    return;
  double sum = 0;
  for (const Work &layer : m.layers)
    sum += layer.median();
  printf("layers, each timed on its own (sum of medians %.4f ms):\n",
         sum * 1e3);
  for (const Work &layer : m.layers) {
    printf("  %8.2f us %5.1f %%  %s (%s)", layer.median() * 1e6,
           100 * layer.median() / sum, layer.name.c_str(), layer.op.c_str());
    printFractions(layer, m.ceilings);
    printf("\n");
  }
}

//===----------------------------------------------------------------------===//
// For programs
//===----------------------------------------------------------------------===//

static void writeWork(JsonWriter &json, const Work &work,
                      const Ceilings &ceilings) {
  json.key("macs_int8");
  json.integer(work.macsInt8);
  json.key("macs_float");
  json.integer(work.macsFloat);
  json.key("bytes");
  json.integer(work.bytes);
  json.member("median", work.median());
  json.member("minimum", work.minimum());
  json.member("operations_per_second", work.operationsPerSecond());
  json.member("fraction_of_arithmetic", work.arithmeticFraction(ceilings));
  json.member("fraction_of_bandwidth", work.bandwidthFraction(ceilings));
  json.key("samples");
  json.beginArray();
  for (double sample : work.samples)
    json.number(sample);
  json.endArray();
}

void qcc::tools::printJson(const Measurement &m) {
  JsonWriter json;
  json.beginObject();
  json.member("schema", "qcc.bench/1");
  json.member("model", m.model);
  json.member("program", m.program);
  json.key("threads");
  json.integer(m.threads);
  json.key("warmup");
  json.integer(m.warmup);
  json.key("ceilings");
  json.beginObject();
  json.member("int8_operations_per_second", m.ceilings.int8);
  json.member("float_operations_per_second", m.ceilings.float32);
  json.member("read_bytes_per_second", m.ceilings.bandwidth);
  json.endObject();
  writeWork(json, m.total, m.ceilings);
  if (!m.layers.empty()) {
    json.key("layers");
    json.beginArray();
    for (const Work &layer : m.layers) {
      json.beginObject();
      json.member("name", layer.name);
      json.member("op", layer.op);
      writeWork(json, layer, m.ceilings);
      json.endObject();
    }
    json.endArray();
  }
  json.endObject();
  fputs(json.text().c_str(), stdout);
}
