//===- GraphImporter.h - builds the module of a model -------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IMPORT_GRAPHIMPORTER_H
#define QCC_IMPORT_GRAPHIMPORTER_H

#include "OnnxLibrary.h"
#include "Tensors.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "qcc/Onnx/OnnxOps.h"
#include "llvm/ADT/StringSet.h"

namespace qcc::importer {

/// Builds the operations of a model that has passed the checker. What may
/// still be wrong with it, types and data of tensors, is reported.
class GraphImporter {
public:
  GraphImporter(mlir::ModuleOp module, mlir::Location fileLoc,
                TensorImporter &tensors, ReportFn report)
      : module(module), builder(module.getContext()), fileLoc(fileLoc),
        tensors(tensors), report(report) {}

  /// Consumes the data of the tensors of `model`.
  mlir::LogicalResult importModel(pb::ModelProto &model);

private:
  using ValueMap = llvm::StringMap<mlir::Value>;
  using TypeMap = llvm::StringMap<const pb::TypeProto *>;

  mlir::ModuleOp module;
  mlir::OpBuilder builder;
  mlir::Location fileLoc;
  TensorImporter &tensors;
  ReportFn report;
  OpsetImports opsets;
  /// The values of the graph that is being built and of those around it.
  llvm::SmallVector<ValueMap> scopes;
  llvm::StringSet<> symbols;

  mlir::MLIRContext *getContext() { return module.getContext(); }
  mlir::Location nameLoc(llvm::StringRef name);
  /// A symbol of the given name, or one that begins with it.
  mlir::StringAttr makeSymbol(llvm::StringRef name);
  mlir::DictionaryAttr toDictionary(
      const google::protobuf::RepeatedPtrField<pb::StringStringEntryProto>
          &entries);
  mlir::DictionaryAttr toDictionary(const OpsetImports &imports);

  /// The attributes of an argument or result, without those that would be
  /// empty.
  mlir::DictionaryAttr describeValue(llvm::StringRef name,
                                     const pb::TypeProto *type,
                                     llvm::StringRef docString);
  template <typename ProtoT>
  void addProperties(mlir::Operation *op, const ProtoT &message);

  mlir::LogicalResult addModelAttributes(const pb::ModelProto &model);
  mlir::LogicalResult importMainGraph(pb::GraphProto &graph);
  mlir::LogicalResult importFunction(pb::FunctionProto &function);

  /// Builds initializers, nodes and the terminator of `graph` in the current
  /// block, in the scope that is on top.
  mlir::LogicalResult importBody(pb::GraphProto &graph);
  mlir::LogicalResult importInitializers(pb::GraphProto &graph);
  mlir::LogicalResult importNode(pb::NodeProto &node, const TypeMap &types);
  mlir::LogicalResult importSubgraph(pb::GraphProto &graph,
                                     mlir::Region &region);

  /// The value of an attribute that is no graph; null after a report. The name
  /// of its owner becomes part of the keys of resources.
  mlir::Attribute convertAttribute(pb::AttributeProto &attribute,
                                   llvm::StringRef owner, ReportFn report);

  TypeMap collectTypes(const pb::GraphProto &graph);
  mlir::Value lookup(llvm::StringRef name);
  mlir::Value makeNone();
};

} // namespace qcc::importer

#endif // QCC_IMPORT_GRAPHIMPORTER_H
