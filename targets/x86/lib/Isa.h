//===- Isa.h - the instruction sets that kernels are built for --*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_X86_LIB_ISA_H
#define QCC_X86_LIB_ISA_H

#include <cstdint>

namespace qcc::x86 {

/// What the kernel builders know of an instruction set.
struct Isa {
  int64_t lanes;     ///< 32-bit elements in a vector register.
  int64_t registers; ///< Architectural vector registers.
  bool hasVnni;      ///< vpdpbusd on full registers.
};

constexpr Isa kAvx512Vnni = {16, 32, true};
constexpr Isa kAvx2 = {8, 16, false};

} // namespace qcc::x86

#endif // QCC_X86_LIB_ISA_H
