//===- NodeConversion.h - one ONNX node on its way to qnn -------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a handler of an ONNX operator is given: typed access to attributes and
// constants, and a builder that never fails loudly. A value that could not be
// made (the reason has been reported) is null, everything made from a null
// value is null, and giving a null value as a result fails. So handlers chain
// calls, and only where they look at the type of a value that they made do
// they have to ask whether it is there.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_GRAPH_LIB_CONVERT_NODECONVERSION_H
#define QCC_GRAPH_LIB_CONVERT_NODECONVERSION_H

#include "qcc/Onnx/OnnxOps.h"
#include "qcc/Qnn/Qnn.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/SmallVector.h"

namespace qcc::graph {

/// The type that a tensor of ONNX's type `element` is computed in: f32 for all
/// floats but the 8-bit ones, else the type itself. Null if qnn has no tensors
/// of it.
mlir::Type computeType(mlir::Type element);

/// The element type for a code of ONNX's TensorProto.DataType, or null.
mlir::Type elementTypeOf(int64_t dataType, mlir::MLIRContext *context);

/// Tensors that are computed may have this many bytes: what a memory plan needs
/// for a model must not depend on one wrong number in it.
inline constexpr uint64_t kMaxTensorBytes = uint64_t(1) << 30;
inline constexpr char kSizeLimitText[] = "tensors may have at most 1 GiB";
bool isSupportedSize(mlir::RankedTensorType type);

/// `value` in the type that qnn computes in, as a dense or resource constant.
/// Fails if it holds no numbers.
mlir::FailureOr<mlir::ElementsAttr> importConstant(mlir::Attribute value);

class NodeConversion {
public:
  using Value = mlir::Value;

  /// `inputs` are the converted inputs, null where they are left out.
  NodeConversion(onnx::NodeOp node, mlir::OpBuilder &builder,
                 llvm::ArrayRef<Value> inputs, int64_t foldLimit);

  //===--- The node -------------------------------------------------------===//

  onnx::NodeOp getNode() { return node; }
  mlir::MLIRContext *getContext() { return node.getContext(); }
  int64_t getVersion() { return node.getVersion(); }
  unsigned getNumInputs() { return inputs.size(); }
  unsigned getNumOutputs() { return node.getOutputs().size(); }
  /// Input `index`, or null where it is left out.
  Value getInput(unsigned index) {
    return index < inputs.size() ? inputs[index] : Value();
  }
  /// True if anything reads output `index`.
  bool isOutputUsed(unsigned index);
  /// The element type that the model declares for input `index`, before it was
  /// turned into the type qnn computes in; null if it declares none.
  mlir::Type getDeclaredElementType(unsigned index);

  //===--- Types ----------------------------------------------------------===//

  static mlir::RankedTensorType typeOf(Value value) {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  static llvm::ArrayRef<int64_t> shapeOf(Value value) {
    return typeOf(value).getShape();
  }
  static int64_t rankOf(Value value) { return typeOf(value).getRank(); }
  static mlir::Type elementOf(Value value) {
    return typeOf(value).getElementType();
  }
  static bool isFloat(Value value) {
    return mlir::isa<mlir::FloatType>(elementOf(value));
  }
  /// Fails with a message unless the rank of input `index` is at least `least`.
  mlir::LogicalResult requireRank(unsigned index, int64_t least);

  //===--- Attributes, with the defaults of ONNX --------------------------===//

  bool hasAttr(llvm::StringRef name) { return bool(node.getNodeAttr(name)); }
  int64_t getInt(llvm::StringRef name, int64_t otherwise) {
    return node.getInt(name, otherwise);
  }
  float getFloat(llvm::StringRef name, float otherwise) {
    return node.getFloat(name, otherwise);
  }
  llvm::StringRef getString(llvm::StringRef name, llvm::StringRef otherwise) {
    return node.getString(name, otherwise);
  }
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);
  /// `axis` counted from the front, if it lies within `rank`.
  mlir::FailureOr<int64_t> normalizeAxis(int64_t axis, int64_t rank);
  /// The attribute `axis`.
  mlir::FailureOr<int64_t> getAxis(int64_t otherwise, int64_t rank) {
    return normalizeAxis(getInt("axis", otherwise), rank);
  }
  /// `axes` counted from the front, in increasing order, without repetition.
  mlir::FailureOr<llvm::SmallVector<int64_t>>
  normalizeAxes(llvm::ArrayRef<int64_t> axes, int64_t rank);

  //===--- Constants ------------------------------------------------------===//

  /// The elements of `value` if it is a constant.
  std::optional<llvm::SmallVector<int64_t>> constantInts(Value value);
  std::optional<llvm::SmallVector<double>> constantFloats(Value value);
  /// The elements of input `index`, which must be a constant.
  mlir::FailureOr<llvm::SmallVector<int64_t>> requireInts(unsigned index,
                                                          llvm::StringRef what);
  mlir::FailureOr<llvm::SmallVector<double>>
  requireFloats(unsigned index, llvm::StringRef what);

  //===--- Building -------------------------------------------------------===//

  /// Makes an op, infers its type where it has none of its own, and folds it if
  /// all operands are constants and the result is small or no larger than they
  /// are. Null if it cannot be made.
  template <typename OpT, typename... Args> Value create(Args &&...args) {
    mlir::OperationState state(node.getLoc(), OpT::getOperationName());
    if constexpr (OpT::template hasTrait<mlir::InferTypeOpInterface::Trait>()) {
      OpT::build(builder, state, mlir::Type(), std::forward<Args>(args)...);
      state.types.clear();
      return finish(state, &OpT::inferReturnTypes);
    } else {
      OpT::build(builder, state, std::forward<Args>(args)...);
      return finish(state, nullptr);
    }
  }

  Value constant(mlir::ElementsAttr value);
  /// A constant of rank 1.
  Value intsConstant(llvm::ArrayRef<int64_t> values);
  /// `value`, rounded or truncated to `element`, as a tensor of rank 0.
  Value scalar(mlir::Type element, double value);
  /// A float constant.
  Value floatsConstant(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<float> values);

  Value unary(qnn::UnaryKind kind, Value input, float alpha = 0,
              float beta = 0);
  Value binary(qnn::BinaryKind kind, Value lhs, Value rhs);
  Value clamp(Value input, float min, float max);
  Value cast(Value input, mlir::Type element);
  Value reshape(Value input, llvm::ArrayRef<int64_t> shape);
  Value broadcast(Value input, llvm::ArrayRef<int64_t> shape);
  Value transpose(Value input, llvm::ArrayRef<int64_t> permutation);
  Value reduce(qnn::ReduceKind kind, Value input, llvm::ArrayRef<int64_t> axes,
               bool keepdims);
  Value slice(Value input, int64_t axis, int64_t start, int64_t size);
  Value gather(Value input, Value indices, int64_t axis);
  /// `[N, C, spatial...]` to `[N, spatial..., C]` and back. The way back lends
  /// the name of the tensor to the op before the transpose.
  Value toChannelsLast(Value input);
  Value toChannelsFirst(Value input);
  /// Transposes a weight. A quantized constant is transposed under its
  /// dequantize, so that the weight stays a dequantized constant.
  Value transposeWeight(Value weight, llvm::ArrayRef<int64_t> permutation);
  /// `input` reshaped to `rank` dimensions, its only or all of them along
  /// `axis` and after, for broadcasting.
  Value alignTo(Value input, int64_t axis, int64_t rank);

  //===--- The outcome ----------------------------------------------------===//

  /// Reports why the node cannot be converted, the first time it is called.
  mlir::LogicalResult refuse(const llvm::Twine &reason);
  /// Reports that input `index` or something computed has a type at fault.
  mlir::LogicalResult give(unsigned index, Value value);
  /// The same for a value of which only the first `count` rows are there.
  mlir::LogicalResult give(unsigned index, Value value, Value count);
  llvm::ArrayRef<Value> getResults() const { return results; }
  /// For each result how many rows it has, null where it has all of them.
  llvm::ArrayRef<Value> getRowCounts() const { return rowCounts; }
  bool hasFailed() const { return failed; }
  /// True once `refuse` has said why.
  bool hasRefused() const { return refused; }

private:
  using InferFn = mlir::LogicalResult (*)(
      mlir::MLIRContext *, std::optional<mlir::Location>, mlir::ValueRange,
      mlir::DictionaryAttr, mlir::OpaqueProperties, mlir::RegionRange,
      llvm::SmallVectorImpl<mlir::Type> &);

  /// The op, with its type inferred where it has an `infer`, or null after
  /// diagnostics.
  mlir::Operation *build(mlir::OperationState &state, InferFn infer);
  Value finish(mlir::OperationState &state, InferFn infer);
  /// The result of `op` if it folds, after which `op` is gone; else null.
  Value fold(mlir::Operation *op);

  onnx::NodeOp node;
  mlir::OpBuilder &builder;
  llvm::SmallVector<Value> inputs;
  llvm::SmallVector<Value> results, rowCounts;
  int64_t foldLimit;
  bool failed = false;
  bool refused = false;
};

} // namespace qcc::graph

#endif // QCC_GRAPH_LIB_CONVERT_NODECONVERSION_H
