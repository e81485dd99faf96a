//===- Json.h - writing JSON ----------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_TOOLS_COMMON_JSON_H
#define QCC_TOOLS_COMMON_JSON_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace qcc::tools {

/// Builds a JSON text, indented by two spaces. Calls must nest as the values
/// do; in an object, every value follows its key.
class JsonWriter {
public:
  void beginObject() { begin('{'); }
  void endObject() { end('}'); }
  void beginArray() { begin('['); }
  void endArray() { end(']'); }
  void key(std::string_view name);
  void string(std::string_view value);
  void number(double value);
  void integer(int64_t value);
  void boolean(bool value);
  /// A JSON text from elsewhere.
  void raw(std::string_view text);

  void member(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }
  void member(std::string_view name, double value) {
    key(name);
    number(value);
  }

  const std::string &text() const { return out; }

private:
  void begin(char bracket);
  void end(char bracket);
  void separate();
  void quote(std::string_view value);

  std::string out;
  std::vector<bool> empty; ///< Of each open object and array.
  bool afterKey = false;
};

} // namespace qcc::tools

#endif // QCC_TOOLS_COMMON_JSON_H
