//===- CompareWithFile.cpp - does a module say what its file says -------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Import/Import.h"

#include "OnnxLibrary.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/Onnx/OnnxOps.h"
#include "llvm/Support/Path.h"

#include <cstring>

using namespace mlir;
using namespace qcc::importer;

namespace {

/// Compares graphs with messages that the ONNX library has parsed whole. The
/// importer finds large constants by itself and never copies them; here nothing
/// of that is used.
class Comparer {
public:
  Comparer(StringRef modelDir, ReportFn report)
      : modelDir(modelDir), report(report) {}

  /// True if both say the same; `difference` says what not.
  bool isSame(const pb::GraphProto &graph, Block &body);

  std::string difference;

private:
  bool differ(const Twine &what) {
    if (difference.empty())
      difference = what.str();
    return false;
  }
  bool isSame(const pb::NodeProto &node, qcc::onnx::NodeOp op);
  bool isSame(const pb::AttributeProto &attribute, Attribute value);
  bool isSame(const pb::TensorProto &tensor, Attribute value);
  bool areSubgraphsSame(const pb::NodeProto &node, qcc::onnx::NodeOp op);
  FailureOr<std::string> readExternal(const pb::TensorProto &tensor);

  StringRef modelDir;
  ReportFn report;
  llvm::DenseMap<Value, StringRef> names;
};

template <typename T, typename FieldT>
std::string bytesOf(const FieldT &field) {
  std::string bytes;
  for (auto value : field) {
    T element = static_cast<T>(value);
    bytes.append(reinterpret_cast<const char *>(&element), sizeof(element));
  }
  return bytes;
}

/// The data of a tensor in the message as raw data would have it; nothing for
/// types whose fields are packed in ways of their own.
std::optional<std::string> embeddedBytes(const pb::TensorProto &tensor) {
  if (tensor.has_raw_data())
    return tensor.raw_data();
  switch (tensor.data_type()) {
  case pb::TensorProto::FLOAT:
    return bytesOf<float>(tensor.float_data());
  case pb::TensorProto::DOUBLE:
    return bytesOf<double>(tensor.double_data());
  case pb::TensorProto::INT64:
    return bytesOf<int64_t>(tensor.int64_data());
  case pb::TensorProto::UINT64:
    return bytesOf<uint64_t>(tensor.uint64_data());
  case pb::TensorProto::UINT32:
    return bytesOf<uint32_t>(tensor.uint64_data());
  case pb::TensorProto::INT32:
    return bytesOf<int32_t>(tensor.int32_data());
  case pb::TensorProto::INT16:
  case pb::TensorProto::UINT16:
  case pb::TensorProto::FLOAT16:
  case pb::TensorProto::BFLOAT16:
    return bytesOf<int16_t>(tensor.int32_data());
  case pb::TensorProto::INT8:
  case pb::TensorProto::UINT8:
  case pb::TensorProto::BOOL:
    return bytesOf<int8_t>(tensor.int32_data());
  default:
    return std::nullopt;
  }
}

/// The elements of a constant as raw data would have them; nothing if they are
/// not there.
std::optional<std::string> bytesOf(Attribute value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob)
      return std::nullopt;
    return std::string(blob->getData().begin(), blob->getData().end());
  }
  auto dense = dyn_cast<DenseIntOrFPElementsAttr>(value);
  if (!dense)
    return std::nullopt;
  if (dense.getElementType().isInteger(1))
    return bytesOf<int8_t>(dense.getValues<bool>());
  ArrayRef<char> raw = dense.getRawData();
  std::string bytes;
  int64_t copies = dense.isSplat() ? dense.getNumElements() : 1;
  for (int64_t i = 0; i < copies; ++i)
    bytes.append(raw.begin(), raw.end());
  return bytes;
}

FailureOr<std::string> Comparer::readExternal(const pb::TensorProto &tensor) {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const pb::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    uint64_t number = 0;
    if (entry.key() == "location")
      location = value;
    else if (entry.key() == "offset" && !value.getAsInteger(10, number))
      offset = number;
    else if (entry.key() == "length" && !value.getAsInteger(10, number))
      length = number;
  }
  FailureOr<std::shared_ptr<MappedFile>> file =
      openExternalData(modelDir, location, report);
  if (failed(file))
    return failure();
  ArrayRef<char> bytes = (*file)->bytes().drop_front(offset);
  if (length)
    bytes = bytes.take_front(*length);
  return std::string(bytes.begin(), bytes.end());
}

bool Comparer::isSame(const pb::TensorProto &tensor, Attribute value) {
  auto elements = dyn_cast_or_null<ElementsAttr>(value);
  ArrayRef<int64_t> dims(tensor.dims().data(), tensor.dims().size());
  if (!elements || cast<ShapedType>(elements.getType()).getShape() != dims)
    return differ("constant '" + tensor.name() + "' has another shape");
  if (tensor.data_type() == pb::TensorProto::STRING) {
    auto strings = dyn_cast<DenseStringElementsAttr>(value);
    return (strings && llvm::equal(strings.getValues<StringRef>(),
                                   tensor.string_data())) ||
           differ("constant '" + tensor.name() + "' differs");
  }
  std::optional<std::string> expected, actual = bytesOf(value);
  if (!actual)
    return differ("constant '" + tensor.name() + "' has no data");
  if (tensor.data_location() == pb::TensorProto::EXTERNAL) {
    FailureOr<std::string> read = readExternal(tensor);
    if (failed(read))
      return differ("constant '" + tensor.name() + "' cannot be read again");
    expected = std::move(*read);
    // Without a length the rest of the file is not the tensor's.
    if (actual->size() < expected->size())
      expected->resize(actual->size());
  } else {
    expected = embeddedBytes(tensor);
  }
  return !expected || *expected == *actual ||
         differ("constant '" + tensor.name() + "' differs");
}

bool Comparer::isSame(const pb::AttributeProto &attribute, Attribute value) {
  auto array = [&](auto values, const auto &expected) {
    return values && llvm::equal(values.asArrayRef(), expected);
  };
  auto isString = [](Attribute element, const std::string &expected) {
    auto string = dyn_cast_or_null<StringAttr>(element);
    return string && string.getValue() == expected;
  };
  // References to attributes of functions, and kinds that no operator reads.
  if (!attribute.ref_attr_name().empty())
    return static_cast<bool>(value);
  switch (attribute.type()) {
  case pb::AttributeProto::FLOAT: {
    auto number = dyn_cast_or_null<FloatAttr>(value);
    return number && number.getValue().bitwiseIsEqual(APFloat(attribute.f()));
  }
  case pb::AttributeProto::INT: {
    auto number = dyn_cast_or_null<IntegerAttr>(value);
    return number && number.getInt() == attribute.i();
  }
  case pb::AttributeProto::STRING:
    return isString(value, attribute.s());
  case pb::AttributeProto::TENSOR:
    return isSame(attribute.t(), value);
  case pb::AttributeProto::FLOATS:
    return array(dyn_cast_or_null<DenseF32ArrayAttr>(value),
                 attribute.floats());
  case pb::AttributeProto::INTS:
    return array(dyn_cast_or_null<DenseI64ArrayAttr>(value), attribute.ints());
  case pb::AttributeProto::STRINGS: {
    auto strings = dyn_cast_or_null<ArrayAttr>(value);
    return strings && strings.size() == size_t(attribute.strings_size()) &&
           llvm::all_of(llvm::zip_equal(strings, attribute.strings()),
                        [&](auto pair) {
                          return isString(std::get<0>(pair), std::get<1>(pair));
                        });
  }
  default:
    return static_cast<bool>(value);
  }
}

bool Comparer::areSubgraphsSame(const pb::NodeProto &node,
                                qcc::onnx::NodeOp op) {
  SmallVector<const pb::GraphProto *> graphs;
  for (const pb::AttributeProto &attribute : node.attribute()) {
    if (attribute.type() == pb::AttributeProto::GRAPH)
      graphs.push_back(&attribute.g());
    for (const pb::GraphProto &graph : attribute.graphs())
      graphs.push_back(&graph);
  }
  if (graphs.size() != op.getSubgraphs().size())
    return differ("node '" + nameNode(node) + "' has other subgraphs");
  for (auto [graph, region] : llvm::zip_equal(graphs, op.getSubgraphs()))
    if (!isSame(*graph, region.front()))
      return false;
  return true;
}

bool Comparer::isSame(const pb::NodeProto &node, qcc::onnx::NodeOp op) {
  std::string name = nameNode(node);
  if (op.getOpType() != node.op_type() ||
      op.getDomain().value_or("") != normalizeDomain(node.domain()))
    return differ("node '" + name + "' has another operator");
  bool areInputsSame =
      size_t(node.input_size()) == op.getInputs().size() &&
      llvm::all_of(
          llvm::zip_equal(node.input(), op.getInputs()), [&](auto pair) {
            return names.lookup(std::get<1>(pair)) == std::get<0>(pair);
          });
  if (!areInputsSame)
    return differ("node '" + name + "' has other inputs");
  if (size_t(node.output_size()) != op.getOutputs().size())
    return differ("node '" + name + "' has other outputs");
  for (auto [output, result] : llvm::zip_equal(node.output(), op.getOutputs()))
    names[result] = output;
  for (const pb::AttributeProto &attribute : node.attribute()) {
    bool isGraph = attribute.type() == pb::AttributeProto::GRAPH ||
                   attribute.type() == pb::AttributeProto::GRAPHS;
    DictionaryAttr attributes = op.getNodeAttributesAttr();
    if (!isGraph &&
        !isSame(attribute,
                attributes ? attributes.get(attribute.name()) : Attribute()))
      return differ("attribute '" + attribute.name() + "' of node '" + name +
                    "' differs");
  }
  return areSubgraphsSame(node, op);
}

bool Comparer::isSame(const pb::GraphProto &graph, Block &body) {
  llvm::StringMap<qcc::onnx::InitializerOp> initializers;
  SmallVector<qcc::onnx::NodeOp> nodes;
  for (Operation &op : body) {
    if (auto initializer = dyn_cast<qcc::onnx::InitializerOp>(op)) {
      initializers[initializer.getName()] = initializer;
      names[initializer.getResult()] = initializer.getName();
    } else if (auto node = dyn_cast<qcc::onnx::NodeOp>(op)) {
      nodes.push_back(node);
    }
  }
  // Inputs that an initializer gives a value to are no arguments.
  SmallVector<StringRef> inputs;
  for (const pb::ValueInfoProto &input : graph.input())
    if (!initializers.contains(input.name()))
      inputs.push_back(input.name());
  if (inputs.size() != body.getNumArguments())
    return differ("graph '" + graph.name() + "' has other inputs");
  for (auto [name, argument] : llvm::zip_equal(inputs, body.getArguments()))
    names[argument] = name;
  for (const pb::TensorProto &tensor : graph.initializer()) {
    auto found = initializers.find(tensor.name());
    if (found == initializers.end())
      return differ("constant '" + tensor.name() + "' is missing");
    if (!isSame(tensor, found->second.getValue()))
      return false;
  }
  if (size_t(graph.node_size()) != nodes.size())
    return differ("there are " + Twine(nodes.size()) + " nodes, the file has " +
                  Twine(graph.node_size()));
  for (auto [node, op] : llvm::zip_equal(graph.node(), nodes))
    if (!isSame(node, op))
      return false;
  Operation *end = body.getTerminator();
  for (auto [output, value] : llvm::zip(graph.output(), end->getOperands()))
    if (names.lookup(value) != output.name())
      return differ("output '" + output.name() + "' is another value");
  return true;
}

} // namespace

FailureOr<std::string>
qcc::importer::compareWithFile(ModuleOp module, StringRef path,
                               const ImportOptions &options) {
  Location location = module.getLoc();
  auto report = [&](const Twine &what) { emitError(location) << what; };
  FailureOr<std::shared_ptr<MappedFile>> file =
      MappedFile::open(path, /*followLinks=*/true, report);
  if (failed(file))
    return failure();
  // Protobuf itself reads no more than this.
  if ((*file)->size() > std::numeric_limits<int32_t>::max())
    return std::string();
  pb::ModelProto model;
  StringRef bytes((*file)->bytes().data(), (*file)->size());
  if (failed(parseModel(bytes, model, report)) ||
      (!options.keepFunctions && !model.functions().empty() &&
       failed(inlineFunctions(model, report))))
    return failure();
  SmallString<256> modelDir = llvm::sys::path::parent_path(path);
  if (modelDir.empty())
    modelDir = ".";
  auto graphs = module.getOps<qcc::onnx::GraphOp>();
  if (graphs.empty())
    return std::string("there is no graph");
  qcc::onnx::GraphOp graph = *graphs.begin();
  Comparer comparer(modelDir, report);
  comparer.isSame(model.graph(), graph.getBody().front());
  return comparer.difference;
}
