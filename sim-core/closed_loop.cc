#include "sim-core/closed_loop.h"

#include <algorithm>
#include <array>
#include <queue>
#include <tuple>
#include <vector>

#include "sim-core/deployment_run.h"
#include "sim-core/random.h"

namespace faascast {
namespace {

/// What a client waits for, or will do.
struct Client {
  std::uint64_t queries = 0;    ///< sent so far
  std::uint32_t open = 0;       ///< requests of its query that have not ended
  std::int64_t asked_at = 0;    ///< its last query
  std::int64_t answered_at = 0; ///< the last end of that query, so far
  bool rebuffed = false;        ///< a request of it was turned away or failed
};

/// The next query of a client.
struct Query {
  std::int64_t at;
  std::uint64_t number;
  friend bool operator>(const Query& a, const Query& b) {
    return std::tie(a.at, a.number) > std::tie(b.at, b.number);
  }
};

class Clients {
 public:
  Clients(const ClosedLoop& loop, const DeploymentPlan& plan, DeploymentRun& run, Tally& tally,
          ReplaySeed seed, std::int64_t end)
      : loop_(loop),
        run_(run),
        end_(std::min(end, loop.until.count())),
        think_(seed.seed, 0, Purpose::kThink, 0, seed.replication),
        work_(seed.seed, 0, Purpose::kRequest, 0, seed.replication),
        network_(seed.seed, 0, Purpose::kNetwork, 0, seed.replication),
        noise_(seed.seed, 0, Purpose::kNoise, 0, seed.replication),
        draws_work_(draws_work(plan)),
        draws_network_(draws_network(plan)),
        draws_noise_(draws_noise(plan)),
        clients_(loop.clients) {
    log_ends(tally, &ended_);
    for (std::uint32_t c = 0; c < loop.clients; ++c) think(c, 0);
  }

  std::int64_t replay(const std::function<bool(std::uint64_t)>& goes_on) {
    std::uint64_t untold = 0;
    std::int64_t last = 0;
    for (;;) {
      const std::int64_t query = queries_.empty() ? kNever : queries_.top().at;
      const std::int64_t event = run_.next_event();
      if (std::min(query, event) >= end_) break;
      if (event <= query) {
        run_.advance(event);
      } else {
        last = query;
        ask(queries_.top());
        untold += loop_.samples;
        if (untold >= kArrivalBlock) {
          if (!goes_on(untold)) return last;
          untold = 0;
        }
      }
      hear();
    }
    goes_on(untold);
    return last;
  }

 private:
  static constexpr std::int64_t kNever = DeploymentRun::kNever;

  void think(std::uint32_t client, std::int64_t from) {
    const std::uint64_t number = clients_[client].queries * loop_.clients + client;
    const std::int64_t pause = loop_.think.at_word(think_.words(number)[0]).count();
    std::int64_t at = from;
    if (!__builtin_add_overflow(from, pause, &at) && at < end_) queries_.push({at, number});
  }

  void ask(Query query) {
    queries_.pop();
    Client& client = clients_[query.number % loop_.clients];
    ++client.queries;
    client.open = loop_.samples;
    client.asked_at = client.answered_at = query.at;
    client.rebuffed = false;
    for (std::uint64_t sent = 0; sent < loop_.samples;) {
      const auto n = std::min<std::uint64_t>(loop_.samples - sent, kArrivalBlock);
      serve(query.at, query.number * loop_.samples + sent, n);
      sent += n;
    }
  }

  void serve(std::int64_t at, std::uint64_t first, std::size_t n) {
    std::fill_n(at_.begin(), n, at);
    Requests requests;
    requests.block.at = std::span(at_).first(n);
    requests.block.first_number = first;
    if (draws_work_) {
      requests.work_words = std::span(work_words_).first(n);
      work_.words(first, {}, std::span(work_words_).first(n));
    }
    if (draws_network_) {
      requests.network_words = std::span(network_words_).first(n);
      network_.words(first, std::span(network_words_).first(n), {});
    }
    if (draws_noise_) {
      requests.noise_words = std::span(noise_words_).first(n);
      noise_.words(first, std::span(noise_words_).first(n), {});
    }
    run_.serve(requests);
  }

  /// Requests have ended.
  void hear() {
    heard_.clear();
    heard_.swap(ended_);
    for (const Ledger::Ended& end : heard_) {
      const auto c = static_cast<std::uint32_t>(end.number / loop_.samples % loop_.clients);
      Client& client = clients_[c];
      client.answered_at = std::max(client.answered_at, end.at);
      client.rebuffed = client.rebuffed || end.outcome == Outcome::kThrottled ||
                        end.outcome == Outcome::kFailed;
      if (--client.open > 0) continue;
      const std::int64_t soonest =
          client.asked_at + ClosedLoop::kShortestCycle.count();
      const std::int64_t least = client.rebuffed ? loop_.back_off.count() : 0;
      think(c, std::max(client.answered_at + least, soonest));
    }
  }

  const ClosedLoop& loop_;
  DeploymentRun& run_;
  std::int64_t end_;
  Stream think_;
  Stream work_;
  Stream network_;
  Stream noise_;
  bool draws_work_;
  bool draws_network_;
  bool draws_noise_;
  std::vector<Client> clients_;
  std::priority_queue<Query, std::vector<Query>, std::greater<Query>> queries_{};
  std::vector<Ledger::Ended> ended_{};
  std::vector<Ledger::Ended> heard_{};
  std::array<std::int64_t, kArrivalBlock> at_{};
  std::array<std::uint64_t, kArrivalBlock> work_words_{};
  std::array<std::uint64_t, kArrivalBlock> network_words_{};
  std::array<std::uint64_t, kArrivalBlock> noise_words_{};
};

}  // namespace

std::int64_t replay_clients(const ClosedLoop& loop, const DeploymentPlan& plan, DeploymentRun& run,
                            Tally& tally, ReplaySeed seed, std::int64_t end,
                            const std::function<bool(std::uint64_t)>& goes_on) {
  std::int64_t last = 0;
  {
    Clients clients(loop, plan, run, tally, seed, end);
    last = clients.replay(goes_on);
    log_ends(tally, nullptr);
  }
  return last;
}

}  // namespace faascast
