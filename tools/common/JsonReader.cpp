//===- JsonReader.cpp - reads JSON texts ----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "JsonReader.h"

#include <cstdint>
#include <cstdlib>

using namespace qcc::tools;

namespace {

class Parser {
public:
  explicit Parser(std::string_view rest) : rest(rest) {}

  bool parse(JsonValue &value) {
    if (!parseValue(value, 0))
      return false;
    skipSpace();
    return rest.empty();
  }

private:
  static constexpr int kMaxDepth = 64;

  void skipSpace() {
    while (!rest.empty() && isOneOf(" \t\r\n", rest.front()))
      rest.remove_prefix(1);
  }

  static bool isOneOf(std::string_view set, char c) {
    return set.find(c) != std::string_view::npos;
  }

  bool take(char c) {
    skipSpace();
    if (rest.empty() || rest.front() != c)
      return false;
    rest.remove_prefix(1);
    return true;
  }

  bool parseValue(JsonValue &value, int depth) {
    skipSpace();
    if (rest.empty() || depth > kMaxDepth)
      return false;
    switch (rest.front()) {
    case '{':
      value.kind = JsonValue::Kind::Object;
      return parseMembers(value, depth);
    case '[':
      value.kind = JsonValue::Kind::Array;
      return parseElements(value, depth);
    case '"':
      value.kind = JsonValue::Kind::String;
      return parseString(value.text);
    default:
      return parseLiteral(value.text);
    }
  }

  bool parseMembers(JsonValue &value, int depth) {
    take('{');
    if (take('}'))
      return true;
    do {
      skipSpace();
      if (!parseString(value.names.emplace_back()) || !take(':') ||
          !parseValue(value.elements.emplace_back(), depth + 1))
        return false;
    } while (take(','));
    return take('}');
  }

  bool parseElements(JsonValue &value, int depth) {
    take('[');
    if (take(']'))
      return true;
    do {
      if (!parseValue(value.elements.emplace_back(), depth + 1))
        return false;
    } while (take(','));
    return take(']');
  }

  /// A number or a word; which is not told apart.
  bool parseLiteral(std::string &text) {
    size_t size = 0;
    while (size < rest.size() && !isOneOf(",:]}[{\" \t\r\n", rest[size]))
      ++size;
    text = rest.substr(0, size);
    rest.remove_prefix(size);
    return size != 0;
  }

  bool parseString(std::string &text) {
    if (rest.empty() || rest.front() != '"')
      return false;
    rest.remove_prefix(1);
    while (!rest.empty()) {
      char c = rest.front();
      rest.remove_prefix(1);
      if (c == '"')
        return true;
      if (c != '\\')
        text += c;
      else if (!parseEscape(text))
        return false;
    }
    return false;
  }

  bool parseEscape(std::string &text) {
    if (rest.empty())
      return false;
    char c = rest.front();
    rest.remove_prefix(1);
    static constexpr std::string_view from = "\"\\/bfnrt",
                                      to = "\"\\/\b\f\n\r\t";
    if (size_t index = from.find(c); index != std::string_view::npos) {
      text += to[index];
      return true;
    }
    if (c != 'u' || rest.size() < 4)
      return false;
    char *end;
    std::string digits(rest.substr(0, 4));
    uint32_t code = strtoul(digits.c_str(), &end, 16);
    if (*end)
      return false;
    rest.remove_prefix(4);
    appendUtf8(code, text);
    return true;
  }

  /// Halves of surrogate pairs come out one by one: good enough to show.
  static void appendUtf8(uint32_t code, std::string &text) {
    if (code < 0x80) {
      text += static_cast<char>(code);
      return;
    }
    if (code >= 0x800) {
      text += static_cast<char>(0xE0 | code >> 12);
      text += static_cast<char>(0x80 | (code >> 6 & 0x3F));
    } else {
      text += static_cast<char>(0xC0 | code >> 6);
    }
    text += static_cast<char>(0x80 | (code & 0x3F));
  }

  std::string_view rest;
};

} // namespace

bool qcc::tools::parseJson(std::string_view text, JsonValue &value) {
  return Parser(text).parse(value);
}

std::string qcc::tools::inLine(const JsonValue &value) {
  const size_t shown = 4;
  std::string text;
  auto append = [&](const std::string &part) {
    text += (text.empty() ? "" : ", ") + part;
  };
  switch (value.kind) {
  case JsonValue::Kind::Literal:
  case JsonValue::Kind::String:
    return value.text;
  case JsonValue::Kind::Array:
    if (value.elements.size() > shown)
      return std::to_string(value.elements.size()) + " values";
    for (const JsonValue &element : value.elements)
      append(inLine(element));
    return text;
  case JsonValue::Kind::Object:
    for (size_t i = 0; i < value.names.size(); ++i)
      append(value.names[i] + " " + inLine(value.elements[i]));
    return text;
  }
  return text;
}
