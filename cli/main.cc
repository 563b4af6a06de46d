#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include "cli/command_line.h"
#include "cli/output.h"
#include "sim-core/error.h"
#include "studies/run.h"

namespace faascast {
namespace {

void complain(const std::string& text) {
  std::fprintf(stderr, "%s\n", printable(text).c_str());
}

int run_main(int argc, char** argv) {
  try {
    const Command command = parse_command_line(argc, argv);
    return command();
  } catch (const InputError& error) {
    for (const Problem& problem : error.problems()) complain(to_string(problem));
    return kBadInput;
  } catch (const Interrupted&) {
    complain("interrupted: nothing was finished that could be shown");
    return kInterrupted;
  } catch (const std::bad_alloc&) {
    complain("faascast: out of memory");
    return kFailed;
  } catch (const std::exception& error) {
    complain(std::string("faascast: ") + error.what());
    return kFailed;
  }
}

}  // namespace
}  // namespace faascast

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file over the user's limit is an error, not the end
  return faascast::run_main(argc, argv);
}
