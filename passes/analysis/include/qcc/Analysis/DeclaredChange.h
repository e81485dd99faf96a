//===- DeclaredChange.h - what passes may do to numbers ---------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_DECLAREDCHANGE_H
#define QCC_ANALYSIS_DECLAREDCHANGE_H

namespace qcc::analysis {

/// Mixed into the class of a pass that goes over from real numbers to integers,
/// which may move a stored integer by one step. `qcc -verify-lowering` holds
/// every other pass to the declaration of its phase.
class MovesByOneStep {
public:
  virtual ~MovesByOneStep() = default;
};

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_DECLAREDCHANGE_H
