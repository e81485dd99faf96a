//===- NodeTest.h - one of ONNX's backend node tests ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_CONFORMANCE_NODETEST_H
#define QCC_TEST_CONFORMANCE_NODETEST_H

#include "qcc/Qnn/Tensor.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace qcc::conformance {

/// What became of a test, in the order of how much is told.
enum class Verdict { passed, refused, wrong };

struct Outcome {
  Verdict verdict = Verdict::wrong;
  /// How it passed, or why it did not: one line.
  std::string detail;
};

/// Which of a test's inputs stay inputs of the compiled model. Where a shape
/// depends on the value of an input, the model can only be compiled for a
/// value that is known: it is then bound as a constant.
enum class Binding { none, parameters, all };

/// Runs the test in `folder`: `model.onnx`, and its inputs and outputs in
/// `test_data_set_0`. The reference interpreter runs it, and compiled code,
/// which must give the same bits. Bindings are tried in turn, until one is not
/// refused.
Outcome runNodeTest(llvm::StringRef folder, mlir::MLIRContext &context);

/// Says where `actual` is not what `expected` asks for, or nothing: types and
/// shapes must be equal, integers too; floats may differ by ONNX's own
/// tolerances, relative 1e-3 and absolute 1e-7, or by one step of their type.
std::string compare(const qnn::Tensor &actual, const qnn::Tensor &expected);

} // namespace qcc::conformance

#endif // QCC_TEST_CONFORMANCE_NODETEST_H
