//===- File.cpp - files that appear whole or not at all -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <cstdlib>

using namespace llvm;

namespace qcc::package {

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static Error cannotWrite(StringRef path, std::error_code code) {
  return makeError("cannot write '" + path + "': " + code.message());
}

static std::error_code writePieces(int descriptor, ArrayRef<StringRef> pieces) {
  raw_fd_ostream out(descriptor, /*shouldClose=*/false);
  for (StringRef piece : pieces)
    out << piece;
  out.flush();
  std::error_code code = out.error();
  out.clear_error();
  return code;
}

Error writeFileAtomically(StringRef path, ArrayRef<StringRef> pieces) {
  sys::fs::file_status status;
  if (!sys::fs::status(path, status) && sys::fs::exists(status) &&
      !sys::fs::is_regular_file(status)) {
    if (sys::fs::is_directory(status))
      return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
    // A device or a pipe: a rename would replace it.
    int descriptor;
    if (std::error_code code = sys::fs::openFileForWrite(
            path, descriptor, sys::fs::CD_OpenExisting))
      return cannotWrite(path, code);
    std::error_code code = writePieces(descriptor, pieces);
    if (std::error_code closed =
            sys::Process::SafelyCloseFileDescriptor(descriptor))
      code = code ? code : closed;
    return code ? cannotWrite(path, code) : Error::success();
  }

  Expected<sys::fs::TempFile> temporary =
      sys::fs::TempFile::create(path + ".tmp-%%%%%%%%");
  if (!temporary)
    return cannotWrite(path, errorToErrorCode(temporary.takeError()));
  if (std::error_code code = writePieces(temporary->FD, pieces)) {
    consumeError(temporary->discard());
    return cannotWrite(path, code);
  }
  if (Error error = temporary->keep(path))
    return cannotWrite(path, errorToErrorCode(std::move(error)));
  return Error::success();
}

Expected<Workspace> Workspace::create() {
  SmallString<128> folder;
  sys::path::system_temp_directory(/*erasedOnReboot=*/true, folder);
  sys::path::append(folder, "qcc-XXXXXX");
  std::string name = folder.str().str();
  if (!mkdtemp(name.data()))
    return makeError("cannot make a temporary folder '" + name +
                     "': " + errnoAsErrorCode().message());
  return Workspace(std::move(name));
}

Workspace::~Workspace() {
  if (!folder.empty())
    sys::fs::remove_directories(folder);
}

std::string Workspace::path(StringRef name) const {
  return folder + "/" + name.str();
}

Expected<std::string> Workspace::put(StringRef name, StringRef content) const {
  if (Error error = writeFileAtomically(path(name), content))
    return std::move(error);
  return path(name);
}

Expected<std::unique_ptr<MemoryBuffer>> Workspace::get(StringRef name) const {
  ErrorOr<std::unique_ptr<MemoryBuffer>> file =
      MemoryBuffer::getFile(path(name), /*IsText=*/false,
                            /*RequiresNullTerminator=*/false,
                            /*IsVolatile=*/true);
  if (!file)
    return makeError("cannot read '" + path(name) +
                     "': " + file.getError().message());
  return std::move(*file);
}

} // namespace qcc::package
