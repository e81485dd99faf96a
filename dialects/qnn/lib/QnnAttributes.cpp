//===- QnnAttributes.cpp - schemes and layouts -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace qcc::qnn;

#include "qcc/Qnn/QnnEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "qcc/Qnn/QnnAttributes.cpp.inc"

void QnnDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "qcc/Qnn/QnnAttributes.cpp.inc"
      >();
}

SchemeAttr SchemeAttr::perTensor(Type storage, bool symmetric, bool narrow) {
  return get(storage.getContext(), storage, Granularity::per_tensor, -1, 0,
             symmetric, narrow);
}

SchemeAttr SchemeAttr::perAxis(Type storage, int64_t axis, bool symmetric,
                               bool narrow) {
  return get(storage.getContext(), storage, Granularity::per_axis, axis, 0,
             symmetric, narrow);
}

SchemeAttr SchemeAttr::withAxis(int64_t axis) const {
  return get(getContext(), getStorage(), getGranularity(), axis, getGroup(),
             getSymmetric(), getNarrow());
}

int64_t SchemeAttr::getMin() const {
  unsigned bits = getStorage().getIntOrFloatBitWidth();
  int64_t least =
      getStorage().isUnsignedInteger() ? 0 : -(int64_t(1) << (bits - 1));
  return least + (getNarrow() ? 1 : 0);
}

int64_t SchemeAttr::getMax() const {
  unsigned bits = getStorage().getIntOrFloatBitWidth();
  return getStorage().isUnsignedInteger() ? (int64_t(1) << bits) - 1
                                          : (int64_t(1) << (bits - 1)) - 1;
}

SmallVector<int64_t>
SchemeAttr::getParameterShape(ArrayRef<int64_t> tensorShape) const {
  switch (getGranularity()) {
  case Granularity::per_tensor:
    return {};
  case Granularity::per_axis:
    return {tensorShape[getAxis()]};
  case Granularity::per_group: {
    SmallVector<int64_t> shape(tensorShape);
    int64_t &extent = shape[getAxis()];
    if (!ShapedType::isDynamic(extent))
      extent = (extent + getGroup() - 1) / getGroup();
    return shape;
  }
  }
  llvm_unreachable("all granularities are handled");
}

LogicalResult SchemeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 Type storage, Granularity granularity,
                                 int64_t axis, int64_t group,
                                 bool /*symmetric*/, bool /*narrow*/) {
  if (auto integer = dyn_cast<IntegerType>(storage)) {
    if (integer.getWidth() < 2 || integer.getWidth() > 32)
      return emitError() << "storage type " << storage
                         << " must have 2 to 32 bits (C1)";
  } else if (!isa<FloatType>(storage) || storage.getIntOrFloatBitWidth() > 8) {
    return emitError() << "storage type " << storage
                       << " must be an integer of 2 to 32 bits or a float of "
                          "at most 8 (C1)";
  }
  if (granularity != Granularity::per_tensor && axis < 0)
    return emitError() << "axis " << axis << " must not be negative (C2)";
  if ((granularity == Granularity::per_group) != (group >= 1))
    return emitError()
           << "group size " << group
           << " must be at least 1 for per_group and 0 otherwise (C3)";
  return success();
}

// `<` storage `,` (`per_tensor` | `per_axis` `=` axis | `per_group` `=` axis
// `x` group) (`,` `symmetric`)? (`,` `narrow`)? `>`
Attribute SchemeAttr::parse(AsmParser &parser, Type) {
  Type storage;
  StringRef keyword;
  SMLoc where = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseType(storage) || parser.parseComma() ||
      parser.parseKeyword(&keyword))
    return {};
  std::optional<Granularity> granularity = symbolizeGranularity(keyword);
  if (!granularity) {
    parser.emitError(where, "expected per_tensor, per_axis or per_group, got '")
        << keyword << "'";
    return {};
  }
  int64_t axis = -1, group = 0;
  if (*granularity != Granularity::per_tensor &&
      (parser.parseEqual() || parser.parseInteger(axis)))
    return {};
  if (*granularity == Granularity::per_group &&
      (parser.parseKeyword("x") || parser.parseInteger(group)))
    return {};
  bool symmetric = false, narrow = false;
  while (succeeded(parser.parseOptionalComma())) {
    if (succeeded(parser.parseOptionalKeyword("symmetric")))
      symmetric = true;
    else if (succeeded(parser.parseOptionalKeyword("narrow")))
      narrow = true;
    else
      return parser.emitError(parser.getCurrentLocation(),
                              "expected symmetric or narrow"),
             Attribute();
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<SchemeAttr>(where, parser.getContext(), storage,
                                       *granularity, axis, group, symmetric,
                                       narrow);
}

void SchemeAttr::print(AsmPrinter &printer) const {
  printer << "<" << getStorage() << ", "
          << stringifyGranularity(getGranularity());
  if (!isPerTensor())
    printer << " = " << getAxis();
  if (getGranularity() == Granularity::per_group)
    printer << " x " << getGroup();
  if (getSymmetric())
    printer << ", symmetric";
  if (getNarrow())
    printer << ", narrow";
  printer << ">";
}
