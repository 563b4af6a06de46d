#include "input/byte_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <fstream>
#include <random>

#include "sim-core/error.h"

namespace faascast {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ByteReaderTest : public ::testing::Test {
 protected:
  ByteReaderTest() {
    folder_ = std::filesystem::temp_directory_path() /
              ("faascast-byte-reader-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~ByteReaderTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(std::string_view bytes) {
    const auto file = folder_ / "data";
    std::ofstream(file, std::ios::binary) << bytes;
    return file;
  }

  std::filesystem::path folder_;
};

std::string gzipped(std::string_view text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  std::string in(text);
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstandard(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

/// Text that hardly compresses, so that it spans many input chunks.
std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) text += static_cast<char>('a' + random() % 26);
  return text;
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<std::string> lines_of(LineReader reader) {
  std::vector<std::string> lines;
  for (std::string_view line; reader.next(line);) lines.emplace_back(line);
  return lines;
}

TEST_F(ByteReaderTest, PlainGzipAndZstdGiveTheSameBytes) {
  const std::string text = noise(1'000'000);
  EXPECT_EQ(read_whole_file(write(text)), text);
  EXPECT_EQ(read_whole_file(write(gzipped(text))), text);
  EXPECT_EQ(read_whole_file(write(zstandard(text))), text);
  EXPECT_EQ(read_whole_file(write("")), "");
  EXPECT_EQ(read_whole_file(write(gzipped(""))), "");
  EXPECT_EQ(read_whole_file(write(zstandard(""))), "");
}

TEST_F(ByteReaderTest, SmallBuffersWork) {
  const std::string text = noise(10'000);
  for (const std::string& packed : {text, gzipped(text), zstandard(text)}) {
    ByteReader reader(write(packed));
    std::string all;
    char buffer[7];
    while (const std::size_t n = reader.read(buffer)) all.append(buffer, n);
    EXPECT_EQ(all, text);
  }
}

TEST_F(ByteReaderTest, SeveralMembersAreOneText) {
  EXPECT_EQ(read_whole_file(write(gzipped("one ") + gzipped("two"))), "one two");
  EXPECT_EQ(read_whole_file(write(zstandard("one ") + zstandard("two"))), "one two");
  EXPECT_EQ(read_whole_file(write(gzipped("padded") + std::string(512, '\0'))), "padded");
}

TEST_F(ByteReaderTest, TruncatedAndCorruptDataAreErrors) {
  const std::string text = noise(100'000);
  const std::string gzip = gzipped(text);
  const std::string zstd = zstandard(text);
  for (const std::size_t cut :
       {std::size_t{2}, std::size_t{10}, gzip.size() / 2, gzip.size() - 1}) {
    const auto file = write(gzip.substr(0, cut));
    EXPECT_THAT(message_of([&] { (void)read_whole_file(file); }), HasSubstr("truncated gzip data"));
  }
  for (const std::size_t cut : {std::size_t{4}, zstd.size() / 2, zstd.size() - 1}) {
    const auto file = write(zstd.substr(0, cut));
    EXPECT_THAT(message_of([&] { (void)read_whole_file(file); }), HasSubstr("truncated zstd data"));
  }
  std::string flipped = gzip;
  flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x55);
  const auto bad_gzip = write(flipped);
  EXPECT_THAT(message_of([&] { (void)read_whole_file(bad_gzip); }), HasSubstr("corrupt gzip"));
  const auto trailing = write(gzip + "junk");
  EXPECT_THAT(message_of([&] { (void)read_whole_file(trailing); }), HasSubstr("corrupt gzip"));
  const auto bad_zstd = write(zstd.substr(0, 4) + std::string(100, '\xff'));
  EXPECT_THAT(message_of([&] { (void)read_whole_file(bad_zstd); }), HasSubstr("zstd"));
}

TEST_F(ByteReaderTest, MissingFilesDirectoriesAndLimits) {
  EXPECT_THAT(message_of([&] { (void)read_whole_file(folder_ / "none"); }),
              HasSubstr("cannot open: No such file"));
  EXPECT_THAT(message_of([&] { (void)read_whole_file(folder_); }), HasSubstr("is a directory"));
  const auto file = write("12345");
  EXPECT_EQ(read_whole_file(file, 5), "12345");
  EXPECT_THAT(message_of([&] { (void)read_whole_file(file, 4); }),
              HasSubstr("larger than 4 bytes"));
}

TEST_F(ByteReaderTest, LinesLoseTheirEndsAndTheByteOrderMark) {
  EXPECT_THAT(lines_of(LineReader(write("\xEF\xBB\xBF"
                                        "a,b\r\n1,2\r\n\r\nlast"))),
              ElementsAre("a,b", "1,2", "", "last"));
  EXPECT_THAT(lines_of(LineReader(write("a\n"))), ElementsAre("a"));
  EXPECT_THAT(lines_of(LineReader(write(""))), ElementsAre());
  EXPECT_THAT(lines_of(LineReader(write("\n\n"))), ElementsAre("", ""));
  EXPECT_THAT(lines_of(LineReader("x\ny", "memory")), ElementsAre("x", "y"));
}

TEST_F(ByteReaderTest, LongLinesAndLineNumbers) {
  const std::string first = noise(70'000);
  const std::string second = noise(3'000'000);
  LineReader reader(write(gzipped(first + "\n" + second + "\nend\n")));
  std::string_view line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, first);
  EXPECT_EQ(reader.line_number(), 1U);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, second);
  ASSERT_TRUE(reader.next(line));
  EXPECT_EQ(line, "end");
  EXPECT_EQ(reader.line_number(), 3U);
  EXPECT_FALSE(reader.next(line));
  EXPECT_FALSE(reader.next(line));
}

TEST_F(ByteReaderTest, AnEndlessLineIsAnErrorAndTakesBoundedMemory) {
  // 200 MB of one letter are 200 kB of gzip.
  const auto file = write(gzipped("header\n") + gzipped(std::string(200'000'000, 'x')));
  LineReader reader(file);
  std::string_view line;
  ASSERT_TRUE(reader.next(line));
  EXPECT_THAT(message_of([&] { (void)reader.next(line); }),
              HasSubstr("data:2: the line is longer than 64 MiB"));
}

TEST(Sha256, KnownAnswers) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace faascast
