//===- Layers.cpp - the layers of a compiled network ----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Report/Layers.h"

#include "qcc/Analysis/Entry.h"
#include "qcc/Analysis/Names.h"
#include "qcc/Qnn/Constants.h"
#include "qcc/Qnn/Qnn.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::report;
using qnn::OperandRole;

namespace {

/// The ops that one ONNX node has become.
struct Node {
  SmallVector<Operation *> ops;

  /// The op that says what the node is.
  Operation *main() const {
    for (Operation *op : ops)
      if (auto cost = dyn_cast<qnn::CostOp>(op); cost && cost.getMacs() != 0)
        return op;
    return ops.front();
  }
};

using Nodes = llvm::MapVector<StringRef, Node>;

} // namespace

static bool isBookkeeping(Operation *op) {
  return isa<qnn::ConstantOp, qnn::QuantizeOp, qnn::DequantizeOp,
             qnn::ObserveOp>(op) ||
         op->hasTrait<OpTrait::IsTerminator>();
}

static StringRef storageName(qnn::SchemeAttr scheme) {
  auto type = dyn_cast<IntegerType>(scheme.getStorage());
  if (!type)
    return "quantized";
  switch (type.getWidth()) {
  case 4:
    return type.isUnsigned() ? "uint4" : "int4";
  case 8:
    return type.isUnsigned() ? "uint8" : "int8";
  case 16:
    return type.isUnsigned() ? "uint16" : "int16";
  default:
    return "quantized";
  }
}

static std::string describePrecision(Operation *op) {
  std::string weights, activations;
  auto quantizable = dyn_cast<qnn::QuantizableOp>(op);
  for (OpOperand &operand : op->getOpOperands()) {
    auto dequantize = operand.get().getDefiningOp<qnn::DequantizeOp>();
    if (!quantizable || !dequantize)
      continue;
    qnn::SchemeAttr scheme = dequantize.getScheme();
    OperandRole role = quantizable.getOperandRole(operand.getOperandNumber());
    std::string text =
        (storageName(scheme) +
         (role == OperandRole::weight ? " weights" : " activations") +
         (scheme.isPerTensor() ? "" : " per channel"))
            .str();
    if (role == OperandRole::weight)
      weights = text;
    else if (role == OperandRole::activation)
      activations = text;
  }
  if (weights.empty() && activations.empty())
    return "f32";
  return weights.empty()       ? activations
         : activations.empty() ? weights
                               : weights + ", " + activations;
}

/// Bytes of the constants that `op` reads, as they are or will be stored.
static uint64_t constantBytes(Operation *op) {
  uint64_t bytes = 0;
  for (Value operand : op->getOperands()) {
    if (auto dequantize = operand.getDefiningOp<qnn::DequantizeOp>())
      operand = dequantize.getInput();
    auto quantize = operand.getDefiningOp<qnn::QuantizeOp>();
    if (qnn::constantValue(quantize ? quantize.getInput() : operand))
      bytes += qnn::Tensor::byteSize(cast<RankedTensorType>(operand.getType()));
  }
  return bytes;
}

/// The names of nodes belong to `names`.
static Nodes collectNodes(func::FuncOp function, llvm::StringSet<> &names) {
  Nodes nodes;
  for (Operation &op : function.front())
    if (!isBookkeeping(&op)) {
      std::string name = analysis::nodeName(&op);
      nodes[names.insert(name).first->getKey()].ops.push_back(&op);
    }
  return nodes;
}

namespace {

/// Which node is computed in whose kernel.
class Kernels {
public:
  Kernels(const Nodes &nodes, ArrayRef<StageTime> stages);

  /// The node that the kernel of `node` is named after.
  StringRef of(StringRef node) const {
    auto found = kernels.find(node);
    return found == kernels.end() ? node : StringRef(found->second);
  }

private:
  /// The latest kernel that gives `node` an operand, through roundings only if
  /// they are to be looked through.
  std::string latestProducer(StringRef name, const Node &node,
                             bool throughRounding,
                             function_ref<bool(StringRef)> isWanted) const;

  llvm::StringMap<std::string> kernels;
  llvm::StringMap<size_t> order;
};

} // namespace

std::string
Kernels::latestProducer(StringRef name, const Node &node, bool throughRounding,
                        function_ref<bool(StringRef)> isWanted) const {
  std::string latest;
  for (Operation *op : node.ops)
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      while (throughRounding && producer &&
             isa<qnn::QuantizeOp, qnn::DequantizeOp>(producer))
        producer = producer->getOperand(0).getDefiningOp();
      if (!producer || isBookkeeping(producer) ||
          analysis::nodeName(producer) == name)
        continue;
      StringRef kernel = of(analysis::nodeName(producer));
      if (isWanted(kernel) &&
          (latest.empty() || order.lookup(kernel) > order.lookup(latest)))
        latest = kernel.str();
    }
  return latest;
}

Kernels::Kernels(const Nodes &nodes, ArrayRef<StageTime> stages) {
  llvm::StringSet<> haveStages, contractions;
  for (const StageTime &stage : stages)
    haveStages.insert(stage.node);
  for (const auto &[name, node] : nodes) {
    order[name] = order.size();
    Operation *main = node.main();
    auto quantizable = dyn_cast<qnn::QuantizableOp>(main);
    std::string &kernel = kernels[name];
    // A contraction computes what is elementwise behind it. Where two of them
    // meet, as in a residual addition, the later one does.
    if (quantizable && quantizable.isElementwise())
      kernel = latestProducer(
          name, node, /*throughRounding=*/false,
          [&](StringRef producer) { return contractions.contains(producer); });
    // What has no code of its own is part of what it reads.
    if (kernel.empty() && !haveStages.contains(name))
      kernel = latestProducer(name, node, /*throughRounding=*/true,
                              [](StringRef) { return true; });
    if (kernel.empty())
      kernel = name.str();
    if (quantizable && quantizable.isIntegerContraction())
      contractions.insert(name);
  }
}

std::vector<Layer> qcc::report::describeLayers(ModuleOp network,
                                               ArrayRef<StageTime> stages) {
  func::FuncOp function = analysis::entryFunction(network);
  if (!function)
    return {};
  llvm::StringSet<> names;
  double total = 0;
  for (const StageTime &stage : stages)
    total += stage.seconds;
  Nodes nodes = collectNodes(function, names);
  Kernels kernels(nodes, stages);
  std::vector<Layer> layers;
  llvm::StringMap<size_t> places;
  auto layerOf = [&](StringRef name) -> Layer & {
    auto [place, isNew] = places.try_emplace(name, layers.size());
    if (isNew)
      layers.emplace_back().node = name.str();
    return layers[place->second];
  };
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    Layer &input = layerOf(analysis::tensorName(function.getArgument(i)));
    input.op = "input";
    for (Operation *user : function.getArgument(i).getUsers())
      if (auto quantize = dyn_cast<qnn::QuantizeOp>(user))
        input.precision = storageName(quantize.getScheme()).str();
    if (input.precision.empty())
      input.precision = "f32";
  }
  for (const auto &[name, node] : nodes) {
    StringRef kernel = kernels.of(name);
    Layer &layer = layerOf(kernel);
    if (kernel != name)
      layer.fused.push_back(name.str());
    for (Operation *op : node.ops)
      layer.weightBytes += constantBytes(op);
    if (kernel != name)
      continue;
    Operation *main = node.main();
    layer.op = main->getName().stripDialect().str();
    layer.precision = describePrecision(main);
    if (auto reason =
            main->getAttrOfType<StringAttr>(qnn::QnnDialect::kReasonAttr))
      layer.reason = reason.str();
  }
  for (const StageTime &stage : stages) {
    Layer &layer = layerOf(kernels.of(stage.node));
    if (layer.op.empty())
      layer.op = stage.op;
    layer.macs += stage.macs;
    layer.milliseconds += 1e3 * stage.seconds;
    layer.timeShare =
        layer.timeShare.value_or(0) + (total > 0 ? stage.seconds / total : 0);
  }
  return layers;
}

/// The layers by the names of their nodes.
static llvm::StringMap<Layer *> layersByNode(Report &report) {
  llvm::StringMap<Layer *> layers;
  for (Layer &layer : report.layers) {
    layers[layer.node] = &layer;
    for (const std::string &node : layer.fused)
      layers[node] = &layer;
  }
  return layers;
}

void qcc::report::addSqnr(Report &report,
                          ArrayRef<calibration::LayerSqnr> measured) {
  llvm::StringMap<Layer *> layers = layersByNode(report);
  for (const calibration::LayerSqnr &entry : measured)
    if (Layer *layer = layers.lookup(analysis::nodeName(entry.location)))
      layer->sqnr = entry.sqnr;
}

void qcc::report::addAttribution(Report &report,
                                 const Attribution &attribution) {
  report.attribution = attribution.cost;
  llvm::StringMap<Layer *> layers = layersByNode(report);
  for (const SourceDamage &damage : attribution.damages)
    if (Layer *layer = layers.lookup(damage.node)) {
      std::optional<double> &part =
          layer->damage[static_cast<size_t>(damage.source)];
      part = part.value_or(0) + damage.noise;
    }
  for (const RoundedTensor &tensor : attribution.tensors)
    if (Layer *layer = layers.lookup(tensor.node))
      (tensor.isWeight ? layer->weights : layer->activations)
          .push_back(tensor.distribution);
}
