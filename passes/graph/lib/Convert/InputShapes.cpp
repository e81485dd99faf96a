//===- InputShapes.cpp - values of symbolic dimensions --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InputShapes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

/// Name of dimension `index`, or the empty string. PaddlePaddle's exporter
/// calls all that it does not know "?": that is no name.
static StringRef dimName(ArrayAttr params, size_t index) {
  if (!params || index >= params.size())
    return {};
  StringRef name = cast<StringAttr>(params[index]).getValue();
  return name == "?" ? StringRef() : name;
}

LogicalResult InputShapes::parse(ArrayRef<std::string> options,
                                 onnx::GraphOp graph) {
  for (StringRef option : options) {
    auto malformed = [&](const Twine &why) {
      return graph.emitError() << "shape '" << option << "': " << why.str();
    };
    auto [name, text] = option.rsplit(':');
    SmallVector<StringRef> parts;
    if (!text.empty())
      text.split(parts, 'x');
    SmallVector<int64_t> shape;
    for (StringRef part : parts) {
      int64_t extent;
      if (part.getAsInteger(10, extent) || extent < 0 || extent > INT32_MAX)
        return malformed("must have the form NAME:1x3x224x224, with extents "
                         "of 1 to 2147483647");
      shape.push_back(extent);
    }
    if (name.empty() || name == option)
      return malformed("must have the form NAME:1x3x224x224");
    std::optional<unsigned> index;
    for (unsigned i = 0; i < graph.getBody().getNumArguments(); ++i)
      if (graph.getInputName(i) == name)
        index = i;
    if (!index) {
      std::string names;
      for (unsigned i = 0; i < graph.getBody().getNumArguments(); ++i)
        names += (i ? ", '" : "'") + graph.getInputName(i).str() + "'";
      return malformed("the model has no such input; its inputs are " + names);
    }
    auto declared = dyn_cast<RankedTensorType>(
        graph.getBody().getArgument(*index).getType());
    if (declared && declared.getRank() != static_cast<int64_t>(shape.size()))
      return malformed("the input has rank " + Twine(declared.getRank()));
    auto params = graph.getArgAttrOfType<ArrayAttr>(
        *index, onnx::OnnxDialect::kDimParams);
    for (size_t i = 0; declared && i < shape.size(); ++i) {
      if (!declared.isDynamicDim(i)) {
        if (declared.getDimSize(i) != shape[i])
          return malformed("dimension " + Twine(i) + " of the input is " +
                           Twine(declared.getDimSize(i)));
        continue;
      }
      if (shape[i] == 0)
        return malformed("dimension " + Twine(i) + " must be at least 1");
      StringRef dim = dimName(params, i);
      if (dim.empty())
        continue;
      auto [entry, inserted] = dimensions.try_emplace(dim, shape[i]);
      if (!inserted && entry->second != shape[i])
        return malformed("dimension '" + dim + "' has already been given as " +
                         Twine(entry->second));
    }
    if (!shapes.try_emplace(name, shape).second)
      return malformed("input '" + name + "' has a shape already");
  }
  return success();
}

FailureOr<RankedTensorType> InputShapes::bind(StringRef name, Type type,
                                              ArrayAttr params,
                                              Location loc) const {
  auto tensor = dyn_cast<TensorType>(type);
  if (!tensor)
    return emitError(loc) << "input '" << name << "' has the type " << type
                          << ", only tensors are supported";
  auto given = shapes.find(name);
  if (given != shapes.end())
    return RankedTensorType::get(given->second, tensor.getElementType());
  if (!tensor.hasRank())
    return emitError(loc) << "input '" << name
                          << "' has no declared shape: give one with -shape="
                          << name << ":...";
  SmallVector<int64_t> shape(tensor.getShape());
  for (auto [i, extent] : llvm::enumerate(shape)) {
    if (extent != ShapedType::kDynamic)
      continue;
    StringRef dim = dimName(params, i);
    auto known = dimensions.find(dim);
    if (!dim.empty() && known != dimensions.end()) {
      extent = known->second;
      continue;
    }
    if (i == 0) {
      extent = 1;
      emitRemark(loc) << "leading dimension "
                      << (dim.empty() ? "" : ("'" + dim + "' ").str())
                      << "of input '" << name << "' is taken as 1";
      continue;
    }
    return emitError(loc) << "dimension " << i
                          << (dim.empty() ? "" : (" ('" + dim + "')").str())
                          << " of input '" << name
                          << "' is not known: give it with -shape=" << name
                          << ":...";
  }
  return RankedTensorType::get(shape, tensor.getElementType());
}
