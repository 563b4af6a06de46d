#include "studies/paper/figures.h"

#include <span>

namespace faascast {

std::span<const EmbeddedFile> studies_paper_data();

namespace {

constexpr double kMost = 1e12;

PaperFigure figure(const TomlNode& node) {
  return {node["low"].number(0.0, kMost), node["high"].number(0.0, kMost)};
}

PaperModel model(const TomlNode& node) {
  PaperModel model;
  model.name = node["name"].string().value_or("");
  model.scenario = node["scenario"].string().value_or("");
  model.profile = node["profile"].string().value_or("");
  const TomlNode cold = node["cold_start"];
  for (const std::string& platform : cold.keys()) {
    model.cold_start[platform] = cold[platform].number(0.0, kMost).value_or(0.0);
  }
  model.execution = figure(node["execution"]);
  model.throughput = figure(node["throughput"]);
  model.memory = figure(node["memory"]);
  return model;
}

PaperFigures read_figures() {
  const TomlDocument document =
      TomlDocument::from_text(paper_data("paper.toml"), "paper.toml");
  const TomlNode root = document.root();
  PaperFigures figures;
  figures.source = root["source"].source_note().value_or(SourceNote{});
  for (const TomlNode& node : root["model"].elements()) figures.models.push_back(model(node));
  for (const TomlNode& node : root["volume"].elements()) {
    figures.volumes.push_back({node["name"].string().value_or(""),
                               node["per_day"].number(1.0, kMost).value_or(1.0),
                               figure(node["serverless"]), figure(node["servers"])});
  }
  const TomlNode quantities = root["quantity"];
  for (const std::string& name : quantities.keys()) {
    figures.quantities[name] = figure(quantities[name]);
  }
  document.finish();
  return figures;
}

}  // namespace

std::optional<double> PaperFigure::middle() const {
  if (low && high) return 0.5 * (*low + *high);
  return low ? low : high;
}

const PaperFigure& PaperFigures::quantity(const std::string& name) const {
  return quantities.at(name);
}

std::string_view paper_data(std::string_view file_name) {
  for (const EmbeddedFile& file : studies_paper_data()) {
    if (file.name == file_name) return file.content;
  }
  throw InputError(Problem{std::string(file_name), "is no file of the paper's data", ""});
}

const PaperFigures& paper_figures() {
  static const PaperFigures figures = read_figures();
  return figures;
}

}  // namespace faascast
