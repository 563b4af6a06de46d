// What real files do: rows that are out of order, cut, doubled; clocks that jump; zones, marks and
// line ends; cells that are no numbers; packed files that are cut or that swell.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

#include "tests/traces/replayed.h"
#include "traces/count_table.h"
#include "traces/request_format.h"
#include "traces/request_reader.h"
#include "traces/trace.h"

namespace faascast {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::int64_t kSecond = 1'000'000'000;

std::string problem_of(const std::string& text, const TraceOptions& options = {}) {
  return message_of([&] { (void)replayed(*open_trace_text(text, "t", options)); });
}

std::vector<std::int64_t> instants_of(const std::string& text, const TraceOptions& options = {}) {
  return instants(replayed(*open_trace_text(text, "t", options)));
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd_packed(const std::string& text) {
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);  // as the zstd program does
  packed.resize(ZSTD_compress2(context, packed.data(), packed.size(), text.data(), text.size()));
  ZSTD_freeCCtx(context);
  return packed;
}

TEST(Traps, SeveralWrongRowsAtOnce) {
  const std::string problem =
      problem_of("arrival_s,execution_s\n1,x\n2,1\n3,y,4\n4,nan\n5,2\ninf,3\n");
  EXPECT_THAT(problem,
              AllOf(HasSubstr("t:2:3: execution_s: 'x' is not a number"),
                    HasSubstr("t:4:5: the row has 3 cells"), HasSubstr("t:5:3: execution_s: 'nan'"),
                    HasSubstr("t:7:1: arrival_s: 'inf'")));
}

TEST(Traps, NotEveryRowOfAFileThatIsWrongThroughout) {
  std::string text = "arrival_s\n";
  for (int i = 0; i < 1000; ++i) text += "x\n";
  try {
    (void)open_trace_text(text, "t");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 20U);
  }
}

TEST(Traps, AProblemOfTheTextJoinsThoseOfRows) {
  EXPECT_THAT(problem_of("{\"arrival_s\": \"x\"}\n{\"arrival_s\": 2}\n{\"arrival_s\": 3"),
              AllOf(HasSubstr("t:1:1: arrival_s: 'x'"), HasSubstr("t:3:1: the object")));
}

TEST(Traps, OutOfOrder) {
  const std::string text = "arrival_s\n2\n1\n3\n";
  EXPECT_THAT(problem_of(text), HasSubstr("t:3:1: arrival_s: earlier than the row before"));
  TraceOptions options;
  options.reorder = 1s;
  EXPECT_THAT(instants_of(text, options), ElementsAre(kSecond, 2 * kSecond, 3 * kSecond));
}

TEST(Traps, ClocksThatJumpBack) {
  // A log: sorted as stamped. Our own format: an error, as nobody knows which stamp is wrong.
  const std::string log =
      "h - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 1\n"
      "h - - [10/Oct/2000:12:55:36 +0000] \"GET / HTTP/1.0\" 200 1\n";
  EXPECT_THAT(instants_of(log), ElementsAre(0, 3600 * kSecond));
  EXPECT_THAT(problem_of("timestamp\n2000-10-10 13:55:36\n2000-10-10 12:55:36\n"),
              HasSubstr("t:3:1: timestamp: earlier"));
}

TEST(Traps, ClocksThatJumpAhead) {
  EXPECT_THAT(instants_of("timestamp\n2000-01-01 00:00:00\n2100-01-01 00:00:00\n"),
              ElementsAre(0, std::int64_t{36'525} * 86'400 * kSecond));
  EXPECT_THAT(problem_of("timestamp\n1700-01-01 00:00:00\n2200-01-01 00:00:00\n"),
              HasSubstr("more than 292 years after the first row"));
}

TEST(Traps, DuplicateRowsAreRequestsOfTheirOwn) {
  const auto rows = replayed(*open_trace_text("arrival_s,function\n1,a\n1,a\n1,a\n", "t"));
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[2].at, kSecond);
  EXPECT_EQ(rows[2].number, 2U);
}

TEST(Traps, TimeZones) {
  EXPECT_THAT(instants_of("timestamp\n2024-03-31T01:59:59+01:00\n2024-03-31T03:00:00+02:00\n"
                          "2024-03-31T01:00:01Z\n2024-03-31 01:00:02\n2024-03-31T06:30:03+05:30\n"),
              ElementsAre(0, kSecond, 2 * kSecond, 3 * kSecond, 4 * kSecond));
  EXPECT_THAT(problem_of("timestamp\n2024-03-31T01:59:59+25:00\n"), HasSubstr("is not a date"));
}

TEST(Traps, LeapSecondsAndLeapDays) {
  EXPECT_THAT(instants_of("timestamp\n2016-12-31T23:59:59Z\n2016-12-31T23:59:60Z\n"),
              ElementsAre(0, kSecond));
  EXPECT_THAT(instants_of("timestamp\n2024-02-29T00:00:00Z\n2024-03-01T00:00:00Z\n"),
              ElementsAre(0, 86'400 * kSecond));
  EXPECT_THAT(problem_of("timestamp\n2023-02-29T00:00:00Z\n"), HasSubstr("is not a date"));
}

TEST(Traps, ByteOrderMarkAndCarriageReturns) {
  EXPECT_THAT(instants_of("\xEF\xBB\xBF"
                          "arrival_s,execution_s\r\n1,2\r\n3,4\r\n"),
              ElementsAre(kSecond, 3 * kSecond));
}

TEST(Traps, MissingColumns) {
  EXPECT_THAT(problem_of("function,execution_s\na,1\n"), HasSubstr("when a request arrives"));
  TraceOptions options;
  options.format = "azure-functions-2021";
  EXPECT_THAT(problem_of("app,func,duration\na,b,1\n", options), HasSubstr("add end_timestamp"));
  options.format = "huawei-2023";
  EXPECT_NE(problem_of("day,0\n0,1\n", options), "no error");
  options.format = "locust";
  EXPECT_NE(problem_of("Timestamp,Name\n1,Aggregated\n", options), "no error");
}

TEST(Traps, NoNumbersAndOverflow) {
  for (const char* cell : {"NaN", "nan", "inf", "-inf", "0x10", "1e", "1_000", "--1", "1.2.3"}) {
    EXPECT_THAT(problem_of(std::string("arrival_s\n") + cell + "\n"), HasSubstr("t:2:1: arrival_s"))
        << cell;
  }
  for (const char* cell : {"9223372036.854775808", "99999999999999999999", "1e300"}) {
    EXPECT_THAT(problem_of(std::string("arrival_s\n") + cell + "\n"), HasSubstr("is too large"))
        << cell;
  }
  EXPECT_THAT(problem_of("arrival_s\n-1\n"), HasSubstr("negative"));
  EXPECT_THAT(problem_of("arrival_s,input_tokens\n1,9223372036854775808\n"), HasSubstr("tokens"));
  EXPECT_THAT(problem_of("HashFunction,1\nf,4294967296\n"), HasSubstr("number of requests"));
  EXPECT_THAT(problem_of("HashFunction,1\nf,4294967295\nf,1\n"), HasSubstr("add up to more"));
}

TEST(Traps, EmptyFiles) {
  for (const char* text : {"", "\n", " \n\n", "\xEF\xBB\xBF", "\r\n\r\n"}) {
    EXPECT_THAT(problem_of(text), HasSubstr("empty")) << text;
  }
  for (const std::string& format : trace_formats()) {
    TraceOptions options;
    options.format = format;
    EXPECT_NE(problem_of("", options), "no error") << format;
  }
}

TEST(Traps, CutRows) {
  EXPECT_THAT(problem_of("arrival_s,function,execution_s\n1,a,2\n3,b"),
              HasSubstr("t:3:3: the row has 2 cells"));
  EXPECT_THAT(problem_of("HashFunction,1,2\nf,3"), HasSubstr("2 cells"));
  EXPECT_THAT(problem_of("{\"arrival_s\": 1}\n{\"arrival_s\""), HasSubstr("has no end"));
}

TEST(Traps, EndlessLinesAreRefusedInBoundedMemory) {
  const std::string line(std::size_t{70} << 20U, '1');
  EXPECT_THAT(problem_of(line), HasSubstr("longer than 64 MiB"));
}

TEST(Traps, ArchivesThatSwellAreReadPieceByPiece) {
  const TemporaryFolder folder;
  const std::string endless(std::size_t{70} << 20U, '7');  // 200 KB packed
  std::ofstream(folder.path() / "bomb.gz", std::ios::binary) << gzipped(endless);
  std::ofstream(folder.path() / "bomb.zst", std::ios::binary) << zstd_packed(endless);
  for (const char* name : {"bomb.gz", "bomb.zst"}) {
    EXPECT_THAT(message_of([&] { (void)open_trace(folder.path() / name); }),
                HasSubstr("longer than 64 MiB"))
        << name;
  }
}

TEST(Traps, PackedFilesAndTheirCuts) {
  std::string text = "arrival_s\n";
  for (int i = 0; i < 50'000; ++i)
    text += std::to_string(i) + "." + std::to_string(i * 7919) + "\n";
  const TemporaryFolder folder;
  const auto file = folder.path() / "t.csv";  // known by its content
  for (const std::string& packed : {gzipped(text), zstd_packed(text)}) {
    std::ofstream(file, std::ios::binary) << packed;
    EXPECT_EQ(replayed(*open_trace(file)).size(), 50'000U);
    for (const std::size_t size : {packed.size() - 1, packed.size() / 2, std::size_t{20}}) {
      std::ofstream(file, std::ios::binary) << packed.substr(0, size);
      EXPECT_THAT(message_of([&] { (void)replayed(*open_trace(file)); }), HasSubstr("truncated"))
          << size;
    }
    std::string damaged = packed;
    damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
    std::ofstream(file, std::ios::binary) << damaged;
    EXPECT_NE(message_of([&] { (void)replayed(*open_trace(file)); }), "no error");
  }
}

TEST(Traps, UnknownTriggersAreNoTimers) {
  EXPECT_EQ(instants_of("HashFunction,Trigger,1\nf,quantum,3\n").size(), 3U);
}

/// Rows read at one go and cell by cell.
std::vector<RequestRow> rows_of(const std::string& text, const std::string& format, bool quick,
                                std::string& problem) {
  const TraceContent content = TraceContent::of_text(text, "t");
  std::vector<RequestRow> rows;
  problem = message_of([&] {
    RequestReader reader(content, *find_request_format(format), quick);
    for (RequestRow row; reader.next(row);) rows.push_back(row);
  });
  return rows;
}

struct Spelling {
  const char* format;
  const char* header;
  std::vector<const char*> cells;  ///< tried in every column
};

TEST(QuickRows, AreReadAsCellByCell) {
  const std::vector<Spelling> spellings = {
      {"plain",
       "arrival_s,function,version,execution_s,cold_execution_s,memory_mb,input_tokens",
       {"1",
        "0.5",
        "1.123456789",
        "1.1234567894",
        "1.1234567895",
        "1.99999999951",
        "",
        " 1",
        "1 ",
        "\"1\"",
        "1e3",
        "-1",
        "+1",
        "1.",
        ".5",
        "-",
        "9223372036.854775807",
        "9223372036.854775808",
        "12345678901234567890",
        "007",
        "3.0",
        "1s",
        "N/A",
        "\"a,b\"",
        "a b",
        "1,2",
        "0"}},
      {"azure-functions-2021",
       "app,func,end_timestamp,duration",
       {"1", "0.07949090003967285", "57.154", "", "-1", "-", "1e-05", "0.1s", "\"2\"", "N/A",
        "123456789012.5", "99999999999"}},
      {"azure-llm-2023",
       "TIMESTAMP,ContextTokens,GeneratedTokens",
       {"2023-11-16 18:17:03.9799600", "2023-11-16T18:17:03Z", "2023-11-16 18:17:03+00:00",
        "2023-11-16 18:17:03+01:00", "2023-11-16 18:17", "2023-11-16 18:17:60",
        "2023-11-16 24:00:00", "2023-02-30 00:00:00", "2023-11-16 18:17:03.1234567891", "12", "3.0",
        "2.5", "", "2023-11-16 18:17:03.", "2023-11-16 18:17:03+00:0"}},
      {"k6",
       "metric_name,timestamp,metric_value,error,status",
       {"http_req_duration", "other", "1641298536", "114.365000", "", "200", "429", "503", "abc",
        "dial: refused", "0"}},
      {"jmeter",
       "timeStamp,elapsed,success",
       {"1499876018809", "2384", "true", "false", "FAILED", "", "-1", "12.5"}},
      {"burstgpt",
       "Timestamp,Model,Request tokens,Response tokens",
       {"5", "5.25", "ChatGPT", "0", "472", "1000000000000000000", "999999999999999999", ""}},
  };
  std::size_t compared = 0;
  for (const auto& [format, header, cells] : spellings) {
    const auto columns =
        static_cast<std::size_t>(1 + std::count(header, header + std::strlen(header), ','));
    for (std::size_t wrong = 0; wrong < columns; ++wrong) {
      for (const char* cell : cells) {
        for (const char* usual : cells) {
          std::string text = std::string(header) + "\n";
          for (std::size_t column = 0; column < columns; ++column) {
            text += std::string(column > 0 ? "," : "") + (column == wrong ? cell : usual);
          }
          text += "\n";
          std::string quick_problem;
          std::string careful_problem;
          const auto quick = rows_of(text, format, true, quick_problem);
          const auto careful = rows_of(text, format, false, careful_problem);
          EXPECT_EQ(quick_problem, careful_problem) << text;
          ASSERT_EQ(quick.size(), careful.size()) << text;
          for (std::size_t i = 0; i < quick.size(); ++i) {
            const auto of = [](const RequestRow& r) {
              return std::tuple(r.at_ns, r.function, r.execution_ns, r.cold_execution_ns,
                                r.memory_mb, r.input_tokens, r.output_tokens, r.weight, r.failed,
                                r.dated, r.line);
            };
            EXPECT_EQ(of(quick[i]), of(careful[i])) << text;
            ++compared;
          }
        }
      }
    }
  }
  EXPECT_GT(compared, 200U);
}

TEST(QuickCounts, AreReadAsCellByCell) {
  // A quote makes the row careful without changing it.
  for (const char* counts :
       {"0,0,0,0,0,0,0,0,0", "1,0,0,0,0,0,0,0,7", "0,0,0,0,5.0,0,0,0,0", ",,,,,,,,",
        "0,0,0,0,0,0,0,0,", "12,34,4294967295,0,0,0,0,0,1", "0,0,0,0,0,0,0,0", "0,0,0,0,0,0,0,0,0,",
        "0.5,0,0,0,0,0,0,0,0", "x,0,0,0,0,0,0,0,0", "0,0,0,0,-1,0,0,0,0",
        "4294967296,0,0,0,0,0,0,0,0", "5.,0,0,0,0,0,0,0,0", "0, 3,0,0,0,0,0,0,0"}) {
    const std::string header = "HashFunction,1,2,3,4,5,6,7,8,9\n";
    std::vector<BinCount> read[2];
    std::string problems[2];
    for (const int careful : {0, 1}) {
      const std::string text = header + (careful != 0 ? "\"f\"," : "f,") + counts + "\n";
      problems[careful] = message_of([&] {
        read[careful] = CountTable::read(TraceContent::of_text(text, "t")).functions().at(0).bins;
      });
    }
    ASSERT_EQ(read[0].size(), read[1].size()) << counts;
    for (std::size_t i = 0; i < read[0].size(); ++i) {
      EXPECT_EQ(read[0][i].bin, read[1][i].bin) << counts;
      EXPECT_EQ(read[0][i].count, read[1][i].count) << counts;
    }
    EXPECT_EQ(problems[0] == "no error", problems[1] == "no error") << counts;
  }
}

}  // namespace
}  // namespace faascast
