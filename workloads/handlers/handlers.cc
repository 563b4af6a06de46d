#include "workloads/handlers/handlers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "sim-core/error.h"
#include "workloads/handlers/handler_work.h"

namespace faascast {
namespace {

constexpr std::string_view kEnding = ".handler.json";

Problem unknown(const std::string& name, std::string what) {
  const std::string nearest = nearest_name(name, handler_names());
  return {name, std::move(what),
          (nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest)) +
              fmt::format("handlers: {}", fmt::join(handler_names(), ", "))};
}

}  // namespace

Duration HandlerProfile::at(Bytes payload) const {
  const auto bytes = static_cast<double>(payload.value());
  const double line = static_cast<double>(base.count()) + per_byte_ns * bytes;
  if (points.size() < 2) return Duration(std::llround(line));
  const auto x = [&](std::size_t i) { return static_cast<double>(points[i].bytes); };
  const auto y = [&](std::size_t i) { return static_cast<double>(points[i].p50_ns); };
  if (bytes <= x(0)) return Duration(std::llround(std::min(line, y(0))));
  std::size_t after = 1;
  while (after + 1 < points.size() && bytes > x(after)) ++after;
  const double part = (bytes - x(after - 1)) / (x(after) - x(after - 1));
  return Duration(std::llround(std::max(0.0, y(after - 1) + part * (y(after) - y(after - 1)))));
}

void fit_line(HandlerProfile& profile) {
  double w = 0.0;
  double wx = 0.0;
  double wy = 0.0;
  double wxx = 0.0;
  double wxy = 0.0;
  for (const HandlerProfile::Point& point : profile.points) {
    const auto x = static_cast<double>(point.bytes);
    const auto y = static_cast<double>(std::max<std::int64_t>(point.p50_ns, 1));
    const double weight = 1.0 / (y * y);
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const double slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  profile.per_byte_ns = std::max(0.0, slope);
  profile.base = Duration(
      std::llround(std::max(0.0, (wy - profile.per_byte_ns * wx) / w)));
  profile.worst_error = 0.0;
  for (const HandlerProfile::Point& point : profile.points) {
    const auto y = static_cast<double>(std::max<std::int64_t>(point.p50_ns, 1));
    const double fitted = static_cast<double>(profile.base.count()) +
                          profile.per_byte_ns * static_cast<double>(point.bytes);
    profile.worst_error = std::max(profile.worst_error, std::abs(fitted / y - 1.0));
  }
}

HandlerProfile profile_handler(const std::string& name, const ProfileOptions& options) {
  const auto& names = handler_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw InputError(unknown(name, "is no handler that is known here"));
  }
  constexpr std::size_t kSizes[] = {256, 4'096, 16'384, 65'536, 262'144, 1'048'576};
  HandlerProfile profile;
  profile.handler = name;
  ProfileOptions each = options;
  each.max_seconds = options.max_seconds / static_cast<double>(std::size(kSizes));
  for (const std::size_t size : kSizes) {
    // Requests differ: a processor that has seen one payload often guesses its every branch.
    const std::size_t variants = std::clamp<std::size_t>(kSizes[5] / size, 2, 64);
    std::vector<std::string> payloads;
    for (std::size_t i = 0; i < variants; ++i) payloads.push_back(handler_payload(name, size, i));
    const std::string& payload = payloads.front();
    double sink = 0.0;
    std::size_t turn = 0;
    const ExecutionProfile measured = profile_work(
        name,
        [&] {
          sink += run_handler(name, payloads[turn]);
          turn = turn + 1 == payloads.size() ? 0 : turn + 1;
        },
        each);
    if (!std::isfinite(sink)) throw std::logic_error("a handler computed no number");
    const Distribution law = execution_distribution(measured);
    const HandlerProfile::Point point{payload.size(), law.quantile(0.5).count(),
                                      law.quantile(0.95).count(), measured.samples_ns.size()};
    // The smallest pictures are all alike.
    if (profile.points.empty() || point.bytes > profile.points.back().bytes) {
      profile.points.push_back(point);
    }
    profile.host = measured.host;
    profile.created = measured.created;
  }
  fit_line(profile);
  return profile;
}

std::string handler_profile_text(const HandlerProfile& profile) {
  nlohmann::ordered_json json;
  json["schema"] = 1;
  json["handler"] = profile.handler;
  json["base_ns"] = profile.base.count();
  json["per_byte_ns"] = profile.per_byte_ns;
  json["worst_error"] = profile.worst_error;
  json["points"] = nlohmann::ordered_json::array();
  for (const HandlerProfile::Point& point : profile.points) {
    json["points"].push_back({{"bytes", point.bytes},
                              {"p50_ns", point.p50_ns},
                              {"p95_ns", point.p95_ns},
                              {"samples", point.samples}});
  }
  json["host"] = {{"cpu", profile.host.cpu}, {"isa", profile.host.isa},
                  {"cores", profile.host.cores}};
  json["created"] = profile.created;
  return json.dump(1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

HandlerProfile parse_handler_profile(std::string_view text, const std::string& name) {
  try {
    const auto json = nlohmann::json::parse(text);
    HandlerProfile profile;
    profile.handler = json.at("handler").get<std::string>();
    profile.base = Duration(json.at("base_ns").get<std::int64_t>());
    profile.per_byte_ns = json.at("per_byte_ns").get<double>();
    profile.worst_error = json.at("worst_error").get<double>();
    for (const auto& point : json.at("points")) {
      profile.points.push_back({point.at("bytes").get<std::uint64_t>(),
                                point.at("p50_ns").get<std::int64_t>(),
                                point.at("p95_ns").get<std::int64_t>(),
                                point.at("samples").get<std::uint64_t>()});
    }
    const auto& host = json.at("host");
    profile.host = {.cpu = host.at("cpu").get<std::string>(),
                    .isa = host.at("isa").get<std::string>(),
                    .cores = host.at("cores").get<std::uint32_t>()};
    profile.created = json.at("created").get<std::string>();
    if (json.at("schema") != 1 || profile.base < Duration::zero() ||
        !(profile.per_byte_ns >= 0.0 && profile.per_byte_ns < 1e9)) {
      throw InputError(Problem{name, "is of another version, or costs less than nothing",
                               "measure it again: faascast profile --handler NAME -o FILE.json"});
    }
    return profile;
  } catch (const nlohmann::json::exception&) {
    throw InputError(Problem{name, "is no measured handler",
                             "measure one: faascast profile --handler json -o FILE.json"});
  }
}

HandlerProfile find_handler_profile(const std::string& name_or_path) {
  for (const EmbeddedFile& file : workloads_handlers()) {
    if (file.name == name_or_path + std::string(kEnding)) {
      return parse_handler_profile(file.content, std::string(file.name));
    }
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(name_or_path, ignored)) {
    throw InputError(unknown(name_or_path, "is neither a measured handler nor a file"));
  }
  return parse_handler_profile(read_whole_file(name_or_path, std::size_t{1} << 20U), name_or_path);
}

}  // namespace faascast
