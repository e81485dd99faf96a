//===- VectorClones.h - loops for several processors ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_QNN_VECTORCLONES_H
#define QCC_QNN_VECTORCLONES_H

/// Compiles a loop for wider vectors as well, chosen at load. Results do not
/// depend on it: the code says where to fuse and in which order to add.
#if defined(__x86_64__) && defined(__linux__)
#define QCC_VECTOR_CLONES                                                      \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define QCC_VECTOR_CLONES
#endif

#endif // QCC_QNN_VECTORCLONES_H
