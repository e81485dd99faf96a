//===- Programs.h - text of one-op functions --------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TEST_UNIT_X86_PROGRAMS_H
#define QCC_TEST_UNIT_X86_PROGRAMS_H

#include <cstdint>
#include <string>
#include <vector>

namespace qcc::test {

using Shape = std::vector<int64_t>;

/// "1, 2, 3".
inline std::string list(const Shape &numbers) {
  std::string text;
  for (int64_t number : numbers)
    text += (text.empty() ? "" : ", ") + std::to_string(number);
  return text;
}

/// "array<i64: 1, 2, 3>".
inline std::string array(const Shape &numbers) {
  return numbers.empty() ? "array<i64>" : "array<i64: " + list(numbers) + ">";
}

/// "tensor<1x2xf32>".
inline std::string tensor(const Shape &shape, const std::string &element) {
  std::string text = "tensor<";
  for (int64_t extent : shape)
    text += std::to_string(extent) + "x";
  return text + element + ">";
}

/// A function of arguments %x0, %x1, ... whose body makes %r, which it returns.
inline std::string function(const std::vector<std::string> &arguments,
                            const std::string &body,
                            const std::string &result) {
  std::string text = "func.func @main(";
  for (size_t i = 0; i < arguments.size(); ++i)
    text += (i ? ", %" : "%") + std::string("x") + std::to_string(i) + ": " +
            arguments[i];
  return text + ") -> " + result + " {\n" + body + "\n  return %r : " + result +
         "\n}\n";
}

} // namespace qcc::test

#endif // QCC_TEST_UNIT_X86_PROGRAMS_H
