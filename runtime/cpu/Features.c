//===- Features.c - the instruction sets of the processor -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Needs no C library: programs that link a model statically carry it too.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include "qcc/abi/artifact.h"

#include <cpuid.h>

enum { EAX, EBX, ECX, EDX };

/// Where cpuid tells of a feature, and what the system must save for it.
typedef struct {
  uint32_t leaf;
  uint32_t subleaf;
  uint8_t reg;
  uint8_t bit;
  uint8_t feature;
  uint8_t state; ///< An index into `state_mask`.
} feature_source;

enum { NO_STATE, YMM, ZMM, TILE };
static const uint64_t state_mask[] = {0, 0x6, 0xe6, 0x60000};

#define F(name) QCC_X86_BIT_##name
static const feature_source sources[] = {
    {1, 0, ECX, 0, F(SSE3), NO_STATE},
    {1, 0, ECX, 1, F(PCLMUL), NO_STATE},
    {1, 0, ECX, 9, F(SSSE3), NO_STATE},
    {1, 0, ECX, 12, F(FMA), YMM},
    {1, 0, ECX, 13, F(CX16), NO_STATE},
    {1, 0, ECX, 19, F(SSE41), NO_STATE},
    {1, 0, ECX, 20, F(SSE42), NO_STATE},
    {1, 0, ECX, 22, F(MOVBE), NO_STATE},
    {1, 0, ECX, 23, F(POPCNT), NO_STATE},
    {1, 0, ECX, 25, F(AES), NO_STATE},
    {1, 0, ECX, 28, F(AVX), YMM},
    {1, 0, ECX, 29, F(F16C), YMM},
    {7, 0, EBX, 3, F(BMI), NO_STATE},
    {7, 0, EBX, 5, F(AVX2), YMM},
    {7, 0, EBX, 8, F(BMI2), NO_STATE},
    {7, 0, EBX, 16, F(AVX512F), ZMM},
    {7, 0, EBX, 17, F(AVX512DQ), ZMM},
    {7, 0, EBX, 19, F(ADX), NO_STATE},
    {7, 0, EBX, 21, F(AVX512IFMA), ZMM},
    {7, 0, EBX, 28, F(AVX512CD), ZMM},
    {7, 0, EBX, 29, F(SHA), NO_STATE},
    {7, 0, EBX, 30, F(AVX512BW), ZMM},
    {7, 0, EBX, 31, F(AVX512VL), ZMM},
    {7, 0, ECX, 1, F(AVX512VBMI), ZMM},
    {7, 0, ECX, 6, F(AVX512VBMI2), ZMM},
    {7, 0, ECX, 8, F(GFNI), NO_STATE},
    {7, 0, ECX, 9, F(VAES), YMM},
    {7, 0, ECX, 10, F(VPCLMULQDQ), YMM},
    {7, 0, ECX, 11, F(AVX512VNNI), ZMM},
    {7, 0, ECX, 12, F(AVX512BITALG), ZMM},
    {7, 0, ECX, 14, F(AVX512VPOPCNTDQ), ZMM},
    {7, 0, EDX, 22, F(AMXBF16), TILE},
    {7, 0, EDX, 23, F(AVX512FP16), ZMM},
    {7, 0, EDX, 24, F(AMXTILE), TILE},
    {7, 0, EDX, 25, F(AMXINT8), TILE},
    {7, 1, EAX, 4, F(AVXVNNI), YMM},
    {7, 1, EAX, 5, F(AVX512BF16), ZMM},
    {7, 0, EDX, 8, F(AVX512VP2INTERSECT), ZMM},
    {7, 1, EAX, 7, F(CMPCCXADD), NO_STATE},
    {7, 1, EAX, 21, F(AMXFP16), TILE},
    {7, 1, EAX, 23, F(AVXIFMA), YMM},
    {7, 1, EDX, 4, F(AVXVNNIINT8), YMM},
    {7, 1, EDX, 5, F(AVXNECONVERT), YMM},
    {7, 1, EDX, 10, F(AVXVNNIINT16), YMM},
    {0x80000001, 0, ECX, 0, F(SAHF), NO_STATE},
    {0x80000001, 0, ECX, 5, F(LZCNT), NO_STATE},
    {0x80000001, 0, ECX, 6, F(SSE4A), NO_STATE},
    {0x80000001, 0, ECX, 8, F(PREFETCHW), NO_STATE},
    {0x80000001, 0, ECX, 11, F(XOP), YMM},
    {0x80000001, 0, ECX, 16, F(FMA4), YMM},
    {0x80000001, 0, ECX, 21, F(TBM), NO_STATE},
};
#undef F

/// The parts of the register file that the system saves.
static uint64_t saved_state(void) {
  unsigned regs[4];
  if (!__get_cpuid(1, &regs[EAX], &regs[EBX], &regs[ECX], &regs[EDX]) ||
      !(regs[ECX] & bit_OSXSAVE))
    return 0;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

uint64_t qcc_cpu_features(void) {
  uint64_t state = saved_state(), features = 0;
  for (uint32_t i = 0; i < sizeof(sources) / sizeof(sources[0]); ++i) {
    const feature_source *s = &sources[i];
    unsigned regs[4];
    uint64_t needed = state_mask[s->state];
    if ((state & needed) == needed &&
        __get_cpuid_count(s->leaf, s->subleaf, &regs[EAX], &regs[EBX],
                          &regs[ECX], &regs[EDX]) &&
        (regs[s->reg] >> s->bit & 1))
      features |= (uint64_t)1 << s->feature;
  }
  return features;
}
