#include "sim-core/random.h"
#include "tests/oracles/reference_internal.h"

// How long a request keeps an instance, by the rules of plan.h and timing.h.
namespace faascast::oracles {
namespace {

bool given(std::int64_t cell) { return cell != ArrivalBlock::kAbsent; }

Stay cut(const PoolPlan& pool, Stay stay) {
  if (pool.timeout > Duration::zero() && stay.handler > pool.timeout.count()) {
    stay.handler = pool.timeout.count();
    stay.timed_out = true;
  }
  return stay;
}

/// A burst runs `quota` in every period, and ends within its last one.
std::int64_t through_law(const PoolPlan& pool, std::int64_t cpu) {
  const std::int64_t quota = pool.cpu.quota.count();
  if (quota == 0 || cpu <= 0) return cpu;
  std::int64_t elapsed = 0;
  for (; cpu > quota; cpu -= quota) elapsed += pool.cpu.period.count();
  return elapsed + cpu;
}

std::int64_t on_instance(const DeploymentPlan& deployment, std::int64_t work, std::int64_t factor) {
  if (deployment.work.is_final || !deployment.noise.per_instance) return work;
  return Noise::applied(work, factor);
}

std::int64_t warm_ns(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed,
                     std::int64_t factor) {
  if (given(r.execution_ns)) return r.execution_ns;
  const std::int64_t work = on_instance(deployment, work_ns(deployment, r, seed), factor);
  const std::int64_t state = state_ns(deployment.work, r, seed);
  return deployment.work.is_final ? work + state
                                  : through_law(std::get<PoolPlan>(deployment.side), work) + state;
}

}  // namespace

std::int64_t factor_of(const DeploymentPlan& deployment, std::uint32_t function,
                       std::uint64_t number, std::uint16_t sub_stream, ReplaySeed seed) {
  if (!deployment.noise.per_instance) return 1'000'000'000;
  const Stream stream(seed.seed, function, Purpose::kInstance, sub_stream, seed.replication);
  return deployment.noise.per_instance->at_word(stream.words(number)[0]).count();
}

Stay own_start(const DeploymentPlan& deployment, std::uint32_t function, std::uint64_t created,
               ReplaySeed seed) {
  const auto& pool = std::get<PoolPlan>(deployment.side);
  Stay stay;
  std::int64_t cpu = 0;
  for (std::size_t i = 0; i < pool.cold_start.size(); ++i) {
    const ColdComponent& component = pool.cold_start[i];
    const Stream stream(seed.seed, function, Purpose::kColdStart,
                        static_cast<std::uint16_t>(kOwnStart + i), seed.replication);
    const std::int64_t wall = component.wall.at_word(stream.words(created)[0]).count();
    if (component.load_at == LoadAt::kPlacement) {
      stay.placement += wall;
    } else {
      stay.init += wall;
      if (component.load_at == LoadAt::kInit) stay.init += component.cpu.count();
      if (component.load_at == LoadAt::kHandler) cpu += component.cpu.count();
    }
  }
  stay.init += through_law(pool, cpu);
  return stay;
}

Stay warm_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed,
               std::int64_t factor) {
  Stay stay;
  stay.warm = stay.handler = warm_ns(deployment, r, seed, factor);
  return cut(std::get<PoolPlan>(deployment.side), stay);
}

Stay cold_stay(const DeploymentPlan& deployment, const Request& r, ReplaySeed seed,
               std::int64_t factor) {
  const auto& pool = std::get<PoolPlan>(deployment.side);
  Stay stay;
  stay.cold = true;
  stay.warm = warm_ns(deployment, r, seed, factor);
  if (given(r.cold_execution_ns)) {
    stay.handler = r.cold_execution_ns;
    return cut(pool, stay);
  }
  std::int64_t init_wall = 0, init_cpu = 0, wall = 0, cpu = 0;
  for (std::size_t i = 0; i < pool.cold_start.size(); ++i) {
    const ColdComponent& component = pool.cold_start[i];
    const Stream stream(seed.seed, r.function, Purpose::kColdStart, static_cast<std::uint16_t>(i),
                        seed.replication);
    const std::int64_t drawn = component.wall.at_word(stream.words(r.number)[0]).count();
    const bool in_init = component.load_at == LoadAt::kInit;
    if (component.load_at == LoadAt::kPlacement) {
      stay.placement += drawn;
    } else {
      (in_init ? init_wall : wall) += drawn;
      (in_init ? init_cpu : cpu) += component.cpu.count();
    }
  }
  stay.init = init_wall + init_cpu;
  if (pool.init_limit > Duration::zero() && stay.init > pool.init_limit.count()) {
    stay.init = pool.init_limit.count();
    wall += init_wall;
    cpu += init_cpu;
  }
  const bool final_work = given(r.execution_ns) || deployment.work.is_final;
  const std::int64_t work = on_instance(deployment, work_ns(deployment, r, seed), factor);
  stay.handler = final_work
                     ? through_law(pool, cpu) + wall + stay.warm
                     : through_law(pool, cpu + work) + wall + state_ns(deployment.work, r, seed);
  return cut(pool, stay);
}

}  // namespace faascast::oracles
