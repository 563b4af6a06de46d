// Once a pool has its size, requests cost no memory.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "listed_traffic.h"

namespace {
std::atomic<std::uint64_t> allocations{0};
}

// Not inlined, or g++ sees a free() of what came from new.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace faascast {
namespace {

using namespace std::chrono_literals;

std::uint64_t allocations_of(const PoolPlan& pool, Duration duration, std::uint64_t& requests) {
  Plan plan;
  plan.traffic = std::make_shared<PoissonTraffic>(1, 1ms, duration);
  plan.deployments = {on(pool, taking(Distribution::lognormal(100ms, 1.0)))};
  plan.horizon = until(duration);
  const std::uint64_t before = allocations;
  requests = run(plan, {.threads = 1}).deployments[0].requests;
  return allocations - before;
}

TEST(Allocations, DoNotGrowWithRequests) {
  PoolPlan pool;
  pool.keep_alive = 30s;
  PoolPlan plain = pool;
  plain.reuse_order = ReuseOrder::kLeastRecentlyUsed;
  PoolPlan shared = pool;
  shared.concurrency = 80;
  shared.vcpu_share = MilliVcpu(40'000);
  PoolPlan drawn = pool;
  drawn.keep_alive_rule = KeepAliveRule::kHalving;
  for (const PoolPlan& plan : {pool, plain, shared, drawn}) {
    std::uint64_t few = 0;
    std::uint64_t many = 0;
    const std::uint64_t half = allocations_of(plan, 200s, few);
    const std::uint64_t whole = allocations_of(plan, 400s, many);
    EXPECT_GT(many, few + 150'000);
    EXPECT_LE(whole, half + 8);  // a pool may still grow a little; blocks and requests cost none
  }
}

}  // namespace
}  // namespace faascast
