//===- ReferenceTest.h - evaluate qnn text ----------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_QNN_REFERENCETEST_H
#define QCC_TEST_UNIT_QNN_REFERENCETEST_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "qcc/Qnn/Tensor.h"

#include "gtest/gtest.h"

#include <string>
#include <vector>

namespace qcc::test {

/// A context with the dialects that qnn functions are made of. Errors of the
/// reader or the evaluation are collected.
class ReferenceTest : public testing::Test {
protected:
  ReferenceTest();

  /// Parses a module; a failure is the test's.
  mlir::OwningOpRef<mlir::ModuleOp> parse(const std::string &text);

  /// The only result of a body of ops whose last op is what to evaluate, such
  /// as
  /// "%r = qnn.unary neg %x : ...": constants are written in the text as %x,
  /// %y, %z with the given attributes.
  qnn::Tensor evaluate(const std::string &body,
                       const std::vector<std::string> &constants,
                       const std::string &resultType);

  /// Evaluates and compares with the attribute `expected`, e.g. "dense<[1.0]> :
  /// tensor<1xf32>": bit for bit, or floats within `tolerance` relative to 1
  /// and to the value.
  void expect(const std::string &body,
              const std::vector<std::string> &constants,
              const std::string &expected, double tolerance = 0);

  /// Expects an error that contains `message`.
  void expectError(const std::string &body,
                   const std::vector<std::string> &constants,
                   const std::string &resultType, const std::string &message);

  mlir::MLIRContext context;
  std::string diagnostics;
};

} // namespace qcc::test

#endif // QCC_TEST_UNIT_QNN_REFERENCETEST_H
