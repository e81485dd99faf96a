//===- OnnxLibrary.cpp - what is used of the ONNX library ---------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// One of the two files that may see exceptions: the library reports by
// throwing.
//
//===----------------------------------------------------------------------===//

#include "OnnxLibrary.h"

#include "onnx/checker.h"
#include "onnx/common/proto_util.h"
#include "onnx/defs/schema.h"
#include "onnx/inliner/inliner.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <exception>

using namespace mlir;
using namespace qcc::importer;

StringRef qcc::importer::normalizeDomain(StringRef domain) {
  return domain == "ai.onnx" ? StringRef() : domain;
}

std::string qcc::importer::describeOp(const pb::NodeProto &node,
                                      const OpsetImports &opsets) {
  StringRef domain = normalizeDomain(node.domain());
  std::string version = std::to_string(opsets.lookup(domain));
  if (domain.empty())
    return node.op_type() + ", opset " + version;
  return (domain + "." + node.op_type() + ", version " + version).str();
}

std::string qcc::importer::nameNode(const pb::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return node.op_type() + "_of_" + output;
  return node.op_type();
}

/// Runs `action` and reports what it throws. Only the first line of a checker's
/// error is of use to users: the rest names the node once more.
static LogicalResult catching(ReportFn report,
                              llvm::function_ref<LogicalResult()> action) {
  try {
    return action();
  } catch (const std::exception &error) {
    report(StringRef(error.what()).split("\n\n==>").first.rtrim());
    return failure();
  }
}

LogicalResult qcc::importer::parseModel(StringRef bytes, pb::ModelProto &model,
                                        ReportFn report) {
  return catching(report, [&]() -> LogicalResult {
    if (bytes.size() > INT32_MAX) {
      report("the model has more than 2 GB of structure beside its tensors");
      return failure();
    }
    if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      report("not an ONNX model, or a damaged one: protobuf cannot read it");
      return failure();
    }
    return success();
  });
}

LogicalResult qcc::importer::parseTensor(StringRef bytes,
                                         pb::TensorProto &tensor,
                                         ReportFn report) {
  return catching(report, [&]() -> LogicalResult {
    // Protobuf takes fields that it does not know, so that much else parses.
    if (bytes.size() > INT32_MAX ||
        !tensor.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
        tensor.data_type() == pb::TensorProto::UNDEFINED ||
        tensor.has_segment()) {
      report("not a serialized ONNX tensor, or a damaged one");
      return failure();
    }
    return success();
  });
}

OpsetImports qcc::importer::collectOpsetImports(const pb::ModelProto &model) {
  OpsetImports imports;
  for (const pb::OperatorSetIdProto &import : model.opset_import())
    imports[normalizeDomain(import.domain())] = import.version();
  for (const pb::FunctionProto &function : model.functions())
    for (const pb::OperatorSetIdProto &import : function.opset_import())
      imports.try_emplace(normalizeDomain(import.domain()), import.version());
  return imports;
}

static const pb::OpSchema *findSchema(StringRef domain, StringRef op,
                                      int64_t version) {
  return pb::OpSchemaRegistry::Schema(op.str(), static_cast<int>(version),
                                      domain.str());
}

int64_t qcc::importer::getSinceVersion(StringRef domain, StringRef op,
                                       int64_t version) {
  const pb::OpSchema *schema = findSchema(domain, op, version);
  return schema ? schema->since_version() : version;
}

namespace {
/// Adds the defaults of a function's attributes to the calls that leave them
/// out, which the inliner does not: the attributes would come out with the
/// defaults of the operators that they are handed to.
class DefaultAttributes {
public:
  explicit DefaultAttributes(const pb::ModelProto &model) {
    for (const pb::FunctionProto &function : model.functions())
      functions[pb::GetFunctionImplId(function)] = &function;
  }

  void addTo(google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes) const {
    for (pb::NodeProto &node : nodes) {
      auto function = functions.find(pb::GetCalleeId(node));
      if (function != functions.end())
        addTo(node, *function->second);
      for (pb::AttributeProto &attribute : *node.mutable_attribute()) {
        if (attribute.has_g())
          addTo(*attribute.mutable_g()->mutable_node());
        for (pb::GraphProto &graph : *attribute.mutable_graphs())
          addTo(*graph.mutable_node());
      }
    }
  }

private:
  llvm::StringMap<const pb::FunctionProto *> functions;

  static void addTo(pb::NodeProto &call, const pb::FunctionProto &function) {
    for (const pb::AttributeProto &attribute : function.attribute_proto())
      if (llvm::none_of(call.attribute(), [&](const auto &given) {
            return given.name() == attribute.name();
          }))
        *call.add_attribute() = attribute;
  }
};
} // namespace

/// Puts an Identity between an input of a function and an output that is the
/// same value: the inliner would leave the call's output without a producer.
static void separateOutputsFromInputs(pb::FunctionProto &function) {
  for (std::string &output : *function.mutable_output()) {
    if (!llvm::is_contained(function.input(), output))
      continue;
    pb::NodeProto *identity = function.add_node();
    identity->set_op_type("Identity");
    identity->add_input(output);
    // A name that is longer than each of the function's is none of them.
    size_t longest = 0;
    for (const std::string &name : function.input())
      longest = std::max(longest, name.size());
    for (const pb::NodeProto &node : function.node())
      for (const std::string &name : node.output())
        longest = std::max(longest, name.size());
    output += "_" + std::string(longest, 'o');
    identity->add_output(output);
  }
}

LogicalResult qcc::importer::inlineFunctions(pb::ModelProto &model,
                                             ReportFn report) {
  return catching(report, [&] {
    // The checker has seen that all nodes mean the same under the function's
    // imports and the model's. The inliner compares the numbers only.
    OpsetImports imports = collectOpsetImports(model);
    for (pb::FunctionProto &function : *model.mutable_functions())
      for (pb::OperatorSetIdProto &import : *function.mutable_opset_import())
        import.set_version(imports.lookup(normalizeDomain(import.domain())));
    model.clear_opset_import();
    for (const auto &[domain, version] : imports) {
      pb::OperatorSetIdProto *import = model.add_opset_import();
      import->set_domain(domain.str());
      import->set_version(version);
    }
    DefaultAttributes defaults(model);
    defaults.addTo(*model.mutable_graph()->mutable_node());
    for (pb::FunctionProto &function : *model.mutable_functions()) {
      defaults.addTo(*function.mutable_node());
      separateOutputsFromInputs(function);
    }
    pb::inliner::InlineLocalFunctions(model);
    return success();
  });
}

FailureOr<std::shared_ptr<MappedFile>>
qcc::importer::openExternalData(StringRef modelDir, StringRef location,
                                ReportFn report) {
  // Said before the library looks: its message does not say that the file is
  // missing.
  SmallString<256> path(modelDir);
  llvm::sys::path::append(path, location);
  bool leavesFolder =
      llvm::sys::path::is_absolute(location) ||
      llvm::is_contained(llvm::make_range(llvm::sys::path::begin(location),
                                          llvm::sys::path::end(location)),
                         "..");
  if (leavesFolder) {
    report("external data '" + location +
           "' is outside of the model's folder, which is not allowed");
    return failure();
  }
  if (!location.empty() && !llvm::sys::fs::exists(path) &&
      !llvm::sys::fs::is_symlink_file(path)) {
    report("external data '" + location + "' is missing: there is no file '" +
           path + "'");
    return failure();
  }
  std::string resolved;
  auto resolve = [&] {
    resolved = pb::checker::resolve_external_data_location(
                   modelDir.str(), location.str(), location.str())
                   .string();
    return success();
  };
  if (failed(catching(report, resolve)))
    return failure();
  return MappedFile::open(resolved, /*followLinks=*/false, report);
}
