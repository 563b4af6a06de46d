#include "traces/atomic_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "sim-core/error.h"

namespace faascast {

AtomicFile::AtomicFile(std::filesystem::path target)
    : target_(std::move(target)),
      temporary_(target_.string() + fmt::format(".{}.tmp", ::getpid())),
      file_(std::fopen(temporary_.c_str(), "wb")) {
  if (file_ == nullptr) fail();
}

AtomicFile::~AtomicFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::error_code ignored;
  std::filesystem::remove(temporary_, ignored);
}

void AtomicFile::write(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) fail();
}

void AtomicFile::rewrite_begin(std::string_view bytes) {
  if (std::fseek(file_, 0, SEEK_SET) != 0) fail();
  write(bytes);
}

void AtomicFile::commit() {
  if (std::fflush(file_) != 0 || ::fsync(::fileno(file_)) != 0) fail();
  std::fclose(std::exchange(file_, nullptr));
  std::error_code failed;
  std::filesystem::rename(temporary_, target_, failed);
  if (failed) {
    std::error_code ignored;
    std::filesystem::remove(temporary_, ignored);
    throw InputError(Problem{target_.string(), "cannot write: " + failed.message(), {}});
  }
}

void AtomicFile::fail() const {
  throw InputError(
      Problem{target_.string(), fmt::format("cannot write: {}", std::strerror(errno)), {}});
}

}  // namespace faascast
