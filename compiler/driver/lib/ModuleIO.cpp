//===- ModuleIO.cpp - modules in files, large constants beside them -----===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Driver/ModuleIO.h"

#include "qcc/Package/Package.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::driver;

/// Name of the file with the large constants of `path`.
static std::string getSideFileName(StringRef path) {
  return (path + ".resources").str();
}

bool qcc::driver::hasSideFile(StringRef path) {
  return !package::isSpecialFile(path) &&
         llvm::sys::fs::exists(getSideFileName(path));
}

/// The resources with more than `limit` bytes that `module` refers to, each
/// once.
static llvm::MapVector<StringRef, AsmResourceBlob *>
collectLargeResources(ModuleOp module, uint64_t limit) {
  llvm::MapVector<StringRef, AsmResourceBlob *> resources;
  AttrTypeWalker walker;
  walker.addWalk([&](DenseResourceElementsAttr attr) {
    AsmResourceBlob *blob = attr.getRawHandle().getBlob();
    if (blob && blob->getData().size() > limit)
      resources.insert({attr.getRawHandle().getKey(), blob});
  });
  module->walk([&](Operation *op) { walker.walk(op->getAttrDictionary()); });
  return resources;
}

/// Writes the section of the text format that defines resources. Each value is
/// the alignment in 4 bytes, then the data.
static void
printResources(const llvm::MapVector<StringRef, AsmResourceBlob *> &resources,
               llvm::raw_ostream &os) {
  os << "{-#\n  dialect_resources: {\n    builtin: {\n";
  llvm::interleave(
      resources, os,
      [&](const auto &entry) {
        char alignment[4];
        llvm::support::endian::write32le(
            alignment, static_cast<uint32_t>(entry.second->getDataAlignment()));
        os << "      \"";
        llvm::printEscapedString(entry.first, os);
        os << "\": \"0x" << llvm::toHex(StringRef(alignment, 4));
        // Piece by piece: the text of a large constant need not be in memory.
        ArrayRef<char> rest = entry.second->getData();
        while (!rest.empty()) {
          ArrayRef<char> piece = rest.take_front(1 << 16);
          os << llvm::toHex(StringRef(piece.data(), piece.size()));
          rest = rest.drop_front(piece.size());
        }
        os << '"';
      },
      ",\n");
  os << "\n    }\n  }\n#-}\n";
}

/// Writes a file through `write`, completely or not at all.
static LogicalResult writeFile(ModuleOp module, StringRef path,
                               package::WriteFn write) {
  llvm::Error error = package::writeFileAtomically(path, write);
  if (!error)
    return success();
  return emitError(UnknownLoc::get(module.getContext()))
         << llvm::toString(std::move(error));
}

LogicalResult qcc::driver::writeModule(ModuleOp module, StringRef path,
                                       bool bytecode) {
  if (bytecode) {
    LogicalResult isPossible = success();
    LogicalResult written = writeFile(module, path, [&](llvm::raw_ostream &os) {
      isPossible = writeBytecodeToFile(module, os);
    });
    return success(succeeded(isPossible) && succeeded(written));
  }

  OpPrintingFlags flags;
  llvm::MapVector<StringRef, AsmResourceBlob *> large;
  if (!package::isSpecialFile(path)) {
    large = collectLargeResources(module, kMaxTextResourceBytes);
    // MLIR counts the characters of the text: quotes, a prefix, the alignment
    // and two for each byte. What it leaves out must be in the other file.
    flags.elideLargeResourceString(2 + 2 + 2 * (4 + kMaxTextResourceBytes));
  }
  // The data first: a text whose data is missing must not be there.
  if (!large.empty() && failed(writeFile(module, getSideFileName(path),
                                         [&](llvm::raw_ostream &os) {
                                           printResources(large, os);
                                         })))
    return failure();
  // A file left from before would be taken for this text's.
  if (large.empty() && hasSideFile(path))
    if (std::error_code error = llvm::sys::fs::remove(getSideFileName(path)))
      return emitError(UnknownLoc::get(module.getContext()))
             << "cannot remove '" << getSideFileName(path)
             << "': " << error.message();
  return writeFile(module, path, [&](llvm::raw_ostream &os) {
    module->print(os, flags);
    os << '\n';
  });
}

std::unique_ptr<llvm::MemoryBuffer>
qcc::driver::openModuleFile(StringRef path, std::string &error) {
  auto open = [&](StringRef name) -> std::unique_ptr<llvm::MemoryBuffer> {
    auto buffer = llvm::MemoryBuffer::getFileOrSTDIN(name);
    if (buffer)
      return std::move(*buffer);
    error =
        ("cannot open '" + name + "': " + buffer.getError().message()).str();
    return nullptr;
  };
  std::unique_ptr<llvm::MemoryBuffer> text = open(path);
  if (!text || !hasSideFile(path))
    return text;
  std::unique_ptr<llvm::MemoryBuffer> data = open(getSideFileName(path));
  if (!data)
    return nullptr;
  auto joined = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      text->getBufferSize() + data->getBufferSize(), path);
  char *end = llvm::copy(text->getBuffer(), joined->getBufferStart());
  llvm::copy(data->getBuffer(), end);
  return joined;
}

OwningOpRef<ModuleOp> qcc::driver::readModule(StringRef path,
                                              MLIRContext &context) {
  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> buffer = openModuleFile(path, error);
  if (!buffer) {
    emitError(UnknownLoc::get(&context)) << error;
    return {};
  }
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, ParserConfig(&context));
}
