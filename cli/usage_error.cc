#include "cli/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "input/quantity.h"

namespace faascast {
namespace {

/// The innermost command that was named.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

/// "faascast trace info"
std::string full_name(const CLI::App& command) {
  std::string name = command.get_name();
  for (const CLI::App* up = command.get_parent(); up != nullptr; up = up->get_parent()) {
    name = up->get_name() + " " + name;
  }
  return name;
}

std::vector<std::string> option_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> command_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(sub->get_name());
  }
  return names;
}

bool is_option(const std::string& word) { return word.size() > 1 && word.front() == '-'; }

Problem unknown_word(const CLI::App& command, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  const std::vector<std::string> known =
      is_option(word) ? option_names(command) : command_names(command);
  const char* kind = is_option(word) ? "option" : known.empty() ? "argument" : "command";
  const std::string nearest = nearest_name(name, known);
  return {full_name(command), fmt::format("unknown {} '{}'", kind, name),
          nearest.empty() ? fmt::format("see: {} --help", full_name(command))
                          : fmt::format("did you mean '{}'?", nearest)};
}

}  // namespace

std::vector<Problem> usage_problems(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  const std::vector<std::string> unknown = app.remaining(true);
  std::vector<Problem> problems;
  for (const std::string& word : unknown) {
    if (is_option(word)) problems.push_back(unknown_word(command, word));
  }
  // Words beside unknown options may be the values of those.
  if (!unknown.empty() && problems.empty()) {
    problems.push_back(unknown_word(command, unknown.front()));
  }
  if (problems.empty()) {
    const std::string name = full_name(command);
    problems.push_back({name, error.what(), fmt::format("see: {} --help", name)});
  }
  return problems;
}

}  // namespace faascast
