#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bindings/python/columns.h"
#include "studies/report.h"
#include "studies/result_store.h"

namespace faascast::python {

/// An answer of any study: its renderings, what the store keeps of it, and the columns of a run.
/// Rendered when somebody asks; a pickled one holds what was rendered.
class Report {
 public:
  using Render = std::function<std::string(ReportFormat)>;
  /// Columns by their names, such as "0/latency_s": of the first deployment.
  using MakeColumns = std::function<std::shared_ptr<Columns>(const std::string& name)>;

  Report(RunRecord record, bool interrupted, Render render)
      : record_(std::move(record)), interrupted_(interrupted), render_(std::move(render)) {}

  void set_columns(std::vector<std::string> names, MakeColumns make) {
    names_ = std::move(names);
    make_ = std::move(make);
  }

  [[nodiscard]] const RunRecord& record() const { return record_; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }
  void set_interrupted(bool interrupted) { interrupted_ = interrupted; }
  [[nodiscard]] std::string text(const std::string& format) const;
  [[nodiscard]] std::shared_ptr<Columns> columns(const std::string& name);
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] py::tuple state();
  [[nodiscard]] static std::shared_ptr<Report> from(const py::tuple& state);

 private:
  RunRecord record_;
  bool interrupted_;
  Render render_;
  std::vector<std::string> names_{};
  MakeColumns make_{};
  std::map<std::string, std::shared_ptr<Columns>> made_{};
};

/// Of a run, with its columns.
[[nodiscard]] std::shared_ptr<Report> report_of(const Scenario& scenario, RunReport report);

/// Of any other study whose answer can be kept in the store.
template <class Answer>
std::shared_ptr<Report> report_of(const Scenario& scenario, Answer answer) {
  RunRecord record = record_of(scenario, answer);
  const auto shared = std::make_shared<const Answer>(std::move(answer));
  return std::make_shared<Report>(std::move(record), false,
                                  [shared](ReportFormat format) { return render(*shared, format); });
}

/// Of one that cannot. @param kind  of the study
template <class Answer>
std::shared_ptr<Report> passing_report_of(const char* kind, Answer answer) {
  RunRecord record;
  record.kind = kind;
  const auto shared = std::make_shared<const Answer>(std::move(answer));
  return std::make_shared<Report>(std::move(record), false,
                                  [shared](ReportFormat format) { return render(*shared, format); });
}

}  // namespace faascast::python
