//===- CodeEmission.cpp - stages to object code -*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Target/CodeEmission.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/IR/Threading.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace qcc::target;

namespace {

constexpr llvm::StringLiteral kTriple = "x86_64-unknown-linux-gnu";

/// So many objects at most, however many threads there are.
constexpr size_t kMostParts = 16;

/// To the LLVM dialect alone.
void buildLLVMDialectPipeline(OpPassManager &manager) {
  manager.addPass(memref::createExpandStridedMetadataPass());
  manager.addPass(createLowerAffinePass());
  manager.addPass(createLoopInvariantCodeMotionPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createSCFToControlFlowPass());
  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createUBToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

/// scf.for hands annotations down to the branch, but as foreign attributes.
void attachLoopAnnotations(ModuleOp module) {
  module.walk([](LLVM::BrOp branch) {
    if (auto annotation = branch->getAttrOfType<LLVM::LoopAnnotationAttr>(
            "llvm.loop_annotation"))
      branch.setLoopAnnotationAttr(annotation);
    branch->removeDiscardableAttr("llvm.loop_annotation");
  });
}

/// Moves the functions of `module` into modules inside of it, each kernel with
/// the stages that call it, such that these are of about the same size.
SmallVector<ModuleOp> splitIntoParts(ModuleOp module) {
  // Stages follow the kernel that they call.
  llvm::MapVector<StringRef, SmallVector<LLVM::LLVMFuncOp>> units;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    StringRef unit = function.getName();
    function.walk(
        [&](LLVM::CallOp call) { unit = call.getCallee().value_or(unit); });
    units[unit].push_back(function);
  }
  auto builder = OpBuilder::atBlockEnd(module.getBody());
  SmallVector<ModuleOp> parts;
  SmallVector<size_t> sizes(std::min(kMostParts, units.size()), 0);
  for (size_t i = 0; i < sizes.size(); ++i)
    parts.push_back(ModuleOp::create(builder, module.getLoc()));
  for (auto &[unit, functions] : units) {
    size_t smallest = llvm::min_element(sizes) - sizes.begin();
    for (LLVM::LLVMFuncOp function : functions) {
      function.walk([&](Operation *) { ++sizes[smallest]; });
      function->moveBefore(parts[smallest].getBody(),
                           parts[smallest].getBody()->end());
    }
  }
  return parts;
}

FailureOr<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const Cpu &cpu, llvm::CodeGenOptLevel level,
                    llvm::function_ref<InFlightDiagnostic()> emitError) {
  static const bool initialized = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    return true;
  }();
  (void)initialized;
  llvm::Triple triple(kTriple);
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    return emitError() << "cannot generate code for " << cpu.cpu << ": "
                       << error;
  // Asked of no processor in particular: LLVM's own message would come first.
  std::unique_ptr<llvm::MCSubtargetInfo> processors(
      target->createMCSubtargetInfo(triple, "", ""));
  if (!processors->isCPUStringValid(cpu.cpu))
    return emitError() << "-mcpu=" << cpu.cpu
                       << " is not a processor that LLVM knows";
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, cpu.cpu, llvm::join(cpu.features, ","), options,
      llvm::Reloc::PIC_, llvm::CodeModel::Small, level));
  return machine;
}

/// What `NAME` of -mattr=help is on in `machine`.
std::vector<std::string> featuresOf(const llvm::TargetMachine &machine) {
  std::vector<std::string> result;
  const llvm::MCSubtargetInfo &subtarget = *machine.getMCSubtargetInfo();
  for (const llvm::SubtargetFeatureKV &feature :
       subtarget.getAllProcessorFeatures())
    if (subtarget.getFeatureBits().test(feature.Value))
      result.push_back(feature.Key);
  return result;
}

void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  llvm::PassBuilder builder(&machine, tuning);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  // Stages may call memcpy, memmove and memset, and nothing else of libm or
  // libc.
  llvm::TargetLibraryInfoImpl library(module.getTargetTriple());
  library.disableAllFunctions();
  for (llvm::LibFunc function :
       {llvm::LibFunc_memcpy, llvm::LibFunc_memmove, llvm::LibFunc_memset})
    library.setAvailable(function);
  functions.registerPass([&] { return llvm::TargetLibraryAnalysis(library); });
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

/// Passes that generate code, without the scheduler if instructions are to stay
/// in their order.
class CodeGenPasses : public llvm::legacy::PassManager {
public:
  explicit CodeGenPasses(bool keepsOrder) : keepsOrder(keepsOrder) {}

  void add(llvm::Pass *pass) override {
    if (keepsOrder && pass->getPassID() == &llvm::MachineSchedulerID)
      delete pass;
    else
      llvm::legacy::PassManager::add(pass);
  }

private:
  bool keepsOrder;
};

llvm::CodeGenOptLevel codeGenLevel(Effort effort) {
  switch (effort) {
  case Effort::quick:
    return llvm::CodeGenOptLevel::None;
  case Effort::brief:
    return llvm::CodeGenOptLevel::Less;
  case Effort::full:
    return llvm::CodeGenOptLevel::Aggressive;
  }
  llvm_unreachable("no such effort");
}

/// Object code or assembly of a module of the LLVM dialect; without `fileType`
/// LLVM IR. Gives the features that it may use.
FailureOr<std::vector<std::string>>
generate(ModuleOp module, const Cpu &cpu, Effort effort,
         std::optional<llvm::CodeGenFileType> fileType,
         llvm::raw_pwrite_stream &stream) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = translateModuleToLLVMIR(module, context);
  if (!code)
    return module.emitError(
        "internal error: stages could not be translated to LLVM IR");
  FailureOr<std::unique_ptr<llvm::TargetMachine>> created = createTargetMachine(
      cpu, codeGenLevel(effort), [&] { return module.emitError(); });
  if (failed(created))
    return failure();
  llvm::TargetMachine *machine = created->get();

  code->setTargetTriple(llvm::Triple(kTriple));
  code->setDataLayout(machine->createDataLayout());
  for (llvm::Function &function : *code)
    if (!function.isDeclaration()) {
      function.addFnAttr("target-cpu", cpu.cpu);
      function.addFnAttr("target-features", llvm::join(cpu.features, ","));
      function.addFnAttr("prefer-vector-width", "512");
      function.addFnAttr(llvm::Attribute::NoUnwind);
    }
  // What MLIR leaves is good enough for what is not shipped.
  if (effort == Effort::full)
    optimize(*code, *machine);
  if (!fileType) {
    code->print(stream, nullptr);
    return featuresOf(*machine);
  }
  CodeGenPasses manager(cpu.keepsOrder);
  if (machine->addPassesToEmitFile(manager, stream, nullptr, *fileType))
    return module.emitError(
        "internal error: the target cannot emit this kind of file");
  manager.run(*code);
  return featuresOf(*machine);
}

void registerTranslations(MLIRContext &context) {
  registerBuiltinDialectTranslation(context);
  registerLLVMDialectTranslation(context);
}

} // namespace

FailureOr<std::vector<std::string>> qcc::target::enabledFeatures(
    const Cpu &cpu, llvm::function_ref<InFlightDiagnostic()> emitError) {
  FailureOr<std::unique_ptr<llvm::TargetMachine>> machine =
      createTargetMachine(cpu, llvm::CodeGenOptLevel::None, emitError);
  if (failed(machine))
    return failure();
  return featuresOf(**machine);
}

FailureOr<EmittedCode> qcc::target::emitCode(ModuleOp module, const Cpu &cpu,
                                             Effort effort) {
  SmallVector<ModuleOp> parts = splitIntoParts(module);
  MLIRContext *context = module.getContext();
  PassManager manager(context);
  // MLIR's own passes take less time than verification after each of them; what
  // they make goes through LLVM's verifier.
  manager.enableVerifier(false);
  buildLLVMDialectPipeline(manager.nest<ModuleOp>());
  if (failed(manager.run(module)))
    return failure();
  registerTranslations(*context);
  EmittedCode result;
  result.objects.resize(parts.size());
  std::vector<std::vector<std::string>> features(parts.size());
  auto compile = [&](size_t i) -> LogicalResult {
    attachLoopAnnotations(parts[i]);
    llvm::raw_svector_ostream stream(result.objects[i]);
    FailureOr<std::vector<std::string>> used = generate(
        parts[i], cpu, effort, llvm::CodeGenFileType::ObjectFile, stream);
    if (failed(used))
      return failure();
    features[i] = std::move(*used);
    return success();
  };
  if (failed(failableParallelForEachN(context, 0, parts.size(), compile)))
    return failure();
  // All parts are for one processor.
  if (!features.empty())
    result.features = std::move(features.front());
  return result;
}

FailureOr<std::string> qcc::target::emitText(ModuleOp module, const Cpu &cpu,
                                             CodeForm form) {
  PassManager manager(module.getContext());
  buildLLVMDialectPipeline(manager);
  if (failed(manager.run(module)))
    return failure();
  attachLoopAnnotations(module);
  registerTranslations(*module.getContext());
  llvm::SmallVector<char, 0> text;
  llvm::raw_svector_ostream stream(text);
  if (failed(generate(module, cpu, Effort::full,
                      form == CodeForm::assembly
                          ? std::optional(llvm::CodeGenFileType::AssemblyFile)
                          : std::nullopt,
                      stream)))
    return failure();
  return std::string(text.begin(), text.end());
}
