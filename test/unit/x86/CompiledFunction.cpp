//===- CompiledFunction.cpp - compile, run and compare --------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompiledFunction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "qcc/Interpreter/Interpreter.h"
#include "qcc/Lower/Passes.h"
#include "qcc/Qnn/Qnn.h"
#include "qcc/X86/Compile.h"
#include "qcc/abi/kernel.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::test;

std::string test::denseHex(ArrayRef<uint8_t> bytes) {
  return "dense<\"0x" + llvm::toHex(bytes) + "\">";
}

std::vector<int8_t> test::randomBytes(std::mt19937 &random, size_t count,
                                      int low, int high) {
  std::uniform_int_distribution<int> distribution(low, high);
  std::vector<int8_t> values(count);
  for (int8_t &value : values)
    value = static_cast<int8_t>(distribution(random));
  return values;
}

std::vector<int8_t> test::randomWeights(std::mt19937 &random, size_t count) {
  std::vector<int8_t> weights = randomBytes(random, count, -128, 127);
  for (size_t i = 0; i < count; ++i)
    if (i / 4 % 2 == 1)
      weights[i] /= 2;
  return weights;
}

std::vector<float> test::randomFloats(std::mt19937 &random, size_t count,
                                      float low, float high) {
  std::uniform_real_distribution<float> distribution(low, high);
  std::vector<float> values(count);
  for (float &value : values)
    value = distribution(random);
  return values;
}

namespace {

qnn::Tensor randomTensor(RankedTensorType type, std::mt19937 &random) {
  qnn::Tensor tensor = qnn::Tensor::zeros(type);
  if (type.getElementType().isF32()) {
    std::vector<float> values =
        randomFloats(random, type.getNumElements(), -2.0f, 2.0f);
    llvm::copy(values, tensor.mutableData<float>());
    return tensor;
  }
  uint8_t mask = type.getElementType().isInteger(1) ? 1 : 0xff;
  for (size_t i = 0; i < tensor.getByteSize(); ++i)
    tensor.mutableData<uint8_t>()[i] = random() & mask;
  return tensor;
}

bool canRun(const x86::CompiledVariant &variant) {
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  return llvm::all_of(variant.cpu.features, [&](const std::string &feature) {
    return feature[0] == '-' || host.lookup(feature.substr(1));
  });
}

/// The stages of one variant in this process.
class LoadedVariant {
public:
  static llvm::Expected<LoadedVariant> load(const x86::CompiledVariant &variant,
                                            const target::EmittedCode &code) {
    LoadedVariant loaded;
    auto jit = llvm::orc::LLJITBuilder().create();
    if (!jit)
      return jit.takeError();
    loaded.jit = std::move(*jit);
    for (const auto &object : code.objects)
      if (llvm::Error error =
              loaded.jit->addObjectFile(llvm::MemoryBuffer::getMemBufferCopy(
                  StringRef(object.data(), object.size()))))
        return error;
    for (const target::StageInfo &stage : variant.info.stages) {
      auto address = loaded.jit->lookup(stage.symbol);
      if (!address)
        return address.takeError();
      loaded.stages.push_back(address->toPtr<qcc_stage_fn>());
    }
    loaded.weights = aligned(variant.info.weights.size());
    llvm::copy(variant.info.weights, loaded.weights.get());
    loaded.arenaSize = variant.info.arenaSize;
    return loaded;
  }

  /// Runs all stages, each thread after the other, the last thread first.
  /// Scratch memory starts as noise.
  void run(ArrayRef<const void *> inputs, ArrayRef<void *> outputs,
           uint32_t threads, std::mt19937 &random) {
    std::unique_ptr<uint8_t, FreeDeleter> arena = aligned(arenaSize);
    for (size_t i = 0; i < arenaSize + QCC_READ_SLACK; ++i)
      arena.get()[i] = random();
    qcc_frame frame = {};
    frame.arena = arena.get();
    frame.weights = weights.get();
    frame.inputs = inputs.data();
    frame.outputs = outputs.data();
    for (qcc_stage_fn stage : stages)
      for (uint32_t thread = threads; thread-- > 0;)
        stage(&frame, thread, threads);
  }

private:
  struct FreeDeleter {
    void operator()(uint8_t *pointer) const { free(pointer); }
  };
  static std::unique_ptr<uint8_t, FreeDeleter> aligned(size_t size) {
    size_t bytes = (size + QCC_READ_SLACK + 63) / 64 * 64;
    return std::unique_ptr<uint8_t, FreeDeleter>(
        static_cast<uint8_t *>(std::aligned_alloc(64, bytes)));
  }

  std::unique_ptr<llvm::orc::LLJIT> jit;
  std::vector<qcc_stage_fn> stages;
  std::unique_ptr<uint8_t, FreeDeleter> weights;
  size_t arenaSize = 0;
};

/// True if the bytes are those of a NaN: numerics.h fixes no payload.
bool isNaN(Type element, const uint8_t *bytes) {
  auto type = dyn_cast<FloatType>(element);
  if (!type)
    return false;
  uint64_t bits = 0;
  memcpy(&bits, bytes, type.getWidth() / 8);
  return APFloat(type.getFloatSemantics(), APInt(type.getWidth(), bits))
      .isNaN();
}

/// Compares bits, and names the first element that differs.
std::string compare(const qnn::Tensor &expected, const qnn::Tensor &actual) {
  size_t size = qnn::Tensor::elementSize(expected.getElementType());
  const uint8_t *e = expected.data<uint8_t>(), *a = actual.data<uint8_t>();
  int64_t wrong = 0;
  std::string first;
  for (int64_t i = 0; i < expected.getNumElements(); ++i) {
    if (memcmp(e + i * size, a + i * size, size) == 0 ||
        (isNaN(expected.getElementType(), e + i * size) &&
         isNaN(expected.getElementType(), a + i * size)))
      continue;
    if (wrong++ == 0)
      first = "element " + std::to_string(i) + " should be " +
              llvm::toHex(ArrayRef(e + i * size, size)) + ", is " +
              llvm::toHex(ArrayRef(a + i * size, size));
  }
  if (wrong)
    first += "; " + std::to_string(wrong) + " of " +
             std::to_string(expected.getNumElements()) + " are wrong";
  return first;
}

} // namespace

static void loadDialects(MLIRContext &context) {
  context.loadDialect<qnn::QnnDialect, arith::ArithDialect, func::FuncDialect,
                      math::MathDialect>();
}

/// The stages of the function of `text` for each instruction set, the best
/// first; none if it cannot be compiled.
static SmallVector<x86::CompiledVariant> stagesOf(MLIRContext &context,
                                                  const std::string &text) {
  loadDialects(context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return {};
  FailureOr<SmallVector<x86::CompiledVariant>> variants =
      x86::compileToStages(*module, {});
  if (failed(variants))
    return {};
  return std::move(*variants);
}

std::string test::emitAssembly(const std::string &text, StringRef name) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  for (x86::CompiledVariant &variant : stagesOf(context, text))
    if (variant.cpu.name == name)
      return target::emitText(*variant.stages, variant.cpu,
                              target::CodeForm::assembly)
          .value_or("");
  return "";
}

size_t test::countKernels(const std::string &text) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  SmallVector<x86::CompiledVariant> variants = stagesOf(context, text);
  if (variants.empty())
    return 0;
  return llvm::count_if(
      variants.front().stages->getOps<LLVM::LLVMFuncOp>(),
      [](LLVM::LLVMFuncOp f) { return f.getName().starts_with("kernel_"); });
}

std::string test::compareWithInterpreter(const std::string &text, uint32_t seed,
                                         ArrayRef<float> values) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  loadDialects(context);
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return "the test's program does not parse";
  auto reference = interpreter::Interpreter::create(*module);
  if (failed(reference))
    return "no interpreter";
  std::mt19937 random(seed);
  SmallVector<qnn::Tensor> inputs;
  SmallVector<const void *> inputPointers;
  for (Type type : reference->getFunction().getArgumentTypes()) {
    inputs.push_back(randomTensor(cast<RankedTensorType>(type), random));
    if (inputs.size() == 1 && !values.empty())
      llvm::copy(values, inputs.front().mutableData<float>());
    inputPointers.push_back(inputs.back().data<void>());
  }
  auto expected = reference->run(inputs);
  if (failed(expected))
    return "the interpreter failed";

  OwningOpRef<ModuleOp> copy = cast<ModuleOp>((*module)->clone());
  PassManager fuse(&context), verify(&context);
  fuse.addNestedPass<func::FuncOp>(lower::createFuseElementwisePass());
  if (failed(fuse.run(*copy)))
    return "elementwise ops do not fuse";
  auto variants = x86::compileToStages(*copy, {});
  if (failed(variants))
    return "does not compile";
  verify.addNestedPass<func::FuncOp>(lower::createVerifyMemoryPlanPass());
  if (failed(verify.run(*copy)))
    return "the memory plan is wrong";
  for (const x86::CompiledVariant &variant : *variants) {
    if (!canRun(variant))
      continue;
    auto code = target::emitCode(*variant.stages, variant.cpu);
    if (failed(code))
      return "no code for " + variant.cpu.name;
    auto loaded = LoadedVariant::load(variant, *code);
    if (!loaded)
      return llvm::toString(loaded.takeError());
    for (uint32_t threads : {1, 2, 3, 7}) {
      SmallVector<qnn::Tensor> outputs;
      SmallVector<void *> outputPointers;
      for (const qnn::Tensor &tensor : *expected) {
        outputs.push_back(qnn::Tensor::zeros(tensor.getType()));
        outputPointers.push_back(outputs.back().mutableData<void>());
      }
      loaded->run(inputPointers, outputPointers, threads, random);
      for (auto [want, got] : llvm::zip_equal(*expected, outputs))
        if (std::string error = compare(want, got); !error.empty())
          return variant.cpu.name + ", " + std::to_string(threads) +
                 " threads: " + error;
    }
  }
  return "";
}
