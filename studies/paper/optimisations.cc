// 5.4: what optimising the models themselves does to size, latency, cold start and accuracy.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "input/quantity.h"
#include "studies/paper/optimised_models.h"
#include "studies/paper/sections.h"

namespace faascast {
namespace {

/// A row of data/techniques.toml.
struct Technique {
  std::string name{};
  std::string passes{};
  bool compressed = false;  ///< the size of the compressed file is meant
  std::string size{};       ///< the paper's statements; empty: none
  std::string latency{};
  std::string accuracy{};
};

std::vector<Technique> techniques() {
  const TomlDocument document =
      TomlDocument::from_text(paper_data("techniques.toml"), "techniques.toml");
  std::vector<Technique> all;
  for (const TomlNode& node : document.root()["technique"].elements()) {
    Technique one;
    one.name = node["name"].string().value_or("");
    one.passes = node["student"].boolean().value_or(false) ? "student"
                                                           : node["passes"].string().value_or("");
    one.compressed = node["compressed"].boolean().value_or(false);
    one.size = node["size"].string().value_or("");
    one.latency = node["latency"].string().value_or("");
    one.accuracy = node["accuracy"].string().value_or("");
    all.push_back(std::move(one));
  }
  document.finish();
  return all;
}

const OptimisedModel* find(const std::vector<OptimisedModel>& models, const std::string& model,
                           const std::string& passes) {
  for (const OptimisedModel& one : models) {
    if (one.model == model && one.passes == passes) return &one;
  }
  return nullptr;
}

PaperFigure statement(const std::string& name) {
  return name.empty() ? PaperFigure{} : paper_figures().quantity(name);
}

PaperRow blank(const Technique& technique, const OptimisedModel& one, const char* what) {
  PaperRow row;
  row.model = one.model;
  row.platform = technique.name;
  row.quantity = what;
  row.unit.assign(1, '1');
  row.basis = "measured";
  return row;
}

void exactly(PaperRow& row, double value) {
  row.simulated = value;
  row.low = value;
  row.high = value;
}

PaperRow size_row(const Technique& technique, const OptimisedModel& before,
                  const OptimisedModel& after) {
  PaperRow row = blank(technique, after, "size saved");
  row.paper = statement(technique.size);
  const auto size = [&](const OptimisedModel& one) {
    return static_cast<double>(technique.compressed ? one.compressed_bytes : one.bytes);
  };
  exactly(row, 1.0 - size(after) / size(before));
  row.why = fmt::format("{} of {} bytes{}; {}", format_count(static_cast<std::uint64_t>(size(after))),
                        format_count(static_cast<std::uint64_t>(size(before))),
                        technique.compressed ? ", compressed: a zero takes no room only there" : "",
                        against_paper(row));
  return row;
}

PaperRow latency_row(const Technique& technique, const OptimisedModel& before,
                     const OptimisedModel& after) {
  PaperRow row = blank(technique, after, "inference time saved");
  row.paper = statement(technique.latency);
  exactly(row, 1.0 - after.latency_s / before.latency_s);
  // Medians of a few hundred samples on a busy machine: a few per cent either way.
  constexpr double kMeasured = 0.05;
  row.low = *row.simulated - kMeasured;
  row.high = *row.simulated + kMeasured;
  row.why = fmt::format("{} instead of {}; {}",
                        format_duration(Duration(std::llround(1e9 * after.latency_s))),
                        format_duration(Duration(std::llround(1e9 * before.latency_s))),
                        against_paper(row));
  return row;
}

PaperRow accuracy_row(const Technique& technique, const OptimisedModel& before,
                      const OptimisedModel& after) {
  PaperRow row = blank(technique, after, "accuracy lost");
  row.paper = statement(technique.accuracy);
  exactly(row, *before.accuracy - *after.accuracy);
  // Both were asked the same questions, so this is wider than the difference deserves.
  const double right = std::clamp(*after.accuracy, 0.0, 1.0);
  const double error = after.examples > 0.0 ? 1.96 * std::sqrt(right * (1.0 - right) / after.examples) : 0.0;
  row.low = *row.simulated - error;
  row.high = *row.simulated + error;
  row.why = fmt::format("{:.2f} % instead of {:.2f} % on {}; {}", 100.0 * *after.accuracy,
                        100.0 * *before.accuracy, after.test_set, against_paper(row));
  return row;
}

std::optional<double> mean_cold(const DeploymentReport& report) {
  return report.figures.cold_start.mean_s();
}

/// The same small runtime with either model, on Lambda: what the model alone changes.
PaperRow cold_row(const PaperBench& bench, const Technique& technique, const PaperModel& model,
                  const OptimisedModel& before, const OptimisedModel& after) {
  PaperRow row = blank(technique, after, "cold start saved");
  row.basis = "predicted";
  row.paper = paper_figures().quantity("cold_start_reduction");
  const auto cold = [&](const OptimisedModel& one) {
    const std::vector<std::string> set = {
        "traffic.generator.rate_per_s=0.01", "traffic.generator.duration=200000 s",
        "deployment[0].keep_alive=0 s", "deployment[0].package.kind=zip",
        fmt::format("deployment[0].package.size={} B", 38'000'000 + one.compressed_bytes),
        "handler.import=189 ms",
        fmt::format("model.load_cpu={} ns", std::max<std::int64_t>(1, std::llround(1e9 * one.load_s)))};
    return mean_cold(bench.run(bench.scenario(model.scenario, set), "aws-lambda")).value_or(0.0);
  };
  const double with = cold(after);
  const double without = cold(before);
  exactly(row, without > 0.0 ? 1.0 - with / without : 0.0);
  row.why = fmt::format(
      "Lambda, small runtime: {} instead of {}; loading is {} of it, so a model of this size cannot save "
      "more; the runtime can (see cold starts)",
      format_duration(Duration(std::llround(1e9 * with))),
      format_duration(Duration(std::llround(1e9 * without))),
      format_duration(Duration(std::llround(1e9 * before.load_s))));
  return row;
}

PaperRow refused_row(const Technique& technique, const OptimisedModel& one) {
  PaperRow row = blank(technique, one, "size saved");
  row.paper = statement(technique.size);
  row.why = fmt::format("cannot be applied: {}", one.refused);
  return row;
}

std::string sentence_of(const std::vector<PaperRow>& rows) {
  std::size_t agreeing = 0;
  std::size_t all = 0;
  std::string apart;
  for (const PaperRow& row : rows) {
    if (row.quantity != "accuracy lost" || row.paper.empty()) continue;
    ++all;
    if (row.paper.high && row.low && *row.low > *row.paper.high) {
      apart += fmt::format("{}{} by {}", apart.empty() ? "" : ", ", row.model, row.platform);
    } else {
      ++agreeing;
    }
  }
  return fmt::format(
      "Accuracy: {} of {} losses are no more than the paper says{}. A loss is to be measured for each model, "
      "not assumed.",
      agreeing, all, apart.empty() ? "" : fmt::format("; more was lost in {}", apart));
}

}  // namespace

PaperSection optimisations(const PaperBench& bench) {
  PaperSection section;
  section.title = "5.4: optimising the models";
  const std::vector<Technique> all = techniques();
  std::vector<std::string> passes;
  for (const Technique& technique : all) {
    if (technique.passes != "student") passes.push_back(technique.passes);
  }
  const std::vector<OptimisedModel> models =
      bench.options().measures ? measured_optimised_models(passes) : pinned_optimised_models();
  for (const PaperModel& model : paper_figures().models) {
    const OptimisedModel* before = find(models, model.profile, "original");
    for (const Technique& technique : all) {
      const OptimisedModel* after = find(models, model.profile, technique.passes);
      if (before == nullptr || after == nullptr) continue;
      if (!after->refused.empty()) {
        section.rows.push_back(refused_row(technique, *after));
        continue;
      }
      section.rows.push_back(size_row(technique, *before, *after));
      section.rows.push_back(latency_row(technique, *before, *after));
      section.rows.push_back(cold_row(bench, technique, model, *before, *after));
      if (before->accuracy && after->accuracy) {
        section.rows.push_back(accuracy_row(technique, *before, *after));
      }
    }
  }
  section.sentences.push_back(sentence_of(section.rows));
  section.sentences.push_back(
      "These models are small: loading one takes milliseconds, and the runtime around it a second. "
      "Quantising and pruning save bytes, hardly cold starts.");
  return section;
}

}  // namespace faascast
