//===- PoolTest.cpp - stress tests of the thread pool ---------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

extern "C" {
#include "cpu/Pool.h"
}

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace {

constexpr uint32_t slots = 64;

/// Two rows of plain numbers: a stage reads one and writes the other, so that a
/// barrier that lets a thread through too early gives wrong sums, and a race
/// for TSan.
struct Rows {
  uint64_t from[slots];
  uint64_t to[slots];
};

void sumInto(uint64_t *to, const uint64_t *from, uint32_t thread,
             uint32_t threads) {
  for (uint32_t i = slots * thread / threads;
       i < slots * (thread + 1) / threads; ++i) {
    uint64_t sum = 1;
    for (uint32_t k = 0; k < slots; ++k)
      sum += from[k];
    to[i] = sum % 1000003;
  }
}

void forward(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  auto *rows = reinterpret_cast<Rows *>(frame->arena);
  sumInto(rows->to, rows->from, thread, threads);
}

void backward(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  auto *rows = reinterpret_cast<Rows *>(frame->arena);
  sumInto(rows->from, rows->to, thread, threads);
}

void rotate(const qcc_frame *frame, uint32_t thread, uint32_t threads) {
  EXPECT_EQ(thread, 0u);
  EXPECT_EQ(threads, 1u);
  auto *rows = reinterpret_cast<Rows *>(frame->arena);
  uint64_t first = rows->from[0];
  for (uint32_t i = 0; i + 1 < slots; ++i)
    rows->from[i] = rows->from[i + 1];
  rows->from[slots - 1] = first + 1;
}

const std::vector<qcc_step> steps = {
    {forward, 0}, {backward, 0}, {rotate, 1}, {forward, 0}, {backward, 0}};

/// Runs the steps `runs` times, with a pause now and then, and returns the end.
std::vector<uint64_t> compute(uint32_t threads, int runs,
                              std::chrono::microseconds pause) {
  qcc_thread_pool *pool = nullptr;
  EXPECT_EQ(qcc_thread_pool_create(threads, &pool), QCC_OK);
  EXPECT_EQ(qcc_thread_pool_threads(pool), threads);
  Rows rows = {};
  qcc_frame frame = {};
  frame.arena = reinterpret_cast<uint8_t *>(&rows);
  for (int i = 0; i < runs; ++i) {
    qcc_thread_pool_run(pool, steps.data(), steps.size(), &frame);
    if (pause.count() && i % 10 == 0)
      std::this_thread::sleep_for(pause);
  }
  qcc_thread_pool_destroy(pool);
  return {rows.from, rows.from + slots};
}

TEST(Pool, GivesTheSameOnAnyNumberOfThreads) {
  std::vector<uint64_t> expected = compute(1, 300, {});
  for (uint32_t threads : {2, 3, 4, 16})
    EXPECT_EQ(compute(threads, 300, {}), expected) << threads;
}

TEST(Pool, WakesWorkersThatParked) {
  // Longer than any spinning: every tenth run finds them asleep, or falling
  // asleep.
  std::vector<uint64_t> expected = compute(1, 200, {});
  for (int pause : {20, 100, 3000})
    EXPECT_EQ(compute(3, 200, std::chrono::microseconds(pause)), expected);
}

TEST(Pool, EndsAtOnce) {
  for (int i = 0; i < 100; ++i) {
    qcc_thread_pool *pool = nullptr;
    ASSERT_EQ(qcc_thread_pool_create(1 + i % 4, &pool), QCC_OK);
    qcc_thread_pool_destroy(pool);
  }
  compute(4, 1, {});
}

TEST(Pool, ServesManyCallersEachWithTheirOwn) {
  std::vector<uint64_t> expected = compute(1, 100, {});
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] { EXPECT_EQ(compute(3, 100, {}), expected); });
  for (std::thread &caller : callers)
    caller.join();
}

TEST(Pool, DoesNotWaitForAThreadThatNeverComes) {
  // A worker that is kept busy in one share cannot begin another: the caller
  // takes all the others itself.
  static std::atomic<int> shares;
  shares = 0;
  qcc_step slow = {[](const qcc_frame *, uint32_t thread, uint32_t) {
                     if (thread == 1)
                       std::this_thread::sleep_for(
                           std::chrono::milliseconds(50));
                     ++shares;
                   },
                   0};
  qcc_thread_pool *pool = nullptr;
  ASSERT_EQ(qcc_thread_pool_create(8, &pool), QCC_OK);
  qcc_frame frame = {};
  qcc_thread_pool_run(pool, &slow, 1, &frame);
  EXPECT_EQ(shares, 8);
  qcc_thread_pool_destroy(pool);
}

TEST(Pool, RefusesImpossibleNumbers) {
  qcc_thread_pool *pool = nullptr;
  EXPECT_EQ(qcc_thread_pool_create(0, &pool), QCC_INVALID_ARGUMENT);
  EXPECT_EQ(qcc_thread_pool_create(100000, &pool), QCC_INVALID_ARGUMENT);
  EXPECT_STREQ(qcc_error_message(),
               "100000 threads: between 1 and 1024 are possible");
}

} // namespace
