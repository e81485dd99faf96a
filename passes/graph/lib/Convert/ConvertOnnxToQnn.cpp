//===- ConvertOnnxToQnn.cpp - give ONNX nodes their meaning ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"
#include "InputShapes.h"
#include "RowCounts.h"
#include "qcc/Graph/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

namespace qcc::graph {
#define GEN_PASS_DEF_CONVERTONNXTOQNNPASS
#include "qcc/Graph/Passes.h.inc"
} // namespace qcc::graph

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// The conversion of one graph: the values that have been converted so far.
class GraphConversion {
public:
  GraphConversion(onnx::GraphOp graph, const InputShapes &shapes,
                  int64_t foldLimit)
      : graph(graph), shapes(shapes), foldLimit(foldLimit),
        builder(graph.getContext()) {}

  /// Makes `func.func @main` before the graph. Reports all nodes that cannot be
  /// converted.
  LogicalResult run();

private:
  LogicalResult checkNodes();
  LogicalResult convertArguments();
  LogicalResult convertInitializer(onnx::InitializerOp op);
  LogicalResult convertNode(onnx::NodeOp node);
  LogicalResult countRows(NodeConversion &conversion, ArrayRef<Value> inputs,
                          Operation *before);
  LogicalResult convertReturn(onnx::ReturnOp op);
  LogicalResult returnRowCounts(SmallVectorImpl<Value> &results,
                                SmallVectorImpl<NamedAttrList> &attributes);

  onnx::GraphOp graph;
  const InputShapes &shapes;
  int64_t foldLimit;
  OpBuilder builder;
  func::FuncOp func;
  DenseMap<Value, Value> values;
  RowCounts rowCounts;
};

LogicalResult refuseNode(onnx::NodeOp node, const Twine &reason) {
  OpBuilder builder(node.getContext());
  return NodeConversion(node, builder, {}, 0).refuse(reason);
}

/// Finds the nodes that nothing can convert, before anything is converted, so
/// that all of them are reported even behind one that fails.
LogicalResult GraphConversion::checkNodes() {
  bool good = true;
  for (onnx::NodeOp node : graph.getBody().getOps<onnx::NodeOp>()) {
    const HandlerRegistry &registry = HandlerRegistry::get();
    if (registry.lookup(node))
      continue;
    good = false;
    SmallVector<int64_t> versions = registry.versionsOf(node);
    if (versions.empty()) {
      (void)refuseNode(node, "the operator is not supported");
      continue;
    }
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvm::interleaveComma(versions, stream);
    (void)refuseNode(node,
                     "this version is not supported (supported: " + text + ")");
  }
  return success(good);
}

LogicalResult GraphConversion::convertArguments() {
  SmallVector<Type> types;
  SmallVector<DictionaryAttr> attributes;
  bool good = true;
  for (BlockArgument argument : graph.getBody().getArguments()) {
    unsigned index = argument.getArgNumber();
    StringRef name = graph.getInputName(index);
    FailureOr<RankedTensorType> type = shapes.bind(
        name, argument.getType(),
        graph.getArgAttrOfType<ArrayAttr>(index, onnx::OnnxDialect::kDimParams),
        argument.getLoc());
    if (failed(type)) {
      good = false;
      continue;
    }
    if (!computeType(type->getElementType())) {
      emitError(argument.getLoc())
          << "input '" << name << "' has the type " << argument.getType()
          << ", which is not supported";
      good = false;
      continue;
    }
    if (!isSupportedSize(*type)) {
      emitError(argument.getLoc())
          << "input '" << name << "' is a " << *type << ": " << kSizeLimitText;
      good = false;
      continue;
    }
    types.push_back(*type);
    NamedAttrList attrs;
    attrs.append(qnn::QnnDialect::kNameAttr, builder.getStringAttr(name));
    if (Attribute params =
            graph.getArgAttr(index, onnx::OnnxDialect::kDimParams))
      attrs.append(qnn::QnnDialect::kDimNamesAttr, params);
    attributes.push_back(attrs.getDictionary(graph.getContext()));
  }
  if (!good)
    return failure();

  builder.setInsertionPoint(graph);
  func = func::FuncOp::create(builder, graph.getLoc(), "main",
                              builder.getFunctionType(types, {}));
  func.setAllArgAttrs(attributes);
  Block *entry = func.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  for (auto [from, to] :
       llvm::zip_equal(graph.getBody().getArguments(), entry->getArguments())) {
    auto type = cast<RankedTensorType>(to.getType());
    Type element = computeType(type.getElementType());
    to.setLoc(from.getLoc());
    values[from] = element == type.getElementType()
                       ? Value(to)
                       : qnn::CastOp::create(builder, from.getLoc(),
                                             type.clone(element), to);
  }
  return success();
}

LogicalResult GraphConversion::convertInitializer(onnx::InitializerOp op) {
  // Some are left over from other forms of the model.
  if (op->use_empty())
    return success();
  FailureOr<ElementsAttr> value = importConstant(op.getValue());
  if (failed(value))
    return op.emitError() << "initializer '" << op.getName() << "' of type "
                          << op.getType()
                          << " holds no numbers that qnn has a type for, or "
                             "its data is missing";
  values[op.getResult()] =
      qnn::ConstantOp::create(builder, op.getLoc(), *value);
  return success();
}

LogicalResult GraphConversion::convertNode(onnx::NodeOp node) {
  SmallVector<Value> inputs;
  for (unsigned i = 0; i < node.getInputs().size(); ++i) {
    Value input = node.getOptionalInput(i);
    Value value = input ? values.lookup(input) : Value();
    // What it reads could not be converted, and that has been reported.
    if (input && !value)
      return failure();
    inputs.push_back(value);
  }
  Operation *before =
      builder.getBlock()->empty() ? nullptr : &builder.getBlock()->back();
  NodeConversion conversion(node, builder, inputs, foldLimit);
  if (failed(HandlerRegistry::get().lookup(node)(conversion)))
    return conversion.hasRefused()
               ? failure()
               : conversion.refuse("an input that it needs is left out");
  if (failed(countRows(conversion, inputs, before)))
    return failure();
  for (auto [index, output] : llvm::enumerate(node.getOutputs())) {
    Value value = conversion.getResults()[index];
    if (!value) {
      if (conversion.isOutputUsed(index))
        return conversion.refuse("output " + Twine(index) +
                                 " is not supported");
      continue;
    }
    values[output] = value;
    // An op that was there before stands for a tensor of its own.
    Operation *op = value.getDefiningOp();
    StringRef name = node.getOutputName(index);
    if (op && !name.empty() && op != before &&
        (!before || before->isBeforeInBlock(op)) && !isa<qnn::ConstantOp>(op))
      op->setAttr(qnn::QnnDialect::kTensorAttr, builder.getStringAttr(name));
  }
  return success();
}

/// Follows rows whose number is known at run time through the ops that were
/// made of a node, those behind `before`. A result that is not made of them,
/// but of how many there can be, is as wrong as one that mixes them.
LogicalResult GraphConversion::countRows(NodeConversion &conversion,
                                         ArrayRef<Value> inputs,
                                         Operation *before) {
  Block *block = builder.getBlock();
  ArrayRef<Value> results = conversion.getResults();
  for (auto [value, count] :
       llvm::zip_equal(results, conversion.getRowCounts()))
    if (count)
      rowCounts.set(value, {/*axis=*/0, count});
  bool good = true;
  auto first = before ? std::next(before->getIterator()) : block->begin();
  for (Operation &op : llvm::make_range(first, block->end()))
    good = good && succeeded(rowCounts.propagate(&op));
  bool hasRows = llvm::any_of(
      inputs, [&](Value input) { return input && rowCounts.lookup(input); });
  if (good && hasRows)
    good = llvm::all_of(results, [&](Value value) {
      return !value || rowCounts.lookup(value);
    });
  if (good)
    return success();
  return conversion.refuse(
      "its result depends on how many boxes are selected; what follows a "
      "NonMaxSuppression must treat each of them on its own");
}

/// Adds what says how many rows results have as further results.
LogicalResult
GraphConversion::returnRowCounts(SmallVectorImpl<Value> &results,
                                 SmallVectorImpl<NamedAttrList> &attributes) {
  DenseMap<Value, int64_t> places;
  for (size_t index = 0, e = results.size(); index < e; ++index) {
    std::optional<Rows> rows = rowCounts.lookup(results[index]);
    if (!rows)
      continue;
    StringRef name = graph.getOutputName(index);
    if (rows->axis != 0)
      return emitError(results[index].getLoc())
             << "the size of dimension " << rows->axis << " of output '" << name
             << "' depends on how many boxes are selected; only the first "
                "dimension may";
    auto [place, isNew] = places.try_emplace(rows->count, results.size());
    attributes[index].set(qnn::QnnDialect::kRowsAttr,
                          builder.getI64IntegerAttr(place->second));
    if (!isNew)
      continue;
    results.push_back(rows->count);
    // No name of an output of the model.
    std::string rowsName = (name + ".rows").str();
    while (llvm::any_of(llvm::seq<size_t>(0, e), [&](size_t other) {
      return graph.getOutputName(other) == rowsName;
    }))
      rowsName += '_';
    attributes.emplace_back().set(qnn::QnnDialect::kNameAttr,
                                  builder.getStringAttr(rowsName));
  }
  return success();
}

LogicalResult GraphConversion::convertReturn(onnx::ReturnOp op) {
  SmallVector<Value> results;
  SmallVector<NamedAttrList> attributes;
  for (auto [index, output] : llvm::enumerate(op.getOperands())) {
    Value value = values.lookup(output);
    if (!value)
      return failure();
    // The model's own type, where it is one that is computed in another.
    auto declared = dyn_cast<ShapedType>(graph.getResultTypes()[index]);
    auto type = cast<RankedTensorType>(value.getType());
    if (declared && declared.getElementType() != type.getElementType()) {
      if (computeType(declared.getElementType()) != type.getElementType())
        return emitError(op.getLoc())
               << "output '" << graph.getOutputName(index)
               << "' is declared as " << declared << ", but computed as "
               << type;
      value = qnn::CastOp::create(builder, value.getLoc(),
                                  type.clone(declared.getElementType()), value);
      (void)rowCounts.propagate(value.getDefiningOp());
    }
    results.push_back(value);
    attributes.emplace_back().set(
        qnn::QnnDialect::kNameAttr,
        builder.getStringAttr(graph.getOutputName(index)));
  }
  if (failed(returnRowCounts(results, attributes)))
    return failure();
  func::ReturnOp::create(builder, op.getLoc(), results);
  func.setType(builder.getFunctionType(func.getArgumentTypes(),
                                       ValueRange(results).getTypes()));
  for (auto [index, list] : llvm::enumerate(attributes))
    func.setResultAttrs(index, list.getDictionary(graph.getContext()));
  return success();
}

LogicalResult GraphConversion::run() {
  bool good = succeeded(checkNodes());
  if (failed(convertArguments()))
    return failure();
  for (Operation &op : graph.getBody().front()) {
    if (auto initializer = dyn_cast<onnx::InitializerOp>(op)) {
      good &= succeeded(convertInitializer(initializer));
    } else if (auto node = dyn_cast<onnx::NodeOp>(op)) {
      if (HandlerRegistry::get().lookup(node))
        good &= succeeded(convertNode(node));
    } else if (auto terminator = dyn_cast<onnx::ReturnOp>(op)) {
      if (!good || failed(convertReturn(terminator)))
        return failure();
    }
  }
  return success();
}

class ConvertOnnxToQnn
    : public graph::impl::ConvertOnnxToQnnPassBase<ConvertOnnxToQnn> {
public:
  using ConvertOnnxToQnnPassBase::ConvertOnnxToQnnPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto graphs = llvm::to_vector(module.getOps<onnx::GraphOp>());
    if (graphs.size() != 1) {
      module.emitError() << "needs one onnx.graph, has " << graphs.size();
      return signalPassFailure();
    }
    InputShapes bindings;
    if (failed(bindings.parse(shapes, graphs.front())))
      return signalPassFailure();
    if (failed(convert(graphs.front(), bindings)))
      return signalPassFailure();
    for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
      if (isa<onnx::GraphOp, onnx::FunctionOp>(op))
        op.erase();
    // Constants that were folded away, and nodes that nothing reads.
    for (func::FuncOp func : module.getOps<func::FuncOp>())
      for (Operation &op :
           llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
        if (isOpTriviallyDead(&op))
          op.erase();
  }

private:
  /// Converts the graph. A model with several faults gets one error that lists
  /// them all.
  LogicalResult convert(onnx::GraphOp graph, const InputShapes &bindings) {
    std::vector<Diagnostic> faults;
    {
      ScopedDiagnosticHandler handler(
          &getContext(), [&](Diagnostic &diagnostic) {
            if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
              return failure();
            faults.push_back(std::move(diagnostic));
            return success();
          });
      if (succeeded(GraphConversion(graph, bindings, foldLimit).run()))
        return success();
    }
    if (faults.size() == 1) {
      getContext().getDiagEngine().emit(std::move(faults.front()));
      return failure();
    }
    // Not at the op: its text would be the whole model.
    InFlightDiagnostic error = emitError(graph.getLoc())
                               << faults.size()
                               << " parts of the model cannot be converted";
    for (Diagnostic &fault : faults)
      error.attachNote(fault.getLocation()) << fault.str();
    return failure();
  }
};

} // namespace
