#include "studies/result_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include "input/byte_reader.h"
#include "platforms/platform_spec.h"
#include "pricing/price_book.h"
#include "studies/compile.h"
#include "studies/version.h"
#include "traces/trace.h"

namespace faascast {

std::span<const EmbeddedFile> pricing_data();  // of the room pricing/, made by faascast_embed()

namespace {

/// Parts that follow one another unmistakably.
void add(std::string& text, std::string_view part) {
  text += fmt::format("{}:{}\n", part.size(), part);
}

/// What is compiled into the program: a build with other data makes other results.
const std::string& shipped_hash() {
  static const std::string hash = [] {
    std::string text;
    for (const auto& files : {platforms_data(), pricing_data(), traces_data()}) {
      for (const EmbeddedFile& file : files) {
        add(text, file.name);
        add(text, sha256_hex(file.content));
      }
    }
    return sha256_hex(text);
  }();
  return hash;
}

/// Of a file of any size: hashes of its parts, hashed.
std::string hash_of_file(const std::filesystem::path& file) {
  constexpr std::size_t kPart = std::size_t{1} << 20;
  std::ifstream stream(file, std::ios::binary);
  std::vector<char> part(kPart);
  std::string hashes;
  while (stream.read(part.data(), kPart) || stream.gcount() > 0) {
    hashes += sha256_hex({part.data(), static_cast<std::size_t>(stream.gcount())});
  }
  return sha256_hex(hashes);
}

}  // namespace

const std::string& ResultKeys::file_hash(const std::filesystem::path& file) {
  const auto found = files_.find(file);
  if (found != files_.end()) return found->second;
  return files_.emplace(file, hash_of_file(file)).first->second;
}

std::string ResultKeys::trace_hash(const Scenario& scenario) {
  namespace fs = std::filesystem;
  if (scenario.traffic.trace.empty()) return {};
  if (const GivenTrace* given = given_trace(scenario)) return given->sha256;
  std::error_code ignored;
  fs::path file = scenario.traffic.trace;
  if (const fs::path beside = scenario.folder / file; fs::exists(beside, ignored)) file = beside;
  if (!fs::is_regular_file(file, ignored)) return {};  // shipped, or a problem of the point
  std::string hashes = file_hash(file);
  // Files of execution times and memory that lie beside counts belong to them.
  std::vector<fs::path> others;
  for (const fs::directory_entry& entry : fs::directory_iterator(
           file.has_parent_path() ? file.parent_path() : fs::path("."), ignored)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file(ignored)) continue;
    if (name.find("durations") != std::string::npos || name.find("memory") != std::string::npos) {
      others.push_back(entry.path());
    }
  }
  std::sort(others.begin(), others.end());
  for (const fs::path& other : others) hashes += file_hash(other);
  return hashes;
}

std::string ResultKeys::key_of(const Scenario& scenario, std::uint64_t seed,
                               const std::string& profile_hash) {
  std::string text;
  add(text, program_version());
  add(text, shipped_hash());
  add(text, scenario.canonical);
  add(text, fmt::format("{}", seed));
  for (const DeploymentSpec& deployment : scenario.deployments) {
    if (!deployment.platform_spec) continue;
    for (const Figure& figure : deployment.platform_spec->figures) {
      add(text, figure.path + " = " + figure.value);
    }
  }
  if (const auto& pin = scenario.changes.pin) {
    add(text, fmt::format("{} {} {}", pin->deployment, pin->figure.path,
                          pin->figure.side == Pin::Side::kLow ? "low" : "high"));
  }
  for (const GivenPolicy& policy : scenario.changes.policies) add(text, policy.deployment);
  for (const auto& files : {scenario.changes.platform_files, scenario.changes.price_files}) {
    for (const std::filesystem::path& file : files) add(text, file_hash(file));
  }
  add(text, trace_hash(scenario));
  add(text, profile_hash);
  return sha256_hex(text);
}

}  // namespace faascast
