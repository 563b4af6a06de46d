#include "traces/binary_trace.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "traces/arrival_row.h"
#include "traces/atomic_file.h"
#include "traces/merged_cursor.h"

namespace faascast {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored as they lie here");

/// A byte above 127 and both line ends, so that no text is taken for it and no copy made as text.
constexpr std::string_view kMagic =
    "\x89"
    "FCT\r\n\x1A\n";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kMostTitle = std::size_t{1} << 16U;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = kVersion;
  std::uint32_t columns = 0;
  std::uint64_t requests = 0;
  std::uint64_t bytes = 0;
  std::int64_t duration_ns = 0;
  std::uint32_t by_time = 0;
  std::uint32_t has_execution = 0;
  std::uint32_t title_bytes = 0;
  std::uint32_t functions = 0;
  std::uint32_t zero = 0;
  std::uint32_t checksum = 0;  ///< of all before it and the title
};
static_assert(sizeof(Header) == 64 && std::has_unique_object_representations_v<Header>);

struct BlockHead {
  std::uint32_t rows = 0;
  std::uint32_t bytes = 0;
  std::uint32_t checksum = 0;
  std::uint32_t zero = 0;
};
static_assert(sizeof(BlockHead) == 16);

/// In the order of the file. Instants and numbers are always there.
enum Column : std::uint32_t {
  kAt,
  kNumber,
  kFunction,
  kExecution,
  kColdExecution,
  kMemory,
  kInput,
  kOutput,
  kColumns
};
using Values = std::array<std::uint64_t, kArrivalBlock>;

std::uint32_t bit(Column column) { return std::uint32_t{1} << column; }

std::uint32_t bits_of(const ArrivalColumns& columns) {
  return bit(kAt) | bit(kNumber) | (columns.function ? bit(kFunction) : 0) |
         (columns.execution ? bit(kExecution) : 0) |
         (columns.cold_execution ? bit(kColdExecution) : 0) | (columns.memory ? bit(kMemory) : 0) |
         (columns.input_tokens ? bit(kInput) : 0) | (columns.output_tokens ? bit(kOutput) : 0);
}

std::uint32_t checksum(std::uint32_t before, std::string_view bytes) {
  return static_cast<std::uint32_t>(
      ::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

template <class T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::uint32_t checksum_of(const Header& header, std::string_view title) {
  return checksum(checksum(0, bytes_of(header).substr(0, offsetof(Header, checksum))), title);
}

std::uint32_t checksum_of(const BlockHead& head, std::string_view columns) {
  return checksum(checksum(0, bytes_of(head).substr(0, offsetof(BlockHead, checksum))), columns);
}

/// Signed differences that are mostly small, as numbers that are.
std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1U) ^ (0 - (difference >> 63U));
}
std::uint64_t unzigzag(std::uint64_t value) { return (value >> 1U) ^ (0 - (value & 1U)); }

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 128; value >>= 7U) to += static_cast<char>((value & 127U) | 128U);
  to += static_cast<char>(value);
}

/// @return false when the bytes end or it is over 64 bits
bool take_varint(std::string_view& from, std::uint64_t& value) {
  value = 0;
  const std::size_t most = std::min<std::size_t>(from.size(), 10);
  for (std::size_t i = 0; i < most; ++i) {
    const auto byte = static_cast<std::uint8_t>(from[i]);
    if (i == 9 && byte > 1) return false;
    value |= std::uint64_t{byte & 127U} << (7 * i);
    if (byte < 128) {
      from.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

void put_column(std::string& to, std::span<const std::uint64_t> values) {
  std::string column;
  const bool constant =
      std::all_of(values.begin(), values.end(), [&](std::uint64_t v) { return v == values[0]; });
  std::uint64_t unit = 0;
  for (const std::uint64_t value : values) unit = std::gcd(unit, value);
  unit = std::max<std::uint64_t>(unit, 1);
  column += static_cast<char>(constant);
  put_varint(column, unit);
  for (const std::uint64_t value : constant ? values.first(1) : values) {
    put_varint(column, value / unit);
  }
  to += bytes_of(static_cast<std::uint32_t>(column.size()));
  to += column;
}

/// Takes a column off the front. @return false when it is not one
bool take_column(std::string_view& from, std::span<std::uint64_t> values) {
  std::uint32_t size = 0;
  if (from.size() < sizeof size) return false;
  std::memcpy(&size, from.data(), sizeof size);
  from.remove_prefix(sizeof size);
  if (from.size() < size || size == 0) return false;
  std::string_view column = from.substr(0, size);
  from.remove_prefix(size);
  const bool constant = column.front() == 1;
  if (!constant && column.front() != 0) return false;
  column.remove_prefix(1);
  std::uint64_t unit = 0;
  if (!take_varint(column, unit)) return false;
  for (std::uint64_t& value : constant ? values.first(1) : values) {
    const auto first = column.empty() ? std::uint8_t{255} : static_cast<std::uint8_t>(column[0]);
    if (first < 128) {  // the usual length
      value = first;
      column.remove_prefix(1);
    } else if (!take_varint(column, value)) {
      return false;
    }
    if (__builtin_mul_overflow(value, unit, &value)) return false;
  }
  if (constant) std::fill(values.begin() + 1, values.end(), values[0]);
  return column.empty();
}

/// An absent cell is 0.
std::uint64_t shifted(std::int64_t cell) { return static_cast<std::uint64_t>(cell) + 1; }

/// The number that each function's next request has unless told otherwise.
class ExpectedNumbers {
 public:
  std::uint64_t& of(std::uint32_t function) {
    if (function >= next_.size()) next_.resize(std::size_t{function} + 1, 0);
    return next_[function];
  }

 private:
  std::vector<std::uint64_t> next_{};
};

class Writer {
 public:
  Writer(const std::filesystem::path& file, std::uint32_t columns, std::string_view title)
      : file_(file), columns_(columns), title_(title.substr(0, kMostTitle)) {
    std::copy(kMagic.begin(), kMagic.end(), header_.magic.begin());
    header_.columns = columns;
    header_.title_bytes = static_cast<std::uint32_t>(title_.size());
    file_.write(bytes_of(header_));
    file_.write(title_);
    header_.bytes = sizeof header_ + title_.size();
  }

  void add(const ArrivalRow& row) {
    const auto known =
        functions_.emplace(row.function, static_cast<std::uint32_t>(functions_.size())).first;
    const std::uint32_t function = (columns_ & bit(kFunction)) != 0 ? known->second : 0;
    std::uint64_t& expected = expected_.of(function);
    values_[kAt][rows_] = static_cast<std::uint64_t>(row.at - latest_);
    values_[kNumber][rows_] = zigzag(row.number - expected);
    values_[kFunction][rows_] = function;
    values_[kExecution][rows_] = shifted(row.execution_ns);
    values_[kColdExecution][rows_] = shifted(row.cold_execution_ns);
    values_[kMemory][rows_] = shifted(row.memory_mb);
    values_[kInput][rows_] = shifted(row.input_tokens);
    values_[kOutput][rows_] = shifted(row.output_tokens);
    expected = row.number + 1;
    latest_ = row.at;
    if (++rows_ == kArrivalBlock) flush();
  }

  void commit(const Traffic& traffic) {
    flush();
    header_.duration_ns = traffic.duration().count();
    header_.by_time = traffic.default_scale_by() == ScaleBy::kTime ? 1 : 0;
    header_.has_execution = traffic.has_execution() ? 1 : 0;
    header_.functions = static_cast<std::uint32_t>(functions_.size());
    header_.checksum = checksum_of(header_, title_);
    file_.rewrite_begin(bytes_of(header_));
    file_.commit();
  }

 private:
  void flush() {
    if (rows_ == 0) return;
    std::string columns;
    for (std::uint32_t column = 0; column < kColumns; ++column) {
      if ((columns_ & bit(static_cast<Column>(column))) == 0) continue;
      put_column(columns, std::span(values_[column]).first(rows_));
    }
    BlockHead head;
    head.rows = static_cast<std::uint32_t>(rows_);
    head.bytes = static_cast<std::uint32_t>(columns.size());
    head.checksum = checksum_of(head, columns);
    file_.write(bytes_of(head));
    file_.write(columns);
    header_.requests += rows_;
    header_.bytes += sizeof head + columns.size();
    rows_ = 0;
  }

  AtomicFile file_;
  std::uint32_t columns_;
  std::string title_;
  Header header_{};
  std::map<std::uint32_t, std::uint32_t> functions_{};  ///< to their number in the file
  ExpectedNumbers expected_{};
  std::array<Values, kColumns> values_{};
  std::size_t rows_ = 0;
  std::int64_t latest_ = 0;
};

/// What is in an opened file.
struct Contents {
  std::string name{};
  std::shared_ptr<const void> owner{};
  std::string_view bytes{};
  Header header{};
  std::string title{};
  std::size_t first_block = 0;

  [[noreturn]] void fail(std::size_t at, std::string what) const {
    throw InputError(Problem{fmt::format("{}: byte {}", name, at), std::move(what),
                             "convert the trace again, or copy the file again"});
  }

  /// The block at `at`, which is moved behind it; nothing at the end.
  [[nodiscard]] std::optional<std::pair<BlockHead, std::string_view>> block(std::size_t& at) const {
    if (at == bytes.size()) return std::nullopt;
    BlockHead head;
    if (bytes.size() - at < sizeof head) fail(at, "cut short inside a block");
    std::memcpy(&head, bytes.data() + at, sizeof head);
    const std::size_t begin = at + sizeof head;
    if (head.rows == 0 || head.rows > kArrivalBlock || head.bytes > bytes.size() - begin ||
        head.zero != 0) {
      fail(at, "damaged: the block has no such size");
    }
    at = begin + head.bytes;
    return std::pair(head, bytes.substr(begin, head.bytes));
  }
};

class BinarySource final : public ArrivalSource {
 public:
  explicit BinarySource(std::shared_ptr<const Contents> contents)
      : contents_(std::move(contents)), at_(contents_->first_block) {}

  ArrivalBlock fill() override {
    const std::size_t begin = at_;
    const auto block = contents_->block(at_);
    if (!block) return {};
    const std::size_t rows = block->first.rows;
    std::string_view rest = block->second;
    for (std::uint32_t column = 0; column < kColumns; ++column) {
      if (!has(static_cast<Column>(column))) continue;
      if (!take_column(rest, std::span(values_[column]).first(rows))) {
        contents_->fail(begin, "damaged: a column cannot be read");
      }
    }
    if (!rest.empty()) contents_->fail(begin, "damaged: more columns than the header says");
    if (!restore(rows)) contents_->fail(begin, "damaged: a value is out of range");
    ArrivalBlock result;
    result.at = std::span(at_ns_).first(rows);
    result.number = std::span(values_[kNumber]).first(rows);
    if (has(kFunction)) result.function = std::span(function_).first(rows);
    result.execution_ns = cells(kExecution, rows);
    result.cold_execution_ns = cells(kColdExecution, rows);
    result.memory_mb = cells(kMemory, rows);
    result.input_tokens = cells(kInput, rows);
    result.output_tokens = cells(kOutput, rows);
    return result;
  }

 private:
  [[nodiscard]] bool has(Column column) const {
    return (contents_->header.columns & bit(column)) != 0;
  }

  /// Absolute values from what is stored. @return false when one is out of range
  [[nodiscard]] bool restore(std::size_t rows) {
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    for (std::size_t i = 0; i < rows; ++i) {
      const std::uint64_t step = values_[kAt][i];
      if (step > kMost - static_cast<std::uint64_t>(latest_)) return false;
      latest_ += static_cast<std::int64_t>(step);
      at_ns_[i] = latest_;
      std::uint32_t function = 0;
      if (has(kFunction)) {
        if (values_[kFunction][i] > seen_ || values_[kFunction][i] >= contents_->header.functions) {
          return false;  // numbered by first appearance
        }
        function = function_[i] = static_cast<std::uint32_t>(values_[kFunction][i]);
        if (function == seen_) ++seen_;
      }
      std::uint64_t& expected = expected_.of(function);
      values_[kNumber][i] = expected + unzigzag(values_[kNumber][i]);
      expected = values_[kNumber][i] + 1;
    }
    for (std::uint32_t column = kExecution; column < kColumns; ++column) {
      if (!has(static_cast<Column>(column))) continue;
      for (std::size_t i = 0; i < rows; ++i) {
        if (values_[column][i] > kMost + 1) return false;
        cells_[column][i] = static_cast<std::int64_t>(values_[column][i] - 1);
      }
    }
    return true;
  }

  [[nodiscard]] std::span<const std::int64_t> cells(Column column, std::size_t rows) const {
    return has(column) ? std::span(cells_[column]).first(rows) : std::span<const std::int64_t>{};
  }

  std::shared_ptr<const Contents> contents_;
  std::size_t at_;
  std::int64_t latest_ = 0;
  std::uint32_t seen_ = 0;  ///< functions
  ExpectedNumbers expected_{};
  std::array<Values, kColumns> values_{};
  std::array<std::int64_t, kArrivalBlock> at_ns_{};
  std::array<std::uint32_t, kArrivalBlock> function_{};
  std::array<std::array<std::int64_t, kArrivalBlock>, kColumns> cells_{};
};

class BinaryTraffic final : public Traffic {
 public:
  explicit BinaryTraffic(Contents contents)
      : contents_(std::make_shared<const Contents>(std::move(contents))) {}

  [[nodiscard]] bool independent() const override { return false; }
  [[nodiscard]] std::uint32_t functions() const override { return 1; }
  [[nodiscard]] std::uint64_t expected_requests(std::uint32_t) const override {
    return contents_->header.requests;
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open(std::uint32_t, ReplaySeed) const override {
    return std::make_unique<BinarySource>(contents_);
  }
  [[nodiscard]] Duration duration() const override {
    return Duration(contents_->header.duration_ns);
  }
  [[nodiscard]] std::string description() const override {
    return fmt::format("binary trace {} of: {}", contents_->name, contents_->title);
  }
  [[nodiscard]] ScaleBy default_scale_by() const override {
    return contents_->header.by_time != 0 ? ScaleBy::kTime : ScaleBy::kThin;
  }
  [[nodiscard]] bool has_execution() const override { return contents_->header.has_execution != 0; }

 private:
  std::shared_ptr<const Contents> contents_;
};

void check_header(Contents& contents) {
  const std::string_view bytes = contents.bytes;
  Header& header = contents.header;
  if (bytes.size() < sizeof header) contents.fail(bytes.size(), "cut short inside the header");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.version != kVersion) {
    throw InputError(Problem{contents.name,
                             fmt::format("a binary trace of version {}, this program reads {}",
                                         header.version, kVersion),
                             "convert the trace again with this program"});
  }
  if (header.title_bytes > std::min(kMostTitle, bytes.size() - sizeof header)) {
    contents.fail(sizeof header, "cut short inside the title, or damaged");
  }
  contents.title = bytes.substr(sizeof header, header.title_bytes);
  contents.first_block = sizeof header + header.title_bytes;
  if (checksum_of(header, contents.title) != header.checksum) {
    contents.fail(0, "damaged: the checksum of the header is another");
  }
  if (header.bytes != bytes.size()) {
    contents.fail(bytes.size(),
                  fmt::format("{} bytes, but {} were written", bytes.size(), header.bytes));
  }
  const std::uint32_t must = bit(kAt) | bit(kNumber);
  if ((header.columns & must) != must || header.columns >= bit(kColumns) ||
      header.duration_ns < 0) {
    contents.fail(0, "damaged: the header makes no sense");
  }
}

}  // namespace

bool is_binary_trace(std::string_view begin) { return begin.starts_with(kMagic); }

std::shared_ptr<const Traffic> open_binary_trace(std::string_view bytes,
                                                 std::shared_ptr<const void> owner,
                                                 std::string name) {
  Contents contents;
  contents.name = std::move(name);
  contents.owner = std::move(owner);
  contents.bytes = bytes;
  check_header(contents);
  std::uint64_t requests = 0;
  for (std::size_t at = contents.first_block; true;) {
    const std::size_t begin = at;
    const auto block = contents.block(at);
    if (!block) break;
    if (checksum_of(block->first, block->second) != block->first.checksum) {
      contents.fail(begin, "damaged: the checksum of the block is another");
    }
    requests += block->first.rows;
  }
  if (requests != contents.header.requests) {
    contents.fail(0, fmt::format("damaged: {} requests, the header says {}", requests,
                                 contents.header.requests));
  }
  return std::make_shared<BinaryTraffic>(std::move(contents));
}

bool write_binary_trace(const Traffic& traffic, ReplaySeed seed, const std::filesystem::path& file,
                        const std::function<bool()>& goes_on) {
  constexpr std::uint64_t kRowsBetweenLooks = 4096;
  MergedCursor cursor(traffic, seed);
  ArrivalRow row;
  bool more = cursor.next(row);
  ArrivalColumns columns = cursor.columns();
  columns.function = columns.function || streams_of(traffic) > 1;
  Writer writer(file, bits_of(columns), traffic.description());
  for (std::uint64_t rows = 1; more; more = cursor.next(row), ++rows) {
    writer.add(row);
    if (goes_on && rows % kRowsBetweenLooks == 0 && !goes_on()) return false;
  }
  writer.commit(traffic);
  return true;
}

}  // namespace faascast
