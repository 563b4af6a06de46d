#include "studies/sweep_session.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"
#include "studies/version.h"

namespace faascast {
namespace {

/// Of the model's profile, which is measured now where it has to be; empty where none is used.
std::string profile_hash_of(const Scenario& scenario, const StoreOptions& store) {
  if (scenario.model.onnx.empty() && scenario.model.profile.empty()) return {};
  return resolve_model(scenario, false, store).profile_hash;
}

}  // namespace

std::string reason_of(const InputError& error) {
  std::string text;
  for (const Problem& problem : error.problems()) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", problem.where, problem.what);
  }
  return text;
}

PointResult infeasible(const InputError& error) {
  PointResult point;
  point.status = PointStatus::kInfeasible;
  point.reason = reason_of(error);
  return point;
}

SweepSession::SweepSession(const SweepPlan& plan, const SweepOptions& options)
    : plan_(plan), options_(options), seed_(options.seed.value_or(plan.scenario.seed)) {
  if (options.shard.index < 1 || options.shard.index > options.shard.count) {
    throw InputError(Problem{"--shard",
                             fmt::format("there is no part {} of {}", options.shard.index,
                                         options.shard.count),
                             "parts are counted from 1: --shard 1/4"});
  }
  if (options.keeps_points) store_ = std::make_unique<PointStore>(store_path(options.store));
  describe();
}

void SweepSession::describe() {
  report_.scenario = plan_.scenario.name;
  report_.seed = seed_;
  report_.version = program_version();
  report_.design = plan_.design;
  report_.keys = plan_.keys;
  report_.planned = plan_.points.size();
  report_.shard = options_.shard;
  std::string text =
      keys_.key_of(plan_.scenario, seed_, profile_hash_of(plan_.scenario, options_.store));
  for (const auto& values : plan_.points) {
    for (const std::string& value : values) text += fmt::format("{}:{},", value.size(), value);
  }
  for (const std::string& key : plan_.keys) text += fmt::format("{}:{},", key.size(), key);
  report_.fingerprint = sha256_hex(text).substr(0, 16);
  for (std::size_t i = options_.shard.index - 1; i < plan_.points.size();
       i += options_.shard.count) {
    report_.points.push_back({i + 1, plan_.points[i], {}});
  }
}

void SweepSession::look_up(const std::function<bool()>& goes_on) {
  bool any_readable = false;
  std::optional<InputError> first_error;
  for (std::size_t slot = 0; slot < report_.points.size(); ++slot) {
    SweepReport::Point& point = report_.points[slot];
    if (!store_ && any_readable) {  // whoever runs it reads it
      tasks_.push_back({slot, point.number - 1, {}});
      continue;
    }
    try {
      const Scenario scenario = plan_.at(point.number - 1);
      any_readable = true;
      Task task{slot, point.number - 1,
                keys_.key_of(scenario, options_.seed.value_or(scenario.seed),
                             profile_hash_of(scenario, options_.store))};
      if (auto known = store_ ? store_->get(task.key) : std::nullopt) {
        point.result = *std::move(known);
        ++report_.reused;
        ++settled_;
      } else {
        tasks_.push_back(std::move(task));
      }
    } catch (const InputError& error) {
      if (!first_error) first_error = error;
      point.result = infeasible(error);
      ++settled_;
    }
    if (!goes_on()) return;
  }
  if (any_readable || !first_error || others_are_readable()) return;
  throw InputError(*first_error);
}

bool SweepSession::others_are_readable() const {
  for (std::size_t i = 0; i < plan_.points.size(); ++i) {
    if (i % options_.shard.count == options_.shard.index - 1) continue;
    try {
      (void)plan_.at(i);
      return true;
    } catch (const InputError&) {
      continue;
    }
  }
  return false;
}

void SweepSession::keep(const Task& task, PointResult result) {
  if (store_ && result.status == PointStatus::kDone) {
    store_->put(task.key, plan_.scenario.name, result);
  }
  report_.points[task.slot].result = std::move(result);
}

SweepReport SweepSession::take_report(bool interrupted) {
  report_.interrupted = interrupted;
  return std::move(report_);
}

}  // namespace faascast
