#include "studies/question.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <vector>

#include "input/quantity.h"
#include "input/toml_file.h"
#include "traces/trace.h"

namespace faascast {

std::span<const EmbeddedFile> studies_defaults();

namespace {

/// A basic string of TOML.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20U) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// "1 s" where that is exact, else nanoseconds.
std::string exact_duration(Duration duration) {
  std::string why;
  const std::string text = format_duration(duration);
  return parse_duration(text, why) == duration ? text : fmt::format("{} ns", duration.count());
}

/// A file as a scenario in `folder` names it; shipped names stay.
std::string seen_from(const std::string& folder, const std::string& name) {
  std::error_code error;
  if (folder.empty() || !std::filesystem::exists(name, error)) return name;
  const std::filesystem::path near = std::filesystem::proximate(name, folder, error);
  return error ? name : near.string();
}

}  // namespace

std::string scenario_text_of(const Question& question, const std::string& folder) {
  std::vector<Problem> problems;
  const auto require = [&](bool is_there, const char* option, const char* what, const char* mend) {
    if (!is_there) problems.push_back({option, what, mend});
  };
  require(!question.model.empty(), "--model", "no model, and no scenario",
          "give --model FILE.onnx or a shipped model's name");
  require(!question.log.empty(), "--log", "no log of requests, and no scenario",
          "give --log FILE: any format that 'faascast trace info' knows");
  require(question.p99.has_value(), "--p99", "costs are compared at equal service level, and none is given",
          "say how fast 99 % of the answers must be, such as --p99 1s");
  if (!problems.empty()) throw InputError(std::move(problems));

  const std::filesystem::path model(question.model);
  std::string text = fmt::format("name = {}\n\n[traffic]\ntrace = {}\n",
                                 quoted(fmt::format("{} for {}", model.stem().string(),
                                                    std::filesystem::path(question.log)
                                                        .filename()
                                                        .string())),
                                 quoted(seen_from(folder, question.log)));
  if (!question.format.empty()) text += fmt::format("format = {}\n", quoted(question.format));
  text += fmt::format("\n[model]\nonnx = {}\n\n[objective]\np99 = {}\n\n",
                      quoted(seen_from(folder, question.model)),
                      quoted(exact_duration(*question.p99)));
  return text + std::string(studies_defaults().front().content);
}

}  // namespace faascast
