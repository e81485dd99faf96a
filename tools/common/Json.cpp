//===- Json.cpp - writing JSON --------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Json.h"

#include <cmath>
#include <cstdio>

using namespace qcc::tools;

void JsonWriter::separate() {
  if (afterKey) {
    afterKey = false;
    return;
  }
  if (empty.empty())
    return;
  out += empty.back() ? "\n" : ",\n";
  out.append(2 * empty.size(), ' ');
  empty.back() = false;
}

void JsonWriter::begin(char bracket) {
  separate();
  out += bracket;
  empty.push_back(true);
}

void JsonWriter::end(char bracket) {
  bool wasEmpty = empty.back();
  empty.pop_back();
  if (!wasEmpty) {
    out += '\n';
    out.append(2 * empty.size(), ' ');
  }
  out += bracket;
  if (empty.empty())
    out += '\n';
}

void JsonWriter::quote(std::string_view value) {
  out += '"';
  for (unsigned char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c < 0x20) {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\u%04x", c);
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void JsonWriter::key(std::string_view name) {
  separate();
  quote(name);
  out += ": ";
  afterKey = true;
}

void JsonWriter::string(std::string_view value) {
  separate();
  quote(value);
}

void JsonWriter::number(double value) {
  separate();
  char text[32] = "null"; // JSON knows neither NaN nor infinity
  if (std::isfinite(value))
    snprintf(text, sizeof(text), "%.9g", value);
  out += text;
}

void JsonWriter::integer(int64_t value) {
  separate();
  out += std::to_string(value);
}

void JsonWriter::boolean(bool value) {
  separate();
  out += value ? "true" : "false";
}

void JsonWriter::raw(std::string_view text) {
  separate();
  out += text;
}
