//===- Object.cpp - -emit=obj and -emit=so ------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Internal.h"

#include "qcc/abi/kernel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/ObjCopy/CommonConfig.h"
#include "llvm/ObjCopy/ELF/ELFConfig.h"
#include "llvm/ObjCopy/ELF/ELFObjcopy.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace qcc::package {

//===----------------------------------------------------------------------===//
// The tables that support/Entry.c reads
//===----------------------------------------------------------------------===//

/// A symbol or path in quotes, for the assembler.
static std::string quoted(StringRef text) {
  std::string result = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "\"";
}

/// The symbol of a program's list of stages.
static std::string stagesSymbol(size_t program) {
  return "qcc_entry_stages_" + std::to_string(program);
}

static void defineHidden(raw_ostream &os, const Twine &name,
                         unsigned log2Alignment) {
  os << "  .globl " << name << "\n  .hidden " << name << "\n  .p2align "
     << log2Alignment << "\n"
     << name << ":\n";
}

/// The list of stages of one program: entry_stage in support/Entry.c.
static void printStages(raw_ostream &os, const Program &program,
                        StringRef symbol) {
  os << "  .section .data.rel.ro,\"aw\",@progbits\n";
  defineHidden(os, symbol, 4);
  for (const Stage &stage : program.stages)
    os << "  .hidden " << quoted(stage.symbol) << "\n  .quad "
       << quoted(stage.symbol) << "\n  .quad " << int(stage.serial) << "\n";
  os << "  .section .note.GNU-stack,\"\",@progbits\n";
}

/// The programs, entry_program in support/Entry.c, and all weights.
static Error printPrograms(raw_ostream &os, const Model &model,
                           ArrayRef<std::string> weightsPaths) {
  os << "  .section .data.rel.ro,\"aw\",@progbits\n";
  defineHidden(os, "qcc_entry_programs", 4);
  for (auto [i, program] : enumerate(model.programs)) {
    Expected<uint64_t> features = featureMask(program.features);
    if (!features)
      return features.takeError();
    os << "  .hidden " << stagesSymbol(i) << "\n  .quad " << stagesSymbol(i)
       << "\n  .quad " << program.stages.size() << "\n  .quad " << *features
       << "\n  .quad weights_" << program.weights << "\n";
  }
  os << "  .section .rodata,\"a\",@progbits\n";
  defineHidden(os, "qcc_entry_program_count", 3);
  os << "  .quad " << model.programs.size() << "\n";
  for (auto [i, path] : enumerate(weightsPaths))
    os << "  .p2align " << Log2_32(QCC_ARENA_ALIGNMENT) << "\nweights_" << i
       << ":\n  .incbin " << quoted(path) << "\n  .zero " << QCC_READ_SLACK
       << "\n";
  os << "  .section .note.GNU-stack,\"\",@progbits\n";
  return Error::success();
}

/// Assembles x86-64 text.
static Expected<SmallString<0>> assemble(StringRef text) {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmParser();
  LLVMInitializeX86AsmPrinter();
  const Triple triple("x86_64-unknown-linux-gnu");
  std::string message;
  const llvm::Target *target = TargetRegistry::lookupTarget(triple, message);
  if (!target)
    return makeError(message);
  std::unique_ptr<TargetMachine> machine(target->createTargetMachine(
      triple, "x86-64", "", TargetOptions(), Reloc::PIC_));
  LLVMContext context;
  Module module("tables", context);
  module.setTargetTriple(triple);
  module.setDataLayout(machine->createDataLayout());
  module.setModuleInlineAsm(text);
  SmallString<0> object;
  raw_svector_ostream os(object);
  legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, os, nullptr,
                                   CodeGenFileType::ObjectFile))
    return makeError("this LLVM cannot write x86-64 objects");
  passes.run(module);
  return object;
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

/// Makes every symbol but one local and gives that one a new name: so parts
/// that use the same names can be linked together.
static Expected<SmallString<0>>
keepOneSymbol(MemoryBufferRef merged, StringRef symbol, StringRef newName) {
  Expected<std::unique_ptr<object::ObjectFile>> file =
      object::ObjectFile::createELFObjectFile(merged);
  if (!file)
    return file.takeError();
  objcopy::CommonConfig config;
  if (symbol != newName)
    config.SymbolsToRename[symbol] = newName;
  if (Error error =
          config.SymbolsToKeepGlobal.addMatcher(objcopy::NameOrPattern::create(
              symbol, objcopy::MatchStyle::Literal, [](Error e) { return e; })))
    return std::move(error);
  config.StripDebug = true;
  SmallString<0> object;
  raw_svector_ostream os(object);
  if (Error error = objcopy::elf::executeObjcopyOnBinary(
          config, objcopy::ELFConfig(), cast<object::ELFObjectFileBase>(**file),
          os))
    return std::move(error);
  return object;
}

namespace {

/// Links objects into one, of which a single symbol can be seen.
class ObjectMerger {
public:
  explicit ObjectMerger(const Workspace &workspace, StringRef name)
      : workspace(workspace), name(name) {}

  Error add(StringRef content) {
    Expected<std::string> path = workspace.put(
        name + "-" + std::to_string(inputs.size()) + ".o", content);
    if (!path)
      return path.takeError();
    inputs.push_back(*path);
    return Error::success();
  }

  Error addText(StringRef text) {
    Expected<SmallString<0>> object = assemble(text);
    return object ? add(*object) : object.takeError();
  }

  Expected<SmallString<0>> merge(StringRef symbol, StringRef newName) {
    std::string output = name + ".o";
    std::vector<std::string> arguments = {"-r", "-o", workspace.path(output)};
    append_range(arguments, inputs);
    if (Error error = runLinker(arguments))
      return std::move(error);
    Expected<std::unique_ptr<MemoryBuffer>> merged = workspace.get(output);
    if (!merged)
      return merged.takeError();
    return keepOneSymbol((*merged)->getMemBufferRef(), symbol, newName);
  }

private:
  const Workspace &workspace;
  std::string name;
  std::vector<std::string> inputs;
};

} // namespace

/// The stages of one program, whose list alone can be seen.
static Expected<SmallString<0>> makeStages(const Workspace &workspace,
                                           const Program &program,
                                           const std::string &symbol) {
  ObjectMerger merger(workspace, symbol);
  std::string text;
  raw_string_ostream os(text);
  printStages(os, program, symbol);
  for (const SmallVector<char, 0> &object : program.objects)
    if (Error error = merger.add({object.data(), object.size()}))
      return std::move(error);
  if (Error error = merger.addText(text))
    return std::move(error);
  // Each program has what its code calls to itself.
  if (Error error = merger.add(memoryObject()))
    return std::move(error);
  return merger.merge(symbol, symbol);
}

/// One relocatable object with all programs, the weights and the entry point,
/// which takes the first program that the processor can run.
static Expected<SmallString<0>> makeObject(const Model &model) {
  assert(!model.programs.empty());
  Expected<Workspace> workspace = Workspace::create();
  if (!workspace)
    return workspace.takeError();
  // A program without weights has a place for them all the same.
  std::vector<ArrayRef<uint8_t>> allWeights = model.weights;
  if (allWeights.empty())
    allWeights.emplace_back();
  std::vector<std::string> weightsPaths;
  for (auto [i, weights] : enumerate(allWeights)) {
    Expected<std::string> path =
        workspace->put("weights-" + std::to_string(i), toStringRef(weights));
    if (!path)
      return path.takeError();
    weightsPaths.push_back(*path);
  }
  ObjectMerger merger(*workspace, "all");
  for (auto [i, program] : enumerate(model.programs)) {
    Expected<SmallString<0>> stages =
        makeStages(*workspace, program, stagesSymbol(i));
    if (!stages)
      return stages.takeError();
    if (Error error = merger.add(*stages))
      return std::move(error);
  }
  std::string text;
  raw_string_ostream os(text);
  if (Error error = printPrograms(os, model, weightsPaths))
    return std::move(error);
  if (Error error = merger.addText(text))
    return std::move(error);
  for (StringRef support : {entryObject(), featuresObject(), memoryObject()})
    if (Error error = merger.add(support))
      return std::move(error);
  return merger.merge("qcc_entry_run", toIdentifier(model.name) + "_run");
}

//===----------------------------------------------------------------------===//
// The header
//===----------------------------------------------------------------------===//

std::string toIdentifier(StringRef name) {
  std::string result;
  if (name.empty() || isDigit(name.front()))
    result += '_';
  for (char c : name)
    result += isAlnum(c) ? c : '_';
  return result;
}

static StringRef cType(qcc_dtype dtype) {
  switch (dtype) {
  case QCC_DTYPE_F32:
    return "float";
  case QCC_DTYPE_F64:
    return "double";
  case QCC_DTYPE_U8:
  case QCC_DTYPE_BOOL:
    return "uint8_t";
  case QCC_DTYPE_I8:
    return "int8_t";
  case QCC_DTYPE_U16:
  case QCC_DTYPE_F16:
  case QCC_DTYPE_BF16:
    return "uint16_t";
  case QCC_DTYPE_I16:
    return "int16_t";
  case QCC_DTYPE_U32:
    return "uint32_t";
  case QCC_DTYPE_I32:
    return "int32_t";
  case QCC_DTYPE_U64:
    return "uint64_t";
  case QCC_DTYPE_I64:
    return "int64_t";
  }
  llvm_unreachable("not a qcc_dtype");
}

/// Names come from the model: nothing in them may end the comment.
static std::string forComment(StringRef text) {
  std::string result;
  for (char c : text)
    result += isPrint(c) && c != '*' && c != '\\' ? c : '_';
  return result;
}

static uint64_t countElements(const Value &value) {
  uint64_t elements = 1;
  for (int64_t extent : value.shape)
    elements *= extent;
  return elements;
}

/// A line of the header's comment for each value.
static void printValues(raw_ostream &os, StringRef kind,
                        ArrayRef<Value> values) {
  for (auto [index, value] : enumerate(values)) {
    os << " *   " << kind << "s[" << index << "]: '" << forComment(value.name)
       << "', " << cType(value.dtype) << '[';
    interleave(value.shape, os, "][");
    os << "]";
    if (value.rows)
      os << ", of which there are *" << kind << "s[" << *value.rows << "] rows";
    os << "\n";
  }
}

/// The macros of each value.
static void defineValues(raw_ostream &os, const Twine &prefix,
                         ArrayRef<Value> values) {
  for (auto [index, value] : enumerate(values))
    os << "#define " << prefix << index << "_TYPE " << cType(value.dtype)
       << "\n#define " << prefix << index << "_ELEMENTS "
       << countElements(value) << "\n";
}

static std::string makeHeader(const Model &model) {
  uint64_t arenaSize = 0;
  for (const Program &program : model.programs)
    arenaSize = std::max(arenaSize, program.arenaSize);
  std::string name = toIdentifier(model.name);
  std::string upper = StringRef(name).upper();
  std::string text;
  raw_string_ostream os(text);
  os << "/* Written by qcc: the model '" << forComment(model.name)
     << "', to be linked with the object beside this header.\n *\n";
  printValues(os, "input", model.inputs);
  printValues(os, "output", model.outputs);
  os << " *\n * Tensors are compact and row-major. The arena holds " << upper
     << "_ARENA_BYTES\n * bytes aligned to " << upper
     << "_ARENA_ALIGNMENT; calls with different\n * arenas may run at the same "
        "time. A null pool means the calling thread\n * alone. Runs the best "
        "of "
        "its programs that the processor can; returns 0, or 1\n * if there is "
        "none. */\n"
     << "#ifndef " << upper << "_H\n#define " << upper << "_H\n\n"
     << "#include <stdint.h>\n\n"
     << "#define " << upper << "_ARENA_BYTES " << arenaSize + QCC_READ_SLACK
     << "\n#define " << upper << "_ARENA_ALIGNMENT " << int(QCC_ARENA_ALIGNMENT)
     << "\n";
  defineValues(os, upper + "_INPUT_", model.inputs);
  defineValues(os, upper + "_OUTPUT_", model.outputs);
  os << "\n";
  os << R"(#ifdef __cplusplus
extern "C" {
#endif

#ifndef QCC_POOL_DEFINED
#define QCC_POOL_DEFINED
/* run() calls task(context, thread, threads) once for every thread, and returns when
 * all have returned. */
typedef struct qcc_pool {
  void *self;
  uint32_t threads;
  void (*run)(void *self,
              void (*task)(void *context, uint32_t thread, uint32_t threads),
              void *context);
} qcc_pool;
#endif

)";
  os << "int " << name
     << "_run(const void *const *inputs, void *const *outputs, void *arena,\n"
     << std::string(name.size() + 9, ' ') << "const qcc_pool *pool);\n";
  os << R"(
#ifdef __cplusplus
}
#endif

)";
  os << "#endif\n";
  return text;
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

Error writeObject(const Model &model, StringRef path, StringRef headerPath) {
  Expected<SmallString<0>> object = makeObject(model);
  if (!object)
    return object.takeError();
  if (Error error = writeFileAtomically(path, StringRef(*object)))
    return error;
  Error error = writeFileAtomically(headerPath, StringRef(makeHeader(model)));
  // One without the other is of no use.
  if (error)
    (void)sys::fs::remove(path);
  return error;
}

Error writeSharedObject(const Model &model, StringRef path) {
  Expected<SmallString<0>> object = makeObject(model);
  if (!object)
    return object.takeError();
  Expected<Workspace> workspace = Workspace::create();
  if (!workspace)
    return workspace.takeError();
  Expected<std::string> objectPath = workspace->put("all.o", *object);
  if (!objectPath)
    return objectPath.takeError();
  if (Error error = runLinker({"-shared", "--no-undefined", "--build-id=none",
                               "-z", "noexecstack", "-z", "text", *objectPath,
                               "-o", workspace->path("all.so")}))
    return error;
  Expected<std::unique_ptr<MemoryBuffer>> library = workspace->get("all.so");
  if (!library)
    return library.takeError();
  return writeFileAtomically(path, (*library)->getBuffer());
}

} // namespace qcc::package
