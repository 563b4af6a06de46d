#include <algorithm>
#include <deque>
#include <limits>
#include <variant>

#include "tests/oracles/reference_internal.h"

namespace faascast::oracles {
namespace {

/// A request in service.
struct Running {
  std::int64_t until = 0;
  std::uint32_t function = 0;
  std::uint64_t number = 0;
};

/// One FIFO queue before a fixed number of workers.
class ServerReplay {
 public:
  ServerReplay(const Plan& plan, const DeploymentPlan& deployment, ReplaySeed seed)
      : plan_(plan),
        deployment_(deployment),
        servers_(std::get<ServerPlan>(deployment.side)),
        seed_(seed),
        requests_(read_all(plan, seed)) {
    std::uint32_t functions = plan.traffic->functions();
    for (const Request& r : requests_) functions = std::max(functions, r.function + 1);
    out_.functions.resize(functions);
  }

  ReferenceResult run() {
    for (const Request& r : requests_) {
      finish_up_to(r.at);
      arrive(r);
    }
    finish_up_to(std::numeric_limits<std::int64_t>::max());
    settle();
    return out_;
  }

 private:
  [[nodiscard]] std::size_t workers() const {
    return std::size_t{servers_.replicas} * servers_.workers_per_replica;
  }

  void finish_up_to(std::int64_t now) {
    while (!running_.empty()) {
      const auto first = std::min_element(
          running_.begin(), running_.end(),
          [](const Running& a, const Running& b) { return a.until < b.until; });
      if (first->until > now) return;
      const std::int64_t at = first->until;
      last_completion_ = std::max(last_completion_, at);
      running_.erase(first);
      if (!waiting_.empty()) {
        const Request next = waiting_.front();
        waiting_.pop_front();
        start(next, at);
      }
    }
  }

  void arrive(const Request& r) {
    const bool counts = counted(r);
    if (counts) {
      ++out_.requests;
      ++out_.functions[r.function].requests;
    }
    if (running_.size() < workers()) {
      start(r, r.at);
    } else if (!servers_.queue_limit || waiting_.size() < *servers_.queue_limit) {
      waiting_.push_back(r);
    } else if (counts) {
      ++out_.throttled;
    }
  }

  void start(const Request& r, std::int64_t now) {
    const std::int64_t service = r.execution_ns != ArrivalBlock::kAbsent
                                     ? r.execution_ns
                                     : work_ns(deployment_.work, r, seed_);
    running_.push_back({.until = now + service, .function = r.function, .number = r.number});
    if (!counted(r)) return;
    ++out_.completed;
    const std::int64_t waited = now - r.at;
    const std::int64_t latency = waited + service + network_ns(deployment_, r, seed_);
    out_.latency.ns.push_back(latency);
    out_.execution.ns.push_back(service);
    out_.wait.ns.push_back(waited);
    FunctionTotals& function = out_.functions[r.function];
    function.latency_sum_ns += latency;
    function.latency_max_ns = std::max(function.latency_max_ns, latency);
  }

  void settle() {
    std::int64_t horizon = last_completion_;
    if (plan_.horizon.kind == Horizon::Kind::kAt) horizon = ns_of(plan_.horizon.at);
    const std::int64_t span = std::max<std::int64_t>(horizon - ns_of(plan_.warm_up), 0);
    out_.horizon = instant_at(horizon);
    out_.live_ns = Int128(span) * servers_.replicas;
    out_.peak = span > 0 ? servers_.replicas : 0;
    out_.usage[Meter::kServerTime] = out_.live_ns;
    out_.usage[Meter::kConnections] = out_.requests;
    out_.usage[Meter::kBytesIn] = Int128(out_.completed) * deployment_.request_bytes.value();
    out_.usage[Meter::kBytesOut] = Int128(out_.completed) * deployment_.response_bytes.value();
  }

  [[nodiscard]] bool counted(const Request& r) const { return r.at >= ns_of(plan_.warm_up); }

  const Plan& plan_;
  const DeploymentPlan& deployment_;
  const ServerPlan& servers_;
  ReplaySeed seed_;
  std::vector<Request> requests_;
  std::vector<Running> running_{};
  std::deque<Request> waiting_{};
  std::int64_t last_completion_ = 0;
  ReferenceResult out_{};
};

}  // namespace

ReferenceResult replay_servers(const Plan& plan, const DeploymentPlan& deployment,
                               ReplaySeed seed) {
  return ServerReplay(plan, deployment, seed).run();
}

}  // namespace faascast::oracles
