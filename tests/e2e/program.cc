#include "tests/e2e/program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace faascast {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLongest(240);  ///< sanitizers are slow; nothing hangs for ever
constexpr std::chrono::milliseconds kPoll(5);

std::string content_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

fs::path binary() {
  const char* folder = std::getenv("FAASCAST_BIN");
  if (folder == nullptr) throw std::runtime_error("FAASCAST_BIN is not set: run me by ctest");
  return fs::absolute(fs::path(folder)) / "faascast";
}

/// In the child: standard output and error to files.
void redirect(int descriptor, const fs::path& file) {
  const int opened = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  dup2(opened, descriptor);
}

/// Whether the process has set a handler for SIGINT (the second bit of SigCgt).
bool catches_interrupt(int process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("SigCgt:", 0) != 0) continue;
    return (std::stoull(line.substr(7), nullptr, 16) & (1ULL << (SIGINT - 1))) != 0;
  }
  return false;
}

}  // namespace

Program::Program() {
  std::string name = (fs::temp_directory_path() / "faascast-e2e-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  fs::create_directories(folder_ / ".log");
}

Program::~Program() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Program::file(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ / name, std::ios::binary) << content;
  return name;
}

std::string Program::read(const std::string& name) const { return content_of(folder_ / name); }

bool Program::exists(const std::string& name) const { return fs::exists(folder_ / name); }

int Program::start(const std::vector<std::string>& arguments) const {
  const fs::path program = binary();
  const fs::path out = folder_ / ".log" / "out";
  const fs::path err = folder_ / ".log" / "err";
  const std::string store = (folder_ / ".data").string();
  std::vector<std::string> words = {program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const int process = fork();
  if (process != 0) return process;
  redirect(STDOUT_FILENO, out);
  redirect(STDERR_FILENO, err);
  setenv("XDG_DATA_HOME", store.c_str(), 1);
  if (chdir(folder_.c_str()) == 0) execv(program.c_str(), pointers.data());
  _exit(127);
}

Outcome Program::finish(int process) const {
  const auto deadline = Clock::now() + kLongest;
  int status = 0;
  while (waitpid(process, &status, WNOHANG) == 0) {
    if (Clock::now() > deadline) kill(process, SIGKILL);
    std::this_thread::sleep_for(kPoll);
  }
  Outcome outcome;
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  outcome.out = content_of(folder_ / ".log" / "out");
  outcome.err = content_of(folder_ / ".log" / "err");
  return outcome;
}

Outcome Program::run(const std::vector<std::string>& arguments) const {
  return finish(start(arguments));
}

Outcome Program::interrupt(const std::vector<std::string>& arguments) const {
  const int process = start(arguments);
  const auto deadline = Clock::now() + std::chrono::seconds(60);
  while (!catches_interrupt(process) && Clock::now() < deadline) {
    std::this_thread::sleep_for(kPoll);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  kill(process, SIGINT);
  return finish(process);
}

}  // namespace faascast
