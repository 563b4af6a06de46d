#pragma once

#include <CLI/CLI.hpp>

#include "cli/command_line.h"
#include "cli/commands.h"

namespace faascast {

// Options that several commands share, and commands that are described in files of their own.

/// --json, --csv, --markdown, -o
void add_output_options(CLI::App& command, OutputArguments& output);

/// The scenario and what every study takes; with the output's options.
void add_study_options(CLI::App& command, StudyArguments& arguments);

/// A whole number from 0 to 2^64 - 1; larger ones are refused, not clamped.
[[nodiscard]] CLI::Validator seed_check();

/// --store FILE: its folder must be there, as for -o; only the default place is made.
void add_store_option(CLI::App& command, std::string& store, const std::string& text);

/// sweep, merge, sensitivity, optimise. @param chosen  is given the command that was named
void add_sweep_commands(CLI::App& app, Command& chosen);
/// model accuracy
void add_model_accuracy(CLI::App& app, Command& chosen);
/// model show, optimise, split
void add_model_commands(CLI::App& app, Command& chosen);
/// runs
void add_runs(CLI::App& app, Command& chosen);

/// What a shell needs to complete commands, options and shipped names.
/// @param shell "bash", "zsh" or "fish"
[[nodiscard]] std::string completion_script(const CLI::App& app, const std::string& shell);

/// report, doctor and completions.
void add_helpers(CLI::App& app, Command& chosen);

}  // namespace faascast
