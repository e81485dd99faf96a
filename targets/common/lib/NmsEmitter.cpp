//===- NmsEmitter.cpp - boxes that overlap no better one ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addressing.h"
#include "Elements.h"
#include "GenericEmitters.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

namespace {

using FloatIs = arith::CmpFPredicate;
using IntIs = arith::CmpIPredicate;

class NmsKernel {
public:
  NmsKernel(Kernel &kernel, qnn::NmsOp op)
      : kernel(kernel), b(kernel.getBuilder()), op(op),
        count(cast<RankedTensorType>(op.getScores().getType()).getDimSize(2)) {}

  void emit();

private:
  /// Where a box begins and ends.
  struct Extent {
    Value lowX, highX, lowY, highY;
  };
  /// A box and its score.
  struct Candidate {
    Value index, score;
  };

  Value number(float value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value compare(FloatIs predicate, Value x, Value y) {
    return arith::CmpFOp::create(b, predicate, x, y);
  }
  Value compare(IntIs predicate, Value x, Value y) {
    return arith::CmpIOp::create(b, predicate, x, y);
  }
  Value conjunction(ArrayRef<Value> conditions) {
    Value all = conditions.front();
    for (Value condition : conditions.drop_front())
      all = arith::AndIOp::create(b, all, condition);
    return all;
  }
  Value place(Value index) {
    return addressOf(kernel, places, index,
                     kernel.strides(op.getResult()).take_back());
  }

  Extent extentOf(Value index);
  Value areaOf(const Extent &box);
  Value overlaps(const Extent &box, const Extent &other);
  Value scoreOf(Value index);

  /// Place `at` of the batch.
  Value batch(Value at) { return addressOf(kernel, buffer, at, kPlaceBytes); }
  Candidate load(Value address) {
    return {loadElements(b, address, b.getI64Type(), 0, 0),
            loadElements(b, kernel.offset(address, 8), b.getF32Type(), 0, 0)};
  }
  void store(Candidate box, Value address) {
    storeElements(b, box.index, address, b.getI64Type(), 0, 0);
    storeElements(b, box.score, kernel.offset(address, 8), b.getF32Type(), 0,
                  0);
  }
  void insert(Candidate box, Value filled);
  Value findBatch(Candidate previous);
  Value selectBatch(Value filled, Value taken);
  void emitClass();

  /// Boxes that are looked for at once, and the bytes of each.
  static constexpr int64_t kBatch = 64, kPlaceBytes = 16;

  Kernel &kernel;
  ImplicitLocOpBuilder &b;
  qnn::NmsOp op;
  int64_t count;
  Value overlap, threshold, most; ///< Those of the op; no threshold: null.
  Value boxes, scores, places;    ///< Addresses of what belongs to a class.
  Value buffer;                   ///< Of a batch, on the stack.
};

} // namespace

NmsKernel::Extent NmsKernel::extentOf(Value index) {
  ArrayRef<int64_t> strides = kernel.strides(op.getBoxes());
  Value box = addressOf(kernel, boxes, index, strides[1]);
  SmallVector<Value, 4> v;
  for (int64_t i = 0; i < 4; ++i)
    v.push_back(loadElements(b, kernel.offset(box, i * strides[2]),
                             b.getF32Type(), 0, 0));
  if (!op.getCenter())
    return {arith::MinimumFOp::create(b, v[1], v[3]),
            arith::MaximumFOp::create(b, v[1], v[3]),
            arith::MinimumFOp::create(b, v[0], v[2]),
            arith::MaximumFOp::create(b, v[0], v[2])};
  Value halfWidth = arith::DivFOp::create(b, v[2], number(2)),
        halfHeight = arith::DivFOp::create(b, v[3], number(2));
  return {arith::SubFOp::create(b, v[0], halfWidth),
          arith::AddFOp::create(b, v[0], halfWidth),
          arith::SubFOp::create(b, v[1], halfHeight),
          arith::AddFOp::create(b, v[1], halfHeight)};
}

Value NmsKernel::areaOf(const Extent &box) {
  Value width = arith::SubFOp::create(b, box.highX, box.lowX);
  Value height = arith::SubFOp::create(b, box.highY, box.lowY);
  return arith::MulFOp::create(b, width, height);
}

Value NmsKernel::overlaps(const Extent &box, const Extent &other) {
  Extent common{arith::MaximumFOp::create(b, box.lowX, other.lowX),
                arith::MinimumFOp::create(b, box.highX, other.highX),
                arith::MaximumFOp::create(b, box.lowY, other.lowY),
                arith::MinimumFOp::create(b, box.highY, other.highY)};
  Value area = areaOf(common), area1 = areaOf(box), area2 = areaOf(other);
  Value all =
      arith::SubFOp::create(b, arith::AddFOp::create(b, area1, area2), area);
  auto isPositive = [&](Value x) {
    return compare(FloatIs::OGT, x, number(0));
  };
  return conjunction(
      {compare(FloatIs::OLT, common.lowX, common.highX),
       compare(FloatIs::OLT, common.lowY, common.highY), isPositive(area),
       isPositive(area1), isPositive(area2), isPositive(all),
       compare(FloatIs::OGT, arith::DivFOp::create(b, area, all), overlap)});
}

Value NmsKernel::scoreOf(Value index) {
  return loadElements(b,
                      addressOf(kernel, scores, index,
                                kernel.strides(op.getScores()).take_back()),
                      b.getF32Type(), 0, 0);
}

/// Puts a box into the batch, behind those that are no worse. The last one is
/// dropped if there is no room.
void NmsKernel::insert(Candidate box, Value filled) {
  Value one = kernel.constant(1);
  auto before = [&](Value at) -> Value {
    return arith::SubIOp::create(b, at, one);
  };
  auto isAbove = [&](ValueRange at) {
    // Of the first place there is no one before; that of itself is no better.
    Value index = arith::MaxSIOp::create(b, before(at[0]), kernel.constant(0));
    return conjunction(
        {compare(IntIs::sgt, at[0], kernel.constant(0)),
         compare(FloatIs::OLT, load(batch(index)).score, box.score)});
  };
  auto moveBack = [&](ValueRange at) {
    store(load(batch(before(at[0]))), batch(at[0]));
    return SmallVector<Value>{before(at[0])};
  };
  Value last = arith::MinSIOp::create(b, filled, kernel.constant(kBatch - 1));
  store(box, batch(loopWhile(kernel, last, isAbove, moveBack).front()));
}

/// Fills the batch with the best boxes behind `previous` in the order of
/// selection. Returns how many there are.
Value NmsKernel::findBatch(Candidate previous) {
  Value room = kernel.constant(kBatch);
  return loopCarried(
             kernel, kernel.constant(0), kernel.constant(count), 1,
             kernel.constant(0),
             [&](Value index, ValueRange carried) {
               Value filled = carried.front(), score = scoreOf(index);
               Value isEqual =
                   conjunction({compare(FloatIs::OEQ, score, previous.score),
                                compare(IntIs::sgt, index, previous.index)});
               Value isBehind = arith::OrIOp::create(
                   b, compare(FloatIs::OLT, score, previous.score), isEqual);
               // The last place holds a number only where all are filled.
               Value fits = arith::OrIOp::create(
                   b, compare(IntIs::slt, filled, room),
                   compare(FloatIs::OGT, score,
                           load(batch(kernel.constant(kBatch - 1))).score));
               SmallVector<Value> conditions{isBehind, fits};
               if (threshold)
                 conditions.push_back(compare(FloatIs::OGT, score, threshold));
               Value isTaken = conjunction(conditions);
               auto ifOp = scf::IfOp::create(b, isTaken);
               OpBuilder::InsertionGuard guard(b);
               b.setInsertionPointToStart(ifOp.thenBlock());
               insert({index, score}, filled);
               b.setInsertionPointAfter(ifOp);
               Value next = arith::AddIOp::create(
                   b, filled,
                   arith::ExtUIOp::create(b, b.getI64Type(), isTaken));
               return SmallVector<Value>{arith::MinSIOp::create(b, next, room)};
             })
      .front();
}

/// Selects of the batch what fits. Returns how many boxes are selected then.
Value NmsKernel::selectBatch(Value filled, Value taken) {
  Value zero = kernel.constant(0), one = kernel.constant(1);
  Value isFree = arith::ConstantOp::create(b, b.getBoolAttr(false));
  auto goesOn = [&](ValueRange state) {
    return conjunction({compare(IntIs::slt, state[0], filled),
                        compare(IntIs::slt, state[1], most)});
  };
  auto selectOne = [&](ValueRange state) {
    Value index = load(batch(state[0])).index, count = state[1];
    Extent box = extentOf(index);
    Value isSuppressed =
        loopCarried(
            kernel, zero, count, 1, isFree,
            [&](Value other, ValueRange carried) {
              Value selected =
                  loadElements(b, place(other), b.getI64Type(), 0, 0);
              return SmallVector<Value>{arith::OrIOp::create(
                  b, carried.front(), overlaps(box, extentOf(selected)))};
            })
            .front();
    // One that is not selected is written over.
    storeElements(b, index, place(count), b.getI64Type(), 0, 0);
    return SmallVector<Value>{
        arith::AddIOp::create(b, state[0], one),
        arith::SelectOp::create(b, isSuppressed, count,
                                arith::AddIOp::create(b, count, one))};
  };
  return loopWhile(kernel, {zero, taken}, goesOn, selectOne)[1];
}

/// The boxes of one class. They are looked for in batches: that takes little
/// memory, and most boxes have no score that counts.
void NmsKernel::emitClass() {
  Value zero = kernel.constant(0);
  // In front of all: none is better than infinity.
  Value found = findBatch(
      {kernel.constant(-1), number(std::numeric_limits<float>::infinity())});
  auto goesOn = [&](ValueRange state) {
    return conjunction({compare(IntIs::sgt, state[0], zero),
                        compare(IntIs::slt, state[1], most)});
  };
  auto nextBatch = [&](ValueRange state) {
    Value filled = state[0], taken = selectBatch(filled, state[1]);
    // Behind a batch that is not full there are no more.
    auto ifOp = scf::IfOp::create(
        b, b.getI64Type(), compare(IntIs::eq, filled, kernel.constant(kBatch)),
        /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(ifOp.thenBlock());
    scf::YieldOp::create(b,
                         findBatch(load(batch(kernel.constant(kBatch - 1)))));
    b.setInsertionPointToStart(ifOp.elseBlock());
    scf::YieldOp::create(b, zero);
    return SmallVector<Value>{ifOp.getResult(0), taken};
  };
  Value taken = loopWhile(kernel, {found, zero}, goesOn, nextBatch)[1];
  kernel.loop(taken, kernel.constant(op.getMaxBoxes()), 1, [&](Value rest) {
    storeElements(b, kernel.constant(-1), place(rest), b.getI64Type(), 0, 0);
  });
}

void NmsKernel::emit() {
  auto result = cast<RankedTensorType>(op.getResult().getType());
  if (result.getNumElements() == 0)
    return;
  auto scalar = [&](Value value) -> Value {
    if (!value)
      return {};
    return loadElements(b, kernel.pointer(value), getElementTypeOrSelf(value),
                        0, 0);
  };
  overlap = scalar(op.getIouThreshold());
  threshold = scalar(op.getScoreThreshold());
  most = kernel.constant(op.getMaxBoxes());
  if (Value limit = scalar(op.getLimit()))
    most = arith::MinSIOp::create(b, most, limit);
  buffer = LLVM::AllocaOp::create(b, LLVM::LLVMPointerType::get(b.getContext()),
                                  b.getI64Type(),
                                  kernel.constant(kBatch * kPlaceBytes / 8));
  ArrayRef<int64_t> classes = result.getShape().drop_back();
  auto [first, last] = kernel.partition(ShapedType::getNumElements(classes));
  kernel.loop(first, last, 1, [&](Value number) {
    SmallVector<Value> at = delinearize(kernel, number, classes);
    boxes = addressOf(kernel, kernel.pointer(op.getBoxes()), at.front(),
                      kernel.strides(op.getBoxes()).take_front());
    scores = addressOf(kernel, kernel.pointer(op.getScores()), at,
                       kernel.strides(op.getScores()).drop_back());
    places = addressOf(kernel, kernel.pointer(op.getResult()), at,
                       kernel.strides(op.getResult()).drop_back());
    emitClass();
  });
}

namespace {
class NmsEmitter : public KernelEmitter {
public:
  bool handles(Operation *op) const override { return isa<qnn::NmsOp>(op); }
  LogicalResult emit(Kernel &kernel, Operation *op) const override {
    NmsKernel(kernel, cast<qnn::NmsOp>(op)).emit();
    return success();
  }
};
} // namespace

const KernelEmitter &target::nmsEmitter() {
  static const NmsEmitter emitter;
  return emitter;
}
