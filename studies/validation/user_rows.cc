#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "input/quantity.h"
#include "sim-core/error.h"
#include "studies/validation/sets.h"
#include "studies/validation/table_file.h"

namespace faascast {
namespace {

constexpr std::array<const char*, 11> kColumns = {
    "platform",    "function",         "memory_mb",  "vcpu",       "cpu_s", "reference_memory_mb",
    "reference_s", "cold_reference_s", "warm_p50_s", "warm_p99_s", "cold_p50_s"};

/// Reads one row after the other, and collects what is wrong.
class UserRows {
 public:
  UserRows(const std::filesystem::path& file, const MemoryLessons& lessons, Validation& out)
      : table_(file), set_(file.filename().string()), lessons_(lessons), out_(out) {}

  void add_all() {
    check_header();
    for (std::size_t i = 0; i < table_.rows(); ++i) {
      try {
        add(i);
      } catch (const InputError& error) {
        for (const Problem& problem : error.problems()) {
          problems_.push_back({problem.where.empty() ? table_.place(i) : problem.where,
                               problem.what, problem.mend});
        }
      }
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

 private:
  void check_header() {
    const std::vector<std::string> known(kColumns.begin(), kColumns.end());
    for (const std::string& column : table_.columns()) {
      if (std::find(known.begin(), known.end(), column) != known.end()) continue;
      const std::string near = nearest_name(column, known);
      problems_.push_back({set_, fmt::format("unknown column '{}'", column),
                           near.empty() ? "leave it out" : fmt::format("did you mean '{}'?", near)});
    }
    for (const char* needed : {"platform", "function", "memory_mb"}) {
      if (!table_.has(needed)) {
        problems_.push_back({set_, fmt::format("no column '{}'", needed), "add it"});
      }
    }
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

  [[nodiscard]] std::optional<double> positive(std::size_t row, const char* column) const {
    if (!table_.has(column) || table_.text(row, column).empty()) return {};
    const auto value = table_.number(row, column);
    if (!value || !(*value > 0.0)) {
      throw InputError(Problem{table_.place(row) + ": " + column,
                               fmt::format("'{}' is no number above 0", table_.text(row, column)),
                               "write a decimal number, or leave the cell empty"});
    }
    return value;
  }

  void add(std::size_t i) {
    const std::string platform = table_.text(i, "platform");
    const auto memory = positive(i, "memory_mb");
    if (!memory) throw InputError(Problem{{}, "memory_mb is empty", "write the memory in MB"});
    const auto vcpu = positive(i, "vcpu");
    const auto cpu = positive(i, "cpu_s");
    const auto reference_mb = positive(i, "reference_memory_mb");
    const auto reference = positive(i, "reference_s");
    if (cpu.has_value() == (reference && reference_mb)) {
      throw InputError(Problem{{}, "what is known of the function is not given once",
                               "give either cpu_s, or reference_memory_mb and reference_s"});
    }
    BlindRow row;
    row.set = set_;
    row.function = table_.text(i, "function");
    row.condition = fmt::format("{} {} MB", platform, *memory);
    row.unit = std::string("s");
    const double here = stretch_on(platform, std::llround(*memory), vcpu);
    const double there =
        reference_mb ? stretch_on(platform, std::llround(*reference_mb), vcpu) : 1.0;
    const Case warm{row, {}, cpu ? *cpu : *reference, here / there, true};
    const auto p50 = predict(lessons_.warm, warm);
    const auto measured_p50 = positive(i, "warm_p50_s");
    if (p50 && measured_p50) take(*p50, "warm p50", *measured_p50);
    const auto tail = learn(lessons_.tail, row.function);
    if (const auto measured = positive(i, "warm_p99_s"); p50 && tail && measured) {
      const double extra = std::exp(tail->shift);
      take(raised(*p50, extra, extra * std::exp(-tail->half), extra * std::exp(tail->half)),
           "warm p99", *measured);
    }
    const auto cold_reference = positive(i, "cold_reference_s");
    if (const auto measured = positive(i, "cold_p50_s"); cold_reference && reference_mb && measured) {
      const double ratio = throttles_cold(platform) ? here / there : 1.0;
      if (const auto cold = predict(lessons_.cold, {row, {}, *cold_reference, ratio, false})) {
        take(*cold, "cold p50", *measured);
      }
    }
  }

  [[nodiscard]] static std::optional<BlindRow> predict(const std::vector<Case>& lessons,
                                                       const Case& each) {
    const auto learned = learn(lessons, each.row.function);
    if (!learned) return {};
    const double share = each.learns_share ? learned->share : 1.0;
    BlindRow row = each.row;
    row.predicted = each.reference * (1.0 - share + share * each.ratio) * std::exp(learned->shift);
    row.low = row.predicted * std::exp(-learned->half);
    row.high = row.predicted * std::exp(learned->half);
    return row;
  }

  void take(BlindRow row, const char* quantity, double measured) {
    row.quantity = quantity;
    row.measured = measured;
    out_.blind.push_back(std::move(row));
  }

  TableFile table_;
  std::string set_;
  const MemoryLessons& lessons_;
  Validation& out_;
  std::vector<Problem> problems_{};
};

}  // namespace

void add_user_rows(const std::filesystem::path& file, const MemoryLessons& lessons,
                   Validation& out) {
  UserRows(file, lessons, out).add_all();
}

}  // namespace faascast
