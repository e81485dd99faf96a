//===- Import.cpp - reads ONNX models -----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Import/Import.h"

#include "GraphImporter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace qcc::importer;

/// Domains whose operators have a meaning, to the ONNX standard or to ONNX
/// Runtime.
static constexpr StringLiteral kKnownDomains[] = {
    "",
    "ai.onnx.ml",
    "ai.onnx.preview",
    "ai.onnx.preview.training",
    "ai.onnx.training",
    "com.microsoft",
};

/// Adds to `unknown` how the nodes of other domains are written in messages.
static void
collectUnknown(const google::protobuf::RepeatedPtrField<pb::NodeProto> &nodes,
               llvm::function_ref<bool(const pb::NodeProto &)> isKnown,
               const OpsetImports &opsets,
               SmallVectorImpl<std::string> &unknown) {
  for (const pb::NodeProto &node : nodes) {
    if (!isKnown(node))
      unknown.push_back("'" + nameNode(node) + "' (" +
                        describeOp(node, opsets) + ")");
    for (const pb::AttributeProto &attribute : node.attribute()) {
      collectUnknown(attribute.g().node(), isKnown, opsets, unknown);
      for (const pb::GraphProto &graph : attribute.graphs())
        collectUnknown(graph.node(), isKnown, opsets, unknown);
    }
  }
}

/// Reports all nodes at once whose operators nobody knows.
static LogicalResult checkDomains(const pb::ModelProto &model,
                                  ReportFn report) {
  auto isKnown = [&](const pb::NodeProto &node) {
    StringRef domain = normalizeDomain(node.domain());
    return llvm::is_contained(kKnownDomains, domain) ||
           llvm::any_of(model.functions(), [&](const auto &function) {
             return function.name() == node.op_type() &&
                    normalizeDomain(function.domain()) == domain;
           });
  };
  OpsetImports opsets = collectOpsetImports(model);
  SmallVector<std::string> unknown;
  collectUnknown(model.graph().node(), isKnown, opsets, unknown);
  for (const pb::FunctionProto &function : model.functions())
    collectUnknown(function.node(), isKnown, opsets, unknown);
  if (unknown.empty())
    return success();
  report((unknown.size() == 1 ? Twine("node ") : Twine("nodes ")) +
         llvm::join(unknown, ", ") +
         (unknown.size() == 1 ? ": its operator is" : ": their operators are") +
         " of a custom domain, which qcc does not know");
  return failure();
}

/// Reports at `loc`; one problem is said once.
static auto reportOnce(Location loc) {
  return [loc, reported = false](const Twine &what) mutable {
    if (!reported)
      emitError(loc) << what;
    reported = true;
  };
}

OwningOpRef<ModuleOp> qcc::importer::importOnnx(StringRef path,
                                                MLIRContext &context,
                                                const ImportOptions &options) {
  context.loadDialect<qcc::onnx::OnnxDialect>();
  Location fileLoc = FileLineColLoc::get(&context, path, 0, 0);
  auto report = reportOnce(fileLoc);

  FailureOr<std::shared_ptr<MappedFile>> file =
      MappedFile::open(path, /*followLinks=*/true, report);
  if (failed(file))
    return {};
  FailureOr<Skeleton> skeleton = buildSkeleton((*file)->bytes(), report);
  if (failed(skeleton))
    return {};
  pb::ModelProto model;
  if (failed(parseModel(skeleton->bytes, model, report)))
    return {};
  skeleton->bytes = std::string();

  SmallString<256> modelDir = llvm::sys::path::parent_path(path);
  if (modelDir.empty())
    modelDir = ".";
  if (failed(checkModel(model, modelDir, report)))
    return {};
  // What the inliner makes is not above suspicion.
  if (!options.keepFunctions && !model.functions().empty() &&
      (failed(inlineFunctions(model, report)) ||
       failed(checkModel(model, modelDir, report))))
    return {};
  if (!options.customDomains && failed(checkDomains(model, report)))
    return {};
  if (!model.training_info().empty())
    emitWarning(fileLoc) << "the model's training information is ignored";

  OwningOpRef<ModuleOp> module = ModuleOp::create(fileLoc);
  TensorImporter tensors(&context, *file, skeleton->payloads, modelDir,
                         options.maxInlineElements);
  GraphImporter graphs(*module, fileLoc, tensors, report);
  if (failed(graphs.importModel(model)) || failed(verify(*module)))
    return {};
  return module;
}

ElementsAttr qcc::importer::importTensor(StringRef path, MLIRContext &context) {
  context.loadDialect<qcc::onnx::OnnxDialect>();
  auto report = reportOnce(FileLineColLoc::get(&context, path, 0, 0));
  FailureOr<std::shared_ptr<MappedFile>> file =
      MappedFile::open(path, /*followLinks=*/true, report);
  if (failed(file))
    return {};
  pb::TensorProto tensor;
  ArrayRef<char> bytes = (*file)->bytes();
  if (failed(
          parseTensor(StringRef(bytes.data(), bytes.size()), tensor, report)))
    return {};
  TensorImporter tensors(&context, *file, /*payloads=*/{},
                         llvm::sys::path::parent_path(path),
                         ImportOptions().maxInlineElements);
  return tensors.convert(tensor, tensor.name(), report);
}
