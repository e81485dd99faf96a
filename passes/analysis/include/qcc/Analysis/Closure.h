//===- Closure.h - sets of ops that one value leaves ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ANALYSIS_CLOSURE_H
#define QCC_ANALYSIS_CLOSURE_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/STLExtras.h"

namespace qcc::analysis {

/// True if `last` is the only one of `members` whose results others read: so
/// all of them can become one kernel.
template <typename SetT>
bool isClosed(const SetT &members, mlir::Operation *last) {
  return llvm::all_of(members, [&](mlir::Operation *member) {
    return member == last ||
           llvm::all_of(member->getUsers(), [&](mlir::Operation *user) {
             return members.contains(user);
           });
  });
}

} // namespace qcc::analysis

#endif // QCC_ANALYSIS_CLOSURE_H
