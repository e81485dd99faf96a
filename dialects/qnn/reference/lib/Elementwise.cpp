//===- Elementwise.cpp - functions of one element of each operand ---------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluate.h"

#include "qcc/abi/numerics.h"

#include <cmath>

using namespace mlir;
using namespace qcc::qnn;

namespace {

/// out[i] = function(in[i]).
template <typename In, typename Out, typename Function>
void map(const Tensor &in, Tensor &out, Function &&function) {
  const In *x = in.data<In>();
  Out *y = out.mutableData<Out>();
  for (int64_t i = 0, e = in.getNumElements(); i < e; ++i)
    y[i] = function(x[i]);
}

template <typename T> T magnitude(T x) {
  if constexpr (std::is_same_v<T, float>)
    return qcc_abs(x);
  else if constexpr (std::is_floating_point_v<T>)
    return std::fabs(x);
  else
    return x < T(0) ? T(T(0) - x) : x;
}

template <typename T> T signOf(T x) {
  return x > T(0) ? T(1) : x < T(0) ? T(-1) : x;
}

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

/// The functions of one f32 that numerics.h defines, by kind.
#define QCC_F32_FUNCTIONS(F)                                                   \
  F(abs, abs)                                                                  \
  F(sign, sign)                                                                \
  F(floor, floor)                                                              \
  F(ceil, ceil)                                                                \
  F(round, round_even)                                                         \
  F(sqrt, sqrt)                                                                \
  F(exp, exp)                                                                  \
  F(log, log)                                                                  \
  F(erf, erf)                                                                  \
  F(sigmoid, sigmoid)                                                          \
  F(tanh, tanh)                                                                \
  F(softplus, softplus)                                                        \
  F(softsign, softsign)                                                        \
  F(sin, sin)                                                                  \
  F(cos, cos)                                                                  \
  F(tan, tan)                                                                  \
  F(asin, asin)                                                                \
  F(acos, acos)                                                                \
  F(atan, atan)                                                                \
  F(sinh, sinh)                                                                \
  F(cosh, cosh)                                                                \
  F(asinh, asinh)                                                              \
  F(acosh, acosh)                                                              \
  F(atanh, atanh)                                                              \
  F(gelu, gelu)                                                                \
  F(gelu_tanh, gelu_tanh)                                                      \
  F(silu, silu)                                                                \
  F(mish, mish)                                                                \
  F(hard_swish, hard_swish)

#define QCC_DEFINE_LOOP(kind, function)                                        \
  QCC_VECTOR_CLONES                                                            \
  void loop_##function(const float *in, float *out, int64_t count) {           \
    for (int64_t i = 0; i < count; ++i)                                        \
      out[i] = qcc_##function(in[i]);                                          \
  }
QCC_F32_FUNCTIONS(QCC_DEFINE_LOOP)
#undef QCC_DEFINE_LOOP

LogicalResult unaryF32(UnaryKind kind, float alpha, float beta,
                       const Tensor &in, Tensor &out) {
  auto apply = [&](auto &&function) {
    map<float, float>(in, out, function);
    return success();
  };
  switch (kind) {
#define QCC_CALL_LOOP(kind, function)                                          \
  case UnaryKind::kind:                                                        \
    loop_##function(in.data<float>(), out.mutableData<float>(),                \
                    in.getNumElements());                                      \
    return success();
    QCC_F32_FUNCTIONS(QCC_CALL_LOOP)
#undef QCC_CALL_LOOP
  case UnaryKind::neg:
    return apply([](float x) { return -x; });
  case UnaryKind::reciprocal:
    return apply([](float x) { return 1.0f / x; });
  case UnaryKind::hard_sigmoid:
    return apply([=](float x) { return qcc_hard_sigmoid(x, alpha, beta); });
  case UnaryKind::elu:
    return apply([=](float x) { return qcc_elu(x, alpha); });
  case UnaryKind::selu:
    return apply([=](float x) { return qcc_selu(x, alpha, beta); });
  case UnaryKind::celu:
    return apply([=](float x) { return qcc_celu(x, alpha); });
  case UnaryKind::leaky_relu:
    return apply([=](float x) { return qcc_leaky_relu(x, alpha); });
  case UnaryKind::thresholded_relu:
    return apply([=](float x) { return qcc_thresholded_relu(x, alpha); });
  case UnaryKind::shrink:
    return apply([=](float x) { return qcc_shrink(x, alpha, beta); });
  case UnaryKind::is_nan:
    map<float, bool>(in, out, [](float x) { return x != x; });
    return success();
  case UnaryKind::is_inf:
    map<float, bool>(in, out, [=](float x) {
      return (alpha != 0 && x == -INFINITY) || (beta != 0 && x == INFINITY);
    });
    return success();
  case UnaryKind::logical_not:
  case UnaryKind::bitwise_not:
    return failure();
  }
  llvm_unreachable("all kinds are handled");
}

/// The functions of f64 that are exact or correctly rounded. There are no
/// others: numerics.h has them in f32 only.
LogicalResult unaryF64(UnaryKind kind, float alpha, float beta,
                       const Tensor &in, Tensor &out) {
  auto apply = [&](auto &&function) {
    map<double, double>(in, out, function);
    return success();
  };
  switch (kind) {
  case UnaryKind::abs:
    return apply([](double x) { return std::fabs(x); });
  case UnaryKind::neg:
    return apply([](double x) { return -x; });
  case UnaryKind::sign:
    return apply(signOf<double>);
  case UnaryKind::floor:
    return apply([](double x) { return std::floor(x); });
  case UnaryKind::ceil:
    return apply([](double x) { return std::ceil(x); });
  case UnaryKind::round:
    return apply([](double x) { return std::nearbyint(x); });
  case UnaryKind::sqrt:
    return apply([](double x) { return std::sqrt(x); });
  case UnaryKind::reciprocal:
    return apply([](double x) { return 1.0 / x; });
  case UnaryKind::softsign:
    return apply([](double x) { return x / (1.0 + std::fabs(x)); });
  case UnaryKind::leaky_relu:
    return apply([=](double x) { return x < 0 ? double(alpha) * x : x; });
  case UnaryKind::thresholded_relu:
    return apply([=](double x) { return x > alpha ? x : 0.0; });
  case UnaryKind::shrink:
    return apply([=](double x) {
      return x < -double(alpha) ? x + beta : x > alpha ? x - beta : 0.0;
    });
  case UnaryKind::is_nan:
    map<double, bool>(in, out, [](double x) { return x != x; });
    return success();
  case UnaryKind::is_inf:
    map<double, bool>(in, out, [=](double x) {
      return (alpha != 0 && x == -INFINITY) || (beta != 0 && x == INFINITY);
    });
    return success();
  default:
    return failure();
  }
}

template <typename T>
LogicalResult unaryInteger(UnaryKind kind, const Tensor &in, Tensor &out) {
  Wrapping<T> wrap(in.getElementType());
  auto apply = [&](auto &&function) {
    map<T, T>(in, out, [&](T x) { return wrap(function(x)); });
    return success();
  };
  switch (kind) {
  case UnaryKind::abs:
    return apply(magnitude<T>);
  case UnaryKind::neg:
    return apply([](T x) { return T(T(0) - x); });
  case UnaryKind::sign:
    return apply(signOf<T>);
  case UnaryKind::bitwise_not:
    return apply([](T x) { return T(~x); });
  default:
    return failure();
  }
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

/// Two's complement arithmetic without overflow.
template <typename T, typename Function> T wrapping(Function f, T x, T y) {
  using Wide = std::conditional_t<sizeof(T) < 8, uint32_t, uint64_t>;
  return static_cast<T>(f(static_cast<Wide>(x), static_cast<Wide>(y)));
}

template <typename T> T greater(T x, T y) {
  if constexpr (std::is_same_v<T, float>)
    return qcc_maximum(x, y);
  else if constexpr (std::is_floating_point_v<T>)
    return x != x || y != y ? x + y
           : x == y         ? (std::signbit(x) ? y : x)
                            : (x > y ? x : y);
  else
    return x > y ? x : y;
}

template <typename T> T smaller(T x, T y) {
  if constexpr (std::is_same_v<T, float>)
    return qcc_minimum(x, y);
  else if constexpr (std::is_floating_point_v<T>)
    return x != x || y != y ? x + y
           : x == y         ? (std::signbit(x) ? x : y)
                            : (x < y ? x : y);
  else
    return x < y ? x : y;
}

/// Truncating quotient; 0 for a divisor of 0.
template <typename T> T quotient(T x, T y) {
  if constexpr (std::is_floating_point_v<T>)
    return x / y;
  else if (y == T(0))
    return 0;
  else if (std::is_signed_v<T> && y == T(-1))
    return wrapping<T>([](auto, auto b) { return 0 - b; }, T(0), x);
  else
    return x / y;
}

/// Remainder with the sign of the dividend; 0 for an integer divisor of 0.
template <typename T> T remainderOf(T x, T y) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(x, y);
  else if (y == T(0) || (std::is_signed_v<T> && y == T(-1)))
    return 0;
  else
    return x % y;
}

/// Remainder with the sign of the divisor.
template <typename T> T modulo(T x, T y) {
  T r = remainderOf(x, y);
  return r != T(0) && (r < T(0)) != (y < T(0)) ? r + y : r;
}

/// Integer power by squaring, wrapping; 0 or +-1 for negative exponents.
template <typename T> T integerPower(T x, T y) {
  if (y < T(0)) {
    if (x == T(1))
      return 1;
    return std::is_signed_v<T> && x == T(-1) ? (y % 2 == 0 ? T(1) : T(-1))
                                             : T(0);
  }
  auto multiply = [](auto a, auto b) { return a * b; };
  T result = 1;
  for (T base = x; y != T(0); y /= T(2)) {
    if (y % T(2) != T(0))
      result = wrapping<T>(multiply, result, base);
    base = wrapping<T>(multiply, base, base);
  }
  return result;
}

/// Calls `apply(function, std::type_identity<Out>)` with the function of two T
/// that `kind` stands for. Fails where there is none.
template <typename T, typename Apply>
LogicalResult dispatchBinary(BinaryKind kind, Type type, Apply &&apply) {
  constexpr bool isBool = std::is_same_v<T, bool>;
  constexpr bool isFloat = std::is_floating_point_v<T>;
  Wrapping<T> wrap(type);
  auto arithmetic = [&](auto &&function) {
    apply([&](T x, T y) { return wrap(function(x, y)); },
          std::type_identity<T>());
    return success();
  };
  auto predicate = [&](auto &&function) {
    apply(function, std::type_identity<bool>());
    return success();
  };
  switch (kind) {
  case BinaryKind::equal:
    return predicate([](T x, T y) { return x == y; });
  case BinaryKind::less:
    return predicate([](T x, T y) { return x < y; });
  case BinaryKind::less_equal:
    return predicate([](T x, T y) { return x <= y; });
  case BinaryKind::greater:
    return predicate([](T x, T y) { return x > y; });
  case BinaryKind::greater_equal:
    return predicate([](T x, T y) { return x >= y; });
  case BinaryKind::min:
    return arithmetic(smaller<T>);
  case BinaryKind::max:
    return arithmetic(greater<T>);
  default:
    break;
  }
  if constexpr (isBool) {
    switch (kind) {
    case BinaryKind::logical_and:
    case BinaryKind::bitwise_and:
      return arithmetic([](bool x, bool y) { return x && y; });
    case BinaryKind::logical_or:
    case BinaryKind::bitwise_or:
      return arithmetic([](bool x, bool y) { return x || y; });
    case BinaryKind::logical_xor:
    case BinaryKind::bitwise_xor:
      return arithmetic([](bool x, bool y) { return x != y; });
    default:
      return failure();
    }
  } else {
    // Floats as they are, integers with wrap-around.
    auto plain = [&](auto &&function) {
      if constexpr (isFloat)
        return arithmetic(function);
      else
        return arithmetic(
            [&](T x, T y) { return wrapping<T>(function, x, y); });
    };
    switch (kind) {
    case BinaryKind::add:
      return plain([](auto x, auto y) { return x + y; });
    case BinaryKind::sub:
      return plain([](auto x, auto y) { return x - y; });
    case BinaryKind::mul:
      return plain([](auto x, auto y) { return x * y; });
    case BinaryKind::prelu:
      return arithmetic([](T x, T y) { return x < T(0) ? T(x * y) : x; });
    case BinaryKind::div:
      return arithmetic(quotient<T>);
    case BinaryKind::mod:
      return arithmetic(modulo<T>);
    case BinaryKind::fmod:
      return arithmetic(remainderOf<T>);
    default:
      break;
    }
    if constexpr (std::is_same_v<T, float>) {
      if (kind == BinaryKind::pow)
        return arithmetic([](T x, T y) { return qcc_pow(x, y); });
    }
    if constexpr (!isFloat) {
      unsigned bits = type.getIntOrFloatBitWidth();
      auto inside = [bits](T amount) {
        return static_cast<std::make_unsigned_t<T>>(amount) < bits;
      };
      switch (kind) {
      case BinaryKind::pow:
        return arithmetic(integerPower<T>);
      case BinaryKind::bitwise_and:
        return arithmetic([](T x, T y) { return T(x & y); });
      case BinaryKind::bitwise_or:
        return arithmetic([](T x, T y) { return T(x | y); });
      case BinaryKind::bitwise_xor:
        return arithmetic([](T x, T y) { return T(x ^ y); });
      case BinaryKind::shift_left:
        return arithmetic([=](T x, T y) {
          return inside(y)
                     ? wrapping<T>([](auto a, auto b) { return a << b; }, x, y)
                     : T(0);
        });
      case BinaryKind::shift_right:
        return arithmetic(
            [=](T x, T y) { return inside(y) ? T(x >> y) : T(0); });
      default:
        break;
      }
    }
    return failure();
  }
}

/// Elementwise `kind` of two tensors of one element type.
FailureOr<Tensor> binary(BinaryKind kind, const Tensor &lhs, const Tensor &rhs,
                         ArrayRef<int64_t> shape) {
  Type element = lhs.getElementType();
  BroadcastLoop loop(shape, {lhs.getShape(), rhs.getShape()});
  int64_t xStep = loop.stride(0), yStep = loop.stride(1);
  Tensor result;
  LogicalResult defined = failure();
  auto typed = [&]<typename T>(std::type_identity<T>) {
    defined = dispatchBinary<T>(
        kind, element,
        [&]<typename Out>(auto &&function, std::type_identity<Out>) {
          Type out = std::is_same_v<Out, T>
                         ? element
                         : IntegerType::get(element.getContext(), 1);
          result = Tensor::uninitialized(RankedTensorType::get(shape, out));
          const T *x = lhs.data<T>(), *y = rhs.data<T>();
          Out *z = result.mutableData<Out>();
          loop.forEachRun(
              [&](int64_t at, ArrayRef<int64_t> offsets, int64_t length) {
                const T *a = x + offsets[0], *b = y + offsets[1];
                for (int64_t i = 0; i < length; ++i)
                  z[at + i] = function(a[i * xStep], b[i * yStep]);
              });
        });
  };
  if (failed(dispatchElement(element, typed)) || failed(defined))
    return failure();
  return result;
}

} // namespace

LogicalResult qcc::qnn::emitUndefined(Operation *op, Type element) {
  return op->emitError() << "'" << op->getName().getStringRef()
                         << "' is not defined for elements of type " << element;
}

Evaluated qcc::qnn::evaluateOp(UnaryOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  const Tensor &input = *operands[0];
  Type element = input.getElementType();
  UnaryKind kind = op.getKind();
  float alpha = op.getAlpha().convertToFloat(),
        beta = op.getBeta().convertToFloat();
  bool isPredicate = type.getElementType() != element;
  Tensor result = Tensor::uninitialized(type);

  if (isNarrowFloat(element)) {
    Tensor wide = toF32(input);
    Tensor out = isPredicate ? result : Tensor::uninitialized(wide.getType());
    if (failed(unaryF32(kind, alpha, beta, wide, out)))
      return emitUndefined(op, element);
    return fromF32(out, type);
  }
  if (kind == UnaryKind::logical_not && element.isInteger(1)) {
    map<bool, bool>(input, result, [](bool x) { return !x; });
    return result;
  }
  LogicalResult defined = failure();
  (void)dispatchElement(element, [&]<typename T>(std::type_identity<T>) {
    if constexpr (std::is_same_v<T, float>)
      defined = unaryF32(kind, alpha, beta, input, result);
    else if constexpr (std::is_same_v<T, double>)
      defined = unaryF64(kind, alpha, beta, input, result);
    else if constexpr (!std::is_same_v<T, bool>)
      defined = unaryInteger<T>(kind, input, result);
  });
  if (failed(defined))
    return emitUndefined(op, element);
  return result;
}

Evaluated qcc::qnn::evaluateOp(ClampOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Type element = type.getElementType();
  float lo = op.getMin().convertToFloat(), hi = op.getMax().convertToFloat();
  Tensor input = isNarrowFloat(element) ? toF32(*operands[0]) : *operands[0];
  Tensor result = Tensor::uninitialized(input.getType());
  // Bounds of integers are truncated and saturate.
  LogicalResult defined = dispatchElement(
      input.getElementType(), [&]<typename T>(std::type_identity<T>) {
        T least, greatest;
        if constexpr (std::is_floating_point_v<T>) {
          least = lo;
          greatest = hi;
        } else {
          float limits[] = {lo, hi};
          auto two = RankedTensorType::get(
              {2}, Float32Type::get(element.getContext()));
          Tensor converted = *convert(Tensor::borrow(two, limits), element);
          least = converted.data<T>()[0];
          greatest = converted.data<T>()[1];
        }
        map<T, T>(input, result, [=](T x) {
          x = least > x ? least : x;
          return greatest < x ? greatest : x;
        });
      });
  if (failed(defined))
    return emitUndefined(op, element);
  return isNarrowFloat(element) ? fromF32(result, type) : result;
}

Evaluated qcc::qnn::evaluateOp(BinaryOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Type element = operands[0]->getElementType();
  Type other = operands[1]->getElementType();
  // Narrow floats, and powers of mixed types that are not both integers, are
  // computed in f32.
  Type common = element;
  bool integers = isa<IntegerType>(element) && isa<IntegerType>(other);
  if (isNarrowFloat(element) || (element != other && !integers))
    common = Float32Type::get(op.getContext());
  FailureOr<Tensor> lhs = convert(*operands[0], common);
  FailureOr<Tensor> rhs = convert(*operands[1], common);
  if (failed(lhs) || failed(rhs))
    return emitUndefined(op, element);
  FailureOr<Tensor> result = binary(op.getKind(), *lhs, *rhs, type.getShape());
  if (failed(result))
    return emitUndefined(op, element);
  return convert(*result, type.getElementType());
}

Evaluated qcc::qnn::evaluateOp(SelectOp op, Operands operands) {
  RankedTensorType type = resultType(op);
  Tensor result = Tensor::uninitialized(type);
  BroadcastLoop loop(type.getShape(),
                     {operands[0]->getShape(), operands[1]->getShape(),
                      operands[2]->getShape()});
  const bool *condition = operands[0]->data<bool>();
  dispatchSize(type.getElementType(), [&]<typename T>(std::type_identity<T>) {
    const T *yes = operands[1]->data<T>(), *no = operands[2]->data<T>();
    T *out = result.mutableData<T>();
    loop.forEachRun([&](int64_t at, ArrayRef<int64_t> offsets, int64_t length) {
      for (int64_t i = 0; i < length; ++i)
        out[at + i] = condition[offsets[0] + i * loop.stride(0)]
                          ? yes[offsets[1] + i * loop.stride(1)]
                          : no[offsets[2] + i * loop.stride(2)];
    });
  });
  return result;
}
