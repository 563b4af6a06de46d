#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cli/options.h"
#include "platforms/platform_spec.h"
#include "studies/data.h"
#include "workloads/models.h"

namespace faascast {
namespace {

/// Words that may follow a command: its subcommands and options.
struct Place {
  std::string path{};  ///< "trace info"; empty: the program
  std::vector<std::string> words{};
};

void collect(const CLI::App& app, const std::string& path, std::vector<Place>& places) {
  Place place{path, {}};
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    place.words.push_back(sub->get_name());
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) place.words.push_back("--" + name);
  }
  places.push_back(std::move(place));
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    collect(*sub, path.empty() ? sub->get_name() : path + " " + sub->get_name(), places);
  }
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// Names that stand for files: scenarios after a study, models after `profile`, and platforms.
std::string names_of(const std::string& path) {
  if (path == "profile" || path.starts_with("model")) return joined(shipped_models());
  if (path.starts_with("platforms ")) return joined(platform_names());
  for (const char* study :
       {"run", "compare", "breakeven", "hybrid", "sweep", "sensitivity", "optimise"}) {
    if (path == study) return joined(shipped_scenario_names());
  }
  return {};
}

std::string bash_script(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places) {
    const std::string names = names_of(place.path);
    cases += fmt::format("    '{}') words='{}'; names='{}' ;;\n", place.path, joined(place.words),
                         names);
  }
  return fmt::format(R"(# faascast completions bash
_faascast() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} path= word words names
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    case " {} " in *" ${{path:+$path }}$word/"*) path="${{path:+$path }}$word" ;; esac
  done
  case $path in
{}  esac
  COMPREPLY=($(compgen -W "$words $names" -- "$current"))
  case $current in -*) ;; *) COMPREPLY+=($(compgen -f -- "$current")) ;; esac
}}
complete -o filenames -F _faascast faascast
)",
                     [&] {
                       std::string paths;
                       for (const Place& place : places) paths += " " + place.path + "/";
                       return paths;
                     }(),
                     cases);
}

std::string fish_script(const std::vector<Place>& places) {
  std::string script = "# faascast completions fish\n";
  for (const Place& place : places) {
    const std::size_t space = place.path.find(' ');
    const std::string last =
        space == std::string::npos ? place.path : place.path.substr(space + 1);
    const std::string when = place.path.empty()
                                 ? "__fish_use_subcommand"
                                 : fmt::format("__fish_seen_subcommand_from {}", last);
    for (const std::string& word : place.words) {
      script += word.starts_with("--")
                    ? fmt::format("complete -c faascast -n '{}' -l {}\n", when, word.substr(2))
                    : fmt::format("complete -c faascast -n '{}' -a {}\n", when, word);
    }
    if (const std::string names = names_of(place.path); !names.empty()) {
      script += fmt::format("complete -c faascast -n '{}' -a '{}'\n", when, names);
    }
  }
  return script;
}

}  // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  std::vector<Place> places;
  collect(app, "", places);
  if (shell == "fish") return fish_script(places);
  const std::string bash = bash_script(places);
  return shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" + bash : bash;
}

}  // namespace faascast
