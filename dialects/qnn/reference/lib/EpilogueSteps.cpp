//===- EpilogueSteps.cpp - one scalar op for a batch of elements ----------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"

#include "qcc/abi/numerics.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace qcc::qnn;

using Step = EpilogueStep;

namespace {

/// Extends the low bits of an integer as values of the type are held.
int64_t canonical(Type type, int64_t value) {
  unsigned bits = type.getIntOrFloatBitWidth(), spare = 64 - bits;
  uint64_t shifted = static_cast<uint64_t>(value) << spare;
  if (bits == 1 || type.isUnsignedInteger())
    return static_cast<int64_t>(shifted >> spare);
  return static_cast<int64_t>(shifted) >> spare;
}

/// The low bits as a number without sign, which the unsigned ops work on.
uint64_t unsignedBits(Type type, int64_t value) {
  return static_cast<uint64_t>(value) &
         (~uint64_t(0) >> (64 - type.getIntOrFloatBitWidth()));
}

/// The low bits as a number with sign: i1 is 0 or -1.
int64_t signedBits(Type type, int64_t value) {
  unsigned spare = 64 - type.getIntOrFloatBitWidth();
  return static_cast<int64_t>(static_cast<uint64_t>(value) << spare) >> spare;
}

/// Builds the step of one op. Operands and result are given by column.
class StepBuilder {
public:
  StepBuilder(Operation *op, SmallVector<size_t> operands, size_t result)
      : op(op), operands(std::move(operands)), result(result) {}

  /// Null for an op that is not known.
  Step build() {
    if (Step step = buildFloat())
      return step;
    if (Step step = buildInteger())
      return step;
    return buildOther();
  }

private:
  template <typename Out, typename In, typename Function>
  Step map(Function function) {
    return [function, x = operands[0], out = result](Column *columns,
                                                     int64_t count) {
      const In *a = values<In>(columns[x]);
      Out *r = values<Out>(columns[out]);
      for (int64_t i = 0; i < count; ++i)
        r[i] = function(a[i]);
    };
  }
  template <typename Out, typename In, typename Function>
  Step zip(Function function) {
    return [function, x = operands[0], y = operands[1],
            out = result](Column *columns, int64_t count) {
      const In *a = values<In>(columns[x]), *b = values<In>(columns[y]);
      Out *r = values<Out>(columns[out]);
      for (int64_t i = 0; i < count; ++i)
        r[i] = function(a[i], b[i]);
    };
  }

  Type operandType() { return op->getOperand(0).getType(); }
  Type type() { return op->getResult(0).getType(); }

  /// A result in f32 rounded to the narrower type that it has.
  Step rounded(Step step);

  Step buildFloat();
  template <typename T> Step buildArithmetic();
  Step buildFunction();
  Step buildInteger();
  Step buildOther();
  Step buildConversion();
  Step buildCompare(arith::CmpFOp compare);
  Step buildCompare(arith::CmpIOp compare);
  Step buildSelect();
  Step buildConstant(TypedAttr value);

  Operation *op;
  SmallVector<size_t> operands;
  size_t result;
};

} // namespace

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

Step StepBuilder::rounded(Step step) {
  Type element = type();
  if (!step || !isNarrowFloat(element))
    return step;
  bool isBrain = element.isBF16();
  return [step, isBrain, out = result](Column *columns, int64_t count) {
    step(columns, count);
    for (float &x : MutableArrayRef(columns[out].f32, count))
      x = isBrain ? qcc_bf16_to_f32(qcc_f32_to_bf16(x))
                  : qcc_f16_to_f32(qcc_f32_to_f16(x));
  };
}

template <typename T> Step StepBuilder::buildArithmetic() {
  auto two = [&](auto function) { return zip<T, T>(function); };
  return TypeSwitch<Operation *, Step>(op)
      .Case([&](arith::AddFOp) { return two([](T x, T y) { return x + y; }); })
      .Case([&](arith::SubFOp) { return two([](T x, T y) { return x - y; }); })
      .Case([&](arith::MulFOp) { return two([](T x, T y) { return x * y; }); })
      .Case([&](arith::DivFOp) { return two([](T x, T y) { return x / y; }); })
      .Case([&](arith::RemFOp) {
        return two([](T x, T y) { return std::fmod(x, y); });
      })
      .Case([&](arith::NegFOp) { return map<T, T>([](T x) { return -x; }); })
      .Case([&](math::AbsFOp) {
        return map<T, T>([](T x) { return std::fabs(x); });
      })
      .Case([&](math::SqrtOp) {
        return map<T, T>([](T x) { return std::sqrt(x); });
      })
      .Case([&](math::FloorOp) {
        return map<T, T>([](T x) { return std::floor(x); });
      })
      .Case([&](math::CeilOp) {
        return map<T, T>([](T x) { return std::ceil(x); });
      })
      .Case([&](math::TruncOp) {
        return map<T, T>([](T x) { return std::trunc(x); });
      })
      .Case([&](math::RoundEvenOp) {
        return map<T, T>([](T x) { return std::nearbyint(x); });
      })
      .Case([&](math::CopySignOp) {
        return two([](T x, T y) { return std::copysign(x, y); });
      })
      .Case([&](math::FmaOp) -> Step {
        return [x = operands[0], y = operands[1], z = operands[2],
                out = result](Column *columns, int64_t count) {
          T *a = values<T>(columns[x]), *b = values<T>(columns[y]),
            *c = values<T>(columns[z]), *r = values<T>(columns[out]);
          for (int64_t i = 0; i < count; ++i)
            r[i] = std::fma(a[i], b[i], c[i]);
        };
      })
      .Case([&](arith::MaximumFOp) {
        return two([](T x, T y) -> T {
          return x != x || y != y ? x + y
                 : x == y         ? (std::signbit(x) ? y : x)
                                  : (x > y ? x : y);
        });
      })
      .Case([&](arith::MinimumFOp) {
        return two([](T x, T y) -> T {
          return x != x || y != y ? x + y
                 : x == y         ? (std::signbit(x) ? x : y)
                                  : (x < y ? x : y);
        });
      })
      .Case([&](arith::MaxNumFOp) {
        return two([](T x, T y) -> T {
          return x != x                                            ? y
                 : y != y || x > y || (x == y && !std::signbit(x)) ? x
                                                                   : y;
        });
      })
      .Case([&](arith::MinNumFOp) {
        return two([](T x, T y) -> T {
          return x != x                                           ? y
                 : y != y || x < y || (x == y && std::signbit(x)) ? x
                                                                  : y;
        });
      })
      .Default(Step());
}

/// The functions that numerics.h defines, in f32.
Step StepBuilder::buildFunction() {
  return TypeSwitch<Operation *, Step>(op)
#define QCC_FUNCTION(Op, function)                                             \
  .Case([&](math::Op) {                                                        \
    return map<float, float>([](float x) { return qcc_##function(x); });       \
  })
      QCC_FUNCTION(ExpOp, exp) QCC_FUNCTION(ExpM1Op, expm1) QCC_FUNCTION(
             LogOp, log) QCC_FUNCTION(Log1pOp, log1p) QCC_FUNCTION(ErfOp, erf)
          QCC_FUNCTION(TanhOp, tanh) QCC_FUNCTION(SinOp, sin) QCC_FUNCTION(
              CosOp, cos) QCC_FUNCTION(TanOp, tan) QCC_FUNCTION(AsinOp, asin)
              QCC_FUNCTION(AcosOp, acos) QCC_FUNCTION(AtanOp, atan)
                  QCC_FUNCTION(SinhOp, sinh) QCC_FUNCTION(CoshOp, cosh)
                      QCC_FUNCTION(AsinhOp, asinh) QCC_FUNCTION(AcoshOp, acosh)
                          QCC_FUNCTION(AtanhOp, atanh)
#undef QCC_FUNCTION
                              .Case([&](math::PowFOp) {
                                return zip<float, float>([](float x, float y) {
                                  return qcc_pow(x, y);
                                });
                              })
                              .Default(Step());
}

Step StepBuilder::buildFloat() {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0 ||
      !isa<FloatType>(type()) || operandType() != type() ||
      isa<arith::SelectOp>(op))
    return {};
  if (type().isF64())
    return buildArithmetic<double>();
  Step step = buildArithmetic<float>();
  return rounded(step ? step : buildFunction());
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

Step StepBuilder::buildInteger() {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0 ||
      !isa<IntegerType>(type()) || operandType() != type())
    return {};
  Type integer = type();
  auto bits = [&](auto function) {
    return zip<int64_t, int64_t>([=](int64_t x, int64_t y) {
      return canonical(integer, function(static_cast<uint64_t>(x),
                                         static_cast<uint64_t>(y)));
    });
  };
  auto withSign = [&](auto function) {
    return zip<int64_t, int64_t>([=](int64_t x, int64_t y) {
      return canonical(
          integer, function(signedBits(integer, x), signedBits(integer, y)));
    });
  };
  auto withoutSign = [&](auto function) {
    return zip<int64_t, int64_t>([=](int64_t x, int64_t y) {
      return canonical(integer, function(unsignedBits(integer, x),
                                         unsignedBits(integer, y)));
    });
  };
  // What is undefined (division by 0 or of the least number by -1, shifts by
  // the width or more) gives 0 here.
  unsigned width = integer.getIntOrFloatBitWidth();
  using U = uint64_t;
  using S = int64_t;
  return TypeSwitch<Operation *, Step>(op)
      .Case([&](arith::AddIOp) { return bits([](U x, U y) { return x + y; }); })
      .Case([&](arith::SubIOp) { return bits([](U x, U y) { return x - y; }); })
      .Case([&](arith::MulIOp) { return bits([](U x, U y) { return x * y; }); })
      .Case([&](arith::AndIOp) { return bits([](U x, U y) { return x & y; }); })
      .Case([&](arith::OrIOp) { return bits([](U x, U y) { return x | y; }); })
      .Case([&](arith::XOrIOp) { return bits([](U x, U y) { return x ^ y; }); })
      .Case([&](arith::MaxSIOp) {
        return withSign([](S x, S y) { return std::max(x, y); });
      })
      .Case([&](arith::MinSIOp) {
        return withSign([](S x, S y) { return std::min(x, y); });
      })
      .Case([&](arith::MaxUIOp) {
        return withoutSign([](U x, U y) { return std::max(x, y); });
      })
      .Case([&](arith::MinUIOp) {
        return withoutSign([](U x, U y) { return std::min(x, y); });
      })
      .Case([&](arith::DivSIOp) {
        return withSign([](S x, S y) {
          return y == 0 || (y == -1 && x == INT64_MIN) ? 0 : x / y;
        });
      })
      .Case([&](arith::RemSIOp) {
        return withSign([](S x, S y) { return y == 0 || y == -1 ? 0 : x % y; });
      })
      .Case([&](arith::DivUIOp) {
        return withoutSign([](U x, U y) { return y == 0 ? 0 : x / y; });
      })
      .Case([&](arith::RemUIOp) {
        return withoutSign([](U x, U y) { return y == 0 ? 0 : x % y; });
      })
      .Case([&](arith::ShLIOp) {
        return withoutSign(
            [width](U x, U y) { return y < width ? x << y : 0; });
      })
      .Case([&](arith::ShRUIOp) {
        return withoutSign(
            [width](U x, U y) { return y < width ? x >> y : 0; });
      })
      .Case([&](arith::ShRSIOp) {
        return withSign([width](S x, S y) {
          return static_cast<U>(y) < width ? x >> y : 0;
        });
      })
      .Case([&](math::AbsIOp) {
        return map<S, S>([=](S x) {
          U bits = static_cast<U>(x);
          return canonical(integer,
                           signedBits(integer, x) < 0 ? 0 - bits : bits);
        });
      })
      .Case([&](math::IPowIOp) {
        return withSign([](S base, S exponent) -> S {
          if (exponent < 0)
            return base == 1    ? 1
                   : base == -1 ? (exponent % 2 == 0 ? 1 : -1)
                                : 0;
          U power = 1, factor = base;
          for (U left = exponent; left != 0; left /= 2, factor *= factor)
            if (left % 2 != 0)
              power *= factor;
          return power;
        });
      })
      .Default(Step());
}

//===----------------------------------------------------------------------===//
// Comparisons, conversions, constants
//===----------------------------------------------------------------------===//

Step StepBuilder::buildCompare(arith::CmpFOp compare) {
  auto predicate = compare.getPredicate();
  auto typed = [&]<typename T>(std::type_identity<T>) {
    return zip<int64_t, T>([predicate](T x, T y) -> int64_t {
      bool unordered = x != x || y != y;
      switch (predicate) {
      case arith::CmpFPredicate::AlwaysFalse:
        return false;
      case arith::CmpFPredicate::OEQ:
        return x == y;
      case arith::CmpFPredicate::OGT:
        return x > y;
      case arith::CmpFPredicate::OGE:
        return x >= y;
      case arith::CmpFPredicate::OLT:
        return x < y;
      case arith::CmpFPredicate::OLE:
        return x <= y;
      case arith::CmpFPredicate::ONE:
        return x < y || x > y;
      case arith::CmpFPredicate::ORD:
        return !unordered;
      case arith::CmpFPredicate::UEQ:
        return unordered || x == y;
      case arith::CmpFPredicate::UGT:
        return unordered || x > y;
      case arith::CmpFPredicate::UGE:
        return unordered || x >= y;
      case arith::CmpFPredicate::ULT:
        return unordered || x < y;
      case arith::CmpFPredicate::ULE:
        return unordered || x <= y;
      case arith::CmpFPredicate::UNE:
        return x != y;
      case arith::CmpFPredicate::UNO:
        return unordered;
      case arith::CmpFPredicate::AlwaysTrue:
        return true;
      }
      llvm_unreachable("all predicates are handled");
    });
  };
  return operandType().isF64() ? typed(std::type_identity<double>())
                               : typed(std::type_identity<float>());
}

Step StepBuilder::buildCompare(arith::CmpIOp compare) {
  auto predicate = compare.getPredicate();
  Type integer = operandType();
  return zip<int64_t, int64_t>([=](int64_t x, int64_t y) -> int64_t {
    int64_t a = signedBits(integer, x), b = signedBits(integer, y);
    uint64_t c = unsignedBits(integer, x), d = unsignedBits(integer, y);
    switch (predicate) {
    case arith::CmpIPredicate::eq:
      return c == d;
    case arith::CmpIPredicate::ne:
      return c != d;
    case arith::CmpIPredicate::slt:
      return a < b;
    case arith::CmpIPredicate::sle:
      return a <= b;
    case arith::CmpIPredicate::sgt:
      return a > b;
    case arith::CmpIPredicate::sge:
      return a >= b;
    case arith::CmpIPredicate::ult:
      return c < d;
    case arith::CmpIPredicate::ule:
      return c <= d;
    case arith::CmpIPredicate::ugt:
      return c > d;
    case arith::CmpIPredicate::uge:
      return c >= d;
    }
    llvm_unreachable("all predicates are handled");
  });
}

Step StepBuilder::buildSelect() {
  auto typed = [&]<typename T>(std::type_identity<T>) -> Step {
    return [condition = operands[0], x = operands[1], y = operands[2],
            out = result](Column *columns, int64_t count) {
      const int64_t *c = columns[condition].integers;
      T *a = values<T>(columns[x]), *b = values<T>(columns[y]),
        *r = values<T>(columns[out]);
      for (int64_t i = 0; i < count; ++i)
        r[i] = c[i] ? a[i] : b[i];
    };
  };
  if (type().isF64())
    return typed(std::type_identity<double>());
  return isa<FloatType>(type()) ? typed(std::type_identity<float>())
                                : typed(std::type_identity<int64_t>());
}

/// Of integers and floats among each other.
Step StepBuilder::buildConversion() {
  Type from = operandType(), to = type();
  auto toFloat = [&](auto read) {
    return to.isF64() ? map<double, int64_t>([=](int64_t x) {
      return static_cast<double>(read(x));
    })
                      : rounded(map<float, int64_t>([=](int64_t x) {
                          return static_cast<float>(read(x));
                        }));
  };
  // Out of range (which is undefined) gives 0.
  auto toInteger = [&](bool isUnsigned) {
    double bound = std::ldexp(1.0, to.getIntOrFloatBitWidth() - !isUnsigned);
    double least = isUnsigned ? 0 : -bound;
    auto convert = [=](double x) -> int64_t {
      double whole = std::trunc(x);
      if (!(whole >= least && whole < bound))
        return 0;
      return canonical(
          to, isUnsigned ? static_cast<int64_t>(static_cast<uint64_t>(whole))
                         : static_cast<int64_t>(whole));
    };
    return from.isF64() ? map<int64_t, double>(convert)
                        : map<int64_t, float>(convert);
  };
  return TypeSwitch<Operation *, Step>(op)
      .Case([&](arith::SIToFPOp) {
        return toFloat([=](int64_t x) { return signedBits(from, x); });
      })
      .Case([&](arith::UIToFPOp) {
        return toFloat([=](int64_t x) { return unsignedBits(from, x); });
      })
      .Case([&](arith::FPToSIOp) { return toInteger(false); })
      .Case([&](arith::FPToUIOp) { return toInteger(true); })
      .Case<arith::ExtSIOp, arith::TruncIOp>([&](auto) {
        return map<int64_t, int64_t>(
            [=](int64_t x) { return canonical(to, signedBits(from, x)); });
      })
      .Case([&](arith::ExtUIOp) {
        return map<int64_t, int64_t>(
            [=](int64_t x) { return canonical(to, unsignedBits(from, x)); });
      })
      .Case<WidenOp, ReinterpretOp>([&](auto) {
        return map<int64_t, int64_t>(
            [=](int64_t x) { return canonical(to, x); });
      })
      .Case([&](arith::ExtFOp) {
        return to.isF64() ? map<double, float>([](float x) { return x; })
                          : map<float, float>([](float x) { return x; });
      })
      .Case([&](arith::TruncFOp) {
        return rounded(from.isF64()
                           ? map<float, double>(
                                 [](double x) { return static_cast<float>(x); })
                           : map<float, float>([](float x) { return x; }));
      })
      .Case([&](arith::BitcastOp) -> Step {
        if (from.isF32() && to.isInteger(32))
          return map<int64_t, float>(
              [=](float x) { return canonical(to, qcc_bits(x)); });
        if (from.isInteger(32) && to.isF32())
          return map<float, int64_t>(
              [](int64_t x) { return qcc_float(static_cast<uint32_t>(x)); });
        return {};
      })
      .Default(Step());
}

/// Constants are written once, not for each batch.
Step StepBuilder::buildConstant(TypedAttr value) {
  Type element = value.getType();
  auto fill = [&](auto number) -> Step {
    return [number, out = result](Column *columns, int64_t) {
      std::fill_n(values<std::remove_const_t<decltype(number)>>(columns[out]),
                  Column::kSize, number);
    };
  };
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return fill(
        canonical(element, integer.getValue().sextOrTrunc(64).getSExtValue()));
  auto number = dyn_cast<FloatAttr>(value);
  if (!number)
    return {};
  if (element.isF64())
    return fill(number.getValueAsDouble());
  return fill(static_cast<float>(number.getValueAsDouble()));
}

Step StepBuilder::buildOther() {
  return TypeSwitch<Operation *, Step>(op)
      .Case([&](arith::ConstantOp constant) {
        return buildConstant(constant.getValue());
      })
      .Case([&](arith::CmpFOp compare) { return buildCompare(compare); })
      .Case([&](arith::CmpIOp compare) { return buildCompare(compare); })
      .Case([&](arith::SelectOp) { return buildSelect(); })
      .Case([&](RoundOp round) -> Step {
        int32_t lo = round.getLow(), hi = round.getHigh();
        return [lo, hi, x = operands[0], z = operands[1],
                out = result](Column *columns, int64_t count) {
          const float *a = columns[x].f32;
          const int64_t *zero = columns[z].integers;
          int64_t *r = columns[out].integers;
          for (int64_t i = 0; i < count; ++i)
            r[i] =
                qcc_round_saturate(a[i], static_cast<int32_t>(zero[i]), lo, hi);
        };
      })
      .Default([&](Operation *) { return buildConversion(); });
}

Step qcc::qnn::buildEpilogueStep(Operation *op, ArrayRef<size_t> operands,
                                 size_t result) {
  return StepBuilder(op, SmallVector<size_t>(operands), result).build();
}
