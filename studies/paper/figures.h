#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "input/toml_file.h"

namespace faascast {

/// A figure of the paper: one number (low = high), a range, or one end of it.
struct PaperFigure {
  std::optional<double> low{};
  std::optional<double> high{};
  [[nodiscard]] bool empty() const { return !low && !high; }
  [[nodiscard]] std::optional<double> middle() const;
};

struct PaperModel {
  std::string name{};      ///< "CNN"
  std::string scenario{};  ///< shipped: "paper/cnn"
  std::string profile{};   ///< shipped: scenarios with it are this model's
  std::map<std::string, double> cold_start{};  ///< mean seconds by platform, Table 1
  PaperFigure execution{};                     ///< seconds
  PaperFigure throughput{};                    ///< requests a second
  PaperFigure memory{};                        ///< MB
};

/// A row of Table 2, US dollars a month.
struct PaperVolume {
  std::string name{};
  double per_day = 0.0;
  PaperFigure serverless{};
  PaperFigure servers{};
};

/// What the paper reports; data/paper.toml.
struct PaperFigures {
  SourceNote source{};
  std::vector<PaperModel> models{};
  std::vector<PaperVolume> volumes{};
  std::map<std::string, PaperFigure> quantities{};
  [[nodiscard]] const PaperFigure& quantity(const std::string& name) const;
};

[[nodiscard]] const PaperFigures& paper_figures();

/// A file of studies/paper/data/ as text.
[[nodiscard]] std::string_view paper_data(std::string_view file_name);

}  // namespace faascast
