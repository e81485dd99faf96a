//===- Provenance.cpp - how an artifact was made, for people --------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// What the compiler records grows; this prints all of it without knowing what
// it means: members as lines, arrays of objects as tables.
//
//===----------------------------------------------------------------------===//

#include "JsonReader.h"
#include "Run.h"

#include <algorithm>
#include <cstdio>

using namespace qcc::tools;

using Kind = JsonValue::Kind;

/// Numbers are shown with as many digits as people read.
static std::string inCell(const JsonValue &value) {
  if (value.kind == Kind::Array && value.elements.size() == 1)
    return inCell(value.elements.front());
  char *end;
  double number = strtod(value.text.c_str(), &end);
  if (value.kind != Kind::Literal || value.text.empty() || *end)
    return inLine(value);
  char text[32];
  snprintf(text, sizeof(text), "%.6g", number);
  return text;
}

static bool isTable(const JsonValue &value) {
  return value.kind == Kind::Array && !value.elements.empty() &&
         std::all_of(value.elements.begin(), value.elements.end(),
                     [](const JsonValue &element) {
                       return element.kind == Kind::Object;
                     });
}

static void printTable(const std::string &name, const JsonValue &table) {
  std::vector<std::string> columns;
  for (const JsonValue &row : table.elements)
    for (const std::string &column : row.names)
      if (std::find(columns.begin(), columns.end(), column) == columns.end())
        columns.push_back(column);
  // A table names things: what it is about comes first.
  std::stable_partition(columns.begin(), columns.end(),
                        [&](const std::string &column) {
                          return column == "name" || column == "source" ||
                                 column == "node" || column == "tensor";
                        });
  std::vector<std::vector<std::string>> rows = {columns};
  for (const JsonValue &row : table.elements) {
    std::vector<std::string> &cells = rows.emplace_back(columns.size());
    for (size_t i = 0; i < row.names.size(); ++i)
      cells[std::find(columns.begin(), columns.end(), row.names[i]) -
            columns.begin()] = inCell(row.elements[i]);
  }
  std::vector<size_t> widths(columns.size());
  for (const auto &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  printf("%s:\n", name.c_str());
  for (const auto &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += "  " + row[i];
      line.append(widths[i] - row[i].size(), ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    printf("%s\n", line.c_str());
  }
}

void qcc::tools::printProvenance(std::string_view text) {
  JsonValue provenance;
  if (!parseJson(text, provenance) || provenance.kind != Kind::Object) {
    printf("provenance: %.*s\n", static_cast<int>(text.size()), text.data());
    return;
  }
  for (size_t i = 0; i < provenance.names.size(); ++i) {
    const std::string &name = provenance.names[i];
    const JsonValue &value = provenance.elements[i];
    if (isTable(value))
      printTable(name, value);
    else if (std::string line = inLine(value); !line.empty())
      printf("%s: %s\n", name.c_str(), line.c_str());
  }
}
