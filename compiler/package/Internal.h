//===- Internal.h - what the files of this folder share -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_COMPILER_PACKAGE_INTERNAL_H
#define QCC_COMPILER_PACKAGE_INTERNAL_H

#include "qcc/Package/Package.h"

namespace qcc::package {

/// A folder of our own below the system's temporary folder, removed with all
/// that is in it. LLD reads and writes named files only.
class Workspace {
public:
  static llvm::Expected<Workspace> create();
  Workspace(Workspace &&other) : folder(std::move(other.folder)) {
    other.folder.clear();
  }
  Workspace &operator=(Workspace &&) = delete;
  ~Workspace();

  /// The path of a file here, which need not exist.
  std::string path(llvm::StringRef name) const;
  /// Writes a file and returns its path.
  llvm::Expected<std::string> put(llvm::StringRef name,
                                  llvm::StringRef content) const;
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
  get(llvm::StringRef name) const;

private:
  explicit Workspace(std::string folder) : folder(std::move(folder)) {}

  std::string folder;
};

/// Makes an error of a message.
llvm::Error makeError(const llvm::Twine &message);

/// The mask of qcc_program.features for LLVM's names.
llvm::Expected<uint64_t> featureMask(llvm::ArrayRef<std::string> features);

/// Runs LLD with these arguments behind "ld.lld".
llvm::Error runLinker(llvm::ArrayRef<std::string> arguments);

/// A program's code as the artifact holds it.
struct LinkedCode {
  std::unique_ptr<llvm::MemoryBuffer> elf;
  std::vector<uint64_t> entries; ///< The address of each stage.
};

/// Links the object of a program into the restricted shared object that the
/// runtime loads.
llvm::Expected<LinkedCode> linkCode(const Program &program);

/// The objects of support/, which are compiled with qcc.
llvm::StringRef memoryObject();
llvm::StringRef entryObject();
llvm::StringRef featuresObject();

} // namespace qcc::package

#endif // QCC_COMPILER_PACKAGE_INTERNAL_H
