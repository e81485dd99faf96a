//===- OnnxOps.cpp - operations of the onnx dialect -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
#include "qcc/Onnx/OnnxOps.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Interfaces/FunctionImplementation.h"
#include "qcc/Onnx/RawTensor.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qcc::onnx;

//===----------------------------------------------------------------------===//
// Names of values in the text
//===----------------------------------------------------------------------===//

/// Turns an ONNX name into one that reads well in the text: what MLIR does not
/// allow in a value's name becomes `_`.
static std::string toValueName(StringRef name) {
  std::string result = name.str();
  for (char &c : result)
    if (!llvm::isAlnum(c) && c != '_' && c != '.' && c != '-' && c != '$')
      c = '_';
  // A name that begins with a digit would be read as a number.
  if (!result.empty() && llvm::isDigit(result.front()))
    result.insert(0, "_");
  return result;
}

//===----------------------------------------------------------------------===//
// GraphOp and FunctionOp
//===----------------------------------------------------------------------===//

/// The `onnx.name` of an argument or result, or the empty string.
static StringRef getValueName(DictionaryAttr attributes) {
  auto name = attributes ? attributes.getAs<StringAttr>(OnnxDialect::kValueName)
                         : StringAttr();
  return name ? name.getValue() : StringRef();
}

static void setArgumentNames(FunctionOpInterface op, Region &region,
                             OpAsmSetValueNameFn setName) {
  if (region.empty())
    return;
  for (BlockArgument argument : region.getArguments())
    if (StringRef name =
            getValueName(op.getArgAttrDict(argument.getArgNumber()));
        !name.empty())
      setName(argument, toValueName(name));
}

static LogicalResult verifyValueNames(FunctionOpInterface op) {
  llvm::StringSet<> names;
  for (unsigned i = 0; i < op.getNumArguments(); ++i) {
    StringRef name = getValueName(op.getArgAttrDict(i));
    if (name.empty())
      return op.emitOpError()
             << "argument #" << i << " must have an 'onnx.name' [C1]";
    if (!names.insert(name).second)
      return op.emitOpError()
             << "has two arguments with the name '" << name << "' [C2]";
  }
  for (unsigned i = 0; i < op.getNumResults(); ++i)
    if (getValueName(op.getResultAttrDict(i)).empty())
      return op.emitOpError()
             << "result #" << i << " must have an 'onnx.name' [C1]";
  return success();
}

template <typename OpT>
static ParseResult parseFunctionLike(OpAsmParser &parser,
                                     OperationState &result) {
  auto buildType = [](Builder &builder, ArrayRef<Type> arguments,
                      ArrayRef<Type> results,
                      function_interface_impl::VariadicFlag, std::string &) {
    return builder.getFunctionType(arguments, results);
  };
  return function_interface_impl::parseFunctionOp(
      parser, result, /*allowVariadic=*/false,
      OpT::getFunctionTypeAttrName(result.name), buildType,
      OpT::getArgAttrsAttrName(result.name),
      OpT::getResAttrsAttrName(result.name));
}

template <typename OpT>
static void printFunctionLike(OpAsmPrinter &printer, OpT op) {
  function_interface_impl::printFunctionOp(
      printer, op, /*isVariadic=*/false, op.getFunctionTypeAttrName(),
      op.getArgAttrsAttrName(), op.getResAttrsAttrName());
}

ParseResult GraphOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunctionLike<GraphOp>(parser, result);
}
void GraphOp::print(OpAsmPrinter &printer) {
  printFunctionLike(printer, *this);
}
LogicalResult GraphOp::verify() { return verifyValueNames(*this); }
StringRef GraphOp::getInputName(unsigned index) {
  return getValueName(getArgAttrDict(index));
}
StringRef GraphOp::getOutputName(unsigned index) {
  return getValueName(getResultAttrDict(index));
}
void GraphOp::getAsmBlockArgumentNames(Region &region,
                                       OpAsmSetValueNameFn setName) {
  setArgumentNames(*this, region, setName);
}

ParseResult FunctionOp::parse(OpAsmParser &parser, OperationState &result) {
  return parseFunctionLike<FunctionOp>(parser, result);
}
void FunctionOp::print(OpAsmPrinter &printer) {
  printFunctionLike(printer, *this);
}
StringRef FunctionOp::getInputName(unsigned index) {
  return getValueName(getArgAttrDict(index));
}
StringRef FunctionOp::getOutputName(unsigned index) {
  return getValueName(getResultAttrDict(index));
}
void FunctionOp::getAsmBlockArgumentNames(Region &region,
                                          OpAsmSetValueNameFn setName) {
  setArgumentNames(*this, region, setName);
}

LogicalResult FunctionOp::verify() {
  if (getOpType().empty())
    return emitOpError("must have an 'op_type' that is not empty [C3]");
  return verifyValueNames(*this);
}

//===----------------------------------------------------------------------===//
// ReturnOp
//===----------------------------------------------------------------------===//

LogicalResult ReturnOp::verify() {
  auto function = dyn_cast<FunctionOpInterface>((*this)->getParentOp());
  if (!function) {
    if (!isa<NodeOp>((*this)->getParentOp()))
      return emitOpError("must end an onnx.graph, an onnx.function or a "
                         "subgraph of an onnx.node");
    return success();
  }
  if (getOperandTypes() != function.getResultTypes())
    return emitOpError() << "has operands of types (" << getOperandTypes()
                         << "), but the results are ("
                         << function.getResultTypes() << ") [C1]";
  return success();
}

//===----------------------------------------------------------------------===//
// NoneOp
//===----------------------------------------------------------------------===//

OpFoldResult NoneOp::fold(FoldAdaptor) { return UnitAttr::get(getContext()); }

void NoneOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), "none");
}

//===----------------------------------------------------------------------===//
// InitializerOp
//===----------------------------------------------------------------------===//

/// The type of a constant's value, or null if the attribute is none.
static ShapedType getConstantType(Attribute value) {
  if (auto elements = dyn_cast<ElementsAttr>(value))
    return elements.getShapedType();
  if (auto sparse = dyn_cast<SparseTensorAttr>(value))
    return sparse.getType();
  return {};
}

ParseResult InitializerOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  IntegerAttr input;
  Attribute value;
  if (parser.parseAttribute(name, getNameAttrName(result.name),
                            result.attributes))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("input")) &&
      parser.parseAttribute(input, parser.getBuilder().getI64Type(),
                            getInputAttrName(result.name), result.attributes))
    return failure();
  SMLoc location;
  if (parser.parseOptionalAttrDict(result.attributes) || parser.parseEqual() ||
      parser.getCurrentLocation(&location) || parser.parseAttribute(value))
    return failure();
  result.addAttribute(getValueAttrName(result.name), value);
  ShapedType type = getConstantType(value);
  if (!type)
    return parser.emitError(
        location, "expected an elements attribute or #onnx.sparse [C2]");
  result.addTypes(type);
  return success();
}

void InitializerOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printAttributeWithoutType(getNameAttr());
  if (std::optional<uint64_t> input = getInput())
    printer << " input " << *input;
  printer.printOptionalAttrDict(
      (*this)->getAttrs(),
      {getNameAttrName(), getInputAttrName(), getValueAttrName()});
  printer << " = " << getValue();
}

void InitializerOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), toValueName(getName()));
}

LogicalResult InitializerOp::verify() {
  if (getName().empty())
    return emitOpError("must have a name [C1]");
  ShapedType type = getConstantType(getValue());
  if (!type || type != getType())
    return emitOpError()
           << "must have an elements attribute or #onnx.sparse of type "
           << getType() << " [C2]";
  if (IntegerAttr input = getInputAttr(); input && input.getInt() < 0)
    return emitOpError() << "cannot be input number " << input.getInt()
                         << " [C3]";
  auto resource = dyn_cast<DenseResourceElementsAttr>(getValue());
  if (AsmResourceBlob *blob =
          resource ? resource.getRawHandle().getBlob() : nullptr) {
    std::optional<uint64_t> size = getRawByteSize(type);
    if (!size || blob->getData().size() != *size)
      return emitOpError() << "has " << blob->getData().size()
                           << " bytes of data, but " << type << " takes "
                           << (size ? std::to_string(*size)
                                    : std::string("no resource"))
                           << " [C4]";
  }
  return success();
}

//===----------------------------------------------------------------------===//
// NodeOp
//===----------------------------------------------------------------------===//

/// subgraphs ::= (`subgraphs` string `=` region (`,` string `=` region)*)?
static ParseResult
parseSubgraphs(OpAsmParser &parser, ArrayAttr &names,
               SmallVectorImpl<std::unique_ptr<Region>> &subgraphs) {
  if (failed(parser.parseOptionalKeyword("subgraphs")))
    return success();
  SmallVector<Attribute> parsed;
  auto parseOne = [&]() -> ParseResult {
    std::string name;
    auto region = std::make_unique<Region>();
    if (parser.parseString(&name) || parser.parseEqual() ||
        parser.parseRegion(*region))
      return failure();
    parsed.push_back(parser.getBuilder().getStringAttr(name));
    subgraphs.push_back(std::move(region));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseOne))
    return failure();
  names = parser.getBuilder().getArrayAttr(parsed);
  return success();
}

static void printSubgraphs(OpAsmPrinter &printer, NodeOp /*op*/,
                           ArrayAttr names, MutableArrayRef<Region> subgraphs) {
  if (!names || names.empty())
    return;
  printer << "subgraphs ";
  llvm::interleaveComma(llvm::zip_equal(names, subgraphs), printer,
                        [&](auto entry) {
                          auto [name, region] = entry;
                          printer << name << " = ";
                          printer.printRegion(region);
                        });
}

StringRef NodeOp::getDomainOrDefault() {
  return getDomain().value_or(OnnxDialect::kDefaultDomain);
}

Value NodeOp::getOptionalInput(unsigned index) {
  if (index >= getInputs().size() ||
      isa<qcc::onnx::NoneType>(getInputs()[index].getType()))
    return {};
  return getInputs()[index];
}

Attribute NodeOp::getNodeAttr(StringRef name) {
  DictionaryAttr attributes = getNodeAttributesAttr();
  return attributes ? attributes.get(name) : Attribute();
}

int64_t NodeOp::getInt(StringRef name, int64_t defaultValue) {
  auto attr = getNodeAttrOfType<IntegerAttr>(name);
  return attr ? attr.getInt() : defaultValue;
}

float NodeOp::getFloat(StringRef name, float defaultValue) {
  auto attr = getNodeAttrOfType<FloatAttr>(name);
  return attr ? attr.getValue().convertToFloat() : defaultValue;
}

StringRef NodeOp::getString(StringRef name, StringRef defaultValue) {
  auto attr = getNodeAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : defaultValue;
}

std::optional<ArrayRef<int64_t>> NodeOp::getInts(StringRef name) {
  auto attr = getNodeAttrOfType<DenseI64ArrayAttr>(name);
  return attr ? std::optional(attr.asArrayRef()) : std::nullopt;
}

std::optional<ArrayRef<float>> NodeOp::getFloats(StringRef name) {
  auto attr = getNodeAttrOfType<DenseF32ArrayAttr>(name);
  return attr ? std::optional(attr.asArrayRef()) : std::nullopt;
}

Region *NodeOp::getSubgraph(StringRef name) {
  if (ArrayAttr names = getSubgraphNamesAttr())
    for (auto [subgraphName, region] :
         llvm::zip_equal(names.getAsRange<StringAttr>(), getSubgraphs()))
      if (subgraphName.getValue() == name)
        return &region;
  return nullptr;
}

StringRef NodeOp::getOutputName(unsigned index) {
  ArrayAttr names = getOutputNamesAttr();
  return names ? cast<StringAttr>(names[index]).getValue() : StringRef();
}

void NodeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  for (auto [index, output] : llvm::enumerate(getOutputs()))
    if (StringRef name = getOutputName(index); !name.empty())
      setName(output, toValueName(name));
}

/// Whether the value of a node's attribute is of one of the documented forms.
static bool isNodeAttribute(Attribute value) {
  auto isScalar = [](Attribute element) {
    if (auto integer = dyn_cast<IntegerAttr>(element))
      return integer.getType().isSignlessInteger(64);
    if (auto number = dyn_cast<FloatAttr>(element))
      return number.getType().isF32();
    return isa<StringAttr, ElementsAttr, SparseTensorAttr, TypeAttr,
               AttributeRefAttr>(element);
  };
  // The array attributes are ElementsAttr as well: look at them first.
  if (isa<DenseArrayAttr>(value))
    return isa<DenseF32ArrayAttr, DenseI64ArrayAttr>(value);
  if (auto array = dyn_cast<ArrayAttr>(value))
    return llvm::all_of(array, [](Attribute element) {
      return !isa<DenseArrayAttr>(element) &&
             isa<StringAttr, ElementsAttr, SparseTensorAttr, TypeAttr>(element);
    });
  return isScalar(value);
}

LogicalResult NodeOp::verify() {
  if (getOpType().empty())
    return emitOpError("must have an 'op_type' that is not empty [C1]");
  if (std::optional<StringRef> domain = getDomain();
      domain && (domain->empty() || *domain == OnnxDialect::kDefaultDomain))
    return emitOpError("must leave out 'domain' for the default domain [C2]");
  // [C3] is checked by the attribute's own constraint.

  size_t numNames = getSubgraphNamesAttr() ? getSubgraphNamesAttr().size() : 0;
  if (numNames != getSubgraphs().size())
    return emitOpError() << "has " << getSubgraphs().size()
                         << " subgraphs, but " << numNames
                         << " names for them [C4]";
  llvm::StringSet<> names;
  if (numNames)
    for (auto name : getSubgraphNamesAttr().getAsRange<StringAttr>())
      if (getNodeAttr(name.getValue()) || !names.insert(name.getValue()).second)
        return emitOpError() << "has two attributes with the name '"
                             << name.getValue() << "' [C4]";
  for (Region &region : getSubgraphs())
    if (region.front().empty() || !isa<ReturnOp>(region.front().back()))
      return emitOpError("must have subgraphs that end in onnx.return [C5]");

  if (getOutputNamesAttr() &&
      getOutputNamesAttr().size() != getOutputs().size())
    return emitOpError() << "has " << getOutputs().size() << " outputs, but "
                         << getOutputNamesAttr().size()
                         << " names for them [C6]";
  if (ArrayAttr params = getDimParamsAttr();
      params && params.size() != getOutputs().size())
    return emitOpError() << "has " << getOutputs().size()
                         << " outputs, but names of dimensions for "
                         << params.size() << " [C6]";
  if (DictionaryAttr attributes = getNodeAttributesAttr())
    for (NamedAttribute attribute : attributes)
      if (!isNodeAttribute(attribute.getValue()))
        return emitOpError() << "attribute '" << attribute.getName().getValue()
                             << "' has a form that ONNX does not have: "
                             << attribute.getValue() << " [C7]";
  return success();
}

#define GET_OP_CLASSES
#include "qcc/Onnx/OnnxOps.cpp.inc"
