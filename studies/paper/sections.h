#pragma once

#include <array>
#include <string>
#include <vector>

#include "studies/paper/bench.h"

namespace faascast {

/// The paper's platforms, in the order of the deployments of its models' scenarios.
inline constexpr std::array<const char*, 3> kPaperPlatforms = {
    "aws-lambda", "google-cloud-functions", "azure-functions-consumption"};

// One section each; see paper_section_keys().
[[nodiscard]] PaperSection table_1(const PaperBench& bench);
[[nodiscard]] PaperSection execution(const PaperBench& bench);
[[nodiscard]] PaperSection throughput(const PaperBench& bench);
[[nodiscard]] PaperSection memory(const PaperBench& bench);
[[nodiscard]] PaperSection table_2(const PaperBench& bench);
[[nodiscard]] PaperSection paper_breakeven(const PaperBench& bench);
[[nodiscard]] PaperSection optimisations(const PaperBench& bench);
[[nodiscard]] PaperSection case_studies(const PaperBench& bench);

/// "0.8 s", "0.2 to 0.5 s", "at most 0.1 s"; empty where the paper has none.
[[nodiscard]] std::string paper_text(const PaperFigure& figure, const std::string& unit);
/// A figure in its unit: "2.31 s", "31 %", "$146.37".
[[nodiscard]] std::string amount_text(double value, const std::string& unit);
/// Where the paper's figure lies against an interval: "inside", "1.7 times below".
[[nodiscard]] std::string against_paper(const PaperRow& row);

}  // namespace faascast
