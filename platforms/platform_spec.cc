#include "platforms/platform_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <set>
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

  /// Each file, below those of its variants that were asked for.
  [[nodiscard]] std::vector<Layers::Layer> layers(const std::vector<std::string>& variants) const {
    std::vector<Layers::Layer> layers;
    for (const auto& file : files_) {
      const TomlNode all = file->root()["variants"];
      for (const std::string& name : variants) {
        if (const TomlNode variant = all[name]; variant.exists())
          layers.push_back({variant, false});
      }
      for (const std::string& name : all.keys()) {
        if (std::find(variants.begin(), variants.end(), name) == variants.end())
          all[name].accept_all();
      }
      layers.push_back({file->root(), false});
    }
    return layers;
  }

  [[nodiscard]] std::vector<std::string> variants() const {
    std::set<std::string> names;
    for (const auto& file : files_) {
      const std::vector<std::string> keys = file->root()["variants"].keys();
      names.insert(keys.begin(), keys.end());
    }
    return {names.begin(), names.end()};
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
                                          const PlatformFace& face) {
  const std::size_t before = problems.size();
  Chain chain(problems);
  std::optional<TomlNode> asked_by;
  if (overrides != nullptr) asked_by = overrides->deployment["platform"];
  if (!chain.open(name_or_path, face.folder, asked_by ? &*asked_by : nullptr)) return {};

  const std::vector<std::string> variants = chain.variants();
  for (const std::string& name : face.variants) {
    if (std::find(variants.begin(), variants.end(), name) != variants.end()) continue;
    const std::string near = nearest_name(name, variants);
    problems.push_back(
        {asked_by ? asked_by->where() : std::string(),
         fmt::format("{} has no variant '{}'", name_or_path, name),
         (near.empty() ? std::string() : fmt::format("did you mean '{}'? ", near)) +
             (variants.empty() ? std::string("it has none")
                               : fmt::format("variants: {}", fmt::join(variants, ", ")))});
  }
  ReadingContext context;
  context.as_of = face.as_of;
  std::vector<Layers::Layer> layers = chain.layers(face.variants);
  if (overrides != nullptr) {
    layers.insert(layers.begin(), {overrides->deployment, true});
    context.hidden = overrides->deployment_keys;
  }
  PlatformSpec spec = read_platform(Layers(std::move(layers), "", &context), face.pin);
  spec.as_of = face.as_of;
  spec.variants = variants;
  spec.dates.assign(context.dates.begin(), context.dates.end());
  chain.finish();
  if (problems.size() != before) return {};
  return spec;
}

PlatformSpec load_platform(const std::string& name_or_path, const PlatformFace& face) {
  std::vector<Problem> problems;
  std::optional<PlatformSpec> spec = load_platform(name_or_path, nullptr, problems, face);
  if (!problems.empty()) throw InputError(std::move(problems));
  return std::move(*spec);
}

PlatformSpec load_platform(const std::string& name_or_path, const std::optional<Pin>& pin) {
  PlatformFace face;
  face.pin = pin;
  return load_platform(name_or_path, face);
}

std::vector<Problem> check_platform(const std::string& name_or_path) {
  std::vector<Problem> found;
  std::set<std::string> dates = {""};
  std::set<std::vector<std::string>> faces = {{}};
  const auto read = [&](const std::string& as_of, const std::vector<std::string>& variants) {
    std::vector<Problem> problems;
    PlatformFace face;
    face.as_of = as_of;
    face.variants = variants;
    const auto spec = load_platform(name_or_path, nullptr, problems, face);
    for (Problem& problem : problems) {
      const bool known = std::any_of(found.begin(), found.end(), [&](const Problem& other) {
        return other.where == problem.where && other.what == problem.what;
      });
      if (!known) found.push_back(std::move(problem));
    }
    if (!spec) return;
    for (const std::string& name : spec->variants) faces.insert({name});
    for (const std::string& date : spec->dates) dates.insert(date);
  };
  read("", {});
  for (const std::vector<std::string>& variants : std::set(faces)) {
    if (!variants.empty()) read("", variants);
    for (const std::string& date : std::set(dates)) {
      // The last day of the rules that end at `date`: any text just below it does.
      if (!date.empty()) read(date.substr(0, date.size() - 1), variants);
    }
  }
  return found;
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

std::string vintage_of(const PlatformSpec& spec, const std::string& today) {
  constexpr std::size_t kMostNamed = 5;
  const std::vector<FigureRow> rows = describe(spec, today);
  std::string oldest;
  std::string newest;
  std::string named;
  std::size_t old = 0;
  std::size_t dated = 0;
  for (const FigureRow& row : rows) {
    const SourceNote& note = row.figure.note;
    if (note.kind == "scenario") continue;
    ++dated;
    if (oldest.empty() || note.as_of < oldest) oldest = note.as_of;
    if (note.as_of > newest) newest = note.as_of;
    if (!row.old) continue;
    if (++old <= kMostNamed)
      named += fmt::format("{}{} ({})", named.empty() ? "" : ", ", row.figure.path, note.as_of);
  }
  std::string text = fmt::format("Platform numbers of {}", spec.title);
  if (!spec.as_of.empty()) text += fmt::format(", by the rules of {},", spec.as_of);
  text += fmt::format(" are of {} to {}", oldest, newest);
  if (old == 0) return text + "; none is older than 24 months.";
  text += fmt::format("; {} of {} are older than 24 months: {}", old, dated, named);
  if (old > kMostNamed) text += fmt::format(" and {} more", old - kMostNamed);
  return text + ".";
}

}  // namespace faascast
