//===- Diagnostics.cpp - errors and remarks as people read them -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Diagnostics.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace qcc::driver;

namespace {

/// What a location says of the model: its file and the node.
struct Place {
  StringRef file;
  StringRef node;
};

void collect(Location location, Place &place) {
  if (auto file = dyn_cast<FileLineColLoc>(location)) {
    if (place.file.empty())
      place.file = file.getFilename();
  } else if (auto name = dyn_cast<NameLoc>(location)) {
    if (place.node.empty())
      place.node = name.getName();
    collect(name.getChildLoc(), place);
  } else if (auto fused = dyn_cast<FusedLoc>(location)) {
    for (Location part : fused.getLocations())
      collect(part, place);
  } else if (auto call = dyn_cast<CallSiteLoc>(location)) {
    collect(call.getCallee(), place);
  }
}

StringRef severityName(DiagnosticSeverity severity) {
  switch (severity) {
  case DiagnosticSeverity::Error:
    return "error";
  case DiagnosticSeverity::Warning:
    return "warning";
  case DiagnosticSeverity::Remark:
    return "remark";
  case DiagnosticSeverity::Note:
    return "note";
  }
  llvm_unreachable("all severities are named");
}

std::string format(Diagnostic &diagnostic, StringRef model) {
  Place place;
  collect(diagnostic.getLocation(), place);
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << (place.file.empty() ? model : place.file) << ": "
         << severityName(diagnostic.getSeverity()) << ": ";
  std::string message = diagnostic.str();
  if (!place.node.empty() &&
      !StringRef(message).contains("'" + place.node.str() + "'"))
    stream << "node '" << place.node << "': ";
  stream << message << "\n";
  return text;
}

} // namespace

DiagnosticPrinter::DiagnosticPrinter(MLIRContext &context, StringRef model,
                                     bool remarks)
    : model(model), remarks(remarks),
      handler(&context, [this](Diagnostic &diagnostic) { print(diagnostic); }) {
}

void DiagnosticPrinter::print(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() == DiagnosticSeverity::Remark && !remarks)
    return;
  if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
    ++errors;
  std::string text = format(diagnostic, model);
  if (text == last)
    return;
  last = text;
  llvm::errs() << text;
  for (Diagnostic &note : diagnostic.getNotes())
    llvm::errs() << format(note, model);
}
