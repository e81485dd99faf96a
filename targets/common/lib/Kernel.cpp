//===- Kernel.cpp - what an emitter sees of a stage -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/Epilogue.h"
#include "qcc/Target/Stage.h"

#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

KernelEmitter::~KernelEmitter() = default;

/// Arguments of a kernel in front of the pointers: frame, thread, threads.
static constexpr unsigned kFirstPointer = 3;

Kernel::Kernel(ImplicitLocOpBuilder &builder, Operation *op,
               const Placement &placement, LLVM::LLVMFuncOp function)
    : builder(builder), op(op), placement(placement), function(function) {
  unsigned next = kFirstPointer;
  for (Value operand : op->getOperands())
    pointers[operand] = function.getArgument(next++);
  for (Value result : op->getResults())
    pointers[result] = function.getArgument(next++);
  threadNumber = function.getArgument(1);
  threadCount = function.getArgument(2);
}

Value Kernel::pointer(Value value) const {
  return pointers.find(value)->second;
}

ArrayRef<int64_t> Kernel::strides(Value value) const {
  return placement[value].strides;
}

bool Kernel::hasReadSlack(Value value) const {
  Place place = placement[value].place;
  return place == Place::arena || place == Place::weights;
}

Value Kernel::thread() { return threadNumber; }
Value Kernel::threads() { return threadCount; }

Value Kernel::constant(int64_t value) {
  return arith::ConstantOp::create(builder, builder.getI64IntegerAttr(value));
}

Value Kernel::offset(Value pointer, int64_t bytes) {
  if (bytes == 0)
    return pointer;
  return LLVM::GEPOp::create(builder, pointer.getType(), builder.getI8Type(),
                             pointer, LLVM::GEPArg(bytes));
}

Value Kernel::offset(Value pointer, Value bytes) {
  return LLVM::GEPOp::create(builder, pointer.getType(), builder.getI8Type(),
                             pointer, LLVM::GEPArg(bytes));
}

Value Kernel::memref(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Type element = signless(type.getElementType());
  int64_t bytes = elementBytes(element);
  if (element.isIntOrIndex() && element.getIntOrFloatBitWidth() < 8)
    element = builder.getI8Type();
  SmallVector<int64_t> elementStrides;
  for (int64_t stride : strides(value))
    elementStrides.push_back(stride / bytes);
  auto memrefType = MemRefType::get(
      type.getShape(), element,
      StridedLayoutAttr::get(builder.getContext(), 0, elementStrides));
  LLVMTypeConverter converter(builder.getContext());
  MemRefDescriptor descriptor = MemRefDescriptor::fromStaticShape(
      builder, builder.getLoc(), converter, memrefType, pointer(value));
  return UnrealizedConversionCastOp::create(builder, memrefType,
                                            ValueRange{Value(descriptor)})
      .getResult(0);
}

std::pair<Value, Value> Kernel::partition(int64_t count) {
  Value n = constant(count),
        next = arith::AddIOp::create(builder, thread(), constant(1));
  auto bound = [&](Value number) -> Value {
    return arith::DivUIOp::create(
        builder, arith::MulIOp::create(builder, n, number), threads());
  };
  Value first = bound(thread());
  return {first, bound(next)};
}

std::pair<Value, Value> Kernel::partitionIndex(int64_t count) {
  auto [first, last] = partition(count);
  auto toIndex = [&](Value value) -> Value {
    return arith::IndexCastOp::create(builder, builder.getIndexType(), value);
  };
  Value begin = toIndex(first);
  return {begin, toIndex(last)};
}

void Kernel::loop(Value first, Value last, int64_t step,
                  function_ref<void(Value)> body) {
  auto forOp = scf::ForOp::create(builder, first, last, constant(step));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(forOp.getBody());
  body(forOp.getInductionVar());
}

void Kernel::onFirstThread(function_ref<void()> body) {
  Value isFirst = arith::CmpIOp::create(builder, arith::CmpIPredicate::eq,
                                        thread(), constant(0));
  auto ifOp = scf::IfOp::create(builder, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(ifOp.thenBlock());
  body();
}

Value Kernel::constantData(ArrayRef<uint8_t> bytes) {
  data.emplace_back(bytes.begin(), bytes.end());
  Type pointerType = LLVM::LLVMPointerType::get(builder.getContext());
  return function.getBody().front().addArgument(pointerType, builder.getLoc());
}

//===----------------------------------------------------------------------===//
// Halo
//===----------------------------------------------------------------------===//

namespace {

/// Writes the halo of one value. A row is the innermost spatial dimension with
/// its channels; rows are shared out between the threads.
class HaloFiller {
public:
  HaloFiller(Kernel &kernel, OpResult value, const LayoutRequest &request)
      : kernel(kernel), b(kernel.getBuilder()), request(request),
        type(cast<RankedTensorType>(value.getType())),
        strides(kernel.strides(value)), pointer(kernel.pointer(value)),
        row(type.getRank() - 2) {
    assert(type.getRank() >= 2 && request.low.back() == 0 &&
           request.high.back() == 0 && "the last dimension has no halo");
    preparePattern();
  }

  void fill() {
    int64_t rows = 1;
    bool outerHalo = false;
    for (int64_t d = 0; d < row; ++d) {
      rows *= extent(d);
      outerHalo |= request.low[d] + request.high[d] > 0;
    }
    auto [first, last] = kernel.partition(rows);
    kernel.loop(first, last, 1,
                [&](Value number) { fillRow(number, outerHalo); });
  }

private:
  int64_t extent(int64_t d) const {
    return type.getDimSize(d) + request.low[d] + request.high[d];
  }

  /// The bytes of one row of halo, unless they are all equal.
  void preparePattern() {
    int64_t bytes = elementBytes(type.getElementType());
    ArrayRef<int32_t> values = request.haloValue;
    fillByte = values.front() & 0xff;
    bool uniform = llvm::all_equal(values) && (bytes == 1 || values[0] == 0);
    if (uniform)
      return;
    std::vector<uint8_t> pattern(extent(row) * strides[row], 0);
    for (int64_t x = 0; x < extent(row); ++x)
      for (int64_t c = 0; c < type.getShape().back(); ++c) {
        int32_t number = values[values.size() == 1 ? 0 : c];
        uint32_t bits = type.getElementType().isF32()
                            ? llvm::bit_cast<uint32_t>(float(number))
                            : static_cast<uint32_t>(number);
        memcpy(&pattern[x * strides[row] + c * bytes], &bits, bytes);
      }
    patternPointer = kernel.constantData(pattern);
  }

  void fillRun(Value destination, int64_t elements) {
    if (elements == 0)
      return;
    Value size = kernel.constant(elements * strides[row]);
    if (patternPointer)
      LLVM::MemcpyOp::create(b, destination, patternPointer, size,
                             /*isVolatile=*/false);
    else
      LLVM::MemsetOp::create(
          b, destination,
          arith::ConstantOp::create(b, b.getI8IntegerAttr(int8_t(fillByte))),
          size, /*isVolatile=*/false);
  }

  void fillRow(Value number, bool outerHalo) {
    // Coordinates of the row, and whether all of them lie inside the value.
    Value inside,
        address = kernel.offset(pointer, -request.low[row] * strides[row]);
    for (int64_t d = row - 1; d >= 0; --d) {
      Value size = kernel.constant(extent(d));
      Value coordinate =
          arith::SubIOp::create(b, arith::RemUIOp::create(b, number, size),
                                kernel.constant(request.low[d]));
      number = arith::DivUIOp::create(b, number, size);
      address = kernel.offset(
          address,
          arith::MulIOp::create(b, coordinate, kernel.constant(strides[d])));
      if (request.low[d] + request.high[d] == 0)
        continue;
      // Unsigned comparison catches negative coordinates too.
      Value within =
          arith::CmpIOp::create(b, arith::CmpIPredicate::ult, coordinate,
                                kernel.constant(type.getDimSize(d)));
      inside = inside ? arith::AndIOp::create(b, inside, within).getResult()
                      : within;
    }
    auto fillEnds = [&] {
      fillRun(address, request.low[row]);
      fillRun(kernel.offset(address, (request.low[row] + type.getDimSize(row)) *
                                         strides[row]),
              request.high[row]);
    };
    if (!outerHalo)
      return fillEnds();
    auto ifOp = scf::IfOp::create(b, inside, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(ifOp.thenBlock());
    fillEnds();
    b.setInsertionPointToStart(ifOp.elseBlock());
    fillRun(address, extent(row));
  }

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  const LayoutRequest &request;
  RankedTensorType type;
  ArrayRef<int64_t> strides;
  Value pointer, patternPointer;
  int64_t row;
  uint8_t fillByte = 0;
};

} // namespace

void Kernel::fillHalo(OpResult result) {
  LayoutRequest request = getLayoutRequest(result);
  if (request.hasHalo())
    HaloFiller(*this, result, request).fill();
}
