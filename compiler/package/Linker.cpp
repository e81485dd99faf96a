//===- Linker.cpp - LLD as a library ------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/raw_ostream.h"

#include <mutex>

using namespace llvm;

LLD_HAS_DRIVER(elf)

// Defined by the assembler around the bytes of each object.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char qcc_package_memory[], qcc_package_memory_end[];
extern const char qcc_package_entry[], qcc_package_entry_end[];
extern const char qcc_package_features[], qcc_package_features_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace qcc::package {

StringRef memoryObject() {
  return {qcc_package_memory,
          size_t(qcc_package_memory_end - qcc_package_memory)};
}
StringRef entryObject() {
  return {qcc_package_entry, size_t(qcc_package_entry_end - qcc_package_entry)};
}
StringRef featuresObject() {
  return {qcc_package_features,
          size_t(qcc_package_features_end - qcc_package_features)};
}

Error runLinker(ArrayRef<std::string> arguments) {
  // LLD keeps its state in globals, and after a crash it cannot be run again.
  static std::mutex mutex;
  static bool usable = true;
  std::lock_guard<std::mutex> lock(mutex);
  if (!usable)
    return makeError("the linker crashed before and cannot run again");

  std::vector<const char *> raw = {"ld.lld", "--threads=1",
                                   "--no-color-diagnostics"};
  for (const std::string &argument : arguments)
    raw.push_back(argument.c_str());
  std::string output, messages;
  raw_string_ostream outputStream(output), messageStream(messages);
  lld::Result result = lld::lldMain(raw, outputStream, messageStream,
                                    {{lld::Gnu, &lld::elf::link}});
  usable = result.canRunAgain;
  if (result.retCode == 0)
    return Error::success();
  // The first message, on one line.
  StringRef first = StringRef(messages).ltrim();
  first.consume_front("ld.lld: ");
  first.consume_front("error: ");
  return makeError("linking failed: " + first.split('\n').first);
}

/// The addresses of the stages' functions.
static Expected<std::vector<uint64_t>> findEntries(MemoryBufferRef elf,
                                                   const Program &program) {
  Expected<std::unique_ptr<object::ObjectFile>> file =
      object::ObjectFile::createELFObjectFile(elf);
  if (!file)
    return file.takeError();
  StringMap<uint64_t> addresses;
  for (const object::SymbolRef &symbol : (*file)->symbols()) {
    Expected<StringRef> name = symbol.getName();
    Expected<uint64_t> address = symbol.getAddress();
    if (!name || !address)
      return joinErrors(name.takeError(), address.takeError());
    addresses[*name] = *address;
  }
  std::vector<uint64_t> entries;
  for (const Stage &stage : program.stages) {
    auto found = addresses.find(stage.symbol);
    if (found == addresses.end() || found->second == 0)
      return makeError("program '" + program.name +
                       "': its object does not define stage '" + stage.symbol +
                       "'");
    entries.push_back(found->second);
  }
  return entries;
}

Expected<LinkedCode> linkCode(const Program &program) {
  Expected<Workspace> workspace = Workspace::create();
  if (!workspace)
    return workspace.takeError();
  std::vector<std::string> inputs;
  auto put = [&](StringRef name, StringRef content) -> Error {
    Expected<std::string> path = workspace->put(name, content);
    if (!path)
      return path.takeError();
    inputs.push_back(*path);
    return Error::success();
  };
  for (auto [i, object] : enumerate(program.objects))
    if (Error error = put("stages-" + std::to_string(i) + ".o",
                          {object.data(), object.size()}))
      return std::move(error);
  if (Error error = put("memory.o", memoryObject()))
    return std::move(error);
  // Everything local: nothing is bound by name, and the relocations that remain
  // are relative.
  Expected<std::string> version = workspace->put("version", "{ local: *; };\n");
  if (!version)
    return version.takeError();
  std::vector<std::string> arguments = {"-shared",
                                        "--no-undefined",
                                        "--version-script=" + *version,
                                        "--build-id=none",
                                        "--hash-style=sysv",
                                        "--strip-debug",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "norelro",
                                        "-z",
                                        "text",
                                        "-z",
                                        "max-page-size=4096",
                                        "--soname=qcc",
                                        "-o",
                                        workspace->path("code.so")};
  append_range(arguments, inputs);
  if (Error error = runLinker(arguments))
    return std::move(error);
  Expected<std::unique_ptr<MemoryBuffer>> elf = workspace->get("code.so");
  if (!elf)
    return elf.takeError();
  Expected<std::vector<uint64_t>> entries =
      findEntries((*elf)->getMemBufferRef(), program);
  if (!entries)
    return entries.takeError();
  return LinkedCode{std::move(*elf), std::move(*entries)};
}

} // namespace qcc::package
