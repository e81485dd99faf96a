//===- Ceilings.cpp - what the machine can do at the most -----------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Each loop keeps as many independent accumulators as registers allow: at least
// latency times throughput on the processors that have these instructions. What
// counts is the best of several short runs, because virtual machines lose time
// to others.
//
//===----------------------------------------------------------------------===//

#include "Bench.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <immintrin.h>
#include <sys/mman.h>
#include <thread>
#include <vector>

using namespace qcc::tools;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

namespace {

/// A loop of `rounds` rounds.
using Kernel = void (*)(uint64_t rounds);

} // namespace

/// One round: each of `count` accumulators once. The asm lets no compiler merge
/// or drop the operations.
#define QCC_BENCH_LOOP(vector, count, operation)                               \
  vector a[count] = {};                                                        \
  for (uint64_t round = 0; round < rounds; ++round) {                          \
    _Pragma("unroll") for (int i = 0; i < count; ++i) {                        \
      a[i] = operation;                                                        \
      __asm__ volatile("" : "+v"(a[i]));                                       \
    }                                                                          \
  }

enum { zmmCount = 16, ymmCount = 12 };

__attribute__((target("avx512f,avx512vnni"))) static void
dotZmm(uint64_t rounds) {
  __m512i x = _mm512_set1_epi8(3), y = _mm512_set1_epi8(5);
  QCC_BENCH_LOOP(__m512i, zmmCount, _mm512_dpbusd_epi32(a[i], x, y))
}

__attribute__((target("avx2,avxvnni"))) static void dotYmm(uint64_t rounds) {
  __m256i x = _mm256_set1_epi8(3), y = _mm256_set1_epi8(5);
  QCC_BENCH_LOOP(__m256i, ymmCount, _mm256_dpbusd_avx_epi32(a[i], x, y))
}

__attribute__((target("avx512f"))) static void fmaZmm(uint64_t rounds) {
  __m512 x = _mm512_set1_ps(0.5f), y = _mm512_set1_ps(0.25f);
  QCC_BENCH_LOOP(__m512, zmmCount, _mm512_fmadd_ps(a[i], x, y))
}

__attribute__((target("avx2,fma"))) static void fmaYmm(uint64_t rounds) {
  __m256 x = _mm256_set1_ps(0.5f), y = _mm256_set1_ps(0.25f);
  QCC_BENCH_LOOP(__m256, ymmCount, _mm256_fmadd_ps(a[i], x, y))
}

#undef QCC_BENCH_LOOP

/// Runs `body(thread)` on all threads at once and returns the seconds from when
/// the last began to when the last ended.
template <typename Body>
static double timeTogether(uint32_t threads, Body body) {
  std::atomic<uint32_t> waiting = threads;
  std::vector<double> begins(threads), ends(threads);
  auto run = [&](uint32_t thread) {
    --waiting;
    while (waiting)
      std::this_thread::yield();
    begins[thread] = now();
    body(thread);
    ends[thread] = now();
  };
  std::vector<std::thread> others;
  for (uint32_t i = 1; i < threads; ++i)
    others.emplace_back(run, i);
  run(0);
  for (std::thread &other : others)
    other.join();
  return *std::max_element(ends.begin(), ends.end()) -
         *std::min_element(begins.begin(), begins.end());
}

/// Operations per second of all threads together.
static double rate(Kernel kernel, double operationsPerRound, uint32_t threads) {
  constexpr uint64_t rounds = 400000; // a few milliseconds
  double best = 0;
  for (int repeat = 0; repeat < 7; ++repeat) {
    double seconds = timeTogether(threads, [&](uint32_t) { kernel(rounds); });
    best = std::max(best, threads * rounds * operationsPerRound / seconds);
  }
  return best;
}

__attribute__((target("avx2"))) static void readBytes(const uint8_t *data,
                                                      size_t size) {
  __m256i sum[4] = {};
  for (size_t i = 0; i + 128 <= size; i += 128)
    for (int k = 0; k < 4; ++k)
      sum[k] = _mm256_xor_si256(
          sum[k], _mm256_load_si256(
                      reinterpret_cast<const __m256i *>(data + i + 32 * k)));
  __asm__ volatile("" ::"x"(sum[0]), "x"(sum[1]), "x"(sum[2]), "x"(sum[3]));
}

/// Bytes per second of reading a buffer larger than most caches.
static double readBandwidth(uint32_t threads) {
  constexpr size_t size = size_t(256) << 20;
  auto *data = static_cast<uint8_t *>(aligned_alloc(2 << 20, size));
  if (!data)
    return 0;
  madvise(data, size, MADV_HUGEPAGE); // as far as the system has any
  // Written, so that every page is there.
  for (size_t i = 0; i < size; i += 4096)
    data[i] = uint8_t(i >> 12);
  double best = 0;
  size_t part = size / threads / 128 * 128;
  for (int repeat = 0; repeat < 5; ++repeat) {
    double seconds = timeTogether(threads, [&](uint32_t thread) {
      readBytes(data + thread * part, part);
    });
    best = std::max(best, double(part) * threads / seconds);
  }
  free(data);
  return best;
}

Ceilings qcc::tools::measureCeilings(uint32_t threads) {
  Ceilings ceilings;
  if (__builtin_cpu_supports("avx512vnni"))
    ceilings.int8 = rate(dotZmm, zmmCount * 64 * 2, threads);
  else if (__builtin_cpu_supports("avxvnni"))
    ceilings.int8 = rate(dotYmm, ymmCount * 32 * 2, threads);
  if (__builtin_cpu_supports("avx512f"))
    ceilings.float32 = rate(fmaZmm, zmmCount * 16 * 2, threads);
  else if (__builtin_cpu_supports("fma"))
    ceilings.float32 = rate(fmaYmm, ymmCount * 8 * 2, threads);
  if (__builtin_cpu_supports("avx2"))
    ceilings.bandwidth = readBandwidth(threads);
  return ceilings;
}

Ceilings qcc::tools::maxOf(const Ceilings &a, const Ceilings &b) {
  return {std::max(a.int8, b.int8), std::max(a.float32, b.float32),
          std::max(a.bandwidth, b.bandwidth)};
}
