#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "sim-core/error.h"
#include "tests/fuzz/fuzz_target.h"
#include "traces/trace.h"

namespace faascast {
namespace {

/// A folder of this process, gone when it ends.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() /
              ("faascast-fuzz-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The three files of a day of Azure Functions 2019, one after another with a form feed between:
/// counts, execution times, memory.
void read_day(std::string_view bytes) {
  static const Folder folder;
  const std::array<std::string, 3> names = {"invocations_per_function_md.anon.d01.csv",
                                            "function_durations_percentiles.anon.d01.csv",
                                            "app_memory_percentiles.anon.d01.csv"};
  for (const std::string& name : names) {
    const std::size_t end = std::min(bytes.find('\f'), bytes.size());
    std::ofstream(folder.path() / name, std::ios::binary) << bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  try {
    const auto traffic = open_trace(folder.path() / names[0], {});
    constexpr std::uint64_t kMostRequests = 20'000;
    if (traffic->functions() == 0 || traffic->expected_requests(0) > kMostRequests) return;
    const auto source = traffic->open(0, {});
    for (auto block = source->fill(); block.size() > 0; block = source->fill()) {
      for (const std::int64_t ns : block.execution_ns) {
        if (ns < 0) std::abort();  // functions without times are left out
      }
    }
  } catch (const InputError& error) {
    if (error.problems().empty()) std::abort();
  }
}

}  // namespace

void add_day_target(std::vector<FuzzTarget>& targets) {
  targets.push_back({"trace-azure-day", read_day});
}

}  // namespace faascast
