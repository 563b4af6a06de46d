#include "studies/data.h"

#include <span>

namespace faascast {

std::span<const EmbeddedFile> studies_scenarios();

namespace {
std::string_view without_extension(std::string_view file_name) {
  return file_name.substr(0, file_name.rfind('.'));
}
}  // namespace

const EmbeddedFile* find_shipped_scenario(std::string_view name) {
  for (const EmbeddedFile& file : studies_scenarios()) {
    if (file.name == name || without_extension(file.name) == name) return &file;
  }
  return nullptr;
}

std::vector<std::string> shipped_scenario_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : studies_scenarios()) {
    names.emplace_back(without_extension(file.name));
  }
  return names;
}

}  // namespace faascast
