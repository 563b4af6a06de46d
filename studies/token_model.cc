#include "studies/token_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "input/quantity.h"
#include "platforms/layers.h"

namespace faascast {

std::span<const EmbeddedFile> studies_tokens();

namespace {

constexpr std::string_view kExtension = ".toml";

const EmbeddedFile* shipped(const std::string& name) {
  for (const EmbeddedFile& file : studies_tokens()) {
    if (file.name == name + std::string(kExtension)) return &file;
  }
  return nullptr;
}

void fill(ModelSpec& model, const TomlDocument& document) {
  const Layers root({{document.root(), false}}, "");
  FigureReader reader{std::nullopt};
  const auto duration = [](const TomlNode& node) { return node.duration(); };
  const auto bytes = [](const TomlNode& node) { return node.bytes(); };
  constexpr std::int64_t kLargestBatch = 100'000;
  ModelSpec::Tokens tokens;
  tokens.title = document.root()["title"].string().value_or(model.tokens_from);
  tokens.base = reader.ordered<Duration>(root["base"], duration, Duration(0));
  tokens.per_input = reader.ordered<Duration>(root["per_input"], duration, Duration(0));
  tokens.per_output = reader.ordered<Duration>(root["per_output"], duration, Duration(0));
  tokens.batch = static_cast<std::uint32_t>(
      reader
          .optional<std::int64_t>(
              root["batch"], [](const TomlNode& node) { return node.integer(1, kLargestBatch); })
          .value_or(0));
  const auto weights = reader.optional<Bytes>(root["weights"], bytes);
  if (weights && model.weights.value() == 0) model.weights = *weights;
  std::string oldest;
  for (const Figure& figure : reader.take()) {
    if (oldest.empty() || figure.note.as_of < oldest) oldest = figure.note.as_of;
    if (figure.note.kind == "assumed") tokens.assumed = true;
  }
  tokens.as_of = oldest;
  model.tokens = tokens;
}

}  // namespace

std::vector<std::string> token_model_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : studies_tokens())
    names.emplace_back(file.name.substr(0, file.name.size() - kExtension.size()));
  std::sort(names.begin(), names.end());
  return names;
}

void read_token_model(ModelSpec& model, const std::filesystem::path& folder,
                      const std::string& where, std::vector<Problem>& problems) {
  const std::string& name = model.tokens_from;
  try {
    if (const EmbeddedFile* file = shipped(name)) {
      const TomlDocument document =
          TomlDocument::from_text(file->content, std::string(file->name));
      fill(model, document);
      document.finish();
    } else if (name.ends_with(kExtension)) {
      const TomlDocument document = TomlDocument::from_file(folder / name);
      fill(model, document);
      document.finish();
    } else {
      const std::string near = nearest_name(name, token_model_names());
      problems.push_back(
          {where, fmt::format("no token model is called '{}'", name),
           (near.empty() ? std::string() : fmt::format("did you mean '{}'? ", near)) +
               fmt::format("shipped: {}; or a .toml file, or a table {{ base, per_input, "
                           "per_output }}",
                           fmt::join(token_model_names(), ", "))});
    }
  } catch (const InputError& error) {
    problems.insert(problems.end(), error.problems().begin(), error.problems().end());
  }
}

}  // namespace faascast
