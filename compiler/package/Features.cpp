//===- Features.cpp - instruction sets by LLVM's names ------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"

#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace qcc::package {

/// Instruction sets that LLVM may emit on its own and that artifacts cannot
/// record: better no artifact than one that dies of an illegal instruction.
static bool isUnrecorded(StringRef name) {
  return name.starts_with("avx10") ||
         StringSwitch<bool>(name)
             .Cases({"egpr", "ndd", "ccmp", "nf", "cf", "zu"}, true)
             .Cases({"push2pop2", "ppx", "movrs", "amx-complex"}, true)
             .Cases({"amx-avx512", "amx-fp8", "amx-movrs", "amx-tf32"}, true)
             .Default(false);
}

Expected<uint64_t> featureMask(ArrayRef<std::string> features) {
  uint64_t mask = 0;
  for (StringRef name : features) {
    name.consume_front("+");
    int bit = StringSwitch<int>(name)
#define QCC_FEATURE_CASE(enumerator, bit, llvmName) .Case(llvmName, bit)
                  QCC_X86_FEATURES(QCC_FEATURE_CASE)
#undef QCC_FEATURE_CASE
                      .Default(-1);
    if (bit >= 0)
      mask |= uint64_t(1) << bit;
    else if (isUnrecorded(name))
      return makeError("the instruction set '" + name +
                       "' cannot be recorded in an artifact");
  }
  return mask;
}

} // namespace qcc::package
