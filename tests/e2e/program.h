#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace faascast {

/// How a program ended and what it said.
struct Outcome {
  int exit_code = -1;  ///< -1: a signal ended it, or it hung and was ended
  std::string out{};
  std::string err{};
};

/// Runs the real `faascast` in a folder of its own, with its own store, which goes with it.
class Program {
 public:
  Program();
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// A file in the folder. @return its name, relative to the folder
  std::string file(const std::string& name, const std::string& content) const;
  [[nodiscard]] std::string read(const std::string& name) const;
  [[nodiscard]] bool exists(const std::string& name) const;

  [[nodiscard]] Outcome run(const std::vector<std::string>& arguments) const;
  /// As run(), with Ctrl-C half a second after the program has begun to catch it.
  [[nodiscard]] Outcome interrupt(const std::vector<std::string>& arguments) const;

 private:
  [[nodiscard]] int start(const std::vector<std::string>& arguments) const;
  [[nodiscard]] Outcome finish(int process) const;

  std::filesystem::path folder_{};
};

}  // namespace faascast
