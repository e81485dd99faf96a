//===- VectorClones.h - loops for several processors ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_VECTORCLONES_H
#define QCC_QNN_VECTORCLONES_H

#include <cstdint>

/// Compiles a loop for wider vectors as well, chosen at load. Results do not
/// depend on it: the code says where to fuse and in which order to add.
#if defined(__x86_64__) && defined(__linux__)
#define QCC_VECTOR_CLONES                                                      \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QCC_VECTOR_CLONES
#endif

namespace qcc::qnn {

/// As wide as the widest vectors; narrower ones take several. It may lie
/// anywhere.
using FloatVector __attribute__((vector_size(64), aligned(4), may_alias)) =
    float;
inline constexpr int64_t kFloatLanes = sizeof(FloatVector) / sizeof(float);

} // namespace qcc::qnn

#endif // QCC_QNN_VECTORCLONES_H
