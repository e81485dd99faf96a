//===- qcc-bench.cpp - times an artifact ----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <cstdio>

using namespace qcc;
using namespace qcc::tools;

static io::Status run(const BenchOptions &options) {
  ModelHandle model;
  if (io::Status status = openModel(options, model); !status.ok())
    return status;
  ContextHandle context;
  if (io::Status status = makeContext(model, options, context); !status.ok())
    return status;
  Measurement measurement;
  if (io::Status status =
          measure(options, model.get(), context.get(), measurement);
      !status.ok())
    return status;
  if (options.json)
    printJson(measurement);
  else
    printText(measurement);
  return io::Status::success();
}

int main(int argc, char **argv) {
  BenchOptions options;
  CommandLine line(
      "qcc-bench", "model.qcm [options]",
      "times a compiled model, beside ceilings measured in the same run");
  line.addList("input", "[NAME=]PATH",
               "time it on the first sample of this; default: golden inputs",
               options.inputs);
  options.addTo(line);
  line.addNumber("warmup", "N", "runs that are not timed; default: 10", 0,
                 kMany, options.warmup);
  line.addNumber("repeat", "N",
                 "runs that are timed; default: for a second, at least 10", 1,
                 kMany, options.repeat);
  line.addFlag("per-layer", "time every stage on its own too",
               options.perLayer);
  line.addFlag("json", "print JSON (schema qcc.bench/1), with all samples",
               options.json);
  return line.run(argc, argv, {&options.artifact},
                  [&] { return run(options); });
}
