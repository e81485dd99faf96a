//===- import-fuzzer.cpp - damaged and hostile models ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Imports a model: it either comes out as a valid module, or there is exactly
// one error.
//
// Half of the mutations change bytes, which mostly ends where the wire format
// is read; the others change fields of a model that stays readable.
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "onnx/onnx_pb.h"
#include "qcc/Import/Import.h"

#include <cstdint>
#include <cstdlib>
#include <random>
#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

namespace {

/// Changes one field somewhere in a model.
class ModelMutator {
public:
  explicit ModelMutator(unsigned seed) : random(seed) {}

  void mutate(::onnx::ModelProto &model);

private:
  std::minstd_rand random;

  int64_t pick(std::initializer_list<int64_t> values) {
    return values.begin()[random() % values.size()];
  }

  template <typename RepeatedT> auto &element(RepeatedT &field) {
    return field[static_cast<int>(random() % field.size())];
  }

  /// The name of some value of the graph, of another, or of none.
  std::string pickName(const ::onnx::GraphProto &graph) {
    switch (random() % 4) {
    case 0:
      return "";
    case 1:
      if (!graph.initializer().empty())
        return element(graph.initializer()).name();
      [[fallthrough]];
    case 2:
      if (!graph.input().empty())
        return element(graph.input()).name();
      [[fallthrough]];
    default:
      if (graph.node().empty() || graph.node(0).output().empty())
        return "nowhere";
      return graph.node(random() % graph.node_size()).output_size()
                 ? graph.node(0).output(0)
                 : "x";
    }
  }

  void mutateTensor(::onnx::TensorProto &tensor) {
    switch (random() % 6) {
    case 0:
      tensor.set_data_type(static_cast<int32_t>(random() % 30));
      return;
    case 1:
      tensor.add_dims(pick({0, 1, 2, 3, 1000, 1ll << 32, 1ll << 62, -1}));
      return;
    case 2:
      if (!tensor.dims().empty())
        element(*tensor.mutable_dims()) =
            pick({0, 1, 2, 3, 1000, 1ll << 32, 1ll << 62, INT64_MIN});
      return;
    case 3:
      tensor.set_raw_data(std::string(pick({0, 1, 2, 4, 16, 1024, 4000}), 'r'));
      return;
    case 4:
      tensor.add_int32_data(static_cast<int32_t>(random()));
      return;
    default:
      tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
      tensor.clear_raw_data();
      auto *entry = tensor.add_external_data();
      entry->set_key(random() % 2 ? "location" : "offset");
      entry->set_value(random() % 2 ? "../model.bin" : "77777777777777777777");
      return;
    }
  }

  void mutateNode(::onnx::NodeProto &node, const ::onnx::GraphProto &graph) {
    switch (random() % 6) {
    case 0:
      node.add_input(pickName(graph));
      return;
    case 1:
      node.add_output(pickName(graph));
      return;
    case 2:
      if (!node.input().empty())
        element(*node.mutable_input()) = pickName(graph);
      return;
    case 3:
      if (!node.output().empty())
        element(*node.mutable_output()) = pickName(graph);
      return;
    default:
      if (node.attribute().empty())
        return;
      auto &attribute = element(*node.mutable_attribute());
      if (attribute.has_g())
        return mutateGraph(*attribute.mutable_g());
      if (attribute.has_t())
        return mutateTensor(*attribute.mutable_t());
      if (attribute.has_sparse_tensor())
        return mutateTensor(
            random() % 2
                ? *attribute.mutable_sparse_tensor()->mutable_values()
                : *attribute.mutable_sparse_tensor()->mutable_indices());
      attribute.set_type(
          static_cast<::onnx::AttributeProto::AttributeType>(random() % 15));
      return;
    }
  }

  void mutateValue(::onnx::ValueInfoProto &value) {
    auto *tensor = value.mutable_type()->mutable_tensor_type();
    if (random() % 2)
      tensor->set_elem_type(static_cast<int32_t>(random() % 30));
    else
      tensor->mutable_shape()->add_dim()->set_dim_value(
          pick({-1, 0, 1, 1ll << 40, INT64_MIN}));
  }

  void mutateGraph(::onnx::GraphProto &graph) {
    switch (random() % 6) {
    case 0:
      if (!graph.initializer().empty())
        mutateTensor(element(*graph.mutable_initializer()));
      return;
    case 1:
      if (!graph.sparse_initializer().empty())
        mutateTensor(
            *element(*graph.mutable_sparse_initializer()).mutable_indices());
      return;
    case 2:
      if (!graph.input().empty())
        mutateValue(element(*graph.mutable_input()));
      return;
    case 3:
      if (!graph.output().empty())
        mutateValue(element(*graph.mutable_output()));
      return;
    default:
      if (!graph.node().empty())
        mutateNode(element(*graph.mutable_node()), graph);
      return;
    }
  }
};

void ModelMutator::mutate(::onnx::ModelProto &model) {
  switch (random() % 8) {
  case 0:
    model.set_ir_version(pick({3, 4, 8, 10, 13, 14, 99, -1}));
    return;
  case 1:
    if (!model.opset_import().empty())
      element(*model.mutable_opset_import())
          .set_version(pick({1, 7, 9, 13, 18, 21, 25, 28, 99, -1}));
    return;
  case 2:
    if (!model.functions().empty()) {
      auto &function = element(*model.mutable_functions());
      if (!function.node().empty())
        mutateNode(element(*function.mutable_node()), model.graph());
    }
    return;
  default:
    mutateGraph(*model.mutable_graph());
    return;
  }
}

} // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  ::onnx::ModelProto model;
  if (seed % 2 == 0 || !model.ParseFromArray(data, static_cast<int>(size)))
    return LLVMFuzzerMutate(data, size, maxSize);
  ModelMutator(seed).mutate(model);
  std::string bytes = model.SerializePartialAsString();
  if (bytes.size() > maxSize)
    return size;
  bytes.copy(reinterpret_cast<char *>(data), bytes.size());
  return bytes.size();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  int file = memfd_create("model", 0);
  if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size))
    std::abort();
  {
    MLIRContext context(MLIRContext::Threading::DISABLED);
    int numErrors = 0;
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      numErrors += diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return success();
    });
    auto module = qcc::importer::importOnnx(
        "/proc/self/fd/" + std::to_string(file), context);
    if (numErrors != (module ? 0 : 1))
      std::abort();
  }
  close(file);
  return 0;
}
