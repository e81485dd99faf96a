//===- artifact.h - the layout of model.qcm -----------------------*- C -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled model is one file:
//
//     qcc_header | qcc_section[section_count] | sections ...
//
// All numbers are little-endian. Sections start at multiples of 64 bytes, code
// and weights at multiples of 4096; the bytes between sections are zero. Names
// are offsets of NUL-terminated UTF-8 in the strings section, where offset 0 is
// the empty string. Arrays within a section are records of the size given here;
// a reader of this version refuses another major version, so sizes do not
// change under it.
//
// An artifact can hold several *programs*: the same model compiled for several
// targets or instruction sets. A program names the sections it is made of and
// may share them (weights above all) with others. A loader takes the first
// program in the file that its device can run. All programs compute the same
// bits.
//
// An artifact is code: who opens one runs it. The hashes detect damage, not
// malice.
//
//===----------------------------------------------------------------------===//

#ifndef QCC_ABI_ARTIFACT_H
#define QCC_ABI_ARTIFACT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QCC_ARTIFACT_MAGIC "\x7fQCM\r\n\x1a\n"

enum {
  QCC_ARTIFACT_VERSION_MAJOR = 1, ///< Another major version is refused.
  QCC_ARTIFACT_VERSION_MINOR = 1, ///< A newer minor version only adds sections.
  QCC_SECTION_ALIGNMENT = 64,
  QCC_PAGE_ALIGNMENT = 4096,
  QCC_MAX_RANK = 8,      ///< The largest rank of a tensor.
  QCC_MAX_SECTIONS = 256 ///< The largest section count of a file.
};

/// Element types. The values are those of ONNX's TensorProto.DataType.
typedef enum qcc_dtype {
  QCC_DTYPE_F32 = 1,
  QCC_DTYPE_U8 = 2,
  QCC_DTYPE_I8 = 3,
  QCC_DTYPE_U16 = 4,
  QCC_DTYPE_I16 = 5,
  QCC_DTYPE_I32 = 6,
  QCC_DTYPE_I64 = 7,
  QCC_DTYPE_BOOL = 9, ///< One byte, 0 or 1.
  QCC_DTYPE_F16 = 10,
  QCC_DTYPE_F64 = 11,
  QCC_DTYPE_U32 = 12,
  QCC_DTYPE_U64 = 13,
  QCC_DTYPE_BF16 = 16,
} qcc_dtype;

/// Bytes of an element, or 0 if `dtype` is not one of the above.
static inline uint32_t qcc_dtype_size(uint32_t dtype) {
  switch (dtype) {
  case QCC_DTYPE_U8:
  case QCC_DTYPE_I8:
  case QCC_DTYPE_BOOL:
    return 1;
  case QCC_DTYPE_U16:
  case QCC_DTYPE_I16:
  case QCC_DTYPE_F16:
  case QCC_DTYPE_BF16:
    return 2;
  case QCC_DTYPE_F32:
  case QCC_DTYPE_I32:
  case QCC_DTYPE_U32:
    return 4;
  case QCC_DTYPE_F64:
  case QCC_DTYPE_I64:
  case QCC_DTYPE_U64:
    return 8;
  default:
    return 0;
  }
}

//===----------------------------------------------------------------------===//
// File and sections
//===----------------------------------------------------------------------===//

typedef struct qcc_header {
  uint8_t magic[8];
  uint32_t version_major;
  uint32_t version_minor;
  uint64_t file_size;  ///< Of the whole file: detects truncation.
  uint64_t table_hash; ///< XXH64, seed 0, of the section table.
  uint32_t section_count;
  uint32_t reserved[5]; ///< Zero.
  uint64_t header_hash; ///< XXH64, seed 0, of the bytes above.
} qcc_header;

typedef enum qcc_section_kind {
  QCC_SECTION_STRINGS = 1,   ///< NUL-terminated strings. Exactly one.
  QCC_SECTION_SIGNATURE = 2, ///< See qcc_signature. Exactly one.
  QCC_SECTION_PROGRAMS = 3,  ///< qcc_program[]. Exactly one.
  QCC_SECTION_CODE = 4,      ///< An ELF shared object, or a device's code.
  QCC_SECTION_STAGES = 5,    ///< qcc_stage[].
  QCC_SECTION_TENSORS = 6,   ///< See qcc_tensors.
  QCC_SECTION_WEIGHTS = 7,   ///< Packed constants, QCC_READ_SLACK bytes behind.
  QCC_SECTION_PROVENANCE = 8, ///< JSON text without a NUL. At most one.
  QCC_SECTION_GOLDEN = 9,     ///< See qcc_golden. At most one.
  QCC_SECTION_BITCODE = 10,   ///< LLVM bitcode, for emulators and tools.
  QCC_SECTION_ROWS = 11,      ///< qcc_rows[]. At most one. Since 1.1.
} qcc_section_kind;

/// Weights and bitcode are verified on request and in every self-test; all
/// other sections when the file is opened.
typedef struct qcc_section {
  uint32_t kind; ///< qcc_section_kind. Unknown kinds are skipped.
  uint32_t reserved;
  uint64_t offset; ///< From the start of the file.
  uint64_t size;   ///< In bytes, without padding.
  uint64_t hash;   ///< XXH64, seed 0, of those bytes.
} qcc_section;

//===----------------------------------------------------------------------===//
// Programs and stages
//===----------------------------------------------------------------------===//

typedef enum qcc_target {
  QCC_TARGET_X86_64 = 1,
  QCC_TARGET_CUDA = 2,
  QCC_TARGET_VULKAN = 3,
} qcc_target;

/// The instruction sets that a compiler emits and an x86 program can require,
/// as (enumerator, bit, name in LLVM). A loader that does not know a required
/// bit refuses the program.
#define QCC_X86_FEATURES(X)                                                    \
  X(SSE3, 0, "sse3")                                                           \
  X(SSSE3, 1, "ssse3")                                                         \
  X(SSE41, 2, "sse4.1")                                                        \
  X(SSE42, 3, "sse4.2")                                                        \
  X(SSE4A, 4, "sse4a")                                                         \
  X(POPCNT, 5, "popcnt")                                                       \
  X(LZCNT, 6, "lzcnt")                                                         \
  X(BMI, 7, "bmi")                                                             \
  X(BMI2, 8, "bmi2")                                                           \
  X(TBM, 9, "tbm")                                                             \
  X(ADX, 10, "adx")                                                            \
  X(MOVBE, 11, "movbe")                                                        \
  X(CX16, 12, "cx16")                                                          \
  X(SAHF, 13, "sahf")                                                          \
  X(PREFETCHW, 14, "prfchw")                                                   \
  X(AES, 15, "aes")                                                            \
  X(PCLMUL, 16, "pclmul")                                                      \
  X(SHA, 17, "sha")                                                            \
  X(GFNI, 18, "gfni")                                                          \
  X(VAES, 19, "vaes")                                                          \
  X(VPCLMULQDQ, 20, "vpclmulqdq")                                              \
  X(AVX, 21, "avx")                                                            \
  X(F16C, 22, "f16c")                                                          \
  X(FMA, 23, "fma")                                                            \
  X(FMA4, 24, "fma4")                                                          \
  X(XOP, 25, "xop")                                                            \
  X(AVX2, 26, "avx2")                                                          \
  X(AVXVNNI, 27, "avxvnni")                                                    \
  X(AVXVNNIINT8, 28, "avxvnniint8")                                            \
  X(AVXVNNIINT16, 29, "avxvnniint16")                                          \
  X(AVXIFMA, 30, "avxifma")                                                    \
  X(AVXNECONVERT, 31, "avxneconvert")                                          \
  X(CMPCCXADD, 32, "cmpccxadd")                                                \
  X(AVX512F, 33, "avx512f")                                                    \
  X(AVX512CD, 34, "avx512cd")                                                  \
  X(AVX512BW, 35, "avx512bw")                                                  \
  X(AVX512DQ, 36, "avx512dq")                                                  \
  X(AVX512VL, 37, "avx512vl")                                                  \
  X(AVX512IFMA, 38, "avx512ifma")                                              \
  X(AVX512VBMI, 39, "avx512vbmi")                                              \
  X(AVX512VBMI2, 40, "avx512vbmi2")                                            \
  X(AVX512VNNI, 41, "avx512vnni")                                              \
  X(AVX512BITALG, 42, "avx512bitalg")                                          \
  X(AVX512VPOPCNTDQ, 43, "avx512vpopcntdq")                                    \
  X(AVX512VP2INTERSECT, 44, "avx512vp2intersect")                              \
  X(AVX512BF16, 45, "avx512bf16")                                              \
  X(AVX512FP16, 46, "avx512fp16")                                              \
  X(AMXTILE, 47, "amx-tile")                                                   \
  X(AMXINT8, 48, "amx-int8")                                                   \
  X(AMXBF16, 49, "amx-bf16")                                                   \
  X(AMXFP16, 50, "amx-fp16")

enum {
#define QCC_FEATURE_BIT(name, bit, llvm_name) QCC_X86_BIT_##name = bit,
  QCC_X86_FEATURES(QCC_FEATURE_BIT)
#undef QCC_FEATURE_BIT
      QCC_X86_NUM_FEATURES
};

/// The model compiled for one target. Sections are given by index into the
/// section table.
typedef struct qcc_program {
  uint32_t name;     ///< String: the target and processor, as in `-info`.
  uint32_t target;   ///< qcc_target.
  uint64_t features; ///< Required: a mask of the target's feature bits.
  uint64_t arena_size;
  uint32_t code;    ///< Section of kind QCC_SECTION_CODE.
  uint32_t stages;  ///< Section of kind QCC_SECTION_STAGES.
  uint32_t tensors; ///< Section of kind QCC_SECTION_TENSORS.
  uint32_t weights; ///< Section of kind QCC_SECTION_WEIGHTS.
  uint32_t flags;   ///< QCC_PROGRAM_*.
  uint32_t reserved[3];
} qcc_program;

enum {
  /// The code calls through qcc_frame.imports: it runs only where the caller
  /// supplies them.
  QCC_PROGRAM_NEEDS_IMPORTS = 1,
};

/// One stage; the order of the section is the order of execution.
///
/// The code section of an x86 program is an ELF shared object: little-endian,
/// ET_DYN, EM_X86_64, PT_LOAD segments that do not overlap, none of them
/// writable and executable at once, relocations of type R_X86_64_RELATIVE
/// alone, no undefined symbols, no thread-local storage, no constructors.
typedef struct qcc_stage {
  uint64_t entry;      ///< Virtual address of the qcc_stage_fn in the ELF.
  uint64_t macs_int8;  ///< Multiply-accumulates on 8-bit integers.
  uint64_t macs_float; ///< Multiply-accumulates on floats.
  uint64_t bytes; ///< Weights, inputs and outputs read and written once each.
  uint32_t name;  ///< String: the ONNX node that the work is accounted to.
  uint32_t op;    ///< String: what it computes, "fused_conv" for example.
  uint32_t flags; ///< QCC_STAGE_*.
  uint32_t reserved;
} qcc_stage;

enum {
  /// Runs on one thread, as thread 0 of 1.
  QCC_STAGE_SERIAL = 1,
};

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

/// One quantized grid: real = (q - zero_point) * scale.
typedef struct qcc_grid {
  float scale;
  int32_t zero_point;
} qcc_grid;

typedef enum qcc_place {
  QCC_PLACE_ARENA = 0,
  QCC_PLACE_INPUT = 1,  ///< `index` is that of the input.
  QCC_PLACE_OUTPUT = 2, ///< `index` is that of the output.
  QCC_PLACE_WEIGHTS = 3,
} qcc_place;

/// A tensor that can be looked at during a run (`qcc-run -dump-tensors`).
typedef struct qcc_tensor {
  uint64_t offset; ///< Of element [0, ..., 0], in bytes from its place.
  uint32_t name;   ///< String: the ONNX value.
  uint32_t dtype;  ///< As stored.
  uint32_t rank;
  uint32_t first_dim;  ///< Index into `numbers`: rank extents, then as many
                       ///< strides in bytes.
  uint32_t place;      ///< qcc_place.
  uint32_t index;      ///< See qcc_place; else 0.
  uint32_t valid_from; ///< The stage that completes it.
  uint32_t valid_to;   ///< The last stage after which it is still whole.
  uint32_t first_grid; ///< Index into `grids`.
  uint32_t
      grid_count; ///< 0: not quantized, 1: per tensor, else per `grid_axis`.
  uint32_t grid_axis;
  uint32_t reserved;
} qcc_tensor;

/// Head of a tensors section. It is followed by qcc_tensor[tensor_count], then
/// qcc_grid[grid_count], then int64_t numbers[number_count].
typedef struct qcc_tensors {
  uint32_t tensor_count;
  uint32_t grid_count;
  uint32_t number_count;
  uint32_t reserved;
} qcc_tensors;

//===----------------------------------------------------------------------===//
// Signature
//===----------------------------------------------------------------------===//

/// A symbolic dimension, bounded when the model was compiled.
typedef struct qcc_symbol {
  int64_t min;
  int64_t max;
  uint32_t name; ///< String.
  uint32_t reserved;
} qcc_symbol;

/// An input or output of the model.
typedef struct qcc_value {
  uint32_t name; ///< String.
  uint32_t dtype;
  uint32_t rank;
  uint32_t first_dim; ///< Index into `numbers`: rank extents; -1 - s stands for
                      ///< symbol s.
  uint32_t preprocess; ///< 1 + index into `preprocess`; 0: none.
  uint32_t first_grid; ///< As in qcc_tensor: the grid of a quantized value.
  uint32_t grid_count;
  uint32_t grid_axis;
} qcc_value;

typedef enum qcc_channels {
  QCC_CHANNELS_RGB = 0,
  QCC_CHANNELS_BGR = 1,
  QCC_CHANNELS_GRAY = 2, ///< Luma of BT.601 from colour pictures.
} qcc_channels;

typedef enum qcc_layout {
  QCC_LAYOUT_NCHW = 0,
  QCC_LAYOUT_NHWC = 1,
} qcc_layout;

/// How a picture becomes the input: resize, crop, order the channels, then
/// y[c] = (x[c] * scale - mean[c]) / std[c] in f32, each operation rounded;
/// then, for integer inputs, round half to even and saturate.
typedef struct qcc_preprocess {
  uint32_t resize_height; ///< 0: no resize. Bilinear, half-pixel centres.
  uint32_t resize_width;  ///< 0: the shorter side becomes resize_height.
  uint32_t crop_height;   ///< 0: no crop. About the centre.
  uint32_t crop_width;
  uint32_t channels; ///< qcc_channels.
  uint32_t layout;   ///< qcc_layout.
  float scale;
  float mean[4];
  float std[4];
  uint32_t reserved;
} qcc_preprocess;

/// Head of the signature section. It is followed by qcc_value[input_count +
/// output_count], qcc_symbol[symbol_count], qcc_preprocess[preprocess_count],
/// qcc_grid[grid_count], int64_t numbers[number_count].
typedef struct qcc_signature {
  uint32_t input_count;
  uint32_t output_count;
  uint32_t symbol_count;
  uint32_t preprocess_count;
  uint32_t grid_count;
  uint32_t number_count;
  uint32_t name; ///< String: the model.
  uint32_t reserved;
} qcc_signature;

/// An output whose leading extent is a bound: only its first rows, as many as
/// another output says, are a run's result. Outputs that say so are the last
/// ones of the signature; a runtime does not list them. A reader of version 1.0
/// does, and shows all rows.
typedef struct qcc_rows {
  uint32_t output; ///< Index among the outputs; increasing.
  uint32_t count;  ///< The output, an i64 of rank 0, that holds their number.
} qcc_rows;

//===----------------------------------------------------------------------===//
// Golden vectors
//===----------------------------------------------------------------------===//

/// The values of one input: element i of input k is qcc_golden_value(seed, k,
/// i, lo, hi), converted to the input's type. Integer types round it half to
/// even.
typedef struct qcc_golden_input {
  double lo;
  double hi;
} qcc_golden_input;

/// An output is compared by the XXH64, seed 0, of each block of so many bytes,
/// the last one possibly shorter: results are the same to the last bit
/// everywhere, so that nothing is lost by not storing them.
enum { QCC_GOLDEN_BLOCK = 1024 };

/// How many hashes stand for an output of so many bytes.
static inline uint64_t qcc_golden_blocks(uint64_t bytes) {
  return bytes / QCC_GOLDEN_BLOCK + (bytes % QCC_GOLDEN_BLOCK != 0);
}

/// Head of the golden section. It is followed by qcc_golden_input[inputs of the
/// signature] and, for each output in turn, uint64_t[qcc_golden_blocks].
typedef struct qcc_golden {
  uint64_t seed;
  uint64_t reserved;
} qcc_golden;

/// Counter-based, so that any element can be had on its own: SplitMix64 of the
/// seed, the input's index and the element's index.
static inline uint64_t qcc_golden_bits(uint64_t seed, uint32_t input,
                                       uint64_t element) {
  uint64_t z = seed + (uint64_t)input * 0xD1B54A32D192ED03u +
               (element + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/// Uniform in [lo, hi). To be compiled without contraction of floats: the
/// product and the sum are rounded separately.
static inline double qcc_golden_value(uint64_t seed, uint32_t input,
                                      uint64_t element, double lo, double hi) {
  double u = (double)(qcc_golden_bits(seed, input, element) >> 11) *
             (1.0 / 9007199254740992.0);
  double span = (hi - lo) * u;
  return lo + span;
}

#ifdef __cplusplus
} // extern "C"
#endif

#endif // QCC_ABI_ARTIFACT_H
