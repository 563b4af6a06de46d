#include "input/byte_reader.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include "sim-core/error.h"

namespace faascast {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 17;
constexpr std::size_t kLongestLine = std::size_t{64} << 20;

[[noreturn]] void fail(const std::string& name, std::string what, std::string mend = {}) {
  throw InputError(Problem{name, std::move(what), std::move(mend)});
}

/// For text of the given size: little for little, with room to see the end.
std::size_t chunk_of(std::size_t size) { return std::min(kChunk, size + 1); }

/// Where raw bytes come from: a file, or memory that outlives the reader.
class RawBytes {
 public:
  RawBytes(std::FILE* file, std::string name) : file_(file), name_(std::move(name)) {}
  RawBytes(std::string_view memory, std::string name) : memory_(memory), name_(std::move(name)) {}

  [[nodiscard]] const std::string& name() const { return name_; }
  /// How many bytes are worth reading at a time.
  [[nodiscard]] std::size_t chunk() const {
    return file_ != nullptr ? kChunk : chunk_of(memory_.size());
  }

  std::size_t read(std::span<char> buffer) {
    if (file_ == nullptr) {
      const std::size_t n = std::min(buffer.size(), memory_.size());
      std::copy_n(memory_.begin(), n, buffer.begin());
      memory_.remove_prefix(n);
      return n;
    }
    const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), file_.get());
    if (n < buffer.size() && std::ferror(file_.get()) != 0) {
      fail(name_, fmt::format("cannot read: {}", std::strerror(errno)));
    }
    return n;
  }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_{};
  std::string_view memory_{};
  std::string name_;
};

struct EndZstd {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

enum class Packing : std::uint8_t { kNone, kGzip, kZstd };

Packing packing_of(std::string_view start) {
  if (start.starts_with("\x1f\x8b")) return Packing::kGzip;
  if (start.starts_with("\x28\xb5\x2f\xfd")) return Packing::kZstd;
  return Packing::kNone;
}

}  // namespace

struct ByteReader::Impl {
  explicit Impl(RawBytes source) : raw(std::move(source)), input(raw.chunk()) {
    available = raw.read(input);
    packing = packing_of(std::string_view(input.data(), available));
    if (packing == Packing::kGzip) {
      if (inflateInit2(&gzip, 15 + 16) != Z_OK) fail(raw.name(), "out of memory");
    } else if (packing == Packing::kZstd) {
      zstd.reset(ZSTD_createDStream());
      if (zstd == nullptr) fail(raw.name(), "out of memory");
    }
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (packing == Packing::kGzip) inflateEnd(&gzip);
  }

  std::size_t read(std::span<char> out) {
    switch (packing) {
      case Packing::kGzip:
        return read_gzip(out);
      case Packing::kZstd:
        return read_zstd(out);
      case Packing::kNone:
        break;
    }
    return read_plain(out);
  }

  /// @return false at the end of the raw bytes.
  bool have_input() {
    if (used < available) return true;
    used = 0;
    available = raw.read(input);
    return available > 0;
  }

  std::size_t read_plain(std::span<char> out) {
    std::size_t done = 0;
    while (done < out.size()) {
      if (used == available && out.size() - done >= input.size()) {  // no detour for large pieces
        const std::size_t got = raw.read(out.subspan(done));
        if (got == 0) break;
        done += got;
        continue;
      }
      if (!have_input()) break;
      const std::size_t n = std::min(out.size() - done, available - used);
      std::memcpy(out.data() + done, input.data() + used, n);
      done += n;
      used += n;
    }
    return done;
  }

  /// Files may hold several gzip members one after another, and zero bytes of padding at the end.
  std::size_t read_gzip(std::span<char> out) {
    gzip.next_out = reinterpret_cast<Bytef*>(out.data());
    gzip.avail_out = static_cast<uInt>(out.size());
    while (gzip.avail_out > 0 && have_input()) {
      if (between_members) {
        if (input[used] == '\0') {
          ++used;
          continue;
        }
        if (inflateReset(&gzip) != Z_OK) fail(raw.name(), "corrupt gzip data");
        between_members = false;
      }
      gzip.next_in = reinterpret_cast<Bytef*>(input.data() + used);
      gzip.avail_in = static_cast<uInt>(available - used);
      const int status = inflate(&gzip, Z_NO_FLUSH);
      used = available - gzip.avail_in;
      if (status == Z_STREAM_END) {
        between_members = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        fail(raw.name(), "corrupt gzip data", "copy or download the file again");
      }
    }
    if (gzip.avail_out > 0 && !between_members) {
      fail(raw.name(), "truncated gzip data", "copy or download the file again");
    }
    return out.size() - gzip.avail_out;
  }

  std::size_t read_zstd(std::span<char> out) {
    ZSTD_outBuffer target{out.data(), out.size(), 0};
    while (target.pos < target.size) {
      // A full output may hide bytes that are still inside the decoder, so it is asked before the
      // end of the input counts.
      const bool more = have_input();
      if (!more && between_members) break;
      ZSTD_inBuffer source{input.data(), available, used};
      const std::size_t before = target.pos;
      const std::size_t status = ZSTD_decompressStream(zstd.get(), &target, &source);
      used = source.pos;
      if (ZSTD_isError(status) != 0) {
        fail(raw.name(), fmt::format("corrupt zstd data: {}", ZSTD_getErrorName(status)),
             "copy or download the file again");
      }
      between_members = status == 0;
      if (!more && !between_members && target.pos == before) {
        fail(raw.name(), "truncated zstd data", "copy or download the file again");
      }
    }
    return target.pos;
  }

  RawBytes raw;
  std::vector<char> input;
  std::size_t used = 0;
  std::size_t available = 0;
  Packing packing = Packing::kNone;
  bool between_members = false;
  z_stream gzip{};
  std::unique_ptr<ZSTD_DStream, EndZstd> zstd{};
};

namespace {

RawBytes open_file(const std::filesystem::path& file) {
  const std::string name = file.string();
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) {
    fail(name, "is a directory", "name a file");
  }
  std::FILE* opened = std::fopen(file.c_str(), "rb");
  if (opened == nullptr) fail(name, fmt::format("cannot open: {}", std::strerror(errno)));
  return RawBytes(opened, name);
}

}  // namespace

ByteReader::ByteReader(const std::filesystem::path& file)
    : impl_(std::make_unique<Impl>(open_file(file))) {}
ByteReader::ByteReader(std::string_view bytes, std::string name)
    : impl_(std::make_unique<Impl>(RawBytes(bytes, std::move(name)))) {}
ByteReader::ByteReader(ByteReader&&) noexcept = default;
ByteReader::~ByteReader() = default;

std::size_t ByteReader::read(std::span<char> buffer) {
  constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;  // zlib counts in 32 bits
  std::size_t done = 0;
  while (done < buffer.size()) {
    const std::size_t n = std::min(buffer.size() - done, kMostAtOnce);
    const std::size_t got = impl_->read(buffer.subspan(done, n));
    done += got;
    if (got < n) break;
  }
  return done;
}

LineReader::LineReader(const std::filesystem::path& file)
    : bytes_(file), name_(file.string()), chunk_(kChunk) {}
LineReader::LineReader(std::string_view text, std::string name)
    : bytes_(text, name), name_(std::move(name)), chunk_(chunk_of(text.size())) {}

void LineReader::fetch() {
  const std::size_t left = end_ - begin_;
  const std::size_t wanted = std::max(left + chunk_, 2 * left);
  if (wanted > capacity_) {
    capacity_ = wanted + chunk_;
    std::unique_ptr<char[]> larger(new char[capacity_]);  // not set to zero
    if (left > 0) std::memcpy(larger.get(), buffer_.get() + begin_, left);
    buffer_ = std::move(larger);
  } else if (left > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, left);
  }
  begin_ = 0;
  const std::size_t got = bytes_.read(std::span(buffer_.get(), capacity_).subspan(left));
  at_end_ = got < capacity_ - left;
  end_ = left + got;
}

bool LineReader::next(std::string_view& line) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::size_t looked_at = begin_;
  std::size_t line_end = std::string::npos;
  while (true) {
    const void* found =
        looked_at < end_ ? std::memchr(buffer_.get() + looked_at, '\n', end_ - looked_at) : nullptr;
    if (found != nullptr) {
      line_end = static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.get());
      break;
    }
    if (end_ - begin_ > kLongestLine) {
      fail(fmt::format("{}:{}", name_, line_number_ + 1), "the line is longer than 64 MiB",
           "is this a text file?");
    }
    if (at_end_) break;
    looked_at = end_ - begin_;
    fetch();
  }
  if (line_end == std::string::npos && begin_ == end_) return false;
  const bool has_line_end = line_end != std::string::npos;
  line = std::string_view(buffer_.get() + begin_, (has_line_end ? line_end : end_) - begin_);
  begin_ = has_line_end ? line_end + 1 : end_;
  ++line_number_;
  if (line_number_ == 1 && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

std::string read_whole_file(const std::filesystem::path& file, std::size_t limit) {
  ByteReader reader(file);
  std::string content;
  std::size_t size = 0;
  while (true) {
    content.resize(std::max(size + kChunk, 2 * size));
    const std::size_t got = reader.read(std::span(content).subspan(size));
    const bool at_end = got < content.size() - size;
    size += got;
    if (size > limit) fail(file.string(), fmt::format("larger than {} bytes", limit));
    if (at_end) break;
  }
  content.resize(size);
  return content;
}

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("SHA-256 is not available in this OpenSSL");
  }
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

}  // namespace faascast
