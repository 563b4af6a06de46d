#include "workloads/models.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <system_error>

#include "input/byte_reader.h"
#include "input/quantity.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

std::vector<std::string> names_with(std::string_view ending) {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : workloads_models()) {
    if (file.name.ends_with(ending)) {
      names.emplace_back(file.name.substr(0, file.name.size() - ending.size()));
    }
  }
  return names;
}

}  // namespace

std::vector<std::string> shipped_models() { return names_with(".onnx"); }
std::vector<std::string> shipped_profiles() { return names_with(".profile.json"); }

ModelFile find_model(const std::string& name_or_path) {
  for (const EmbeddedFile& file : workloads_models()) {
    if (file.name == name_or_path + ".onnx") {
      return {.name = name_or_path,
              .content = std::string(file.content),
              .sha256 = sha256_hex(file.content)};
    }
  }
  std::error_code ignored;
  if (!std::filesystem::exists(name_or_path, ignored)) {
    const std::vector<std::string> names = shipped_models();
    const std::string nearest = nearest_name(name_or_path, names);
    throw InputError(Problem{
        .where = name_or_path,
        .what = "is neither a shipped model nor a file",
        .mend = (nearest.empty() ? std::string() : fmt::format("did you mean '{}'? ", nearest)) +
                fmt::format("shipped models: {}", fmt::join(names, ", "))});
  }
  ModelFile model{.name = name_or_path, .content = read_whole_file(name_or_path)};
  model.sha256 = sha256_hex(model.content);
  return model;
}

}  // namespace faascast
