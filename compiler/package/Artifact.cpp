//===- Artifact.cpp - the layout of model.qcm ---------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"

#include "qcc/abi/kernel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/xxhash.h"

#include <algorithm>

using namespace llvm;

namespace qcc::package {
namespace {

/// The strings section: each string once, in the order of their first use.
class StringTable {
public:
  StringTable() : bytes(1, '\0') { offsets[""] = 0; }

  uint32_t add(StringRef string) {
    auto [entry, isNew] = offsets.try_emplace(string, bytes.size());
    if (isNew) {
      bytes += string;
      bytes += '\0';
    }
    return entry->second;
  }
  std::string take() { return std::move(bytes); }

private:
  std::string bytes;
  StringMap<uint32_t> offsets;
};

template <typename T> void append(std::string &bytes, const T &record) {
  bytes.append(reinterpret_cast<const char *>(&record), sizeof(T));
}

template <typename T>
void appendAll(std::string &bytes, const std::vector<T> &records) {
  bytes.append(reinterpret_cast<const char *>(records.data()),
               records.size() * sizeof(T));
}

/// A section: its bytes belong to it, or to the model or the linked code.
struct Section {
  qcc_section_kind kind;
  std::string owned;
  StringRef borrowed;

  StringRef bytes() const { return borrowed.empty() ? owned : borrowed; }
  uint64_t alignment() const {
    return kind == QCC_SECTION_CODE || kind == QCC_SECTION_WEIGHTS
               ? QCC_PAGE_ALIGNMENT
               : QCC_SECTION_ALIGNMENT;
  }
};

/// Turns a model into sections and those into the pieces of a file.
class Builder {
public:
  explicit Builder(const Model &model) : model(model) {}

  Error build();
  const std::vector<StringRef> &pieces() const { return filePieces; }
  uint64_t size() const { return fileSize; }

private:
  unsigned addSection(qcc_section_kind kind, std::string owned,
                      StringRef borrowed = {});
  std::string makeSignature();
  std::string makeRows();
  std::string makeStages(const Program &program, const LinkedCode &code);
  std::string makeTensors(const Program &program);
  std::string makeGolden(const Golden &golden);
  Error addPrograms();
  void layOut();

  const Model &model;
  StringTable strings;
  std::vector<Section> sections;
  std::vector<LinkedCode> code;
  std::string head; ///< Header and section table.
  std::vector<StringRef> filePieces;
  uint64_t fileSize = 0;
};

} // namespace

unsigned Builder::addSection(qcc_section_kind kind, std::string owned,
                             StringRef borrowed) {
  sections.push_back({kind, std::move(owned), borrowed});
  return sections.size() - 1;
}

std::string Builder::makeSignature() {
  std::vector<qcc_value> values;
  std::vector<qcc_symbol> symbols;
  std::vector<qcc_preprocess> preprocess;
  std::vector<qcc_grid> grids;
  std::vector<int64_t> numbers;
  auto addValue = [&](const Value &value) {
    qcc_value record = {};
    record.name = strings.add(value.name);
    record.dtype = value.dtype;
    record.rank = value.shape.size();
    record.first_dim = numbers.size();
    numbers.insert(numbers.end(), value.shape.begin(), value.shape.end());
    if (value.preprocess) {
      preprocess.push_back(*value.preprocess);
      record.preprocess = preprocess.size();
    }
    record.first_grid = grids.size();
    record.grid_count = value.grids.values.size();
    record.grid_axis = value.grids.axis;
    llvm::append_range(grids, value.grids.values);
    values.push_back(record);
  };
  for (const Value &value : model.inputs)
    addValue(value);
  for (const Value &value : model.outputs)
    addValue(value);
  symbols.reserve(model.symbols.size());
  for (const Symbol &symbol : model.symbols)
    symbols.push_back({symbol.min, symbol.max, strings.add(symbol.name), 0});

  qcc_signature record = {};
  record.input_count = model.inputs.size();
  record.output_count = model.outputs.size();
  record.symbol_count = symbols.size();
  record.preprocess_count = preprocess.size();
  record.grid_count = grids.size();
  record.number_count = numbers.size();
  record.name = strings.add(model.name);
  std::string bytes;
  append(bytes, record);
  appendAll(bytes, values);
  appendAll(bytes, symbols);
  appendAll(bytes, preprocess);
  appendAll(bytes, grids);
  appendAll(bytes, numbers);
  return bytes;
}

std::string Builder::makeRows() {
  std::string bytes;
  for (auto [index, output] : enumerate(model.outputs))
    if (output.rows)
      append(bytes, qcc_rows{uint32_t(index), *output.rows});
  return bytes;
}

std::string Builder::makeStages(const Program &program,
                                const LinkedCode &linked) {
  std::string bytes;
  for (auto [stage, entry] : zip_equal(program.stages, linked.entries)) {
    qcc_stage record = {};
    record.entry = entry;
    record.macs_int8 = stage.macsInt8;
    record.macs_float = stage.macsFloat;
    record.bytes = stage.bytes;
    record.name = strings.add(stage.name);
    record.op = strings.add(stage.op);
    record.flags = stage.serial ? QCC_STAGE_SERIAL : 0;
    append(bytes, record);
  }
  return bytes;
}

std::string Builder::makeTensors(const Program &program) {
  std::vector<qcc_tensor> tensors;
  std::vector<qcc_grid> grids;
  std::vector<int64_t> numbers;
  for (const Tensor &tensor : program.tensors) {
    assert(tensor.shape.size() == tensor.byteStrides.size());
    qcc_tensor record = {};
    record.offset = tensor.offset;
    record.name = strings.add(tensor.name);
    record.dtype = tensor.dtype;
    record.rank = tensor.shape.size();
    record.first_dim = numbers.size();
    llvm::append_range(numbers, tensor.shape);
    llvm::append_range(numbers, tensor.byteStrides);
    record.place = tensor.place;
    record.index = tensor.index;
    record.valid_from = tensor.validFrom;
    record.valid_to = tensor.validTo;
    record.first_grid = grids.size();
    record.grid_count = tensor.grids.values.size();
    record.grid_axis = tensor.grids.axis;
    llvm::append_range(grids, tensor.grids.values);
    tensors.push_back(record);
  }
  qcc_tensors record = {uint32_t(tensors.size()), uint32_t(grids.size()),
                        uint32_t(numbers.size()), 0};
  std::string bytes;
  append(bytes, record);
  appendAll(bytes, tensors);
  appendAll(bytes, grids);
  appendAll(bytes, numbers);
  return bytes;
}

std::string Builder::makeGolden(const Golden &golden) {
  assert(golden.inputs.size() == model.inputs.size() &&
         golden.outputs.size() == model.outputs.size());
  std::string bytes;
  append(bytes, qcc_golden{golden.seed, 0});
  appendAll(bytes, golden.inputs);
  for (ArrayRef<uint8_t> output : golden.outputs)
    for (; !output.empty(); output = output.drop_front(std::min<size_t>(
                                output.size(), QCC_GOLDEN_BLOCK)))
      append(bytes, xxHash64(output.take_front(QCC_GOLDEN_BLOCK)));
  return bytes;
}

Error Builder::addPrograms() {
  std::vector<qcc_program> records;
  for (const Program &program : model.programs) {
    Expected<LinkedCode> linked = linkCode(program);
    if (!linked)
      return linked.takeError();
    Expected<uint64_t> features = featureMask(program.features);
    if (!features)
      return features.takeError();
    qcc_program record = {};
    record.name = strings.add(program.name);
    record.target = program.target;
    record.features = *features;
    record.arena_size = program.arenaSize;
    record.flags = program.needsImports ? QCC_PROGRAM_NEEDS_IMPORTS : 0;
    record.stages =
        addSection(QCC_SECTION_STAGES, makeStages(program, *linked));
    record.tensors = addSection(QCC_SECTION_TENSORS, makeTensors(program));
    code.push_back(std::move(*linked));
    records.push_back(record);
  }
  for (auto [record, linked] : zip_equal(records, code))
    record.code = addSection(QCC_SECTION_CODE, {}, linked.elf->getBuffer());
  unsigned firstWeights = sections.size();
  for (ArrayRef<uint8_t> weights : model.weights)
    addSection(QCC_SECTION_WEIGHTS, {}, toStringRef(weights));
  if (model.weights.empty())
    addSection(QCC_SECTION_WEIGHTS, {});
  for (auto [record, program] : zip_equal(records, model.programs)) {
    assert(program.weights < std::max<size_t>(model.weights.size(), 1));
    record.weights = firstWeights + program.weights;
  }
  std::string bytes;
  appendAll(bytes, records);
  addSection(QCC_SECTION_PROGRAMS, std::move(bytes));
  return Error::success();
}

/// Places the sections, fills in header and table, and lists the file's pieces.
void Builder::layOut() {
  static const char zeros[QCC_PAGE_ALIGNMENT] = {};
  std::vector<qcc_section> table;
  uint64_t offset = sizeof(qcc_header) + sections.size() * sizeof(qcc_section);
  filePieces.push_back({});
  for (const Section &section : sections) {
    uint64_t begin = alignTo(offset, section.alignment());
    filePieces.push_back(StringRef(zeros, begin - offset));
    filePieces.push_back(section.bytes());
    table.push_back({uint32_t(section.kind), 0, begin, section.bytes().size(),
                     xxHash64(section.bytes())});
    offset = begin + section.bytes().size();
  }
  filePieces.push_back(StringRef(zeros, QCC_READ_SLACK));
  fileSize = offset + QCC_READ_SLACK;

  std::string tableBytes;
  appendAll(tableBytes, table);
  qcc_header header = {};
  std::copy_n(QCC_ARTIFACT_MAGIC, sizeof(header.magic), header.magic);
  header.version_major = QCC_ARTIFACT_VERSION_MAJOR;
  header.version_minor = QCC_ARTIFACT_VERSION_MINOR;
  header.file_size = fileSize;
  header.table_hash = xxHash64(tableBytes);
  header.section_count = table.size();
  header.header_hash =
      xxHash64(StringRef(reinterpret_cast<const char *>(&header),
                         offsetof(qcc_header, header_hash)));
  append(head, header);
  head += tableBytes;
  filePieces.front() = head;
}

Error Builder::build() {
  addSection(QCC_SECTION_SIGNATURE, makeSignature());
  if (std::string rows = makeRows(); !rows.empty())
    addSection(QCC_SECTION_ROWS, std::move(rows));
  if (!model.provenance.empty())
    addSection(QCC_SECTION_PROVENANCE, {}, model.provenance);
  if (model.golden)
    addSection(QCC_SECTION_GOLDEN, makeGolden(*model.golden));
  if (!model.bitcode.empty())
    addSection(QCC_SECTION_BITCODE, {}, model.bitcode);
  if (Error error = addPrograms())
    return error;
  addSection(QCC_SECTION_STRINGS, strings.take());
  if (sections.size() > QCC_MAX_SECTIONS)
    return makeError("an artifact cannot hold " + Twine(sections.size()) +
                     " sections");
  layOut();
  return Error::success();
}

Expected<std::unique_ptr<MemoryBuffer>> buildArtifact(const Model &model) {
  Builder builder(model);
  if (Error error = builder.build())
    return std::move(error);
  std::unique_ptr<WritableMemoryBuffer> buffer =
      WritableMemoryBuffer::getNewUninitMemBuffer(builder.size(), model.name,
                                                  Align(QCC_PAGE_ALIGNMENT));
  if (!buffer)
    return makeError("out of memory for an artifact of " +
                     Twine(builder.size()) + " bytes");
  char *out = buffer->getBufferStart();
  for (StringRef piece : builder.pieces())
    out = copy(piece, out);
  return std::unique_ptr<MemoryBuffer>(std::move(buffer));
}

Error writeArtifact(const Model &model, StringRef path) {
  Builder builder(model);
  if (Error error = builder.build())
    return error;
  return writeFileAtomically(path, builder.pieces());
}

} // namespace qcc::package
