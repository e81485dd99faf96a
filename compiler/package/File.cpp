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
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;

namespace qcc::package {

Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static Error cannotWrite(StringRef path, std::error_code code) {
  return makeError("cannot write '" + path + "': " + code.message());
}

static std::error_code write(int descriptor, WriteFn write) {
  raw_fd_ostream out(descriptor, /*shouldClose=*/false);
  write(out);
  out.flush();
  std::error_code code = out.error();
  out.clear_error();
  return code;
}

bool isSpecialFile(StringRef path) {
  return path == "-" ||
         (sys::fs::exists(path) && !sys::fs::is_regular_file(path) &&
          !sys::fs::is_directory(path));
}

/// What becomes the file `path` once it is complete.
static Expected<sys::fs::TempFile> createBeside(StringRef path) {
  return sys::fs::TempFile::create(path + ".tmp-%%%%%%%%");
}

Error checkWritable(StringRef path) {
  if (path == "-")
    return Error::success();
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (isSpecialFile(path)) {
    std::error_code code = sys::fs::access(path, sys::fs::AccessMode::Write);
    return code ? cannotWrite(path, code) : Error::success();
  }
  // Rights alone do not tell what a file system allows.
  Expected<sys::fs::TempFile> temporary = createBeside(path);
  if (!temporary)
    return cannotWrite(path, errorToErrorCode(temporary.takeError()));
  consumeError(temporary->discard());
  return Error::success();
}

Error writeFileAtomically(StringRef path, WriteFn writeTo) {
  if (path == "-") {
    std::error_code code = write(STDOUT_FILENO, writeTo);
    return code ? cannotWrite("standard output", code) : Error::success();
  }
  if (sys::fs::is_directory(path))
    return cannotWrite(path, std::make_error_code(std::errc::is_a_directory));
  if (isSpecialFile(path)) {
    // A rename would replace it. A pipe that nobody reads is not waited for.
    int descriptor =
        ::open(path.str().c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0 || fcntl(descriptor, F_SETFL, 0) != 0)
      return cannotWrite(path, errnoAsErrorCode());
    std::error_code code = write(descriptor, writeTo);
    if (std::error_code closed =
            sys::Process::SafelyCloseFileDescriptor(descriptor))
      code = code ? code : closed;
    return code ? cannotWrite(path, code) : Error::success();
  }

  Expected<sys::fs::TempFile> temporary = createBeside(path);
  if (!temporary)
    return cannotWrite(path, errorToErrorCode(temporary.takeError()));
  if (std::error_code code = write(temporary->FD, writeTo)) {
    consumeError(temporary->discard());
    return cannotWrite(path, code);
  }
  if (Error error = temporary->keep(path))
    return cannotWrite(path, errorToErrorCode(std::move(error)));
  return Error::success();
}

Error writeFileAtomically(StringRef path, ArrayRef<StringRef> pieces) {
  return writeFileAtomically(path, [&](raw_ostream &os) {
    for (StringRef piece : pieces)
      os << piece;
  });
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
    (void)sys::fs::remove_directories(folder);
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
