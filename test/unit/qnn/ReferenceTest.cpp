//===- ReferenceTest.cpp - evaluate qnn text ------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTest.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Qnn/Reference.h"

#include <cmath>

using namespace mlir;
using namespace qcc;
using namespace qcc::test;
using qnn::Tensor;

ReferenceTest::ReferenceTest() {
  context.loadDialect<qnn::QnnDialect, func::FuncDialect, arith::ArithDialect,
                      math::MathDialect>();
  context.getDiagEngine().registerHandler([this](Diagnostic &diagnostic) {
    diagnostics += diagnostic.str() + "\n";
    return success();
  });
}

OwningOpRef<ModuleOp> ReferenceTest::parse(const std::string &text) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << diagnostics << text;
  return module;
}

Tensor ReferenceTest::evaluate(const std::string &body,
                               const std::vector<std::string> &constants,
                               const std::string &resultType) {
  static constexpr const char *names[] = {"%x", "%y", "%z", "%w"};
  std::string text = "func.func @main() -> " + resultType + " {\n";
  for (size_t i = 0; i < constants.size(); ++i)
    text += std::string(names[i]) + " = qnn.constant " + constants[i] + "\n";
  text += body + "\nreturn %r : " + resultType + "\n}";
  OwningOpRef<ModuleOp> module = parse(text);
  if (!module)
    return {};
  auto interpreter = interpreter::Interpreter::create(*module);
  if (failed(interpreter))
    return {};
  FailureOr<SmallVector<Tensor>> results = interpreter->run({});
  if (failed(results))
    return {};
  // The module owns what constants borrow.
  const Tensor &result = results->front();
  Tensor copy = Tensor::uninitialized(result.getType());
  std::copy_n(result.data<char>(), result.getByteSize(),
              copy.mutableData<char>());
  return copy;
}

void ReferenceTest::expect(const std::string &body,
                           const std::vector<std::string> &constants,
                           const std::string &expected, double tolerance) {
  auto attribute =
      dyn_cast_or_null<ElementsAttr>(parseAttribute(expected, &context));
  ASSERT_TRUE(attribute) << diagnostics << expected;
  Tensor want = *Tensor::fromAttribute(attribute);
  std::string type;
  llvm::raw_string_ostream(type) << attribute.getShapedType();
  Tensor got = evaluate(body, constants, type);
  ASSERT_TRUE(got) << diagnostics << body;
  ASSERT_EQ(got.getType(), want.getType());
  size_t size = Tensor::elementSize(got.getElementType());
  for (int64_t i = 0, e = got.getNumElements(); i < e; ++i) {
    if (got.getElementType().isF32()) {
      float x = got.data<float>()[i], y = want.data<float>()[i];
      bool same = std::isnan(y) ? std::isnan(x)
                  : tolerance == 0
                      ? std::memcmp(&x, &y, size) == 0
                      : x == y || std::fabs(x - y) <=
                                      tolerance * std::fmax(1, std::fabs(y));
      EXPECT_TRUE(same) << body << "\nelement " << i << ": " << x
                        << ", expected " << y;
      continue;
    }
    EXPECT_EQ(std::memcmp(got.data<char>() + i * size,
                          want.data<char>() + i * size, size),
              0)
        << body << "\nelement " << i << " differs";
  }
}

void ReferenceTest::expectError(const std::string &body,
                                const std::vector<std::string> &constants,
                                const std::string &resultType,
                                const std::string &message) {
  EXPECT_FALSE(evaluate(body, constants, resultType));
  EXPECT_NE(diagnostics.find(message), std::string::npos) << diagnostics;
}
