//===- Measure.cpp - timing the runs of a model ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include "qcc/io/Dataset.h"

#include <algorithm>
#include <chrono>
#include <cstring>

using namespace qcc;
using namespace qcc::tools;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double Work::median() const {
  std::vector<double> sorted = samples;
  auto middle = sorted.begin() + sorted.size() / 2;
  std::nth_element(sorted.begin(), middle, sorted.end());
  return *middle;
}

double Work::minimum() const {
  return *std::min_element(samples.begin(), samples.end());
}

double Work::arithmeticFraction(const Ceilings &ceilings) const {
  if ((macsInt8 && !ceilings.int8) || (macsFloat && !ceilings.float32))
    return 0;
  double seconds = 0;
  if (macsInt8)
    seconds += 2.0 * macsInt8 / ceilings.int8;
  if (macsFloat)
    seconds += 2.0 * macsFloat / ceilings.float32;
  return seconds / median();
}

double Work::bandwidthFraction(const Ceilings &ceilings) const {
  return ceilings.bandwidth ? bytes / ceilings.bandwidth / median() : 0;
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// Random data, never zeros: the processor's clock depends on it. The golden
/// inputs are in the range that was recorded; without them floats are in [-1,
/// 1] and integers are zero, as some are used as indices.
static io::Status fillInputs(const BenchOptions &options, qcc_model *model,
                             qcc_context *context) {
  std::vector<io::InputSpec> specs;
  std::vector<void *> buffers;
  for (uint32_t i = 0; i < qcc_model_input_count(model); ++i) {
    qcc_value_info info;
    qcc_dltensor tensor;
    if (qcc_model_input(model, i, &info) ||
        qcc_context_get_input(context, info.name, &tensor))
      return runtimeError();
    io::InputSpec spec = {info.name, typeOf(info), std::nullopt, false};
    if (info.preprocess)
      spec.preprocess = *info.preprocess;
    specs.push_back(spec);
    buffers.push_back(tensor.data);
    bool isFloat = info.dtype == QCC_DTYPE_F32 || info.dtype == QCC_DTYPE_F64 ||
                   info.dtype == QCC_DTYPE_F16 || info.dtype == QCC_DTYPE_BF16;
    qcc_golden_input unit = {-1, 1};
    if (qcc_model_has_golden(model)) {
      if (qcc_model_golden_input(model, i, tensor.data))
        return runtimeError();
    } else if (isFloat) {
      qcc_golden_fill(&unit, 1, i, info.dtype, spec.type.elements(),
                      tensor.data);
    } else {
      memset(tensor.data, 0, spec.type.bytes());
    }
  }
  if (options.inputs.empty())
    return io::Status::success();
  std::unique_ptr<io::Dataset> dataset;
  if (io::Status status = io::Dataset::open(options.inputs, specs, dataset);
      !status.ok())
    return status;
  return dataset->read(0, buffers);
}

//===----------------------------------------------------------------------===//
// Runs
//===----------------------------------------------------------------------===//

/// Calls `run` as often as the options say.
template <typename Run>
static void repeatRuns(const BenchOptions &options, Run run) {
  double begin = now();
  for (uint32_t i = 0;
       options.repeat ? i < options.repeat
                      : i < 10 || (now() - begin < 1 && i < 100000);
       ++i)
    run();
}

static Work workOf(qcc_context *context, uint32_t stage) {
  qcc_stage_info info = {};
  (void)qcc_context_stage(context, stage, &info);
  return {info.name, info.op, info.macs_int8, info.macs_float, info.bytes, {}};
}

io::Status qcc::tools::measure(const BenchOptions &options, qcc_model *model,
                               qcc_context *context, Measurement &m) {
  if (io::Status status = fillInputs(options, model, context); !status.ok())
    return status;
  qcc_program_info program;
  if (qcc_model_program(model, qcc_context_program(context), &program))
    return runtimeError();
  m.model = qcc_model_name(model);
  m.program = program.name;
  m.threads = qcc_context_threads(context);
  m.warmup = options.warmup;
  for (uint32_t i = 0; i < qcc_context_stage_count(context); ++i) {
    m.layers.push_back(workOf(context, i));
    m.total.macsInt8 += m.layers.back().macsInt8;
    m.total.macsFloat += m.layers.back().macsFloat;
    m.total.bytes += m.layers.back().bytes;
  }

  // The ceilings before and after: the better is what the machine could do.
  m.ceilings = measureCeilings(m.threads);
  for (uint32_t i = 0; i < std::max(options.warmup, 1u); ++i)
    if (qcc_context_run(context))
      return runtimeError();
  // What ran once runs again: nothing below can fail.
  repeatRuns(options, [&] {
    double begin = now();
    qcc_context_run(context);
    m.total.samples.push_back(now() - begin);
  });
  if (options.perLayer) {
    qcc_context_trace(
        context,
        [](void *user, uint32_t stage, double seconds) {
          static_cast<Measurement *>(user)->layers[stage].samples.push_back(
              seconds);
        },
        &m);
    repeatRuns(options, [&] { qcc_context_run(context); });
    qcc_context_trace(context, nullptr, nullptr);
  } else {
    m.layers.clear();
  }
  m.ceilings = maxOf(m.ceilings, measureCeilings(m.threads));
  return io::Status::success();
}
