//===- Array.h - NumPy's .npy and .npz files --------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files are data from outside: no size in them is believed before it was
// compared with the length of the file, and nothing is allocated on its word.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_IO_ARRAY_H
#define QCC_IO_ARRAY_H

#include "qcc/abi/artifact.h"
#include "qcc/io/Status.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qcc::io {

/// Element type and extents of an array.
struct ArrayType {
  uint32_t dtype = QCC_DTYPE_F32; ///< qcc_dtype.
  std::vector<int64_t> shape;

  int64_t elements() const;
  uint64_t bytes() const {
    return uint64_t(elements()) * qcc_dtype_size(dtype);
  }
  bool operator==(const ArrayType &) const = default;
};

/// "float32[1x3x32x32]", as NumPy would call the element type.
std::string toString(const ArrayType &type);
/// "float32"; "unknown" for what is not a qcc_dtype.
const char *dtypeName(uint32_t dtype);

/// A whole array in memory, compact and row-major.
struct Array {
  ArrayType type;
  std::vector<uint8_t> data;
};

/// A row-major array in a file, of which any part can be read without the rest.
class ArrayReader {
public:
  virtual ~ArrayReader() = default;

  /// Opens a .npy file. Refuses other byte orders, Fortran order, and types
  /// that are not plain numbers.
  static Status open(const std::string &path,
                     std::unique_ptr<ArrayReader> &reader);

  /// Opens a file of bare elements as an array of any number of `item`s.
  static Status openRaw(const std::string &path, const ArrayType &item,
                        std::unique_ptr<ArrayReader> &reader);

  const ArrayType &type() const { return arrayType; }
  /// Reads `size` bytes of the data from `offset` on. Reading forwards is
  /// cheap; a compressed member of a .npz starts over when asked to go back.
  virtual Status read(uint64_t offset, uint64_t size, void *out) = 0;

protected:
  ArrayType arrayType;
};

/// One array of a .npz, by the name it was saved under.
struct NamedArray {
  std::string name;
  std::unique_ptr<ArrayReader> reader;
};

/// Opens every array of a .npz file, stored or deflated.
Status openNpz(const std::string &path, std::vector<NamedArray> &arrays);

/// Reads the whole of a .npy file.
Status readNpy(const std::string &path, Array &array);

/// The header that precedes the data in a .npy file of this type.
std::string npyHeader(const ArrayType &type);
/// Writes a .npy file; `data` holds type.bytes().
Status writeNpy(const std::string &path, const ArrayType &type,
                const void *data);

/// Writes an array piece by piece. The file appears under its name when it is
/// whole; until then, and for good after an error, there is only what was there
/// before. It is not kept open between pieces: there can be one writer for each
/// tensor of a model.
class ArrayWriter {
public:
  /// With `raw`, without the header of a .npy.
  ArrayWriter(std::string path, const ArrayType &type, bool raw = false);
  ~ArrayWriter();
  ArrayWriter(const ArrayWriter &) = delete;
  ArrayWriter &operator=(const ArrayWriter &) = delete;

  Status append(const void *data, uint64_t size);
  /// Ends the file. Exactly the bytes of the type must have been appended.
  Status finish();

private:
  Status appendBytes(const void *data, uint64_t size);

  std::string path, temporary, header;
  uint64_t missing;
  bool created = false;
};

} // namespace qcc::io

#endif // QCC_IO_ARRAY_H
