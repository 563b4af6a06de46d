#include "studies/doctor.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "platforms/platform_spec.h"
#include "pricing/price_book.h"
#include "sim-core/error.h"
#include "sim-core/kernels.h"
#include "studies/data.h"
#include "studies/price_view.h"
#include "studies/result_store.h"
#include "studies/scenario.h"
#include "studies/store_file.h"
#include "studies/version.h"
#include "workloads/models.h"
#include "workloads/profile.h"
#include "workloads/profiler.h"

namespace faascast {
namespace {

using State = Finding::State;

/// What `act` tells, or its complaint.
Finding told(const std::string& subject, const std::function<std::string()>& act) {
  try {
    return {subject, State::kFine, act(), {}};
  } catch (const InputError& error) {
    const Problem& first = error.problems().front();
    return {subject, State::kProblem, first.where.empty() ? first.what : first.where + ": " + first.what,
            first.mend};
  } catch (const std::exception& error) {
    return {subject, State::kProblem, error.what(), {}};
  }
}

Finding program() {
  return {"program", State::kFine,
          fmt::format("faascast {}, engine kernels {}, model kernels {}", program_version(),
                      kernels().name, this_host().isa),
          {}};
}

Finding machine() {
  constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
  const double bytes = static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
                       static_cast<double>(::sysconf(_SC_PAGESIZE));
  return {"machine", State::kFine,
          fmt::format("{}, {} processors, {:.1f} GiB of memory", this_host().cpu,
                      std::thread::hardware_concurrency(), bytes / kGiB),
          {}};
}

/// Whether other work would make measured models look slower than they are.
Finding quiet() {
  std::array<double, 1> load{};
  if (::getloadavg(load.data(), 1) != 1) {
    return {"load", State::kNote, "this system does not tell its load", "measure models on a quiet machine"};
  }
  const double cores = std::max(1U, std::thread::hardware_concurrency());
  if (load[0] < 0.5 * cores) {
    return {"load", State::kFine, fmt::format("{:.1f} in the last minute: models can be measured", load[0]),
            {}};
  }
  return {"load", State::kNote,
          fmt::format("{:.1f} in the last minute: a model that is measured now looks slower than it is",
                      load[0]),
          "profile when the machine is quiet; the profile says how many samples were disturbed"};
}

Finding store(const StoreOptions& options) {
  return told("store", [&]() -> std::string {
    const std::filesystem::path file = store_path(options);
    if (!std::filesystem::exists(file)) {
      return fmt::format("{} is not there yet; it is made when something is kept", file.string());
    }
    const StoreFile opened(file, StoreFile::Access::kRead);
    StoreFile::Query check = opened.query("PRAGMA quick_check(1)");
    if (!check.next() || check.text(0) != "ok") {
      throw InputError(Problem{file.string(), "the file is damaged: " + check.text(0),
                               "copy what is readable with sqlite3's .recover, or start a new one"});
    }
    const bool writable = ::access(file.c_str(), W_OK) == 0;
    const std::size_t runs = opened.has_table("runs") ? list_runs(file).size() : 0;
    return fmt::format("{}: sound, {} result{} kept{}", file.string(), runs, runs == 1 ? "" : "s",
                       writable ? "" : ", read-only");
  });
}

Finding platforms() {
  return told("platforms", [] {
    const std::vector<std::string> names = platform_names();
    for (const std::string& name : names) {
      if (auto problems = check_platform(name); !problems.empty()) {
        throw InputError(std::move(problems));
      }
    }
    return fmt::format("{} shipped, each figure with its source", names.size());
  });
}

Finding prices() {
  return told("prices", [] {
    const PriceBook book = shipped_prices();
    std::string text = fmt::format("{} tariffs shipped", book.tariffs.size());
    std::size_t own = 0;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(price_folder(), none)) {
      if (entry.path().extension() != ".toml") continue;
      PriceBook with_own = book;
      add_prices(with_own, entry.path());
      ++own;
    }
    if (own > 0) text += fmt::format(", {} of your own in {}", own, price_folder().string());
    return text;
  });
}

Finding scenarios() {
  return told("scenarios", [] {
    const std::vector<std::string> names = shipped_scenario_names();
    for (const std::string& name : names) static_cast<void>(read_scenario(name));
    return fmt::format("{} shipped", names.size());
  });
}

Finding profiles() {
  Finding finding = told("models", [] {
    std::size_t elsewhere = 0;
    const std::vector<std::string> names = shipped_profiles();
    for (const std::string& name : names) {
      elsewhere += find_profile(name).host.cpu == this_host().cpu ? 0U : 1U;
    }
    std::string text = fmt::format("{} shipped with profiles", names.size());
    if (elsewhere > 0) text += fmt::format(", {} of them measured on another processor", elsewhere);
    return text;
  });
  return finding;
}

}  // namespace

std::vector<Finding> examine(const StoreOptions& options) {
  return {program(),   machine(), quiet(),     store(options),
          platforms(), prices(),  scenarios(), profiles()};
}

}  // namespace faascast
