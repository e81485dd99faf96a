//===- GraphImporter.cpp - builds the module of a model -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

#include "Types.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qcc::importer;
using qcc::onnx::OnnxDialect;

//===----------------------------------------------------------------------===//
// Names, locations and properties
//===----------------------------------------------------------------------===//

Location GraphImporter::nameLoc(StringRef name) {
  return NameLoc::get(builder.getStringAttr(name), fileLoc);
}

Value GraphImporter::lookup(StringRef name) {
  for (const ValueMap &scope : llvm::reverse(scopes))
    if (Value value = scope.lookup(name))
      return value;
  llvm_unreachable("the checker has seen that every name is defined");
}

StringAttr GraphImporter::makeSymbol(StringRef name) {
  std::string unique = name.str();
  while (!symbols.insert(unique).second)
    unique += "_";
  return builder.getStringAttr(unique);
}

Value GraphImporter::makeNone() {
  return qcc::onnx::NoneOp::create(builder, fileLoc,
                                   qcc::onnx::NoneType::get(getContext()));
}

DictionaryAttr GraphImporter::toDictionary(
    const google::protobuf::RepeatedPtrField<pb::StringStringEntryProto>
        &entries) {
  NamedAttrList result;
  // Keys can be empty or occur twice: the last one holds, as in protobuf's
  // maps.
  for (const pb::StringStringEntryProto &entry : entries)
    if (!entry.key().empty())
      result.set(entry.key(), builder.getStringAttr(entry.value()));
  return result.getDictionary(getContext());
}

DictionaryAttr GraphImporter::toDictionary(const OpsetImports &imports) {
  NamedAttrList result;
  for (const auto &[domain, version] : imports)
    result.set(domain.empty() ? StringRef(OnnxDialect::kDefaultDomain)
                              : StringRef(domain),
               builder.getI64IntegerAttr(version));
  return result.getDictionary(getContext());
}

/// Documentation and metadata, which graphs, functions and nodes have.
template <typename ProtoT>
void GraphImporter::addProperties(Operation *op, const ProtoT &message) {
  if (!message.doc_string().empty())
    op->setAttr(OnnxDialect::kDocString,
                builder.getStringAttr(message.doc_string()));
  if (!message.metadata_props().empty())
    op->setAttr(OnnxDialect::kMetadata, toDictionary(message.metadata_props()));
}

DictionaryAttr GraphImporter::describeValue(StringRef name,
                                            const pb::TypeProto *type,
                                            StringRef docString) {
  NamedAttrList attributes;
  attributes.set(OnnxDialect::kValueName, builder.getStringAttr(name));
  if (!docString.empty())
    attributes.set(OnnxDialect::kDocString, builder.getStringAttr(docString));
  if (type) {
    if (!type->denotation().empty())
      attributes.set(OnnxDialect::kDenotation,
                     builder.getStringAttr(type->denotation()));
    if (ArrayAttr params = getDimParams(*type, getContext()))
      attributes.set(OnnxDialect::kDimParams, params);
    if (ArrayAttr denotations = getDimDenotations(*type, getContext()))
      attributes.set(OnnxDialect::kDimDenotations, denotations);
  }
  return attributes.getDictionary(getContext());
}

GraphImporter::TypeMap
GraphImporter::collectTypes(const pb::GraphProto &graph) {
  TypeMap types;
  for (const pb::ValueInfoProto &info : graph.value_info())
    types[info.name()] = &info.type();
  for (const pb::ValueInfoProto &info : graph.output())
    types[info.name()] = &info.type();
  return types;
}

//===----------------------------------------------------------------------===//
// Attributes of nodes
//===----------------------------------------------------------------------===//

Attribute GraphImporter::convertAttribute(pb::AttributeProto &attribute,
                                          StringRef owner, ReportFn report) {
  std::string key = (owner + "." + attribute.name()).str();
  SmallVector<Attribute> elements;
  /// Converts each of the messages, and makes an array of the results.
  auto toArray = [&](auto &messages, auto convert) -> Attribute {
    for (auto &message : messages) {
      Attribute element = convert(message);
      if (!element)
        return {};
      elements.push_back(element);
    }
    return builder.getArrayAttr(elements);
  };
  auto toTypeAttr = [&](const pb::TypeProto &message) -> Attribute {
    Type type = convertType(message, getContext(), report);
    return type ? TypeAttr::get(type) : Attribute();
  };
  auto toTensor = [&](auto &message) -> Attribute {
    return tensors.convert(message, key, report);
  };
  auto toString = [&](const std::string &string) -> Attribute {
    return builder.getStringAttr(string);
  };

  if (!attribute.ref_attr_name().empty()) {
    std::optional<qcc::onnx::AttributeKind> kind =
        qcc::onnx::symbolizeAttributeKind(attribute.type());
    if (!kind) {
      report("the kind of a reference is not known");
      return {};
    }
    return qcc::onnx::AttributeRefAttr::get(getContext(),
                                            attribute.ref_attr_name(), *kind);
  }
  switch (attribute.type()) {
  case pb::AttributeProto::FLOAT:
    return builder.getF32FloatAttr(attribute.f());
  case pb::AttributeProto::INT:
    return builder.getI64IntegerAttr(attribute.i());
  case pb::AttributeProto::STRING:
    return toString(attribute.s());
  case pb::AttributeProto::TENSOR:
    return toTensor(*attribute.mutable_t());
  case pb::AttributeProto::SPARSE_TENSOR:
    return toTensor(*attribute.mutable_sparse_tensor());
  case pb::AttributeProto::TYPE_PROTO:
    return toTypeAttr(attribute.tp());
  case pb::AttributeProto::FLOATS:
    return builder.getDenseF32ArrayAttr(
        {attribute.floats().data(), size_t(attribute.floats_size())});
  case pb::AttributeProto::INTS:
    return builder.getDenseI64ArrayAttr(
        {attribute.ints().data(), size_t(attribute.ints_size())});
  case pb::AttributeProto::STRINGS:
    return toArray(attribute.strings(), toString);
  case pb::AttributeProto::TENSORS:
    return toArray(*attribute.mutable_tensors(), toTensor);
  case pb::AttributeProto::SPARSE_TENSORS:
    return toArray(*attribute.mutable_sparse_tensors(), toTensor);
  case pb::AttributeProto::TYPE_PROTOS:
    return toArray(attribute.type_protos(), toTypeAttr);
  default:
    report("its kind is not known");
    return {};
  }
}

//===----------------------------------------------------------------------===//
// Nodes and graphs
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::importSubgraph(pb::GraphProto &graph,
                                            Region &region) {
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&region);
  scopes.emplace_back();
  for (const pb::ValueInfoProto &input : graph.input()) {
    Type type = convertType(input.type(), getContext(), [&](const Twine &what) {
      report("input '" + input.name() + "' of graph '" + graph.name() +
             "': " + what);
    });
    if (!type)
      return failure();
    scopes.back()[input.name()] =
        block->addArgument(type, nameLoc(input.name()));
  }
  if (failed(importBody(graph)))
    return failure();
  scopes.pop_back();
  return success();
}

LogicalResult GraphImporter::importNode(pb::NodeProto &node,
                                        const TypeMap &types) {
  StringRef domain = normalizeDomain(node.domain());
  std::string name = nameNode(node);
  auto reportAt = [&](const Twine &what) {
    report("node '" + name + "' (" + describeOp(node, opsets) + "): " + what);
  };

  SmallVector<Value> inputs;
  for (const std::string &input : node.input())
    inputs.push_back(input.empty() ? makeNone() : lookup(input));

  SmallVector<Type> outputTypes;
  SmallVector<StringRef> outputNames;
  SmallVector<Attribute> dimParams;
  bool hasDimParams = false;
  for (const std::string &output : node.output()) {
    outputNames.push_back(output);
    const pb::TypeProto *declared = types.lookup(output);
    Type type = qcc::onnx::UnknownType::get(getContext());
    if (output.empty())
      type = qcc::onnx::NoneType::get(getContext());
    else if (declared)
      type = convertType(*declared, getContext(), [&](const Twine &what) {
        reportAt("output '" + output + "': " + what);
      });
    if (!type)
      return failure();
    outputTypes.push_back(type);
    ArrayAttr params =
        declared ? getDimParams(*declared, getContext()) : ArrayAttr();
    hasDimParams |= params != nullptr;
    dimParams.push_back(params ? params : builder.getArrayAttr({}));
  }

  // Names of nodes may occur many times, those of values do not.
  auto *firstOutput = llvm::find_if(
      outputNames, [](StringRef output) { return !output.empty(); });
  StringRef owner = firstOutput == outputNames.end() ? name : *firstOutput;
  NamedAttrList attributes;
  SmallVector<std::string> subgraphNames;
  SmallVector<pb::GraphProto *> subgraphs;
  for (pb::AttributeProto &attribute : *node.mutable_attribute()) {
    if (attribute.type() == pb::AttributeProto::GRAPH &&
        attribute.ref_attr_name().empty()) {
      subgraphNames.push_back(attribute.name());
      subgraphs.push_back(attribute.mutable_g());
      continue;
    }
    if (attribute.type() == pb::AttributeProto::GRAPHS &&
        attribute.ref_attr_name().empty()) {
      for (int i = 0; i < attribute.graphs_size(); ++i) {
        subgraphNames.push_back(attribute.name() + "[" + std::to_string(i) +
                                "]");
        subgraphs.push_back(attribute.mutable_graphs(i));
      }
      continue;
    }
    Attribute value =
        convertAttribute(attribute, owner, [&](const Twine &what) {
          reportAt("attribute '" + attribute.name() + "': " + what);
        });
    if (!value)
      return failure();
    attributes.set(attribute.name(), value);
  }

  auto optionalString = [&](StringRef string) {
    return string.empty() ? StringAttr() : builder.getStringAttr(string);
  };
  auto stringArray = [&](auto &strings) {
    SmallVector<StringRef> refs(strings.begin(), strings.end());
    return refs.empty() ? ArrayAttr() : builder.getStrArrayAttr(refs);
  };
  auto op = qcc::onnx::NodeOp::create(
      builder, nameLoc(name), outputTypes,
      builder.getStringAttr(node.op_type()), optionalString(domain),
      optionalString(node.overload()),
      builder.getI64IntegerAttr(
          getSinceVersion(domain, node.op_type(), opsets.lookup(domain))),
      stringArray(outputNames),
      hasDimParams ? builder.getArrayAttr(dimParams) : ArrayAttr(),
      attributes.empty() ? DictionaryAttr()
                         : attributes.getDictionary(getContext()),
      stringArray(subgraphNames), inputs, subgraphs.size());
  addProperties(op, node);
  for (auto [graph, region] : llvm::zip_equal(subgraphs, op.getSubgraphs()))
    if (failed(importSubgraph(*graph, region)))
      return failure();
  for (auto [output, value] : llvm::zip_equal(node.output(), op.getOutputs()))
    if (!output.empty())
      scopes.back()[output] = value;
  return success();
}

LogicalResult GraphImporter::importInitializers(pb::GraphProto &graph) {
  llvm::StringMap<int64_t> inputs;
  for (int i = 0; i < graph.input_size(); ++i)
    inputs[graph.input(i).name()] = i;
  auto create = [&](const std::string &name, Attribute value, Type type) {
    auto input = inputs.find(name);
    auto op = qcc::onnx::InitializerOp::create(
        builder, nameLoc(name), type, builder.getStringAttr(name),
        input == inputs.end() ? IntegerAttr()
                              : builder.getI64IntegerAttr(input->second),
        value);
    scopes.back()[name] = op.getResult();
    return op;
  };
  auto reportAt = [&](const std::string &name, const Twine &what) {
    report("initializer '" + name + "': " + what);
  };
  for (pb::TensorProto &tensor : *graph.mutable_initializer()) {
    ElementsAttr value =
        tensors.convert(tensor, tensor.name(), [&](const Twine &what) {
          reportAt(tensor.name(), what);
        });
    if (!value)
      return failure();
    addProperties(create(tensor.name(), value, value.getType()), tensor);
  }
  for (pb::SparseTensorProto &tensor : *graph.mutable_sparse_initializer()) {
    const std::string &name = tensor.values().name();
    qcc::onnx::SparseTensorAttr value = tensors.convert(
        tensor, name, [&](const Twine &what) { reportAt(name, what); });
    if (!value)
      return failure();
    create(name, value, value.getType());
  }
  return success();
}

LogicalResult GraphImporter::importBody(pb::GraphProto &graph) {
  if (failed(importInitializers(graph)))
    return failure();
  TypeMap types = collectTypes(graph);
  for (pb::NodeProto &node : *graph.mutable_node())
    if (failed(importNode(node, types)))
      return failure();
  SmallVector<Value> outputs;
  for (const pb::ValueInfoProto &output : graph.output())
    outputs.push_back(output.name().empty() ? makeNone()
                                            : lookup(output.name()));
  qcc::onnx::ReturnOp::create(builder, fileLoc, outputs);
  return success();
}

LogicalResult GraphImporter::importMainGraph(pb::GraphProto &graph) {
  llvm::StringSet<> initializers;
  for (const pb::TensorProto &tensor : graph.initializer())
    initializers.insert(tensor.name());
  for (const pb::SparseTensorProto &tensor : graph.sparse_initializer())
    initializers.insert(tensor.values().name());

  SmallVector<Type> inputTypes;
  SmallVector<const pb::ValueInfoProto *> inputs;
  SmallVector<DictionaryAttr> inputAttrs;
  for (const pb::ValueInfoProto &input : graph.input()) {
    if (initializers.contains(input.name()))
      continue;
    Type type = convertType(input.type(), getContext(), [&](const Twine &what) {
      report("input '" + input.name() + "': " + what);
    });
    if (!type)
      return failure();
    inputTypes.push_back(type);
    inputs.push_back(&input);
    inputAttrs.push_back(
        describeValue(input.name(), &input.type(), input.doc_string()));
  }

  SmallVector<DictionaryAttr> outputAttrs;
  for (const pb::ValueInfoProto &output : graph.output())
    outputAttrs.push_back(
        describeValue(output.name(), &output.type(), output.doc_string()));

  // The types of the results are known when the body is built: an output
  // can also be an input or an initializer.
  StringRef name = graph.name().empty() ? "graph" : StringRef(graph.name());
  auto op = qcc::onnx::GraphOp::create(
      builder, fileLoc, makeSymbol(name),
      TypeAttr::get(builder.getFunctionType(inputTypes, {})), ArrayAttr(),
      ArrayAttr());
  addProperties(op, graph);
  NamedAttrList annotations;
  for (const pb::TensorAnnotation &annotation : graph.quantization_annotation())
    if (!annotation.tensor_name().empty())
      annotations.set(annotation.tensor_name(),
                      toDictionary(annotation.quant_parameter_tensor_names()));
  if (!annotations.empty())
    op->setAttr(OnnxDialect::kQuantizationAnnotations,
                annotations.getDictionary(getContext()));
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&op.getBody());
  scopes.emplace_back();
  for (auto [type, input] : llvm::zip_equal(inputTypes, inputs))
    scopes.back()[input->name()] =
        block->addArgument(type, nameLoc(input->name()));
  if (failed(importBody(graph)))
    return failure();
  scopes.pop_back();

  op.setFunctionType(builder.getFunctionType(
      inputTypes, block->getTerminator()->getOperandTypes()));
  // An output that is an input or a constant need not have the declared rank.
  for (auto [type, attrs] : llvm::zip_equal(op.getResultTypes(), outputAttrs)) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    NamedAttrList fitting(attrs);
    for (StringRef key :
         {OnnxDialect::kDimParams, OnnxDialect::kDimDenotations})
      if (auto array = attrs.getAs<ArrayAttr>(key);
          array &&
          (!tensor || tensor.getRank() != static_cast<int64_t>(array.size())))
        fitting.erase(key);
    attrs = fitting.getDictionary(getContext());
  }
  op.setAllArgAttrs(inputAttrs);
  op.setAllResultAttrs(outputAttrs);
  return success();
}

LogicalResult GraphImporter::importFunction(pb::FunctionProto &function) {
  // The body is a graph without types for its inputs and outputs.
  pb::GraphProto body;
  body.mutable_node()->Swap(function.mutable_node());
  body.mutable_value_info()->Swap(function.mutable_value_info());
  for (const std::string &output : function.output())
    body.add_output()->set_name(output);

  OpsetImports modelOpsets = std::move(opsets);
  opsets.clear();
  for (const pb::OperatorSetIdProto &import : function.opset_import())
    opsets[normalizeDomain(import.domain())] = import.version();

  Type unknown = qcc::onnx::UnknownType::get(getContext());
  SmallVector<Type> inputTypes(function.input_size(), unknown);
  SmallVector<DictionaryAttr> inputAttrs, outputAttrs;
  for (const std::string &input : function.input())
    inputAttrs.push_back(describeValue(input, nullptr, {}));
  for (const std::string &output : function.output())
    outputAttrs.push_back(describeValue(output, nullptr, {}));

  NamedAttrList defaults;
  for (pb::AttributeProto &attribute : *function.mutable_attribute_proto()) {
    Attribute value =
        convertAttribute(attribute, function.name(), [&](const Twine &what) {
          report("function '" + function.name() + "': attribute '" +
                 attribute.name() + "': " + what);
        });
    if (!value)
      return failure();
    defaults.set(attribute.name(), value);
  }
  SmallVector<StringRef> parameters(function.attribute().begin(),
                                    function.attribute().end());
  std::string symbol = function.domain() + "::" + function.name();
  if (!function.overload().empty())
    symbol += "::" + function.overload();
  auto op = qcc::onnx::FunctionOp::create(
      builder, nameLoc(function.name()), makeSymbol(symbol),
      TypeAttr::get(builder.getFunctionType(inputTypes, {})),
      builder.getStringAttr(function.domain()),
      builder.getStringAttr(function.name()),
      function.overload().empty() ? StringAttr()
                                  : builder.getStringAttr(function.overload()),
      parameters.empty() ? ArrayAttr() : builder.getStrArrayAttr(parameters),
      defaults.empty() ? DictionaryAttr()
                       : defaults.getDictionary(getContext()),
      toDictionary(opsets), ArrayAttr(), ArrayAttr());
  addProperties(op, function);
  OpBuilder::InsertionGuard guard(builder);
  Block *block = builder.createBlock(&op.getBody());
  scopes.emplace_back();
  for (const std::string &input : function.input())
    scopes.back()[input] = block->addArgument(unknown, nameLoc(input));
  if (failed(importBody(body)))
    return failure();
  scopes.pop_back();
  op.setFunctionType(builder.getFunctionType(
      inputTypes, block->getTerminator()->getOperandTypes()));
  op.setAllArgAttrs(inputAttrs);
  op.setAllResultAttrs(outputAttrs);
  opsets = std::move(modelOpsets);
  return success();
}

LogicalResult GraphImporter::addModelAttributes(const pb::ModelProto &model) {
  auto setString = [&](StringRef name, const std::string &value) {
    if (!value.empty())
      module->setAttr(name, builder.getStringAttr(value));
  };
  module->setAttr(OnnxDialect::kIrVersion,
                  builder.getI64IntegerAttr(model.ir_version()));
  module->setAttr(OnnxDialect::kOpsetImports, toDictionary(opsets));
  setString(OnnxDialect::kProducerName, model.producer_name());
  setString(OnnxDialect::kProducerVersion, model.producer_version());
  setString(OnnxDialect::kModelDomain, model.domain());
  if (model.model_version())
    module->setAttr(OnnxDialect::kModelVersion,
                    builder.getI64IntegerAttr(model.model_version()));
  addProperties(module, model);
  return success();
}

LogicalResult GraphImporter::importModel(pb::ModelProto &model) {
  opsets = collectOpsetImports(model);
  builder.setInsertionPointToEnd(module.getBody());
  if (failed(addModelAttributes(model)) ||
      failed(importMainGraph(*model.mutable_graph())))
    return failure();
  for (pb::FunctionProto &function : *model.mutable_functions())
    if (failed(importFunction(function)))
      return failure();
  return success();
}
