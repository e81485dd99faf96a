//===- TestModel.h - a small artifact, made by hand ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_PACKAGE_TESTMODEL_H
#define QCC_TEST_UNIT_PACKAGE_TESTMODEL_H

#include "qcc/Package/Package.h"

#include <vector>

namespace qcc::test {

/// y = -(2 x) + w on float32[10x100], in two parallel stages and a serial one,
/// as the programs "generic" and, before it, "never" which no processor runs.
/// Weights must outlive the model that borrows them.
struct TestModel {
  TestModel();

  static constexpr int64_t elements = 1000;
  std::vector<float> weights;
  package::Model model;

  /// Makes the rows of y a bound: there are as many as x[0] says.
  void countRows();

  std::vector<float> input() const;
  std::vector<float> expected() const;
};

} // namespace qcc::test

#endif // QCC_TEST_UNIT_PACKAGE_TESTMODEL_H
