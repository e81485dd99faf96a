//===- QuantizationSites.cpp - which tensors a network can round ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Analysis/QuantizationSites.h"

#include "qcc/Analysis/Closure.h"

#include "mlir/IR/Iterators.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Analysis/Operands.h"
#include "qcc/Qnn/Qnn.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::analysis;
using qnn::OperandRole;
using qnn::QuantizableOp;

static bool isF32(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getElementType().isF32();
}

static bool isElementwise(Operation *op) {
  auto quantizable = dyn_cast_or_null<QuantizableOp>(op);
  return quantizable && quantizable.isElementwise();
}

static bool readsActivation(OpOperand &use) {
  auto quantizable = dyn_cast<QuantizableOp>(use.getOwner());
  return quantizable && isF32(use.get()) &&
         quantizable.getOperandRole(use.getOperandNumber()) ==
             OperandRole::activation;
}

/// True if somebody observes `value`: it was named as a source before, and
/// stays one whatever passes have put around it since.
static bool isObserved(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<qnn::ObserveOp>(user);
  });
}

/// True if one op reads `value`, which nobody observes.
static bool isReadOnce(Value value) {
  return value.hasOneUse() && !isObserved(value);
}

/// The operand with the weights, or -1.
static int64_t weightOperand(QuantizableOp op) {
  for (unsigned i = 0, e = op->getNumOperands(); i < e; ++i)
    if (op.getOperandRole(i) == OperandRole::weight)
      return i;
  return -1;
}

QuantizationSites::QuantizationSites(Operation *function, Predicate keepFloat)
    : function(function) {
  findContractions(keepFloat);
  findInteriorUses();
  findIntegerProducers();
  findRoundedUses();
}

void QuantizationSites::findContractions(Predicate keepFloat) {
  function->walk([&](QuantizableOp op) {
    if (keepFloat && keepFloat(op)) {
      keptFloat.insert(op);
      return;
    }
    int64_t weight = op.isIntegerContraction() ? weightOperand(op) : -1;
    if (weight >= 0 && isF32(op->getResult(0)) &&
        qnn::constantValue(op->getOperand(weight)))
      contractions.insert(op);
  });
}

void QuantizationSites::findInteriorUses() {
  // A kernel with an epilogue gives the result: a contraction, a reduction or a
  // map.
  auto isKernelProducer = [&](Operation *op) {
    auto quantizable = dyn_cast_or_null<QuantizableOp>(op);
    return quantizable && !keptFloat.contains(op) &&
           !quantizable.isQuantizationTransparent() &&
           (contractions.contains(op) || weightOperand(quantizable) < 0);
  };
  function->walk<WalkOrder::PreOrder>([&](QuantizableOp op) {
    // Ops of a diamond have a kernel already.
    if (!kernelRoot.try_emplace(op, op).second)
      return;
    if (isKernelProducer(op) && isF32(op->getResult(0)))
      findDiamond(op);
    if (!op.isElementwise() || keptFloat.contains(op) ||
        !isF32(op->getResult(0)))
      return;
    auto shape = cast<RankedTensorType>(op->getResult(0).getType()).getShape();
    OpOperand *chosen = nullptr;
    for (OpOperand &use : op->getOpOperands()) {
      Operation *producer = use.get().getDefiningOp();
      auto type = cast<RankedTensorType>(use.get().getType());
      if (!isKernelProducer(producer) || !isReadOnce(use.get()) ||
          type.getShape() != shape)
        continue;
      // A contraction's kernel takes the op before one that has none does; of
      // two alike the later one, which finds the other's result in memory.
      auto isIntegerKernel = [&](OpOperand *operand) {
        return contractions.contains(
            kernelRoot.lookup(operand->get().getDefiningOp()));
      };
      auto better = [&] {
        bool mine = isIntegerKernel(&use), other = isIntegerKernel(chosen);
        if (mine != other)
          return mine;
        return chosen->get().getDefiningOp()->isBeforeInBlock(producer);
      };
      if (!chosen || better())
        chosen = &use;
    }
    if (!chosen)
      return;
    interior.insert(chosen);
    kernelRoot[op] = kernelRoot.lookup(chosen->get().getDefiningOp());
    // Maps of constants and inputs on the way cost nothing either: an operand
    // that no contraction computes and nothing else reads stays unrounded.
    for (OpOperand &use : op->getOpOperands()) {
      Operation *producer = use.get().getDefiningOp();
      if (&use != chosen && isElementwise(producer) && isReadOnce(use.get()) &&
          !keptFloat.contains(producer) &&
          isElementwise(kernelRoot.lookup(producer)))
        interior.insert(&use);
    }
  });
}

/// An op whose result several elementwise ops read, which come together again:
/// x * sigmoid(x) after a convolution. All of it is one kernel.
void QuantizationSites::findDiamond(Operation *top) {
  Value result = top->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  auto fits = [&](Operation *op) {
    return isElementwise(op) && !keptFloat.contains(op) &&
           op->getResult(0).getType() == type;
  };
  if (result.hasOneUse() || isObserved(result) ||
      !llvm::all_of(result.getUsers(), fits))
    return;
  llvm::SmallSetVector<Operation *, 4> members;
  members.insert(top);
  for (Operation *op = top->getNextNode(); op; op = op->getNextNode()) {
    auto isInside = [&](Value value) {
      return members.contains(value.getDefiningOp());
    };
    if (llvm::none_of(op->getOperands(), isInside))
      continue;
    if (!fits(op))
      return;
    members.insert(op);
    if (!isClosed(members, op))
      continue;
    for (Operation *member : llvm::drop_begin(members)) {
      kernelRoot[member] = kernelRoot.lookup(top);
      for (OpOperand &use : member->getOpOperands())
        if (isInside(use.get()))
          interior.insert(&use);
    }
    return;
  }
}

void QuantizationSites::findIntegerProducers() {
  for (Region &region : function->getRegions())
    for (BlockArgument argument : region.getArguments())
      fromIntegers.insert(argument);
  function->walk([&](Operation *op) {
    if (op->getNumResults() != 1)
      return;
    auto quantizable = dyn_cast<QuantizableOp>(op);
    bool holds =
        op->hasTrait<OpTrait::ConstantLike>() || contractions.contains(op);
    if (quantizable && !quantizable.isIntegerContraction() &&
        !keptFloat.contains(op))
      holds = llvm::all_of(op->getOperands(), [&](Value operand) {
        return !isF32(operand) || fromIntegers.contains(operand);
      });
    if (holds)
      fromIntegers.insert(op->getResult(0));
  });
}

bool QuantizationSites::reachesContraction(Value value) {
  auto [known, isNew] = reaches.try_emplace(value, false);
  if (!isNew)
    return known->second;
  bool found = llvm::any_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (!readsActivation(use) || keptFloat.contains(user))
      return false;
    return contractions.contains(user) ||
           (user->getNumResults() == 1 &&
            !cast<QuantizableOp>(user).isIntegerContraction() &&
            reachesContraction(user->getResult(0)));
  });
  // Not through `known`: the recursion may have moved the entries.
  reaches[value] = found;
  return found;
}

void QuantizationSites::collectSources(Value value,
                                       llvm::SetVector<Value> &sources) {
  Operation *producer = value.getDefiningOp();
  if (!isTransparent(producer)) {
    sources.insert(value);
    return;
  }
  for (OpOperand &operand : producer->getOpOperands())
    if (readsActivation(operand))
      collectSources(operand.get(), sources);
}

bool QuantizationSites::isStoredAsIntegers(Value value, Operation *reader) {
  if (isObserved(value) || contractions.contains(kernelRoot.lookup(reader)))
    return true;
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    return contractions.contains(use.getOwner()) && readsActivation(use);
  });
}

void QuantizationSites::findRoundedUses() {
  llvm::DenseSet<Operation *> roundedMoves;
  // Users come after what they read, so that going backwards a transparent op
  // already knows whether its result is rounded.
  function->walk<WalkOrder::PostOrder, mlir::ReverseIterator>(
      [&](Operation *op) {
        if (!isa<QuantizableOp>(op) || keptFloat.contains(op) ||
            op->getNumResults() != 1)
          return;
        bool moves = isTransparent(op);
        bool resultIsRounded =
            moves &&
            llvm::any_of(op->getResult(0).getUses(), [&](OpOperand &use) {
              return rounded.contains(&use);
            });
        for (OpOperand &use : op->getOpOperands()) {
          if (!readsActivation(use) || interior.contains(&use))
            continue;
          bool isConstant = static_cast<bool>(qnn::constantValue(use.get()));
          if (contractions.contains(op) || resultIsRounded ||
              (!moves && !isConstant && fromIntegers.contains(use.get()) &&
               !cast<QuantizableOp>(op).isIntegerContraction() &&
               isStoredAsIntegers(use.get(), op) &&
               reachesContraction(op->getResult(0))))
            rounded.insert(&use);
        }
      });

  llvm::SetVector<Value> found;
  function->walk([&](Operation *op) {
    for (OpOperand &use : op->getOpOperands()) {
      if (!rounded.contains(&use))
        continue;
      llvm::SetVector<Value> behind;
      collectSources(use.get(), behind);
      for (Value source : behind) {
        found.insert(source);
        grids.unionSets(behind.front(), source);
      }
    }
  });
  // Arguments first, then by op: the order in which a run meets them.
  for (Region &region : function->getRegions())
    for (BlockArgument argument : region.getArguments())
      if (found.contains(argument))
        sources.insert(argument);
  function->walk([&](Operation *op) {
    for (Value result : op->getResults())
      if (found.contains(result))
        sources.insert(result);
  });
}

std::string QuantizationSites::getReason(Operation *op) const {
  if (op->getNumResults() != 1 || !isF32(op->getResult(0)) ||
      op->hasTrait<OpTrait::ConstantLike>())
    return {};
  if (keptFloat.contains(op))
    return "an option asks for it";
  auto quantizable = dyn_cast<QuantizableOp>(op);
  if (!quantizable)
    return "it has no integer form";
  if (contractions.contains(op))
    return "its weights are constant and its sums are exact in i32";
  bool readsRounded = llvm::any_of(op->getOpOperands(), [&](OpOperand &use) {
    return rounded.contains(&use);
  });
  if (quantizable.isQuantizationTransparent())
    return readsRounded ? "it only moves stored numbers"
                        : "nothing that it feeds is quantized";
  if (weightOperand(quantizable) >= 0)
    return quantizable.isIntegerContraction()
               ? "its weights are computed at run time"
               : "it has no integer form";
  if (Operation *root = kernelRoot.lookup(op); root && root != op)
    return "it is computed on the unrounded result of '" + nodeName(root) + "'";
  if (readsRounded)
    return "it reads stored integers and feeds a quantized op";
  if (!reaches.lookup(op->getResult(0)))
    return "no quantized op reads its result";
  bool couldRead = llvm::all_of(op->getOperands(), [&](Value operand) {
    return !isF32(operand) || fromIntegers.contains(operand);
  });
  return couldRead ? "only float ops read what it reads, which is not rounded "
                     "for them"
                   : "an operand of it comes from an op that has no integer "
                     "form";
}
