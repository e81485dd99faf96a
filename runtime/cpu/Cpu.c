//===- Cpu.c - what the processor and machine offer -----------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef _GNU_SOURCE
#define _GNU_SOURCE // sched_getaffinity
#endif

#include "Cpu.h"

#include "qcc/abi/artifact.h"

#include <cpuid.h>
#include <sched.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

//===----------------------------------------------------------------------===//
// Features
//===----------------------------------------------------------------------===//

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
    {1, 0, ECX, 27, F(XSAVE), NO_STATE},
    {1, 0, ECX, 28, F(AVX), YMM},
    {1, 0, ECX, 29, F(F16C), YMM},
    {1, 0, ECX, 30, F(RDRND), NO_STATE},
    {7, 0, EBX, 0, F(FSGSBASE), NO_STATE},
    {7, 0, EBX, 3, F(BMI), NO_STATE},
    {7, 0, EBX, 5, F(AVX2), YMM},
    {7, 0, EBX, 8, F(BMI2), NO_STATE},
    {7, 0, EBX, 16, F(AVX512F), ZMM},
    {7, 0, EBX, 17, F(AVX512DQ), ZMM},
    {7, 0, EBX, 18, F(RDSEED), NO_STATE},
    {7, 0, EBX, 19, F(ADX), NO_STATE},
    {7, 0, EBX, 21, F(AVX512IFMA), ZMM},
    {7, 0, EBX, 23, F(CLFLUSHOPT), NO_STATE},
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
    {7, 1, EDX, 4, F(AVXVNNIINT8), YMM},
    {0x80000001, 0, ECX, 0, F(SAHF), NO_STATE},
    {0x80000001, 0, ECX, 5, F(LZCNT), NO_STATE},
    {0x80000001, 0, ECX, 8, F(PREFETCHW), NO_STATE},
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
  for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); ++i) {
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

int qcc_cpu_enable_amx(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

//===----------------------------------------------------------------------===//
// Cores
//===----------------------------------------------------------------------===//

/// The lowest logical processor on the same core as `cpu`.
static int first_sibling(int cpu) {
  char path[96];
  snprintf(path, sizeof(path),
           "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
  FILE *file = fopen(path, "re");
  int first = cpu;
  if (file) {
    // "0,64" or "0-1": the list is sorted.
    if (fscanf(file, "%d", &first) != 1)
      first = cpu;
    fclose(file);
  }
  return first;
}

/// How many processors' worth of time the control group may use; 0: no limit.
static uint32_t group_quota(void) {
  FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
  unsigned long quota = 0, period = 0;
  if (!file)
    return 0;
  int fields = fscanf(file, "%lu %lu", &quota, &period); // "max" reads as none
  fclose(file);
  return fields == 2 && period ? (uint32_t)((quota + period - 1) / period) : 0;
}

uint32_t qcc_cpu_cores(void) {
  cpu_set_t allowed, cores;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
    return 1;
  CPU_ZERO(&cores);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed))
      continue;
    int core = first_sibling(cpu);
    if (core >= 0 && core < CPU_SETSIZE)
      CPU_SET(core, &cores);
  }
  uint32_t count = (uint32_t)CPU_COUNT(&cores), quota = group_quota();
  if (quota && quota < count)
    count = quota;
  return count ? count : 1;
}
