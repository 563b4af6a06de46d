#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "sim-core/units.h"

namespace faascast {

/// An instance as a policy sees it. Not for keeping: the next action changes it.
struct InstanceView {
  enum class State : std::uint8_t { kStarting, kInUse, kIdle };
  std::uint64_t id = 0;  ///< its own for the whole run
  std::uint32_t function = 0;
  State state = State::kIdle;
  std::uint32_t requests = 0;
  std::uint64_t served = 0;  ///< requests that ended on it
  Instant created{};
  Instant idle_since{};  ///< when idle
};

/// A request that looks for an instance.
struct RequestView {
  std::uint32_t function = 0;
  std::uint64_t number = 0;
  Instant arrived{};
  bool waits = false;  ///< it has been told to wait before
};

/// What a policy can see and do.
class PolicyHost {
 public:
  virtual ~PolicyHost() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  /// Live instances of all functions in the order of their ids.
  [[nodiscard]] virtual std::span<const InstanceView> instances() = 0;
  /// An idle instance goes now; others stay. @return it was idle
  virtual bool remove(std::uint64_t id) = 0;
  /// Starts an instance by itself. @return its id
  virtual std::uint64_t start(std::uint32_t function) = 0;
};

/// Routing, keep-alive and scaling in the user's own words. It replaces the pool's rules for where
/// a request goes, how long an instance idles and what starts by the clock; limits, timing, queue,
/// patience, retries and metering stay as PoolPlan says. All functions are replayed as one stream
/// in time order, on one thread: slow, but exact. What it answers may depend on what it has seen,
/// and on nothing else.
class UserPolicy {
 public:
  virtual ~UserPolicy() = default;

  struct Route {
    enum class Kind : std::uint8_t { kInstance, kNew, kWait, kTurnAway };
    Kind kind = Kind::kNew;
    std::uint64_t id = 0;  ///< of kInstance: one of the request's function with room
  };
  /// Where a request goes. It is asked on arrival, and for the head of the queue after every event
  /// of the function. An instance without room, or a new one beyond max_instances, is taken for
  /// kWait where the pool queues, else for kTurnAway.
  virtual Route route(const RequestView& request, PolicyHost& host) = 0;
  /// How long an instance that becomes idle now may stay so; Duration::max() = for ever.
  virtual Duration keep_alive(const InstanceView& instance, PolicyHost& host) = 0;
  /// Called at the start, and then at every instant it asks for (after the other events of that
  /// instant, before arrivals). @return the next one, later than now; none = no more
  virtual std::optional<Instant> wake(PolicyHost& /*host*/) { return std::nullopt; }
};

/// Makes a policy for every run, so that a plan stays immutable. Thread-safe.
class PolicyFactory {
 public:
  virtual ~PolicyFactory() = default;
  [[nodiscard]] virtual std::unique_ptr<UserPolicy> make() const = 0;
};

}  // namespace faascast
