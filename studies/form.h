#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "studies/scenario.h"

namespace faascast {

// A scenario as a form: what faces show, made of the schema's table, the scenario's own values and
// the figures of its platforms.

enum class FieldKind : unsigned char {
  kText,
  kFile,
  kChoice,    ///< one of `choices`, or another name
  kFlag,      ///< true or false
  kNumber,    ///< without a unit
  kDuration,  ///< "300 ms"
  kMemory,    ///< "1024 MB"
  kBytes,     ///< "2 kB"
  kToml,      ///< a law, a list, a table: as TOML
};

/// The values that a slider passes through.
struct FieldRange {
  double low = 0.0;
  double high = 1.0;
  bool is_log = false;
  bool is_whole = false;
  std::vector<std::string> stops{};  ///< instead: these alone, ascending

  /// "300 ms", for a place from 0 to 1; three significant digits.
  [[nodiscard]] std::string text_at(FieldKind kind, double share) const;
  /// The place of a value, cut to the range; nothing where the text has no number.
  [[nodiscard]] std::optional<double> share_of(FieldKind kind, std::string_view text) const;

  /// The same in the steps of a slider, 0 to kSteps.
  static constexpr int kSteps = 400;
  [[nodiscard]] std::string text_at_step(FieldKind kind, int step) const;
  [[nodiscard]] std::optional<int> step_of(FieldKind kind, std::string_view text) const;
};

struct FormField {
  std::string key{};      ///< for --set: "deployment[0].memory"
  std::string label{};    ///< "memory"
  FieldKind kind = FieldKind::kText;
  std::string type{};     ///< as the schema says
  std::string value{};    ///< as the scenario says; empty: not said
  std::string initial{};  ///< what holds where nothing is said; empty: not known
  std::string help{};     ///< meaning, unit, range; of a platform's figure its source and date
  std::vector<std::string> choices{};
  std::optional<FieldRange> range{};
  bool is_main = false;  ///< people look for it first
};

struct FormSection {
  std::string title{};
  std::string path{};  ///< "traffic", "deployment[0]"
  std::vector<FormField> fields{};
};

/// Traffic, model, handler, objective, the scenario's own keys, then a section for each deployment.
/// Fields that do not apply (a generator's where there is a trace, servers' keys of functions) are
/// left out.
[[nodiscard]] std::vector<FormSection> form_of(const Scenario& scenario);

/// "deployment[0].memory=512 MB": text goes into quotes where it would read as something else.
[[nodiscard]] std::string assignment_of(const FormField& field, std::string_view text);

/// The scenario with one key set; assignments of the same key are replaced.
/// @throws InputError as reading it does
[[nodiscard]] Scenario with_assignment(const Scenario& scenario, const std::string& assignment);
/// With another text, all changes put into it. @throws InputError
[[nodiscard]] Scenario with_text(const Scenario& scenario, const std::string& text);
/// The text of the file with all changes in it; comments stay. @throws InputError
[[nodiscard]] std::string saved_text(const Scenario& scenario);
/// Without a key. @throws InputError
[[nodiscard]] Scenario without_key(const Scenario& scenario, const std::string& key);

/// Another trace or model takes the place of what was there. @throws InputError
[[nodiscard]] Scenario with_trace_file(const Scenario& scenario, const std::string& file);
[[nodiscard]] Scenario with_model_file(const Scenario& scenario, const std::string& file);

/// One more deployment on a platform or a server type. @throws InputError
[[nodiscard]] Scenario with_platform(const Scenario& scenario, const std::string& platform);
[[nodiscard]] Scenario with_server(const Scenario& scenario, const std::string& server);
[[nodiscard]] Scenario with_hybrid(const Scenario& scenario, const std::string& server,
                                   const std::string& platform);
/// One more like that, and one less. @throws InputError
[[nodiscard]] Scenario with_copy(const Scenario& scenario, std::size_t deployment);
[[nodiscard]] Scenario without_deployment(const Scenario& scenario, std::size_t deployment);

/// The key that a problem is about: "traffic.scale" of "api.toml:3:9: traffic.scale" and of
/// "--set traffic.scale"; empty where it names none.
[[nodiscard]] std::string key_of_problem(const Problem& problem);

}  // namespace faascast
