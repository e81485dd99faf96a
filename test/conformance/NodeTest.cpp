//===- NodeTest.cpp - runs one of ONNX's backend node tests ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeTest.h"

#include "Codegen.h"
#include "InProcess.h"

#include "qcc/Graph/Pipelines.h"
#include "qcc/Import/Import.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Onnx/OnnxOps.h"
#include "qcc/Onnx/RawTensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Path.h"

#include <cstring>

using namespace mlir;
using namespace qcc;
using namespace qcc::conformance;

namespace {

/// Collects the errors that are emitted while it lives.
class ErrorCollector {
public:
  explicit ErrorCollector(MLIRContext &context)
      : handler(&context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
            return success();
          // An error of several faults has a note for each.
          std::string text = diagnostic.str();
          for (Diagnostic &note : diagnostic.getNotes())
            text += "; " + note.str();
          errors.push_back(text);
          return success();
        }) {}

  /// The first error; a refusal must have one.
  Outcome refusal(StringRef phase) const {
    if (errors.empty())
      return {Verdict::wrong, (phase + ": failed without an error").str()};
    std::string first = errors.front();
    std::replace(first.begin(), first.end(), '\n', ' ');
    return {Verdict::refused, (phase + ": " + first).str()};
  }

private:
  std::vector<std::string> errors;
  ScopedDiagnosticHandler handler;
};

/// The values of one side of a test, in order.
using Values = std::vector<ElementsAttr>;

} // namespace

/// Reads `KIND_0.pb`, `KIND_1.pb`, ... Fails where one is no tensor.
static FailureOr<Values> readValues(StringRef folder, StringRef kind,
                                    MLIRContext &context) {
  Values values;
  while (true) {
    SmallString<256> path(folder);
    llvm::sys::path::append(path, "test_data_set_0",
                            kind + "_" + Twine(values.size()) + ".pb");
    if (!llvm::sys::fs::exists(path))
      return values;
    ElementsAttr value = importer::importTensor(path, context);
    if (!value)
      return failure();
    values.push_back(value);
  }
}

/// Makes the arguments of the graph that `binding` names constants of it, and
/// drops their values from `inputs`.
static void bindInputs(onnx::GraphOp graph, Binding binding, Values &inputs) {
  if (binding == Binding::none)
    return;
  unsigned kept = binding == Binding::parameters ? 1 : 0;
  OpBuilder builder(graph.getBody());
  for (unsigned i = kept; i < inputs.size(); ++i) {
    auto constant = onnx::InitializerOp::create(
        builder, graph.getLoc(), inputs[i].getShapedType(),
        builder.getStringAttr(graph.getInputName(i)), /*input=*/IntegerAttr(),
        inputs[i]);
    graph.getBody().getArgument(i).replaceAllUsesWith(constant);
  }
  llvm::BitVector dropped(graph.getNumArguments());
  dropped.set(kept, inputs.size());
  (void)graph.eraseArguments(dropped);
  inputs.resize(kept);
}

/// The elements of an imported tensor. Of elements below a byte ONNX packs
/// several into one, and Tensor does not.
static FailureOr<qnn::Tensor> toTensor(ElementsAttr value) {
  auto type = RankedTensorType::get(value.getShapedType().getShape(),
                                    value.getElementType());
  if (!type.getElementType().isInteger() || type.getElementTypeBitWidth() >= 8)
    return qnn::Tensor::fromAttribute(value);
  FailureOr<onnx::RawTensor> raw = onnx::RawTensor::get(value);
  FailureOr<SmallVector<int64_t>> elements = failure();
  if (succeeded(raw))
    elements = raw->getInts();
  if (failed(elements))
    return failure();
  qnn::Tensor tensor = qnn::Tensor::uninitialized(type);
  llvm::copy(*elements, tensor.mutableData<int8_t>());
  return tensor;
}

static FailureOr<SmallVector<qnn::Tensor>> toTensors(const Values &values) {
  SmallVector<qnn::Tensor> tensors;
  for (ElementsAttr value : values) {
    FailureOr<qnn::Tensor> tensor = toTensor(value);
    if (failed(tensor))
      return failure();
    tensors.push_back(*tensor);
  }
  return tensors;
}

/// The outputs of the model: of those with a bound, the rows that are there,
/// and none of the results that say how many.
static SmallVector<qnn::Tensor> modelOutputs(func::FuncOp entry,
                                             ArrayRef<qnn::Tensor> results) {
  SmallVector<qnn::Tensor> outputs;
  size_t shown = results.size();
  for (size_t i = 0; i < shown; ++i) {
    outputs.push_back(results[i]);
    auto rows =
        entry.getResultAttrOfType<IntegerAttr>(i, qnn::QnnDialect::kRowsAttr);
    if (!rows)
      continue;
    shown = std::min<size_t>(shown, rows.getInt());
    SmallVector<int64_t> shape(results[i].getShape());
    shape.front() = *results[rows.getInt()].data<int64_t>();
    outputs.back() = qnn::Tensor::borrow(
        RankedTensorType::get(shape, results[i].getElementType()),
        results[i].data<void>());
  }
  return outputs;
}

/// Compares all results. The message names the first that is not as expected.
static std::string compareAll(ArrayRef<qnn::Tensor> actual,
                              ArrayRef<qnn::Tensor> expected) {
  if (actual.size() != expected.size())
    return llvm::formatv("{0} outputs, expected are {1}", actual.size(),
                         expected.size());
  for (auto [i, pair] : llvm::enumerate(llvm::zip(actual, expected))) {
    std::string problem = compare(std::get<0>(pair), std::get<1>(pair));
    if (!problem.empty())
      return llvm::formatv("output {0} {1}", i, problem);
  }
  return "";
}

static FailureOr<SmallVector<qnn::Tensor>>
interpret(ModuleOp module, ArrayRef<qnn::Tensor> inputs) {
  FailureOr<interpreter::Interpreter> interpreter =
      interpreter::Interpreter::create(module);
  if (failed(interpreter))
    return failure();
  return interpreter->run(inputs);
}

/// Compiles the lowered module for this machine's processor, and runs it.
static FailureOr<SmallVector<qnn::Tensor>>
compileAndRun(ModuleOp module, ArrayRef<qnn::Tensor> inputs) {
  FailureOr<std::unique_ptr<driver::CompiledModel>> compiled =
      driver::generateCode(module, "node", {.cpu = "", .forHost = true});
  if (failed(compiled))
    return failure();
  driver::InProcess::Settings settings;
  settings.threads = 2;
  FailureOr<std::unique_ptr<driver::InProcess>> program =
      driver::InProcess::load(**compiled,
                              *module.getOps<func::FuncOp>().begin(), settings);
  if (failed(program))
    return failure();
  return (*program)->run(inputs);
}

static bool haveSameBits(const qnn::Tensor &a, const qnn::Tensor &b) {
  return a.getType() == b.getType() &&
         std::memcmp(a.data<char>(), b.data<char>(), a.getByteSize()) == 0;
}

static Outcome runWith(Binding binding, StringRef folder,
                       MLIRContext &context) {
  ErrorCollector errors(context);
  SmallString<256> path(folder);
  llvm::sys::path::append(path, "model.onnx");
  OwningOpRef<ModuleOp> module = importer::importOnnx(path, context);
  if (!module)
    return errors.refusal("import");
  FailureOr<Values> inputs = readValues(folder, "input", context);
  FailureOr<Values> outputs = readValues(folder, "output", context);
  if (failed(inputs) || failed(outputs))
    return {Verdict::refused, "data: an input or output is no tensor"};

  onnx::GraphOp graph = *module->getOps<onnx::GraphOp>().begin();
  if (graph.getNumArguments() != inputs->size())
    return {Verdict::refused, "data: not all inputs have a value"};
  bindInputs(graph, binding, *inputs);

  PassManager graphPhase(&context);
  graph::buildGraphPipeline(graphPhase, graph::GraphOptions());
  if (failed(graphPhase.run(*module)))
    return errors.refusal("graph");

  FailureOr<SmallVector<qnn::Tensor>> arguments = toTensors(*inputs);
  FailureOr<SmallVector<qnn::Tensor>> expected = toTensors(*outputs);
  if (failed(arguments) || failed(expected))
    return {Verdict::refused, "data: an element type that tensors lack"};
  FailureOr<SmallVector<qnn::Tensor>> results = interpret(*module, *arguments);
  if (failed(results))
    return errors.refusal("interpreter");
  auto compareOutputs = [&](ArrayRef<qnn::Tensor> actual) {
    func::FuncOp entry = *module->getOps<func::FuncOp>().begin();
    return compareAll(modelOutputs(entry, actual), *expected);
  };
  std::string problem = compareOutputs(*results);
  if (!problem.empty())
    return {Verdict::wrong, "interpreter: " + problem};

  PassManager lowerPhase(&context);
  lower::buildLowerPipeline(lowerPhase);
  if (failed(lowerPhase.run(*module)))
    return errors.refusal("lower");
  FailureOr<SmallVector<qnn::Tensor>> lowered = interpret(*module, *arguments);
  if (failed(lowered))
    return errors.refusal("interpreter after lower");
  FailureOr<SmallVector<qnn::Tensor>> compiled =
      compileAndRun(*module, *arguments);
  if (failed(compiled))
    return errors.refusal("codegen");
  problem = compareOutputs(*compiled);
  if (!problem.empty())
    return {Verdict::wrong, "compiled: " + problem};
  for (auto [i, pair] : llvm::enumerate(llvm::zip(*compiled, *lowered)))
    if (!haveSameBits(std::get<0>(pair), std::get<1>(pair)))
      return {Verdict::wrong,
              llvm::formatv(
                  "compiled: output {0} has not the interpreter's bits", i)};

  static constexpr StringLiteral kHow[] = {
      "all inputs live", "parameters bound", "all inputs bound"};
  return {Verdict::passed, kHow[static_cast<int>(binding)].str()};
}

Outcome conformance::runNodeTest(StringRef folder, MLIRContext &context) {
  Outcome first;
  for (Binding binding : {Binding::none, Binding::parameters, Binding::all}) {
    Outcome outcome = runWith(binding, folder, context);
    if (outcome.verdict != Verdict::refused)
      return outcome;
    // The refusal of the model as it is is the one to be told.
    if (binding == Binding::none)
      first = outcome;
  }
  return first;
}
