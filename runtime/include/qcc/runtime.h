//===- runtime.h - the C API that runs compiled models ------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//     qcc_model *model;
//     qcc_context *context;
//     if (qcc_model_open("model.qcm", &model) || qcc_context_create(model, 0,
//     &context))
//       die(qcc_error_message());
//     qcc_context_set_input(context, "x", &x);    // borrowed
//     qcc_context_set_output(context, "y", &y);   // borrowed
//     if (qcc_context_run(context))
//       die(qcc_error_message());
//     qcc_context_release(context);
//     qcc_model_release(model);
//
// A model is immutable: any number of threads may use it, and any number of
// contexts may run it at the same time. A context belongs to one thread at a
// time.
//
// An artifact is code. Open only what you would execute.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_RUNTIME_H
#define QCC_RUNTIME_H

#include "qcc/abi/artifact.h"
#include "qcc/abi/kernel.h"

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define QCC_API __attribute__((visibility("default")))
#else
#define QCC_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

//===----------------------------------------------------------------------===//
// Status
//===----------------------------------------------------------------------===//

typedef enum qcc_status {
  QCC_OK = 0,
  QCC_INVALID_ARGUMENT, ///< A null pointer, an index out of range, a wrong
                        ///< call.
  QCC_NOT_FOUND,        ///< No input, output or program of that name.
  QCC_TYPE_MISMATCH,    ///< A tensor's type, shape or layout is not the
                        ///< signature's.
  QCC_CORRUPT,          ///< The artifact is damaged, or not one.
  QCC_UNSUPPORTED, ///< A newer artifact, or none of its programs runs here.
  QCC_IO_ERROR,    ///< The operating system refused to read the file.
  QCC_OUT_OF_MEMORY,
  QCC_SELFTEST_FAILED, ///< An output differs from the golden one.
} qcc_status;

/// What the last call on this thread that did not return QCC_OK found: one
/// line. Valid until the next call that fails.
QCC_API const char *qcc_error_message(void);

/// "1.1": the version of artifacts that this library reads.
QCC_API const char *qcc_version(void);

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// A borrowed tensor. The layout is that of DLPack's DLTensor, so that a
/// pointer to one can be passed by a cast.
typedef struct qcc_dltensor {
  void *data;
  struct {
    int32_t type; ///< 1: CPU.
    int32_t id;
  } device;
  int32_t ndim;
  struct {
    uint8_t code; ///< 0 int, 1 uint, 2 float, 4 bfloat, 6 bool.
    uint8_t bits;
    uint16_t lanes;
  } dtype;
  int64_t *shape;
  int64_t *strides; ///< In elements; null: compact and row-major.
  uint64_t byte_offset;
} qcc_dltensor;

/// A compact tensor on the CPU over `data`, which it borrows like `shape`.
QCC_API qcc_dltensor qcc_dltensor_make(void *data, qcc_dtype dtype,
                                       int32_t rank, int64_t *shape);

/// An input or output. Pointers belong to the model.
typedef struct qcc_value_info {
  const char *name;
  qcc_dtype dtype;
  uint32_t rank;
  const int64_t *shape;             ///< -1 - s stands for symbol s.
  uint64_t bytes;                   ///< At the upper bounds of the symbols.
  const qcc_preprocess *preprocess; ///< Null: none was recorded.
  const qcc_grid *grids;
  uint32_t grid_count; ///< 0: not quantized.
  uint32_t grid_axis;
  /// Of an output: shape[0] is a bound. Buffers have that many rows; how many
  /// of them a run filled is told by qcc_context_output_shape. The output that
  /// holds the number has a name of its own and is not listed.
  int bounded;
} qcc_value_info;

//===----------------------------------------------------------------------===//
// Models
//===----------------------------------------------------------------------===//

typedef struct qcc_model qcc_model;

/// Opens an artifact, which is mapped: it must not change while it is open.
/// Code, tables and signature are verified; weights are not (see
/// qcc_model_verify). The caller owns one reference.
QCC_API qcc_status qcc_model_open(const char *path, qcc_model **model);

/// Opens an artifact in memory, aligned to 64 bytes, which must outlive the
/// model.
QCC_API qcc_status qcc_model_open_memory(const void *data, size_t size,
                                         qcc_model **model);

/// References are counted; both are thread-safe. Contexts hold one.
QCC_API void qcc_model_retain(qcc_model *model);
QCC_API void qcc_model_release(qcc_model *model);

/// Verifies every section, the weights too.
QCC_API qcc_status qcc_model_verify(qcc_model *model);

QCC_API const char *qcc_model_name(const qcc_model *model);
QCC_API uint32_t qcc_model_input_count(const qcc_model *model);
QCC_API uint32_t qcc_model_output_count(const qcc_model *model);
QCC_API qcc_status qcc_model_input(const qcc_model *model, uint32_t index,
                                   qcc_value_info *info);
QCC_API qcc_status qcc_model_output(const qcc_model *model, uint32_t index,
                                    qcc_value_info *info);

/// The JSON text that says where the artifact came from; not NUL-terminated.
/// Null and 0 where there is none.
QCC_API const char *qcc_model_provenance(const qcc_model *model, size_t *size);

/// Whether there is something for qcc_context_selftest to compare with.
QCC_API int qcc_model_has_golden(const qcc_model *model);

/// Fills `data` with the golden values of an input, which are in the range that
/// was recorded for it.
QCC_API qcc_status qcc_model_golden_input(const qcc_model *model,
                                          uint32_t index, void *data);

/// The model compiled for one target.
typedef struct qcc_program_info {
  const char *name;
  qcc_target target;
  int supported; ///< Whether it runs on this machine.
  uint64_t arena_bytes;
  uint64_t weight_bytes;
  uint64_t code_bytes;
  uint32_t stage_count;
} qcc_program_info;

QCC_API uint32_t qcc_model_program_count(const qcc_model *model);
QCC_API qcc_status qcc_model_program(const qcc_model *model, uint32_t index,
                                     qcc_program_info *info);

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

typedef struct qcc_context qcc_context;

typedef struct qcc_context_options {
  /// 0: as many as there are physical cores that this process may use.
  uint32_t threads;
  /// The name of a program; null: the first that this machine can run.
  const char *program;
  /// What the code may call. Only artifacts made for calibration need it.
  const qcc_imports *imports;
  void *user;
} qcc_context_options;

/// Makes what one inference at a time needs: threads, scratch memory. A null
/// `options` stands for zeros. The caller owns one reference, and the context
/// one of the model.
QCC_API qcc_status qcc_context_create(qcc_model *model,
                                      const qcc_context_options *options,
                                      qcc_context **context);
QCC_API void qcc_context_retain(qcc_context *context);
QCC_API void qcc_context_release(qcc_context *context);

QCC_API uint32_t qcc_context_threads(const qcc_context *context);
/// The index of the program that the context runs.
QCC_API uint32_t qcc_context_program(const qcc_context *context);

/// Lets runs read an input from, or write an output to, memory of the caller,
/// which stays the caller's. Name, type, shape and compactness are checked. A
/// null `name` stands for the only input or output.
QCC_API qcc_status qcc_context_set_input(qcc_context *context, const char *name,
                                         const qcc_dltensor *tensor);
QCC_API qcc_status qcc_context_set_output(qcc_context *context,
                                          const char *name,
                                          const qcc_dltensor *tensor);

/// The tensor that was set, or else one that the context allocates and owns:
/// fill an input before, read an output after a run. Shape points into the
/// model.
QCC_API qcc_status qcc_context_get_input(qcc_context *context, const char *name,
                                         qcc_dltensor *tensor);
QCC_API qcc_status qcc_context_get_output(qcc_context *context,
                                          const char *name,
                                          qcc_dltensor *tensor);

/// The shape of an output of the last run: that of the signature, but where the
/// signature has a bound, the true number of rows. Rows behind them, which are
/// zeros or made of zeros, are no result. `shape` has QCC_MAX_RANK elements.
QCC_API qcc_status qcc_context_output_shape(const qcc_context *context,
                                            const char *name, int64_t *shape);

/// Runs the model once. Every input must have been set or got before.
QCC_API qcc_status qcc_context_run(qcc_context *context);

/// Verifies the model, runs it on its golden inputs and compares the outputs to
/// the bit. Leaves the context's own inputs and outputs as they were set.
QCC_API qcc_status qcc_context_selftest(qcc_context *context);

/// The values of a golden input (see qcc_golden), as the self-test makes them.
QCC_API void qcc_golden_fill(const qcc_golden_input *range, uint64_t seed,
                             uint32_t input, qcc_dtype dtype, uint64_t elements,
                             void *data);

//===----------------------------------------------------------------------===//
// Looking inside
//===----------------------------------------------------------------------===//

typedef struct qcc_stage_info {
  const char *name; ///< The ONNX node.
  const char *op;
  uint64_t macs_int8;
  uint64_t macs_float;
  uint64_t bytes;
  int serial;
} qcc_stage_info;

QCC_API uint32_t qcc_context_stage_count(const qcc_context *context);
QCC_API qcc_status qcc_context_stage(const qcc_context *context, uint32_t index,
                                     qcc_stage_info *info);

/// Called on the caller's thread after each stage of a run, with the time it
/// took.
typedef void (*qcc_trace_fn)(void *user, uint32_t stage, double seconds);

/// Traces the runs that follow; a null `trace` ends it. Traced runs are slower.
QCC_API void qcc_context_trace(qcc_context *context, qcc_trace_fn trace,
                               void *user);

/// A tensor inside the model.
typedef struct qcc_tensor_info {
  const char *name;
  qcc_dtype dtype;
  uint32_t rank;
  const int64_t *shape;        ///< Channels last where ONNX has them second.
  const int64_t *byte_strides; ///< Of the same dimensions.
  const void *data;            ///< Element [0, ..., 0].
  uint32_t valid_from;         ///< Whole after this stage ...
  uint32_t valid_to;           ///< ... up to after this one.
  const qcc_grid *grids;
  uint32_t grid_count;
  uint32_t grid_axis;
} qcc_tensor_info;

QCC_API uint32_t qcc_context_tensor_count(const qcc_context *context);

/// `data` is null for an input or output that is not set.
QCC_API qcc_status qcc_context_tensor(const qcc_context *context,
                                      uint32_t index, qcc_tensor_info *info);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // QCC_RUNTIME_H
