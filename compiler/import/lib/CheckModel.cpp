//===- CheckModel.cpp - checks a model before import --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// One of the two files that may see exceptions: the library reports by
// throwing.
//
// The walk over graphs and scopes is done here and not by the library's
// `check_graph`, so that messages name the node, tell a cycle from a missing
// value, and so that the graph may do what the library's checker forbids but
// exporters write: outputs without a shape, operators of ONNX Runtime in the
// default domain. Nodes, attributes, tensors and functions are checked by it.
//
//===----------------------------------------------------------------------===//

#include "OnnxLibrary.h"

#include "onnx/checker.h"
#include "onnx/common/proto_util.h"
#include "onnx/defs/schema.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

#include <exception>

using namespace mlir;
using namespace qcc::importer;
namespace checker = ::onnx::checker;

namespace {

/// The oldest and the newest version of the file format.
constexpr int64_t kOldestIrVersion = 3;
constexpr int64_t kNewestIrVersion = pb::IR_VERSION;

/// Calls of functions may multiply: nobody's model has more nodes than this.
constexpr uint64_t kMaxInlinedNodes = 10'000'000;

/// Operators that ONNX Runtime defines in the default domain, which the
/// library's checker does not know.
bool isRuntimeOpInDefaultDomain(const pb::NodeProto &node) {
  return normalizeDomain(node.domain()).empty() &&
         node.op_type() == "SimplifiedLayerNormalization";
}

class ModelChecker {
public:
  ModelChecker(const pb::ModelProto &model, StringRef modelDir, ReportFn report)
      : model(model), modelDir(modelDir), report(report),
        opsets(collectOpsetImports(model)) {}

  LogicalResult check();

private:
  const pb::ModelProto &model;
  StringRef modelDir;
  ReportFn report;
  OpsetImports opsets;

  LogicalResult fail(const Twine &what) {
    report(what);
    return failure();
  }

  LogicalResult failAt(const pb::NodeProto &node, const Twine &what) {
    return fail("node '" + nameNode(node) + "' (" + describeOp(node, opsets) +
                "): " + what);
  }

  LogicalResult checkVersions();
  LogicalResult checkFunctions(const checker::CheckerContext &context);
  LogicalResult checkInlinedSize();
  LogicalResult checkGraph(const pb::GraphProto &graph,
                           const checker::CheckerContext &context,
                           const checker::LexicalScopeContext &outer);
  LogicalResult checkNode(const pb::NodeProto &node,
                          const checker::CheckerContext &context,
                          const checker::LexicalScopeContext &scope);
  LogicalResult checkSubgraphs(const pb::NodeProto &node,
                               const checker::CheckerContext &context,
                               const checker::LexicalScopeContext &scope);
  LogicalResult explainUndefined(const pb::GraphProto &graph, int index,
                                 StringRef input);
};

} // namespace

/// Runs a check of the library, and gives what it throws to `fail`. Only the
/// first paragraph is of use: the rest names the node once more.
static LogicalResult
runCheck(llvm::function_ref<void()> check,
         llvm::function_ref<LogicalResult(const Twine &)> fail) {
  try {
    check();
    return success();
  } catch (const std::exception &error) {
    return fail(StringRef(error.what()).split("\n\n==>").first.rtrim());
  }
}

LogicalResult ModelChecker::checkVersions() {
  if (!model.has_ir_version() && !model.has_graph())
    return fail("not an ONNX model: it has neither a version nor a graph");
  if (model.ir_version() < kOldestIrVersion ||
      model.ir_version() > kNewestIrVersion)
    return fail("IR version " + Twine(model.ir_version()) +
                " is not supported: it must be between " +
                Twine(kOldestIrVersion) + " and " + Twine(kNewestIrVersion));
  if (!model.has_graph())
    return fail("the model has no graph");
  if (model.opset_import().empty())
    return fail("the model does not say which opset it uses");
  const auto &known =
      pb::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  for (const auto &[domain, version] : opsets) {
    if (version < 1 || version > INT32_MAX)
      return fail("version " + Twine(version) + " of domain '" + domain +
                  "' is not valid");
    auto range = known.find(domain.str());
    if (range != known.end() && version > range->second.second)
      return fail((domain.empty() ? Twine("opset ")
                                  : "version of domain '" + domain + "' ") +
                  Twine(version) + " is not supported: the newest known is " +
                  Twine(range->second.second));
  }
  return success();
}

/// Says why `input` of node number `index` is not defined before it.
LogicalResult ModelChecker::explainUndefined(const pb::GraphProto &graph,
                                             int index, StringRef input) {
  const pb::NodeProto &node = graph.node(index);
  llvm::StringMap<int> producers;
  for (int i = 0; i < graph.node_size(); ++i)
    for (const std::string &output : graph.node(i).output())
      if (!output.empty())
        producers.try_emplace(output, i);
  auto producer = producers.find(input);
  if (producer == producers.end())
    return failAt(node, "input '" + input +
                            "' is the output of no node, no input and no "
                            "initializer");

  // Follow the inputs from the producer: if that leads back, it is a cycle.
  SmallVector<int> worklist = {producer->second};
  llvm::DenseSet<int> seen(worklist.begin(), worklist.end());
  while (!worklist.empty()) {
    int current = worklist.pop_back_val();
    if (current == index)
      return failAt(node, "input '" + input +
                              "' depends on the node's own output: the graph "
                              "has a cycle");
    for (const std::string &name : graph.node(current).input()) {
      auto next = producers.find(name);
      if (next != producers.end() && seen.insert(next->second).second)
        worklist.push_back(next->second);
    }
  }
  return failAt(node, "input '" + input + "' is the output of node '" +
                          nameNode(graph.node(producer->second)) +
                          "', which comes later: nodes must be in order");
}

LogicalResult
ModelChecker::checkSubgraphs(const pb::NodeProto &node,
                             const checker::CheckerContext &context,
                             const checker::LexicalScopeContext &scope) {
  for (const pb::AttributeProto &attribute : node.attribute()) {
    if (attribute.has_g() && failed(checkGraph(attribute.g(), context, scope)))
      return failure();
    for (const pb::GraphProto &graph : attribute.graphs())
      if (failed(checkGraph(graph, context, scope)))
        return failure();
  }
  return success();
}

LogicalResult
ModelChecker::checkNode(const pb::NodeProto &node,
                        const checker::CheckerContext &context,
                        const checker::LexicalScopeContext &scope) {
  // From the inside out, so that an error names the innermost node.
  checker::CheckerContext inner(context);
  inner.set_is_main_graph(false);
  if (failed(checkSubgraphs(node, inner, scope)))
    return failure();

  StringRef domain = normalizeDomain(node.domain());
  if (!opsets.contains(domain))
    return failAt(node,
                  "the model imports no opset of domain '" + domain + "'");
  // An older opset will do where the operator has not changed up to the oldest
  // that is supported.
  int64_t version = opsets.lookup(domain);
  if (domain.empty() && version < kOldestOpset &&
      getSinceVersion(domain, node.op_type(), version) !=
          getSinceVersion(domain, node.op_type(), kOldestOpset))
    return failAt(node, "opset " + Twine(version) +
                            " is not supported: the oldest is " +
                            Twine(kOldestOpset));
  auto check = [&] {
    if (!isRuntimeOpInDefaultDomain(node))
      return checker::check_node(node, context, scope);
    for (const pb::AttributeProto &attribute : node.attribute())
      checker::check_attribute(attribute, context, scope);
  };
  return runCheck(check, [&](const Twine &what) { return failAt(node, what); });
}

LogicalResult
ModelChecker::checkGraph(const pb::GraphProto &graph,
                         const checker::CheckerContext &context,
                         const checker::LexicalScopeContext &outer) {
  checker::LexicalScopeContext scope{outer};
  for (const pb::ValueInfoProto &input : graph.input()) {
    if (input.name().empty())
      return fail("graph '" + graph.name() + "' has an input without a name");
    if (scope.this_graph_has(input.name()))
      return fail("graph '" + graph.name() + "' has two inputs '" +
                  input.name() + "'");
    scope.add(input.name());
  }

  llvm::StringSet<> initializers;
  auto addInitializer = [&](const std::string &name) -> LogicalResult {
    if (name.empty())
      return fail("graph '" + graph.name() +
                  "' has an initializer without a name");
    if (!initializers.insert(name).second)
      return fail("graph '" + graph.name() + "' has two initializers '" + name +
                  "'");
    scope.add(name);
    return success();
  };
  auto failInitializer = [&](const std::string &name, const Twine &what) {
    return fail("initializer '" + name + "': " + what);
  };
  for (const pb::TensorProto &tensor : graph.initializer()) {
    if (failed(addInitializer(tensor.name())))
      return failure();
    // External data is looked at when it is opened.
    if (tensor.data_location() == pb::TensorProto::EXTERNAL)
      continue;
    if (failed(runCheck([&] { checker::check_tensor(tensor, context); },
                        [&](const Twine &what) {
                          return failInitializer(tensor.name(), what);
                        })))
      return failure();
  }
  for (const pb::SparseTensorProto &tensor : graph.sparse_initializer()) {
    const std::string &name = tensor.values().name();
    if (failed(addInitializer(name)))
      return failure();
    if (failed(runCheck(
            [&] { checker::check_sparse_tensor(tensor, context); },
            [&](const Twine &what) { return failInitializer(name, what); })))
      return failure();
  }

  for (int i = 0; i < graph.node_size(); ++i) {
    const pb::NodeProto &node = graph.node(i);
    for (const std::string &input : node.input())
      if (!input.empty() && !scope.this_or_ancestor_graph_has(input))
        return explainUndefined(graph, i, input);
    if (failed(checkNode(node, context, scope)))
      return failure();
    for (const std::string &output : node.output()) {
      if (output.empty())
        continue;
      if (scope.this_or_ancestor_graph_has(output))
        return failAt(node,
                      "output '" + output + "' has the name of another value");
      scope.add(output);
    }
  }
  for (const pb::ValueInfoProto &output : graph.output())
    if (!scope.this_or_ancestor_graph_has(output.name()))
      return fail("output '" + output.name() + "' of graph '" + graph.name() +
                  "' is the output of no node, no input and no initializer");
  return success();
}

LogicalResult ModelChecker::checkInlinedSize() {
  // Nodes that a call of a function expands to. The functions do not call
  // each other in a circle, so the recursion ends.
  llvm::StringMap<const pb::FunctionProto *> functions;
  for (const pb::FunctionProto &function : model.functions())
    functions[pb::GetFunctionImplId(function)] = &function;
  llvm::StringMap<uint64_t> sizes;
  auto sizeOf = [&](auto &&self, const auto &nodes) -> uint64_t {
    uint64_t size = 0;
    for (const pb::NodeProto &node : nodes) {
      std::string callee = pb::GetCalleeId(node);
      auto function = functions.find(callee);
      uint64_t nodeSize = 1;
      if (function != functions.end()) {
        auto known = sizes.find(callee);
        if (known == sizes.end()) {
          uint64_t calleeSize = self(self, function->second->node());
          known = sizes.try_emplace(callee, calleeSize).first;
        }
        nodeSize = known->second;
      }
      for (const pb::AttributeProto &attribute : node.attribute()) {
        nodeSize += self(self, attribute.g().node());
        for (const pb::GraphProto &graph : attribute.graphs())
          nodeSize += self(self, graph.node());
      }
      // Saturates, so that the sum cannot overflow.
      size = std::min(size + nodeSize, kMaxInlinedNodes + 1);
    }
    return size;
  };
  if (sizeOf(sizeOf, model.graph().node()) > kMaxInlinedNodes)
    return fail("the model's functions expand to more than " +
                Twine(kMaxInlinedNodes) + " nodes");
  return success();
}

LogicalResult
ModelChecker::checkFunctions(const checker::CheckerContext &context) {
  if (model.functions().empty())
    return success();
  if (failed(runCheck([&] { checker::check_function_call_cycles(model); },
                      [&](const Twine &what) { return fail(what); })))
    return failure();
  for (const pb::FunctionProto &function : model.functions()) {
    checker::CheckerContext inner(context);
    inner.set_is_main_graph(false);
    if (failed(runCheck(
            [&] {
              checker::check_function(function, inner,
                                      checker::LexicalScopeContext());
            },
            [&](const Twine &what) {
              return fail("function '" + function.name() + "': " + what);
            })))
      return failure();
    llvm::StringSet<> values;
    for (const std::string &input : function.input())
      values.insert(input);
    for (const pb::NodeProto &node : function.node())
      for (const std::string &output : node.output())
        values.insert(output);
    for (const std::string &output : function.output())
      if (!values.contains(output))
        return fail("function '" + function.name() + "': output '" + output +
                    "' is the output of no node and no input");
  }
  return checkInlinedSize();
}

LogicalResult ModelChecker::check() {
  if (failed(checkVersions()))
    return failure();
  checker::CheckerContext context;
  context.set_ir_version(static_cast<int>(model.ir_version()));
  context.set_model_dir(modelDir.str());
  std::unordered_map<std::string, int> imports;
  for (const auto &[domain, version] : opsets)
    imports[domain.str()] = static_cast<int>(version);
  // The library looks a domain up as it is spelled.
  if (auto version = imports.find(""); version != imports.end())
    imports["ai.onnx"] = version->second;
  context.set_opset_imports(std::move(imports));
  if (failed(checkFunctions(context)))
    return failure();
  return checkGraph(model.graph(), context, checker::LexicalScopeContext());
}

LogicalResult qcc::importer::checkModel(const pb::ModelProto &model,
                                        StringRef modelDir, ReportFn report) {
  return ModelChecker(model, modelDir, report).check();
}
