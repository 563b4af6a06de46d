#include "studies/data.h"

#include <span>

namespace faascast {

std::span<const EmbeddedFile> studies_scenarios();
std::span<const EmbeddedFile> studies_paper_scenarios();

namespace {
std::string_view without_extension(std::string_view file_name) {
  return file_name.substr(0, file_name.rfind('.'));
}

/// Before the names of the paper's scenarios, which stand in a folder of their own.
constexpr std::string_view kPaper = "paper/";

const EmbeddedFile* find_in(std::span<const EmbeddedFile> files, std::string_view name) {
  for (const EmbeddedFile& file : files) {
    if (file.name == name || without_extension(file.name) == name) return &file;
  }
  return nullptr;
}
}  // namespace

const EmbeddedFile* find_shipped_scenario(std::string_view name) {
  if (name.starts_with(kPaper)) return find_in(studies_paper_scenarios(), name.substr(kPaper.size()));
  return find_in(studies_scenarios(), name);
}

std::vector<std::string> shipped_scenario_names() {
  std::vector<std::string> names;
  for (const EmbeddedFile& file : studies_scenarios()) {
    names.emplace_back(without_extension(file.name));
  }
  for (const EmbeddedFile& file : studies_paper_scenarios()) {
    names.push_back(std::string(kPaper).append(without_extension(file.name)));
  }
  return names;
}

}  // namespace faascast
