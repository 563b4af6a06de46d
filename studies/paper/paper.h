#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "studies/paper/figures.h"
#include "studies/report.h"
#include "studies/run.h"

namespace faascast {

/// One figure of the paper beside ours. Where the paper has none, ours alone.
struct PaperRow {
  std::string model{};
  std::string platform{};  ///< platform, server or configuration
  std::string quantity{};  ///< "mean cold start"
  std::string unit{};      ///< "s", "USD/month", "1" (a share)
  /// How ours came about: "predicted", "arithmetic", "measured", "echo" and "fit" (the paper's own
  /// figures, put in), "what it would take".
  std::string basis{};
  PaperFigure paper{};
  std::optional<double> simulated{};  ///< nothing: it cannot be, and `why` says so
  std::optional<double> low{};
  std::optional<double> high{};
  std::string why{};

  /// Ours and the paper's overlap; nothing where one is missing.
  [[nodiscard]] std::optional<bool> agrees() const;
};

struct PaperSection {
  std::string key{};    ///< "table_1"
  std::string title{};  ///< "Table 1 and Figure 1: cold starts"
  std::vector<PaperRow> rows{};
  std::vector<std::string> sentences{};  ///< what to make of them
};

struct PaperReport {
  std::string calibration{};
  std::uint64_t seed = 0;
  std::vector<PaperSection> sections{};
  std::vector<std::string> out_of_scope{};  ///< what the paper says and no simulation can
  std::vector<std::string> notes{};
  std::string command{};
};

/// Sections done, of all. false: stop.
using SectionsMonitor = std::function<bool(std::size_t done, std::size_t all)>;

struct PaperOptions {
  StudyOptions study{};
  std::string calibration = "list-price";  ///< or "paper"
  bool measures = false;  ///< execute the models here instead of taking the shipped profiles
  std::vector<std::string> sections{};  ///< keys of those wanted; empty: all
  SectionsMonitor monitor{};
};

/// Keys of the sections, in their order.
[[nodiscard]] const std::vector<std::string>& paper_section_keys();

/// Reruns what the paper did, table by table.
/// @throws InputError for unknown calibrations and sections; Interrupted
[[nodiscard]] PaperReport paper_report(const PaperOptions& options);

[[nodiscard]] std::string render(const PaperReport& report, ReportFormat format);

}  // namespace faascast
