#include "workloads/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "workloads/models.h"

namespace faascast {
namespace {

using Json = nlohmann::json;
constexpr int kSchema = 1;
/// No duration or sample may be longer: ten days.
constexpr std::int64_t kMostNs = std::int64_t{864'000} * 1'000'000'000;

Json to_json(const std::vector<ScalingPoint>& points) {
  Json list = Json::array();
  for (const ScalingPoint& point : points) list.push_back({point.count, point.ns});
  return list;
}

Json to_json(const ExecutionProfile& p) {
  Json json{{"schema", kSchema},
          {"model", p.model},
          {"model_sha256", p.model_sha256},
          {"input_shapes", p.input_shapes},
          {"load_ns", p.load.count()},
          {"first_inference_ns", p.first_inference.count()},
          {"samples_ns", p.samples_ns},
          {"runs_per_sample", p.runs_per_sample},
          {"dropped_samples", p.dropped_samples},
          {"preempted_samples", p.preempted_samples},
          {"peak_memory_bytes", p.peak_memory_bytes},
          {"flops", p.flops},
          {"weight_bytes", p.weight_bytes},
          {"activation_peak_bytes", p.activation_peak_bytes},
          {"host", {{"cpu", p.host.cpu}, {"isa", p.host.isa}, {"cores", p.host.cores}}},
          {"created", p.created},
          {"program_version", p.program_version}};
  // Left out where they were not measured, so that profiles keep their hashes.
  if (!p.batches.empty()) json["batches"] = to_json(p.batches);
  if (!p.threads.empty()) {
    json["threads"] = to_json(p.threads);
    json["threads_batch"] = p.threads_batch;
  }
  return json;
}

/// Takes fields out of a JSON object, collecting what is wrong.
class FieldReader {
 public:
  FieldReader(const Json& object, std::string name) : object_(object), name_(std::move(name)) {}

  void text(const char* key, std::string& to) {
    if (const Json* field = find(key, &Json::is_string, "text")) to = field->get<std::string>();
  }

  template <class T>
  void integer(const char* key, T& to, std::int64_t low, std::int64_t high) {
    const Json* field = find(key, &Json::is_number_integer, "a whole number");
    if (field == nullptr) return;
    const auto value = in_range(*field, low, high);
    if (value) {
      to = static_cast<T>(*value);
    } else {
      report(key, fmt::format("{} is not between {} and {}", field->dump(), low, high));
    }
  }

  void number(const char* key, double& to) {
    const Json* field = find(key, &Json::is_number, "a number");
    if (field == nullptr) return;
    to = field->get<double>();
    if (!std::isfinite(to) || to < 0.0) report(key, "must be finite and not negative");
  }

  void integers(const char* key, const Json* list, std::int64_t high, std::size_t least,
                std::vector<std::int64_t>& to) {
    if (list == nullptr) return;
    for (const Json& item : *list) {
      const auto value = item.is_number_integer() ? in_range(item, 0, high) : std::nullopt;
      if (!value) {
        report(key, fmt::format("'{}' is not a whole number between 0 and {}",
                                item.dump().substr(0, 40), high));
        return;
      }
      to.push_back(*value);
    }
    if (to.size() < least) report(key, fmt::format("must hold at least {}", least));
  }

  [[nodiscard]] bool has(const char* key) const { return object_.contains(key); }
  [[nodiscard]] const Json* list(const char* key) { return find(key, &Json::is_array, "a list"); }
  [[nodiscard]] const Json* table(const char* key) { return find(key, &Json::is_object, "a table"); }

  void report(const char* key, std::string what) {
    problems_.push_back({.where = fmt::format("{}: {}", name_, key), .what = std::move(what)});
  }
  [[nodiscard]] std::vector<Problem>& problems() { return problems_; }

 private:
  static std::optional<std::int64_t> in_range(const Json& field, std::int64_t low,
                                              std::int64_t high) {
    if (field.is_number_unsigned() &&
        field.get<std::uint64_t>() > static_cast<std::uint64_t>(high)) {
      return std::nullopt;
    }
    const auto value = field.get<std::int64_t>();
    return value < low || value > high ? std::nullopt : std::optional(value);
  }

  const Json* find(const char* key, bool (Json::*is)() const noexcept, const char* kind) {
    const auto found = object_.find(key);
    if (found == object_.end()) {
      report(key, "is missing");
      return nullptr;
    }
    if (!((*found).*is)()) {
      report(key, fmt::format("must be {}", kind));
      return nullptr;
    }
    return &*found;
  }

  const Json& object_;
  std::string name_;
  std::vector<Problem> problems_;
};

void read_shapes(FieldReader& fields, ExecutionProfile& profile) {
  constexpr std::int64_t kMostElements = std::int64_t{1} << 40;
  const Json* shapes = fields.list("input_shapes");
  if (shapes == nullptr) return;
  for (const Json& shape : *shapes) {
    if (!shape.is_array()) return fields.report("input_shapes", "must be a list of lists");
    fields.integers("input_shapes", &shape, kMostElements, 0, profile.input_shapes.emplace_back());
  }
}

/// [[1, ns], [2, ns], ...]
void read_points(FieldReader& fields, const char* key, std::vector<ScalingPoint>& to) {
  if (!fields.has(key)) return;
  const Json* list = fields.list(key);
  if (list == nullptr) return;
  constexpr std::int64_t kMostCount = 1'000'000;
  for (const Json& item : *list) {
    std::vector<std::int64_t> pair;
    if (item.is_array()) fields.integers(key, &item, kMostNs, 2, pair);
    const bool rises = pair.size() == 2 && pair[0] <= kMostCount && pair[1] > 0 &&
                       (to.empty() ? pair[0] == 1 : pair[0] > to.back().count);
    if (!rises) {
      return fields.report(key, "must be a list of [count, ns] whose counts rise from 1");
    }
    to.push_back({pair[0], pair[1]});
  }
  if (to.size() < 2) fields.report(key, "must be a list of two [count, ns] at least");
}

ExecutionProfile read_fields(FieldReader& fields, const std::string& name) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  ExecutionProfile p;
  std::int64_t load = 0;
  std::int64_t first = 0;
  fields.text("model", p.model);
  fields.text("model_sha256", p.model_sha256);
  read_shapes(fields, p);
  fields.integer("load_ns", load, 0, kMostNs);
  fields.integer("first_inference_ns", first, 0, kMostNs);
  fields.integers("samples_ns", fields.list("samples_ns"), kMostNs, 1, p.samples_ns);
  fields.integer("runs_per_sample", p.runs_per_sample, 1, 1 << 30);
  fields.integer("dropped_samples", p.dropped_samples, 0, kAny);
  fields.integer("preempted_samples", p.preempted_samples, 0, kAny);
  fields.integer("peak_memory_bytes", p.peak_memory_bytes, 0, kAny);
  fields.number("flops", p.flops);
  fields.integer("weight_bytes", p.weight_bytes, 0, kAny);
  fields.integer("activation_peak_bytes", p.activation_peak_bytes, 0, kAny);
  read_points(fields, "batches", p.batches);
  read_points(fields, "threads", p.threads);
  if (fields.has("threads_batch")) {
    fields.integer("threads_batch", p.threads_batch, 1, 1'000'000);
  }
  fields.text("created", p.created);
  fields.text("program_version", p.program_version);
  if (const Json* host = fields.table("host")) {
    FieldReader host_fields(*host, name + ": host");
    host_fields.text("cpu", p.host.cpu);
    host_fields.text("isa", p.host.isa);
    host_fields.integer("cores", p.host.cores, 0, 1 << 20);
    for (Problem& problem : host_fields.problems()) fields.problems().push_back(std::move(problem));
  }
  p.load = Duration(load);
  p.first_inference = Duration(first);
  return p;
}

}  // namespace

std::uint64_t samples_needed(double quantile) {
  // Smallest n for which n - 1 or more of n samples lie within the true quantile with a
  // probability of at most 1 %.
  const auto chance = [quantile](double n) {
    return std::pow(quantile, n) + n * std::pow(quantile, n - 1.0) * (1.0 - quantile);
  };
  std::uint64_t high = 2;
  while (chance(static_cast<double>(high)) > 0.01) high *= 2;
  std::uint64_t low = high / 2;
  while (low + 1 < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    (chance(static_cast<double>(middle)) > 0.01 ? low : high) = middle;
  }
  return high;
}

double highest_quantile(std::uint64_t samples) {
  double highest = 0.5;
  for (const double quantile : {0.9, 0.95, 0.97, 0.99, 0.999, 0.9999}) {
    if (samples >= samples_needed(quantile)) highest = quantile;
  }
  return highest;
}

Distribution execution_distribution(const ExecutionProfile& profile) {
  std::vector<Duration> samples;
  samples.reserve(profile.samples_ns.size());
  for (const std::int64_t ns : profile.samples_ns) samples.emplace_back(ns);
  return Distribution::empirical(std::move(samples));
}

std::string profile_text(const ExecutionProfile& profile) {
  // One field a line and the samples on one: readable, and small enough to ship.
  std::string text = "{";
  const Json document = to_json(profile);
  for (const auto& [key, value] : document.items()) {
    text += fmt::format("{}\n  {}: {}", text.size() > 1 ? "," : "", Json(key).dump(), value.dump());
  }
  return text + "\n}\n";
}

ExecutionProfile parse_profile(std::string_view text, const std::string& name) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) {
    throw InputError(Problem{.where = name,
                             .what = "is not a profile: it is not a JSON object",
                             .mend = "make one with 'faascast profile MODEL -o FILE.json'"});
  }
  const auto schema = document.find("schema");
  if (schema == document.end() || *schema != kSchema) {
    throw InputError(Problem{.where = name + ": schema",
                             .what = schema == document.end()
                                         ? std::string("is missing")
                                         : fmt::format("{} is not known", schema->dump()),
                             .mend = fmt::format("this program reads schema {}", kSchema)});
  }
  FieldReader fields(document, name);
  ExecutionProfile profile = read_fields(fields, name);
  if (!fields.problems().empty()) throw InputError(std::move(fields.problems()));
  return profile;
}

void save_profile(const ExecutionProfile& profile, const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << profile_text(profile);
  out.close();
  if (!out) {
    throw InputError(Problem{.where = file.string(),
                             .what = "cannot be written",
                             .mend = "choose a folder that exists and can be written"});
  }
}

ExecutionProfile load_profile(const std::filesystem::path& file) {
  return parse_profile(read_whole_file(file, std::size_t{256} << 20), file.string());
}

std::string profile_hash(const ExecutionProfile& profile) {
  return sha256_hex(to_json(profile).dump());
}

ExecutionProfile find_profile(const std::string& name_or_path) {
  for (const EmbeddedFile& file : workloads_models()) {
    if (file.name == name_or_path + ".profile.json") {
      return parse_profile(file.content, std::string(file.name));
    }
  }
  std::error_code ignored;
  if (std::filesystem::exists(name_or_path, ignored)) return load_profile(name_or_path);
  const std::vector<std::string> names = shipped_profiles();
  const std::string nearest = nearest_name(name_or_path, names);
  throw InputError(Problem{
      .where = name_or_path,
      .what = "is neither a shipped profile nor a file",
      .mend = (nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest)) +
              fmt::format("shipped profiles: {}", fmt::join(names, ", "))});
}

}  // namespace faascast
