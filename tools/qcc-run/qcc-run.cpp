//===- qcc-run.cpp - runs an artifact -------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Run.h"

#include <cstdio>

using namespace qcc;
using namespace qcc::tools;

static io::Status run(const RunOptions &options) {
  if (!options.info && !options.selftest && options.inputs.empty())
    return io::Status::error("nothing to do: give -input, -info or -selftest");
  if (options.inputs.empty() &&
      (!options.outputs.empty() || !options.dumpTensors.empty()))
    return io::Status::error("-output and -dump-tensors need -input");
  if (options.json && !options.info && !options.eval)
    return io::Status::error("-json is for -info and -eval");
  if (options.eval && options.inputs.empty())
    return io::Status::error("-eval needs -input");
  if (options.eval != !(options.labels.empty() && options.against.empty()))
    return io::Status::error(
        options.eval ? "-eval compares with -labels=FILE, -against=FILE or both"
                     : "-labels and -against need -eval");
  ModelHandle model;
  if (io::Status status = openModel(options, model); !status.ok())
    return status;
  if (options.info)
    printInfo(options, model.get());
  if (!options.selftest && options.inputs.empty())
    return io::Status::success();
  ContextHandle context;
  if (io::Status status = makeContext(model, options, context); !status.ok())
    return status;
  if (options.selftest) {
    if (qcc_context_selftest(context.get()))
      return runtimeError();
    printf("self-test passed\n");
  }
  return options.inputs.empty()
             ? io::Status::success()
             : runSamples(options, model.get(), context.get());
}

int main(int argc, char **argv) {
  RunOptions options;
  CommandLine line(
      "qcc-run",
      "model.qcm [-input [NAME=]PATH]... [-output [NAME=]PATH]... [options]",
      "runs a compiled model\n\nAn artifact is code: run only what you trust.");
  options.InputOptions::addTo(line);
  line.addList("output", "[NAME=]PATH",
               "where an output goes: .npy, or raw bytes (.bin)",
               options.outputs);
  line.addString("dump-tensors", "DIR",
                 "write every tensor inside the model into this folder",
                 options.dumpTensors);
  line.addFlag("eval", "how good a classifier's answers are", options.eval);
  line.addString("labels", "FILE",
                 "of -eval: class numbers, .npy or a text with one a line",
                 options.labels);
  line.addString("against", "FILE",
                 "of -eval: another artifact to run on the same inputs",
                 options.against);
  line.addNumber("first-class", "N",
                 "of -eval: the output that label 0 stands for (default: 0)", 0,
                 kMany, options.firstClass);
  line.addFlag("info", "print what the artifact is", options.info);
  line.addFlag("json", "print it as JSON", options.json);
  line.addFlag("selftest", "verify the artifact and run its golden vectors",
               options.selftest);
  options.ProgramOptions::addTo(line);
  return line.run(argc, argv, {&options.artifact},
                  [&] { return run(options); });
}
