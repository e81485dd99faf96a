//===- StageBuilder.cpp - stage functions and shared kernels --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/Stage.h"

#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "qcc/Target/ExpandMath.h"

#include "qcc/Qnn/DType.h"
#include "qcc/abi/artifact.h"
#include "qcc/abi/kernel.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::target;

/// The name of the ONNX node that `loc` carries, or "".
static StringRef nodeName(Location loc) {
  StringRef name;
  loc->walk([&](Location inner) {
    auto named = dyn_cast<NameLoc>(inner);
    if (!named)
      return WalkResult::advance();
    name = named.getName().getValue();
    return WalkResult::interrupt();
  });
  return name;
}

/// The type of a stored element; integers of less than a byte take one each.
static qcc_dtype storedType(Type type) {
  return qcc::qnn::dtypeOf(type).value_or(
      type.isUnsignedInteger() ? QCC_DTYPE_U8 : QCC_DTYPE_I8);
}

namespace qcc::target {

/// Emits the stages of one function.
class StageBuilder {
public:
  StageBuilder(ModuleOp module, const Placement &placement,
               WeightsBlob &weights, ArrayRef<const KernelEmitter *> emitters,
               ProgramInfo &info)
      : module(module), placement(placement), weights(weights),
        emitters(emitters), info(info), b(module.getLoc(), module.getContext()),
        pointerType(LLVM::LLVMPointerType::get(module.getContext())) {}

  LogicalResult emit(Operation *op);

private:
  /// A kernel that ops with the same key share.
  struct SharedKernel {
    LLVM::LLVMFuncOp function;
    SmallVector<int64_t> dataOffsets;
    bool serial = false, needsImports = false;
  };

  std::string keyOf(Operation *op);
  FailureOr<const SharedKernel *> getKernel(Operation *op);
  void emitStage(Operation *op, const SharedKernel &kernel);
  void describe(Operation *op, const SharedKernel &kernel);

  ModuleOp module;
  const Placement &placement;
  WeightsBlob &weights;
  ArrayRef<const KernelEmitter *> emitters;
  ProgramInfo &info;
  ImplicitLocOpBuilder b;
  Type pointerType;
  llvm::StringMap<SharedKernel> kernels;
};

} // namespace qcc::target

/// Attributes that say of an op what its code does not depend on.
static constexpr StringLiteral kNotes[] = {
    qnn::QnnDialect::kBufferAttr, qnn::QnnDialect::kTensorAttr,
    qnn::QnnDialect::kReasonAttr, qnn::QnnDialect::kMeasuredPrecisionAttr,
    qnn::QnnDialect::kAccumulatorBoundAttr};

/// Everything that the code for an op may depend on: the op without names and
/// addresses, and the strides of its values.
std::string StageBuilder::keyOf(Operation *op) {
  std::string key;
  llvm::raw_string_ostream stream(key);
  Operation *copy = op->clone();
  for (StringRef note : kNotes)
    copy->removeAttr(note);
  // What lies around the input is of no interest to those that stay inside.
  auto isZero = [](int64_t pad) { return pad == 0; };
  if (auto conv = dyn_cast<qnn::FusedConvOp>(copy);
      conv && llvm::all_of(conv.getPads(), isZero))
    conv.removePadValueAttr();
  copy->print(stream, OpPrintingFlags().printGenericOpForm().useLocalScope());
  copy->erase();
  auto printValue = [&](Value value) {
    const Storage &storage = placement[value];
    stream << value.getType() << (storage.place == Place::input ? "in" : "")
           << (storage.place == Place::output ? "out" : "");
    llvm::interleaveComma(storage.strides, stream);
  };
  llvm::for_each(op->getOperands(), printValue);
  llvm::for_each(op->getResults(), printValue);
  return key;
}

FailureOr<const StageBuilder::SharedKernel *>
StageBuilder::getKernel(Operation *op) {
  std::string key = keyOf(op);
  auto [position, inserted] = kernels.try_emplace(key);
  SharedKernel &shared = position->second;
  if (!inserted && !shared.function)
    return failure(); // its twin was reported
  if (!inserted)
    return &shared;
  const auto *emitter = llvm::find_if(
      emitters, [&](const KernelEmitter *e) { return e->handles(op); });
  if (emitter == emitters.end())
    return op->emitOpError("has no code generation for this target");

  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  SmallVector<Type> arguments = {pointerType, b.getI64Type(), b.getI64Type()};
  arguments.append(op->getNumOperands() + op->getNumResults(), pointerType);
  auto voidType = LLVM::LLVMVoidType::get(b.getContext());
  std::string name = ("kernel_" + Twine(kernels.size() - 1) + "_" +
                      op->getName().stripDialect())
                         .str();
  auto function = LLVM::LLVMFuncOp::create(
      b, name, LLVM::LLVMFunctionType::get(voidType, arguments),
      LLVM::Linkage::Internal);
  Block *entry = function.addEntryBlock(b);
  b.setInsertionPointToStart(entry);
  Kernel kernel(b, op, placement, function);
  if (failed((*emitter)->emit(kernel, op)))
    return failure();
  b.setInsertionPointToEnd(entry);
  for (OpResult result : op->getResults())
    kernel.fillHalo(result);
  LLVM::ReturnOp::create(b, ValueRange());
  function.setFunctionType(LLVM::LLVMFunctionType::get(
      voidType, SmallVector<Type>(entry->getArgumentTypes())));
  shared.function = function;
  shared.serial = kernel.serial;
  shared.needsImports = kernel.needsImports;
  for (const std::vector<uint8_t> &bytes : kernel.data)
    shared.dataOffsets.push_back(weights.add(bytes));
  return &shared;
}

void StageBuilder::emitStage(Operation *op, const SharedKernel &kernel) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(module.getBody());
  std::string symbol = ("stage_" + Twine(info.stages.size())).str();
  Type i32 = b.getI32Type(), i64 = b.getI64Type();
  auto function = LLVM::LLVMFuncOp::create(
      b, symbol,
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(b.getContext()),
                                  {pointerType, i32, i32}));
  b.setInsertionPointToStart(function.addEntryBlock(b));
  Value frame = function.getArgument(0);
  auto load = [&](Value base, int64_t offset) -> Value {
    Value address = LLVM::GEPOp::create(b, pointerType, b.getI8Type(), base,
                                        LLVM::GEPArg(offset));
    return LLVM::LoadOp::create(b, pointerType, address);
  };
  // Pointers of the frame, loaded once, when first needed.
  llvm::DenseMap<int64_t, Value> fields;
  auto field = [&](int64_t offset) -> Value {
    Value &value = fields[offset];
    if (!value)
      value = load(frame, offset);
    return value;
  };
  auto address = [&](const Storage &storage) -> Value {
    Value base;
    switch (storage.place) {
    case Place::arena:
      base = field(offsetof(qcc_frame, arena));
      break;
    case Place::weights:
      base = field(offsetof(qcc_frame, weights));
      break;
    case Place::input:
      base = load(field(offsetof(qcc_frame, inputs)),
                  storage.index * sizeof(void *));
      break;
    case Place::output:
      base = load(field(offsetof(qcc_frame, outputs)),
                  storage.index * sizeof(void *));
      break;
    }
    return LLVM::GEPOp::create(b, pointerType, b.getI8Type(), base,
                               LLVM::GEPArg(storage.offset));
  };
  SmallVector<Value> arguments = {
      frame, LLVM::ZExtOp::create(b, i64, function.getArgument(1)),
      LLVM::ZExtOp::create(b, i64, function.getArgument(2))};
  for (Value operand : op->getOperands())
    arguments.push_back(address(placement[operand]));
  for (Value result : op->getResults())
    arguments.push_back(address(placement[result]));
  for (int64_t offset : kernel.dataOffsets) {
    Storage storage;
    storage.place = Place::weights;
    storage.offset = offset;
    arguments.push_back(address(storage));
  }
  LLVM::CallOp::create(b, kernel.function, arguments);
  LLVM::ReturnOp::create(b, ValueRange());
}

void StageBuilder::describe(Operation *op, const SharedKernel &kernel) {
  StageInfo stage;
  stage.symbol = ("stage_" + Twine(info.stages.size())).str();
  auto tensor = op->getAttrOfType<StringAttr>(qnn::QnnDialect::kTensorAttr);
  stage.name = nodeName(op->getLoc()).str();
  if (stage.name.empty())
    stage.name = tensor ? tensor.str() : stage.symbol;
  stage.op = op->getName().stripDialect().str();
  stage.serial = kernel.serial;
  info.needsImports |= kernel.needsImports;
  if (auto cost = dyn_cast<qnn::CostOp>(op)) {
    bool isFloat = isa<FloatType>(getElementTypeOrSelf(op->getOperand(0)));
    (isFloat ? stage.macsFloat : stage.macsInt8) = cost.getMacs();
  }
  auto countBytes = [&](Value value) {
    auto type = cast<RankedTensorType>(value.getType());
    stage.bytes += type.getNumElements() * elementBytes(type.getElementType());
  };
  llvm::for_each(op->getOperands(), countBytes);
  llvm::for_each(op->getResults(), countBytes);
  if (tensor && op->getNumResults() == 1) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    const Storage &storage = placement[op->getResult(0)];
    TensorInfo entry;
    entry.name = tensor.str();
    entry.dtype = storedType(type.getElementType());
    entry.shape.assign(type.getShape().begin(), type.getShape().end());
    entry.byteStrides.assign(storage.strides.begin(), storage.strides.end());
    entry.place = storage.place;
    entry.index = storage.index;
    entry.offset = storage.offset;
    entry.validFrom = info.stages.size();
    info.tensors.push_back(std::move(entry));
  }
  info.stages.push_back(std::move(stage));
}

LogicalResult StageBuilder::emit(Operation *op) {
  b.setLoc(op->getLoc());
  FailureOr<const SharedKernel *> kernel = getKernel(op);
  if (failed(kernel))
    return failure();
  emitStage(op, **kernel);
  describe(op, **kernel);
  return success();
}

/// Sets until when each tensor in the arena is whole: until a later stage
/// writes to the bytes that it owns.
static void computeLifetimes(ArrayRef<Operation *> stages, ProgramInfo &info) {
  auto bufferOf = [](Operation *op) {
    return op->getAttrOfType<qnn::BufferAttr>(qnn::QnnDialect::kBufferAttr);
  };
  for (TensorInfo &tensor : info.tensors) {
    tensor.validTo = info.stages.size() - 1;
    qnn::BufferAttr own = bufferOf(stages[tensor.validFrom]);
    if (!own)
      continue;
    for (size_t i = tensor.validFrom + 1; i < stages.size(); ++i) {
      qnn::BufferAttr other = bufferOf(stages[i]);
      if (other && other.getBegin() < own.getBegin() + own.getSize() &&
          own.getBegin() < other.getBegin() + other.getSize()) {
        tensor.validTo = i - 1;
        break;
      }
    }
  }
}

FailureOr<OwningOpRef<ModuleOp>>
target::emitStages(func::FuncOp function,
                   ArrayRef<const KernelEmitter *> emitters,
                   ProgramInfo &info) {
  WeightsBlob weights;
  FailureOr<Placement> placement = Placement::get(function, weights);
  if (failed(placement))
    return failure();
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  StageBuilder builder(*module, *placement, weights, emitters, info);
  SmallVector<Operation *> stages;
  bool ok = true;
  for (Operation &op : function.getBody().front().without_terminator()) {
    if (isa<qnn::ConstantOp>(op) || isView(&op))
      continue;
    stages.push_back(&op);
    ok &= succeeded(builder.emit(&op));
  }
  if (!ok)
    return failure();
  RewritePatternSet expansions(module->getContext());
  populateExpandMathPatterns(expansions);
  walkAndApplyPatterns(*module, std::move(expansions));
  computeLifetimes(stages, info);
  info.weights = weights.take();
  info.arenaSize = placement->getArenaSize();
  return module;
}
