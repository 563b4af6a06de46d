#include "platforms/platform_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <utility>

#include "input/quantity.h"
#include "platforms/platform_reader.h"

namespace faascast {
namespace {

const EmbeddedFile* shipped(const std::string& name) {
  for (const EmbeddedFile& file : platforms_data()) {
    if (file.name == name + ".toml") return &file;
  }
  return nullptr;
}

bool is_path(const std::string& name) {
  return name.find('/') != std::string::npos || name.ends_with(".toml");
}

/// A platform's file and what it inherits from, the nearest first.
class Chain {
 public:
  Chain(std::vector<Problem>& problems) : problems_(problems) {}

  /// @return false when a file could not be opened
  bool open(std::string name, std::string folder, const TomlNode* asked_by) {
    constexpr std::size_t kDeepest = 16;
    for (;;) {
      if (files_.size() == kDeepest) {
        report(asked_by, "inherits in a circle, or through more than 16 files",
               "let it inherit from a shipped platform: " + list());
        return false;
      }
      if (!add(name, folder, asked_by)) return false;
      const TomlNode parent = files_.back()->root()["inherits"];
      if (!parent.exists()) return true;
      const auto parent_name = parent.string();
      if (!parent_name) return true;  // reported by finish()
      parents_.push_back(parent);
      asked_by = &parents_.back();
      name = *parent_name;
    }
  }

  [[nodiscard]] std::vector<Layers::Layer> layers() const {
    std::vector<Layers::Layer> layers;
    for (const auto& file : files_) layers.push_back({file->root(), false});
    return layers;
  }

  void finish() {
    for (const auto& file : files_) {
      try {
        file->finish();
      } catch (const InputError& error) {
        take(error);
      }
    }
  }

 private:
  bool add(const std::string& name, std::string& folder, const TomlNode* asked_by) {
    try {
      if (const EmbeddedFile* file = shipped(name)) {
        files_.push_back(std::make_unique<TomlDocument>(
            TomlDocument::from_text(file->content, std::string(file->name))));
        return true;
      }
      if (is_path(name)) {
        const std::filesystem::path path = std::filesystem::path(folder) / name;
        folder = path.parent_path().string();
        files_.push_back(std::make_unique<TomlDocument>(TomlDocument::from_file(path)));
        return true;
      }
    } catch (const InputError& error) {
      take(error);
      return false;
    }
    const std::string nearest = nearest_name(name, platform_names());
    report(asked_by, fmt::format("no platform is called '{}'", name),
           (nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest)) +
               "platforms: " + list() + "; or the path of a .toml file");
    return false;
  }

  static std::string list() { return fmt::format("{}", fmt::join(platform_names(), ", ")); }
  void report(const TomlNode* at, std::string what, std::string mend) {
    problems_.push_back(
        {at == nullptr ? std::string() : at->where(), std::move(what), std::move(mend)});
  }
  void take(const InputError& error) {
    problems_.insert(problems_.end(), error.problems().begin(), error.problems().end());
  }

  std::vector<Problem>& problems_;
  std::vector<std::unique_ptr<TomlDocument>> files_{};
  std::vector<TomlNode> parents_{};
};

/// Months since year 0 that a date speaks of, the last one where it names a span or only a year.
std::optional<int> last_month(const std::string& date) {
  const auto number_at = [&date](std::size_t position, std::size_t digits) -> std::optional<int> {
    if (position + digits > date.size()) return {};
    int value = 0;
    const char* begin = date.data() + position;
    const auto [end, error] = std::from_chars(begin, begin + digits, value);
    if (error != std::errc() || end != begin + digits) return {};
    return value;
  };
  constexpr int kMonths = 12;
  const auto year = number_at(0, 4);
  if (!year) return {};
  const auto month = date.size() > 4 && date[4] == '-' ? number_at(5, 2) : std::nullopt;
  return *year * kMonths + month.value_or(kMonths) - 1;
}

}  // namespace

std::vector<std::string> platform_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : platforms_data())
    names.emplace_back(file.name.substr(0, file.name.size() - std::string_view(".toml").size()));
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<PlatformSpec> load_platform(const std::string& name_or_path,
                                          const PlatformOverrides* overrides,
                                          std::vector<Problem>& problems,
                                          const std::optional<Pin>& pin,
                                          const std::string& folder) {
  const std::size_t before = problems.size();
  Chain chain(problems);
  std::optional<TomlNode> asked_by;
  if (overrides != nullptr) asked_by = overrides->deployment["platform"];
  if (!chain.open(name_or_path, folder, asked_by ? &*asked_by : nullptr)) return {};

  std::vector<Layers::Layer> layers = chain.layers();
  if (overrides != nullptr) layers.insert(layers.begin(), {overrides->deployment, true});
  PlatformSpec spec = read_platform(
      Layers(std::move(layers), "", overrides == nullptr ? nullptr : &overrides->deployment_keys),
      pin);
  chain.finish();
  if (problems.size() != before) return {};
  return spec;
}

PlatformSpec load_platform(const std::string& name_or_path, const std::optional<Pin>& pin) {
  std::vector<Problem> problems;
  std::optional<PlatformSpec> spec = load_platform(name_or_path, nullptr, problems, pin);
  if (!problems.empty()) throw InputError(std::move(problems));
  return std::move(*spec);
}

std::vector<Figure> figures(const PlatformSpec& spec) {
  std::vector<Figure> ranged;
  std::copy_if(spec.figures.begin(), spec.figures.end(), std::back_inserter(ranged),
               [](const Figure& figure) { return figure.has_interval(); });
  return ranged;
}

std::vector<FigureRow> describe(const PlatformSpec& spec, const std::string& today) {
  constexpr int kOldMonths = 24;
  const auto now = last_month(today);
  std::vector<FigureRow> rows;
  rows.reserve(spec.figures.size());
  for (const Figure& figure : spec.figures) {
    // A span "2025-09..2026-08" or "2025-2026" speaks of its end.
    const std::string& date = figure.note.as_of;
    const std::size_t span = date.find("..");
    const auto then = last_month(span == std::string::npos ? date : date.substr(span + 2));
    rows.push_back({figure, !then || (now && *now - *then > kOldMonths)});
  }
  return rows;
}

}  // namespace faascast
