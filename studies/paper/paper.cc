#include "studies/paper/paper.h"

#include <algorithm>
#include <array>

#include "input/quantity.h"
#include "studies/paper/sections.h"
#include "studies/paper_calibration.h"

namespace faascast {
namespace {

struct SectionMaker {
  const char* key;
  PaperSection (*make)(const PaperBench&);
};

constexpr std::array kSections = {
    SectionMaker{"table_1", table_1},
    SectionMaker{"execution", execution},
    SectionMaker{"throughput", throughput},
    SectionMaker{"memory", memory},
    SectionMaker{"table_2", table_2},
    SectionMaker{"breakeven", paper_breakeven},
    SectionMaker{"optimisations", optimisations},
    SectionMaker{"case_studies", case_studies},
};

void check(const PaperOptions& options) {
  std::vector<Problem> problems;
  const std::vector<std::string> calibrations = {"list-price", std::string(kPaperCalibration)};
  if (std::find(calibrations.begin(), calibrations.end(), options.calibration) ==
      calibrations.end()) {
    problems.push_back({"--calibration", "'" + options.calibration + "' is not list-price or paper",
                        "list-price predicts; paper puts the paper's own figures in"});
  }
  const auto& keys = paper_section_keys();
  for (const std::string& wanted : options.sections) {
    if (std::find(keys.begin(), keys.end(), wanted) != keys.end()) continue;
    std::string known;
    for (const std::string& key : keys) known.append(known.empty() ? "" : ", ").append(key);
    const std::string near = nearest_name(wanted, keys);
    problems.push_back({"--section",
                        "'" + wanted + "' is not a section" +
                            (near.empty() ? "" : "; did you mean '" + near + "'?"),
                        "there are " + known});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace

std::optional<bool> PaperRow::agrees() const {
  if (paper.empty() || !simulated) return std::nullopt;
  const double ours_low = low.value_or(*simulated);
  const double ours_high = high.value_or(*simulated);
  return (!paper.high || ours_low <= *paper.high) && (!paper.low || ours_high >= *paper.low);
}

const std::vector<std::string>& paper_section_keys() {
  static const std::vector<std::string> keys = [] {
    std::vector<std::string> all;
    for (const SectionMaker& section : kSections) all.emplace_back(section.key);
    return all;
  }();
  return keys;
}

PaperReport paper_report(const PaperOptions& options) {
  check(options);
  const PaperBench bench(options);
  PaperReport report;
  report.calibration = options.calibration;
  report.seed = options.study.seed.value_or(1);
  std::vector<SectionMaker> wanted;
  for (const SectionMaker& section : kSections) {
    if (options.sections.empty() ||
        std::find(options.sections.begin(), options.sections.end(), section.key) !=
            options.sections.end()) {
      wanted.push_back(section);
    }
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (options.monitor && !options.monitor(i, wanted.size())) throw Interrupted();
    PaperSection section = wanted[i].make(bench);
    section.key = wanted[i].key;
    report.sections.push_back(std::move(section));
  }
  if (options.monitor && !options.monitor(wanted.size(), wanted.size())) throw Interrupted();
  report.out_of_scope = {
      "Time to market, effort of development and debugging, skills of teams (5.5, 6): no simulation "
      "of requests says anything of them.",
      "Vendor lock-in, compliance as such, monitoring tools (6): only their measurable overheads are "
      "here (latency, bytes, log volume).",
      "What users think of the answers: accuracy is measured on test data, satisfaction is not."};
  report.notes = {
      "The paper names neither frameworks, package sizes, regions nor dates, and gives no sample "
      "sizes or spreads: scikit-learn and PyTorch are taken here, and memory is the upper end of its "
      "ranges.",
      "low and high: the wider of sampling (95 %) and of the platforms' figures, each at both ends "
      "of its range."};
  if (options.calibration == kPaperCalibration) {
    report.notes.push_back(
        "Calibration 'paper': cold starts are Table 1 and prices are fitted to Table 2, so they come "
        "out again. That is what it would take, and predicts nothing.");
  }
  return report;
}

}  // namespace faascast
