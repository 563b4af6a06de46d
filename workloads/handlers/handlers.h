#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "input/toml_file.h"
#include "sim-core/units.h"
#include "workloads/profile.h"
#include "workloads/profiler.h"

namespace faascast {

/// What a step of a handler costs, measured at several sizes: CPU time of one thread on the host
/// that it was measured on. Between the sizes it follows straight lines; the line over all sizes,
/// base + per_byte_ns * bytes, sums them up and holds below the smallest.
struct HandlerProfile {
  std::string handler{};  ///< "json", or the name of a user's file
  Duration base{};
  double per_byte_ns = 0.0;
  struct Point {
    std::uint64_t bytes = 0;
    std::int64_t p50_ns = 0;
    std::int64_t p95_ns = 0;
    std::uint64_t samples = 0;
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::vector<Point> points{};  ///< ascending in bytes
  double worst_error = 0.0;     ///< of the line at a point, relative to its p50
  ProfileHost host{};
  std::string created{};
  friend bool operator==(const HandlerProfile&, const HandlerProfile&) = default;

  [[nodiscard]] Duration at(Bytes payload) const;
};

/// Runs a handler on this machine on payloads from 256 bytes to 1 MB and fits the line, weighting
/// every size alike. @param name one of handler_names()
/// @throws InputError for another name
[[nodiscard]] HandlerProfile profile_handler(const std::string& name,
                                             const ProfileOptions& options = {});

/// Straight line through points, each weighted by 1 / p50^2; fills base, per_byte_ns, worst_error.
/// Neither is below 0. @pre two points or more
void fit_line(HandlerProfile& profile);

[[nodiscard]] std::string handler_profile_text(const HandlerProfile& profile);
/// @throws InputError
[[nodiscard]] HandlerProfile parse_handler_profile(std::string_view text, const std::string& name);

/// A shipped profile by name, or a file of `faascast profile --handler NAME -o FILE`.
/// @throws InputError with the nearest name
[[nodiscard]] HandlerProfile find_handler_profile(const std::string& name_or_path);

/// The shipped profiles and the vocabulary.
[[nodiscard]] std::span<const EmbeddedFile> workloads_handlers();

}  // namespace faascast
