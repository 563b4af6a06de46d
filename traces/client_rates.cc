#include "traces/client_rates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "input/decimal.h"
#include "input/quantity.h"
#include "sim-core/distribution.h"
#include "sim-core/error.h"
#include "traces/rate_curve.h"
#include "traces/request_words.h"

namespace faascast {
namespace {

constexpr std::size_t kMostProblems = 20;
constexpr double kMostRate = 1e6;
constexpr int kClassesAnOctave = 8;
constexpr double kLeastCv = 1.0 / 32.0;
constexpr double kMostCv = 32.0;

/// Requests of one client in one window.
struct Window {
  std::int64_t begin_ns = 0;
  double per_ns = 0.0;
  const Distribution* gaps = nullptr;  ///< of mean UnitGaps::kUnitNs
};

struct Clients {
  std::vector<std::vector<Window>> windows{};  ///< by client, ascending
  std::map<std::pair<bool, int>, Distribution> laws{};
  Duration window{};
  Duration span{};
  std::string name{};
};

/// One client's requests: gaps in expected requests, spent along the rates of the windows.
class ClientSource final : public ArrivalSource {
 public:
  ClientSource(std::shared_ptr<const Clients> clients, std::uint32_t client, ReplaySeed seed)
      : clients_(std::move(clients)),
        windows_(clients_->windows[client]),
        words_(seed, client),
        within_ns_(0.0) {
    // A window does not begin with a request, so part of the first gap has passed.
    const Stream phases(seed.seed, client, Purpose::kSpread, 6, seed.replication);
    first_part_ = phases.uniform(0);
  }

  ArrivalBlock fill() override {
    const std::uint64_t first = number_;
    words_.draw(first);
    std::size_t n = 0;
    for (; n < kArrivalBlock && window_ < windows_.size(); ++n) {
      double left = static_cast<double>(windows_[window_].gaps->at_word(words_.arrival[n]).count());
      left /= UnitGaps::kUnitNs;
      if (first + n == 0) left *= first_part_;
      if (!advance(left)) break;
      const auto within = std::min(static_cast<std::int64_t>(within_ns_), width_ns() - 1);
      at_[n] = windows_[window_].begin_ns + within;
    }
    number_ += n;
    return block_of(at_, n, first, words_);
  }

 private:
  [[nodiscard]] std::int64_t width_ns() const { return clients_->window.count(); }

  /// @return false beyond the last window
  bool advance(double expected) {
    while (window_ < windows_.size()) {
      const double per_ns = windows_[window_].per_ns;
      const double rest = per_ns * (static_cast<double>(width_ns()) - within_ns_);
      if (expected < rest) {
        within_ns_ += expected / per_ns;
        return true;
      }
      expected -= rest;
      within_ns_ = 0.0;
      ++window_;
    }
    return false;
  }

  std::shared_ptr<const Clients> clients_;
  const std::vector<Window>& windows_;
  RequestWords words_;
  double first_part_ = 0.0;
  std::size_t window_ = 0;
  double within_ns_;
  std::uint64_t number_ = 0;
  std::array<std::int64_t, kArrivalBlock> at_{};
};

class ClientTraffic final : public Traffic {
 public:
  explicit ClientTraffic(Clients clients)
      : clients_(std::make_shared<const Clients>(std::move(clients))) {}

  [[nodiscard]] bool independent() const override { return true; }
  [[nodiscard]] std::uint32_t functions() const override {
    return static_cast<std::uint32_t>(clients_->windows.size());
  }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t function) const override {
    double sum = 0.0;
    for (const Window& window : clients_->windows[function]) {
      sum += window.per_ns * static_cast<double>(clients_->window.count());
    }
    return static_cast<std::uint64_t>(sum);
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t function,
                                                    ReplaySeed seed) const override {
    return std::make_unique<ClientSource>(clients_, function, seed);
  }
  [[nodiscard]] Duration duration() const override { return clients_->span; }
  [[nodiscard]] std::string description() const override {
    return fmt::format("ServeGen rates {} ({} {} in windows of {}), drawn from rate and cv",
                       clients_->name, format_count(functions()),
                       functions() == 1 ? "client" : "clients", format_duration(clients_->window));
  }
  [[nodiscard]] ScaleBy default_scale_by() const override { return ScaleBy::kThin; }

 private:
  std::shared_ptr<const Clients> clients_;
};

class Reader {
 public:
  Reader(const TraceContent& content, Duration window) : lines_(content.lines()) {
    clients_.window = window;
    clients_.name = content.name();
  }

  Clients read() {
    for (std::string_view line; lines_.next(line);) {
      if (is_blank_line(line)) continue;
      if (!csv_.split(line)) {
        report(csv_.error_column(), {}, "a quote is not closed", "close it");
      } else if (is_header()) {
        named_ = true;
      } else if (csv_.cells().size() != (named_ ? 7U : 6U)) {
        report(1, {}, fmt::format("the row has {} cells", csv_.cells().size()),
               "write [client,] start, rate, cv, law, parameter, parameter");
      } else {
        read_row();
      }
    }
    if (clients_.windows.empty() && problems_.empty()) {
      report(1, {}, "no row of rates", "write one for each window");
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
    return std::move(clients_);
  }

 private:
  [[nodiscard]] bool is_header() const { return csv_.cells().front().text == "client"; }

  void read_row() {
    const std::vector<CsvCell>& cells = csv_.cells();
    const std::size_t first = named_ ? 1 : 0;
    const std::size_t client = client_of(named_ ? cells[0].text : std::string_view{});
    const auto begin = number(cells[first], "start", 9, 9.2e9);
    const auto rate = number(cells[first + 1], "rate", 9, kMostRate);
    if (!begin || !rate) return;
    std::vector<Window>& windows = clients_.windows[client];
    if (!windows.empty() && *begin < windows.back().begin_ns + clients_.window.count()) {
      return report(
          cells[first].column, "start",
          fmt::format("within {} of the client's row before", format_duration(clients_.window)),
          "sort the rows, or say how long a row lasts (bin)");
    }
    std::int64_t end = 0;
    if (__builtin_add_overflow(*begin, clients_.window.count(), &end)) {
      return report(cells[first].column, "start", "too far away", "292 years is the most");
    }
    clients_.span = std::max(clients_.span, Duration(end));
    if (*rate == 0) return;
    const auto cv = number(cells[first + 2], "cv", 9, 1e6);
    const std::string_view law = cells[first + 3].text;
    if (law != "Gamma" && law != "Weibull") {
      return report(cells[first + 3].column, "law",
                    fmt::format("unknown law '{}'", law.substr(0, 60)), "Gamma or Weibull");
    }
    if (!cv) return;
    const double per_ns = rounded_rate(static_cast<double>(*rate) * 1e-18);
    windows.push_back({*begin, per_ns, law_of(law == "Gamma", static_cast<double>(*cv) * 1e-9)});
  }

  std::size_t client_of(std::string_view name) {
    const auto [entry, fresh] = numbers_.emplace(std::string(name), clients_.windows.size());
    if (fresh) clients_.windows.emplace_back();
    return entry->second;
  }

  const Distribution* law_of(bool gamma, double cv) {
    const double octaves = std::log2(std::clamp(cv, kLeastCv, kMostCv));
    const int index = static_cast<int>(std::lround(octaves * kClassesAnOctave));
    const auto [entry, fresh] = clients_.laws.emplace(std::pair(gamma, index), Distribution{});
    if (fresh) {
      const double rounded = std::exp2(static_cast<double>(index) / kClassesAnOctave);
      const Duration unit(std::llround(UnitGaps::kUnitNs));
      entry->second =
          gamma ? Distribution::gamma(unit, rounded) : Distribution::weibull(unit, rounded);
    }
    return &entry->second;
  }

  /// Times 10^places; nothing after a problem.
  std::optional<std::int64_t> number(const CsvCell& cell, std::string_view name, int places,
                                     double most) {
    const ScaledDecimal value = parse_scaled_decimal(cell.text, places);
    const double scale = std::pow(10.0, places);
    if (value.ok() && value.value >= 0 && static_cast<double>(value.value) <= most * scale) {
      return value.value;
    }
    report(cell.column, name, fmt::format("'{}' is no such number", cell.text.substr(0, 60)),
           fmt::format("write a number from 0 to {:g}", most));
    return std::nullopt;
  }

  void report(std::size_t column, std::string_view name, std::string what, std::string mend) {
    problems_.push_back({cell_place(lines_.name(), lines_.line_number(), column, name),
                         std::move(what), std::move(mend)});
    if (problems_.size() >= kMostProblems) throw InputError(std::move(problems_));
  }

  LineReader lines_;
  CsvSplitter csv_{};
  bool named_ = false;
  Clients clients_{};
  std::map<std::string, std::size_t, std::less<>> numbers_{};
  std::vector<Problem> problems_{};
};

}  // namespace

std::shared_ptr<const Traffic> open_client_rates(const TraceContent& content, Duration window) {
  return std::make_shared<ClientTraffic>(Reader(content, window).read());
}

bool are_client_rates(const std::vector<CsvCell>& cells) {
  const bool named = cells.size() == 7;
  if (named) return cells[0].text == "client" && cells[2].text == "rate_rps";
  if (cells.size() != 6) return false;
  const std::string_view law = cells[3].text;
  return (law.empty() || law == "Gamma" || law == "Weibull") &&
         parse_scaled_decimal(cells[0].text, 9).ok() && parse_scaled_decimal(cells[1].text, 9).ok();
}

}  // namespace faascast
