//===- JsonReader.h - reads JSON texts ------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_JSONREADER_H
#define QCC_TOOLS_COMMON_JSONREADER_H

#include <string>
#include <string_view>
#include <vector>

namespace qcc::tools {

/// A value of a JSON text.
struct JsonValue {
  enum class Kind { Literal, String, Array, Object };

  Kind kind = Kind::Literal;
  /// Of a string its characters; a number, true, false or null as it is
  /// written.
  std::string text;
  std::vector<std::string> names;  ///< Of the members of an object.
  std::vector<JsonValue> elements; ///< Of an array, or the members' values.
};

/// Parses `text`; false if it is not JSON, or nested too deeply.
bool parseJson(std::string_view text, JsonValue &value);

/// A value in one line, for people: of long arrays their length.
std::string inLine(const JsonValue &value);

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_JSONREADER_H
