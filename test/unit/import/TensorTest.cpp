//===- TensorTest.cpp - constants of all types, in all places -------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ImportTest.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "qcc/Onnx/RawTensor.h"

#include <cstring>

using namespace mlir;
using namespace qcc::importer::test;
using ::onnx::TensorProto;

namespace {

class TensorTest : public ImportTest {
protected:
  /// The data that the importer finds in `tensor`, as raw data. The module is
  /// kept, as the data is its.
  std::string importData(const TensorProto &tensor) {
    module = importModel(makeModelWithTensor(tensor));
    EXPECT_EQ(diagnostics, "");
    if (!module)
      return "";
    auto raw = qcc::onnx::RawTensor::get(firstInitializer(*module));
    EXPECT_TRUE(succeeded(raw));
    return failed(raw)
               ? ""
               : std::string(raw->getBytes().begin(), raw->getBytes().end());
  }

  OwningOpRef<ModuleOp> module;
};

template <typename T> std::string bytesOf(std::initializer_list<T> values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  std::memcpy(bytes.data(), values.begin(), bytes.size());
  return bytes;
}

TEST_F(TensorTest, ReadsRawDataOfAllTypes) {
  struct Case {
    int32_t dataType;
    int bytesOf24;
    const char *type;
  };
  const Case cases[] = {
      {TensorProto::FLOAT, 96, "f32"},
      {TensorProto::UINT8, 24, "ui8"},
      {TensorProto::INT8, 24, "i8"},
      {TensorProto::UINT16, 48, "ui16"},
      {TensorProto::INT16, 48, "i16"},
      {TensorProto::INT32, 96, "i32"},
      {TensorProto::INT64, 192, "i64"},
      {TensorProto::BOOL, 24, "i1"},
      {TensorProto::FLOAT16, 48, "f16"},
      {TensorProto::DOUBLE, 192, "f64"},
      {TensorProto::UINT32, 96, "ui32"},
      {TensorProto::UINT64, 192, "ui64"},
      {TensorProto::COMPLEX64, 192, "complex<f32>"},
      {TensorProto::COMPLEX128, 384, "complex<f64>"},
      {TensorProto::BFLOAT16, 48, "bf16"},
      {TensorProto::FLOAT8E4M3FN, 24, "f8E4M3FN"},
      {TensorProto::FLOAT8E4M3FNUZ, 24, "f8E4M3FNUZ"},
      {TensorProto::FLOAT8E5M2, 24, "f8E5M2"},
      {TensorProto::FLOAT8E5M2FNUZ, 24, "f8E5M2FNUZ"},
      {TensorProto::FLOAT8E8M0, 24, "f8E8M0FNU"},
      {TensorProto::UINT4, 12, "ui4"},
      {TensorProto::INT4, 12, "i4"},
      {TensorProto::FLOAT4E2M1, 12, "f4E2M1FN"},
      {TensorProto::UINT2, 6, "ui2"},
      {TensorProto::INT2, 6, "i2"},
      {TensorProto::FLOAT6E2M3, 18, "f6E2M3FN"},
      {TensorProto::FLOAT6E3M2, 18, "f6E3M2FN"},
  };
  // Small enough for `dense`, large enough for a resource, and large enough to
  // stay in the file.
  for (auto [dataType, bytesOf24, type] : cases)
    for (int64_t blocks : {0, 1, 100}) {
      SCOPED_TRACE(std::string(type) + " " + std::to_string(blocks));
      TensorProto tensor = makeTensor(dataType, {blocks, 24});
      if (blocks == 0)
        tensor.set_dims(1, 8);
      std::string data(blocks * bytesOf24, '\0');
      for (size_t i = 0; i < data.size(); ++i)
        data[i] = static_cast<char>(dataType == TensorProto::BOOL ? i % 3 == 0
                                                                  : i * 37);
      tensor.set_raw_data(data);
      if (blocks == 0)
        tensor.clear_raw_data();
      EXPECT_EQ(importData(tensor), data);
      auto value = cast<ElementsAttr>(firstInitializer(*module));
      std::string printed;
      llvm::raw_string_ostream(printed) << value.getElementType();
      EXPECT_EQ(printed, type);
    }
}

TEST_F(TensorTest, ReadsTypedFields) {
  TensorProto floats = makeTensor(TensorProto::FLOAT, {2});
  floats.add_float_data(1.5f);
  floats.add_float_data(-2.0f);
  EXPECT_EQ(importData(floats), bytesOf<float>({1.5f, -2.0f}));

  TensorProto complex = makeTensor(TensorProto::COMPLEX64, {1});
  complex.add_float_data(1.5f);
  complex.add_float_data(-2.0f);
  EXPECT_EQ(importData(complex), bytesOf<float>({1.5f, -2.0f}));

  TensorProto doubles = makeTensor(TensorProto::DOUBLE, {1});
  doubles.add_double_data(0.1);
  EXPECT_EQ(importData(doubles), bytesOf<double>({0.1}));

  TensorProto int64s = makeTensor(TensorProto::INT64, {2});
  int64s.add_int64_data(-1);
  int64s.add_int64_data(INT64_MAX);
  EXPECT_EQ(importData(int64s), bytesOf<int64_t>({-1, INT64_MAX}));

  TensorProto uint32s = makeTensor(TensorProto::UINT32, {1});
  uint32s.add_uint64_data(UINT32_MAX);
  EXPECT_EQ(importData(uint32s), bytesOf<uint32_t>({UINT32_MAX}));

  TensorProto int8s = makeTensor(TensorProto::INT8, {3});
  for (int32_t value : {-128, 0, 127})
    int8s.add_int32_data(value);
  EXPECT_EQ(importData(int8s), bytesOf<int8_t>({-128, 0, 127}));

  TensorProto uint16s = makeTensor(TensorProto::UINT16, {2});
  for (int32_t value : {0, 65535})
    uint16s.add_int32_data(value);
  EXPECT_EQ(importData(uint16s), bytesOf<uint16_t>({0, 65535}));

  TensorProto halves = makeTensor(TensorProto::FLOAT16, {1});
  halves.add_int32_data(0x3c00);
  EXPECT_EQ(importData(halves), bytesOf<uint16_t>({0x3c00}));

  TensorProto bools = makeTensor(TensorProto::BOOL, {2});
  bools.add_int32_data(1);
  bools.add_int32_data(0);
  EXPECT_EQ(importData(bools), bytesOf<uint8_t>({1, 0}));

  TensorProto int4s = makeTensor(TensorProto::INT4, {3});
  int4s.add_int32_data(0x21);
  int4s.add_int32_data(0x0f);
  EXPECT_EQ(importData(int4s), bytesOf<uint8_t>({0x21, 0x0f}));

  TensorProto float6s = makeTensor(TensorProto::FLOAT6E2M3, {2});
  float6s.add_int32_data(0x3f);
  float6s.add_int32_data(0x01);
  EXPECT_EQ(importData(float6s), bytesOf<uint8_t>({0x7f, 0x00}));
}

TEST_F(TensorTest, ReadsLargeTypedFields) {
  TensorProto floats = makeTensor(TensorProto::FLOAT, {1000});
  TensorProto doubles = makeTensor(TensorProto::DOUBLE, {1000});
  TensorProto int64s = makeTensor(TensorProto::INT64, {1000});
  std::vector<float> floatValues(1000);
  std::vector<double> doubleValues(1000);
  for (int i = 0; i < 1000; ++i) {
    floats.add_float_data(floatValues[i] = i * 0.5f);
    doubles.add_double_data(doubleValues[i] = i * 0.25);
    int64s.add_int64_data(i);
  }
  EXPECT_EQ(importData(floats),
            std::string(reinterpret_cast<char *>(floatValues.data()), 4000));
  EXPECT_EQ(importData(doubles),
            std::string(reinterpret_cast<char *>(doubleValues.data()), 8000));
  EXPECT_EQ(importData(int64s).size(), 8000u);
}

TEST_F(TensorTest, ReadsStrings) {
  TensorProto strings = makeTensor(TensorProto::STRING, {2});
  strings.add_string_data("a");
  strings.add_string_data(std::string("b\0c", 3));
  std::string text = print(makeModelWithTensor(strings));
  EXPECT_TRUE(
      contains(text, "dense<[\"a\", \"b\\00c\"]> : tensor<2x!onnx.string>"));
}

TEST_F(TensorTest, MapsExternalData) {
  std::string data(4096 + 4000, '\0');
  for (size_t i = 0; i < data.size(); ++i)
    data[i] = static_cast<char>(i * 7);
  write("sub/weights.bin", data);
  for (int64_t offset : {0, 4096, 4, 1}) {
    SCOPED_TRACE(offset);
    TensorProto tensor = makeTensor(TensorProto::FLOAT, {1000});
    tensor.set_data_location(TensorProto::EXTERNAL);
    addEntry(tensor, "location", "sub/weights.bin");
    addEntry(tensor, "offset", std::to_string(offset));
    addEntry(tensor, "length", "4000");
    EXPECT_EQ(importData(tensor), data.substr(offset, 4000));
    // Whoever reads the data may rely on its alignment.
    auto value = cast<DenseResourceElementsAttr>(firstInitializer(*module));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(value.getData().data()) % 4, 0u);
  }
}

TEST_F(TensorTest, MapsExternalDataOfAttributes) {
  write("k.bin", std::string(2000, 'x'));
  ::onnx::ModelProto model = parse(R"(
    <ir_version: 8, opset_import: ["" : 17]>
    g () => (uint8[2000] y) { y = Constant <value = uint8[1] {1}> () })");
  TensorProto &tensor = *model.mutable_graph()
                             ->mutable_node(0)
                             ->mutable_attribute(0)
                             ->mutable_t();
  tensor = makeTensor(TensorProto::UINT8, {2000});
  tensor.set_data_location(TensorProto::EXTERNAL);
  addEntry(tensor, "location", "k.bin");
  EXPECT_TRUE(contains(print(model), "dense_resource<y.value>"));
}

TEST_F(TensorTest, ReadsSparseInitializers) {
  ::onnx::ModelProto model =
      makeModelWithTensor(makeTensor(TensorProto::FLOAT, {0}));
  model.mutable_graph()->clear_initializer();
  ::onnx::SparseTensorProto &sparse =
      *model.mutable_graph()->add_sparse_initializer();
  *sparse.mutable_values() = makeTensor(TensorProto::FLOAT, {2});
  sparse.mutable_values()->add_float_data(1.0f);
  sparse.mutable_values()->add_float_data(2.0f);
  *sparse.mutable_indices() = makeTensor(TensorProto::INT64, {2, 2});
  for (int64_t index : {0, 1, 1, 2})
    sparse.mutable_indices()->add_int64_data(index);
  sparse.add_dims(2);
  sparse.add_dims(3);
  module = importModel(model);
  ASSERT_TRUE(module) << diagnostics;
  auto raw = qcc::onnx::RawTensor::get(firstInitializer(*module));
  ASSERT_TRUE(succeeded(raw));
  EXPECT_EQ(*raw->getDoubles(), (SmallVector<double>{0, 1, 0, 0, 0, 2}));
}

TEST_F(TensorTest, ReadsNumbersOfBothForms) {
  // -1, 2, -8 as int4, in a resource and in `dense`.
  TensorProto int4s = makeTensor(TensorProto::INT4, {3});
  int4s.set_raw_data(bytesOf<uint8_t>({0x2f, 0x08}));
  importData(int4s);
  auto packed = qcc::onnx::RawTensor::get(firstInitializer(*module));
  EXPECT_EQ(*packed->getInts(), (SmallVector<int64_t>{-1, 2, -8}));
  auto type = RankedTensorType::get({3}, IntegerType::get(&context, 4));
  auto dense = DenseElementsAttr::get(
      type, ArrayRef<APInt>{APInt(4, 15), APInt(4, 2), APInt(4, 8)});
  auto unpacked = qcc::onnx::RawTensor::get(dense);
  EXPECT_EQ(unpacked->getBytes(), packed->getBytes());
  EXPECT_EQ(*unpacked->getDoubles(), (SmallVector<double>{-1, 2, -8}));

  auto splat = DenseElementsAttr::get(
      RankedTensorType::get({2, 2}, Float32Type::get(&context)), 1.5f);
  EXPECT_EQ(*qcc::onnx::RawTensor::get(splat)->getDoubles(),
            (SmallVector<double>{1.5, 1.5, 1.5, 1.5}));
  EXPECT_TRUE(failed(qcc::onnx::RawTensor::get(splat)->getInts()));
}

} // namespace
