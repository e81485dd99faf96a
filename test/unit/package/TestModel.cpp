//===- TestModel.cpp - a small artifact, made by hand -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestModel.h"

#include "qcc/runtime.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace qcc;
using namespace qcc::test;

TestModel::TestModel() {
  for (int64_t i = 0; i < elements; ++i)
    weights.push_back(0.5f * i);
  model.name = "test-model";
  model.inputs = {{"x", QCC_DTYPE_F32, {10, 100}, std::nullopt, {}}};
  model.outputs = {{"y", QCC_DTYPE_F32, {10, 100}, std::nullopt, {}}};
  model.weights = {
      llvm::ArrayRef(reinterpret_cast<const uint8_t *>(weights.data()),
                     weights.size() * sizeof(float))};
  model.provenance = R"({"schema": "qcc.provenance/1"})";

  package::Program program;
  program.name = "generic";
  program.features = {"sse3", "+popcnt", "fast-hops"};
  auto object = llvm::MemoryBuffer::getFile(STAGES_OBJECT);
  program.objects.emplace_back((*object)->getBufferStart(),
                               (*object)->getBufferEnd());
  program.stages = {{"stage_double", "Mul_0", "map", false, 0, 1000, 8000},
                    {"stage_clear", "Clear_1", "fill", true, 0, 0, 4000},
                    {"stage_add", "Add_2", "map", false, 0, 0, 12000}};
  // The transposed scratch tensor, as a channels-last layout would be.
  program.tensors = {{"doubled",
                      QCC_DTYPE_F32,
                      {100, 10},
                      {4, 400},
                      QCC_PLACE_ARENA,
                      0,
                      0,
                      0,
                      2,
                      {{{0.5f, 3}}, 0}}};
  program.arenaSize = elements * sizeof(float);
  package::Program never = program;
  never.name = "never";
  never.features = {"tbm", "amx-fp16"};
  model.programs = {never, program};

  package::Golden golden;
  golden.seed = 42;
  golden.inputs = {{-1, 1}};
  std::vector<float> x(elements), y(elements);
  qcc_golden_fill(golden.inputs.data(), golden.seed, 0, QCC_DTYPE_F32, elements,
                  x.data());
  for (int64_t i = 0; i < elements; ++i)
    y[i] = -(2 * x[i]) + weights[i];
  golden.outputs.emplace_back(reinterpret_cast<uint8_t *>(y.data()),
                              reinterpret_cast<uint8_t *>(y.data() + elements));
  model.golden = golden;
}

void TestModel::countRows() {
  model.outputs[0].rows = 1;
  model.outputs.push_back({"y.rows", QCC_DTYPE_I64, {}, std::nullopt, {}});
  for (package::Program &program : model.programs)
    program.stages.push_back({"stage_rows", "Rows_3", "rows", true, 0, 0, 12});
  // The first golden input is a fraction.
  model.golden->outputs.emplace_back(sizeof(int64_t), 0);
}

std::vector<float> TestModel::input() const {
  std::vector<float> x;
  for (int64_t i = 0; i < elements; ++i)
    x.push_back(0.25f * i - 100);
  return x;
}

std::vector<float> TestModel::expected() const {
  std::vector<float> y = input();
  for (int64_t i = 0; i < elements; ++i)
    y[i] = -(2 * y[i]) + weights[i];
  return y;
}
