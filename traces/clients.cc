#include "traces/clients.h"

#include <fmt/format.h>

#include "input/quantity.h"
#include "sim-core/closed_loop.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

Distribution thinking(Duration mean, double cv) {
  if (mean == Duration::zero() || cv == 0.0) return Distribution::constant(mean);
  return cv == 1.0 ? Distribution::exponential(mean) : Distribution::gamma(mean, cv);
}

ClosedLoop loop_of(const GeneratorSpec& spec) {
  ClosedLoop loop;
  loop.until = spec.duration;
  if (spec.kind == "closed-loop") {
    loop.clients = spec.clients;
    loop.samples = spec.samples_per_query;
    loop.think = thinking(spec.think, spec.think_cv);
    loop.back_off = spec.back_off;
  }
  constexpr std::uint32_t kMultiStream = 8;  // samples of a query, MLPerf LoadGen
  if (spec.kind == "mlperf-multi-stream") loop.samples = kMultiStream;
  return loop;
}

class ClientTraffic final : public Traffic {
 public:
  explicit ClientTraffic(const GeneratorSpec& spec) : spec_(spec), loop_(loop_of(spec)) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override { return 0; }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed) const override {
    throw InputError(Problem{
        "traffic.generator",
        fmt::format("{} has no arrivals of its own: a client sends its next query when the "
                    "deployment has answered the last one",
                    spec_.kind),
        "use `run`, `compare` or `sweep`; what holds deployments against one and the same traffic "
        "needs another generator or a trace"});
  }
  [[nodiscard]] Duration duration() const override { return spec_.duration; }
  [[nodiscard]] std::string description() const override {
    const std::string span = format_duration(spec_.duration);
    if (spec_.kind == "mlperf-single-stream") {
      return fmt::format("one query after another for {} (MLPerf single stream)", span);
    }
    if (spec_.kind == "mlperf-multi-stream") {
      return fmt::format("{} samples after another for {} (MLPerf multi-stream)", loop_.samples,
                         span);
    }
    const std::string queries =
        loop_.samples > 1 ? fmt::format(", {} requests a query", loop_.samples) : "";
    return fmt::format("{} client{} waiting for their answers, thinking {} on average{}, for {}",
                       format_count(loop_.clients), loop_.clients == 1 ? "" : "s",
                       format_duration(spec_.think), queries, span);
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }
  [[nodiscard]] const ClosedLoop* closed_loop() const override { return &loop_; }

 private:
  GeneratorSpec spec_;
  ClosedLoop loop_;
};

}  // namespace

std::shared_ptr<const Traffic> make_clients(const GeneratorSpec& spec) {
  return std::make_shared<ClientTraffic>(spec);
}

}  // namespace faascast
