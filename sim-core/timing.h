#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim-core/kernels.h"
#include "sim-core/plan.h"
#include "sim-core/random.h"
#include "sim-core/requests.h"

namespace faascast {

/// No single time is longer, so that no sum of a request's times overflows (36 years).
inline constexpr std::int64_t kLongestTime = std::int64_t{1} << 60U;

/// How long a deployment's requests hold an instance, by the rules below. C is the CpuLaw, h the
/// handler, x the draw (with tokens).
///
/// CPU time h + x is multiplied by the request's noise, and by that of its instance.
///
/// - Warm: C(h + x); without C where the work is final or on a server; execution_ns as it is.
/// - Cold: placement + INIT + handler part. Handler part: C(CPU of its components + h + x) + their
///   wall time. Where the work is final or execution_ns is given, C applies to the components'
///   CPU time alone and the work is added as it is.
/// - INIT longer than its limit is abandoned there and redone in the handler part (its CPU time
///   through C with the rest).
/// - cold_execution_ns is the whole cold time, and all of it is billed.
/// - The timeout cuts the handler part (all of cold_execution_ns).
/// - A request that brings its execution time takes no network time.
/// - A batch takes its factor times what its longest request would: CPU time before C, or
///   execution_ns; cold_execution_ns grows by as much as that.
/// - CPU time that goes through C is cut at 2^51 ns (26 days).
/// - External state is waited for after that, in the handler part; where CPUs are shared it counts
///   as work.
class Timing {
 public:
  Timing(const DeploymentPlan& plan, ReplaySeed seed);

  /// Warm busy times of a block, before any timeout.
  void warm(const Requests& requests, std::span<std::int64_t> ns) const;
  /// Network times of a block; leaves zeros where there is none.
  void network(const Requests& requests, std::span<std::int64_t> ns) const;
  /// Request i of a block by itself. @param warm, network as above
  [[nodiscard]] Request request(const Requests& requests, std::size_t i, std::int64_t warm,
                                std::int64_t network) const;
  [[nodiscard]] Stay warm_stay(const Request& request) const {
    const bool late = request.warm > timeout_;
    const std::int64_t busy = late ? timeout_ : request.warm;
    Stay stay{.busy = busy, .billed = busy};
    if (late) stay.outcome = Outcome::kTimedOut;
    return stay;
  }
  /// @param request number i of the block
  [[nodiscard]] Stay cold_stay(const Requests& requests, std::size_t i,
                               const Request& request) const {
    return cold_stay(request, needs_cpu_ ? work_cpu(requests, i) : 0);
  }
  /// @param cpu work_cpu() of the request; not used unless needs_cpu()
  [[nodiscard]] Stay cold_stay(const Request& request, std::int64_t cpu) const;
  /// Handler, execution and tokens before the CpuLaw.
  [[nodiscard]] std::int64_t work_cpu(const Requests& requests, std::size_t i) const;
  /// cold_stay() or on_instance() looks at work_cpu().
  [[nodiscard]] bool needs_cpu() const { return needs_cpu_; }
  /// Instances have factors of their own.
  [[nodiscard]] bool has_unlike_instances() const { return unlike_.has_value(); }
  /// An instance's factor, in 10^-9. @param number, sub_stream see Noise
  [[nodiscard]] std::int64_t instance_factor(std::uint32_t function, std::uint64_t number,
                                             std::uint16_t sub_stream) const;
  /// The warm time of a request on an instance of that factor. @param warm on one of factor 1
  [[nodiscard]] std::int64_t on_instance(std::int64_t warm, std::int64_t cpu,
                                         std::int64_t factor) const;
  /// The start of an instance that is not started for a request. INIT holds the components of the
  /// handler, too (through C), and has no limit.
  struct OwnStart {
    std::int64_t placement = 0;
    std::int64_t init = 0;
  };
  [[nodiscard]] OwnStart own_start(std::uint32_t function, std::uint64_t number) const;

  [[nodiscard]] bool has_network() const { return has_network_; }
  /// ns; the largest integer = none
  [[nodiscard]] std::int64_t timeout() const { return timeout_; }

 private:
  struct Component {
    LoadAt load_at;
    Distribution wall;
    std::int64_t cpu;
  };
  /// A batch's time, from that of its longest request alone.
  [[nodiscard]] static std::int64_t of_batch(const Requests& requests, std::size_t i,
                                             std::int64_t ns);
  [[nodiscard]] std::int64_t stretched(std::int64_t cpu) const;
  /// Elapsed time of a component in the cold start that `number` stands for.
  [[nodiscard]] std::int64_t wall_of(std::size_t component, std::uint32_t function,
                                     std::uint64_t number, std::uint16_t first_sub_stream) const;
  void add_noise(const Requests& requests, std::span<std::int64_t> ns) const;
  [[nodiscard]] std::int64_t token_time(const Requests& requests, std::size_t i) const;
  [[nodiscard]] std::int64_t state_time(std::uint32_t function, std::uint64_t number) const;

  Work work_{};
  double token_share_ = 1.0;  ///< of token time, with parallel execution
  std::optional<Distribution> noise_{};
  std::optional<Distribution> unlike_{};
  Distribution network_{};
  bool has_network_ = false;
  bool needs_cpu_ = false;
  bool throttles_ = false;  ///< the CpuLaw applies to something
  LawNumbers law_{};
  std::vector<Component> cold_{};
  std::int64_t init_limit_ = 0;
  std::int64_t timeout_ = 0;
  bool bills_init_ = false;
  ReplaySeed seed_{};
};

}  // namespace faascast
