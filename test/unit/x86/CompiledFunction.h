//===- CompiledFunction.h - compile, run and compare ------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_X86_COMPILEDFUNCTION_H
#define QCC_TEST_UNIT_X86_COMPILEDFUNCTION_H

#include "qcc/Qnn/Tensor.h"
#include "llvm/ADT/STLExtras.h"

#include <random>
#include <string>

namespace qcc::test {

/// `dense<"0x...">` with the given bytes as elements.
std::string denseHex(llvm::ArrayRef<uint8_t> bytes);
template <typename T> std::string dense(llvm::ArrayRef<T> values) {
  return denseHex({reinterpret_cast<const uint8_t *>(values.data()),
                   values.size() * sizeof(T)});
}

std::vector<int8_t> randomBytes(std::mt19937 &random, size_t count, int low,
                                int high);
/// Weights of which every other four are small enough for any two of them to be
/// multiplied by bytes and added in i16.
std::vector<int8_t> randomWeights(std::mt19937 &random, size_t count);
std::vector<float> randomFloats(std::mt19937 &random, size_t count, float low,
                                float high);

/// Compiles the function of `text`, whose elementwise ops are fused first, for
/// each instruction set that this processor has, runs it on random inputs with
/// 1, 2, 3 and 7 threads, and compares with the interpreter. The first input is
/// `values`, if there are any. Returns "" or what went wrong.
std::string compareWithInterpreter(const std::string &text, uint32_t seed,
                                   llvm::ArrayRef<float> values = {});

/// The assembly of the function of `text` for the variant of this name, or "".
std::string emitAssembly(const std::string &text, llvm::StringRef variant);

/// How many kernels the stages of the function of `text` share.
size_t countKernels(const std::string &text);

} // namespace qcc::test

#endif // QCC_TEST_UNIT_X86_COMPILEDFUNCTION_H
