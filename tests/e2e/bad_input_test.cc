#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <functional>
#include <regex>
#include <sstream>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using ::testing::HasSubstr;

/// `small_scenario()` with one line changed.
std::string changed(const std::string& from, const std::string& to) {
  std::string text = small_scenario();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string with_trace(const std::string& name) {
  return changed("generator = { kind = \"poisson\", rate_per_s = 2, duration = \"10 min\" }",
                 "trace = \"" + name + "\"");
}

std::string gzipped(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  std::string copy = text;
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

/// A length-delimited field of a protobuf message; number below 16.
std::string field(int number, const std::string& content) {
  EXPECT_LT(content.size(), 128U);
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} +
         content;
}
std::string field(int number, int value) {
  return {static_cast<char>(number << 3), static_cast<char>(value)};
}

/// An ONNX model of one node with an operator that does not exist. Field numbers: onnx.proto.
std::string strange_model() {
  const std::string shape = field(2, field(1, field(1, 1)));         // one axis of size 1
  const std::string type = field(2, field(1, field(1, 1) + shape));  // float32
  const std::string node = field(1, "x") + field(2, "y") + field(3, "odd") + field(4, "Frobnicate");
  const std::string graph = field(1, node) + field(2, "g") + field(11, field(1, "x") + type) +
                            field(12, field(1, "y") + type);
  return field(1, 7) + field(7, graph) + field(8, field(2, 13));
}

struct BadInput {
  const char* name;
  std::function<std::vector<std::string>(const Program&)> prepare;  ///< makes files; the arguments
  std::vector<std::string> said;                                    ///< in standard error
};

std::vector<std::string> run_of(const Program& program, const std::string& scenario) {
  return {"run", program.file("bad.toml", scenario), "-o", "out.json"};
}

std::vector<BadInput> bad_inputs() {
  return {
      {"MissingScenario",
       [](const Program&) {
         return std::vector<std::string>{"run", "nowhere.toml", "-o", "out.json"};
       },
       {"nowhere.toml"}},
      {"NotToml", [](const Program& p) { return run_of(p, "name = \n"); }, {"bad.toml:1:"}},
      {"EmptyScenario", [](const Program& p) { return run_of(p, ""); }, {"bad.toml"}},
      {"UnknownKey",
       [](const Program& p) { return run_of(p, changed("seed = 3", "sed = 3")); },
       {"bad.toml:2:", "unknown key", "'seed'"}},
      {"UnknownUnit",
       [](const Program& p) { return run_of(p, changed("\"10 min\"", "\"10 minuts\"")); },
       {"bad.toml:4:", "traffic.generator.duration", "unknown unit 'minuts'"}},
      {"MissingUnit",
       [](const Program& p) { return run_of(p, changed("\"350 ms\"", "\"350\"")); },
       {"bad.toml:6:", "the unit is missing"}},
      {"NegativeRate",
       [](const Program& p) { return run_of(p, changed("rate_per_s = 2", "rate_per_s = -2")); },
       {"bad.toml:4:", "rate_per_s"}},
      {"NotANumber",
       [](const Program& p) { return run_of(p, changed("rate_per_s = 2", "rate_per_s = nan")); },
       {"bad.toml:4:", "rate_per_s"}},
      {"UnknownPlatform",
       [](const Program& p) { return run_of(p, changed("aws-lambda", "aws-lamda")); },
       {"bad.toml:", "aws-lamda", "'aws-lambda'"}},
      {"UnknownServer",
       [](const Program& p) { return run_of(p, changed("aws/c6i.large", "aws/c6i.lagre")); },
       {"bad.toml:", "c6i.lagre", "aws/c6i.large"}},
      {"MemoryThatIsNotSold",
       [](const Program& p) { return run_of(p, changed("1024 MB", "64 MB")); },
       {"bad.toml:", "64 MB"}},
      {"MissingTrace",
       [](const Program& p) { return run_of(p, with_trace("nothing.csv")); },
       {"nothing.csv"}},
      {"UnsortedRows",
       [](const Program& p) {
         p.file("rows.csv", "arrival_s\n1\n3\n2\n");
         return run_of(p, with_trace("rows.csv"));
       },
       {"rows.csv:4:"}},
      {"RowThatIsNoNumber",
       [](const Program& p) {
         p.file("rows.csv", "arrival_s\n1\n2\nlater\n");
         return run_of(p, with_trace("rows.csv"));
       },
       {"rows.csv:4:", "later"}},
      {"UnsortedRowLateInTheFile",
       [](const Program& p) {
         std::string rows = "arrival_s\n";
         for (int i = 0; i < 5000; ++i) rows += std::to_string(i) + "\n";
         p.file("rows.csv", rows + "17\n");
         return run_of(p, with_trace("rows.csv"));
       },
       {"rows.csv:5002:"}},
      {"TruncatedGzip",
       [](const Program& p) {
         std::string rows = "arrival_s\n";
         for (int i = 0; i < 5000; ++i) rows += std::to_string(i) + "\n";
         const std::string packed = gzipped(rows);
         p.file("rows.csv.gz", packed.substr(0, packed.size() / 2));
         return run_of(p, with_trace("rows.csv.gz"));
       },
       {"rows.csv.gz"}},
      {"UnsupportedOperator",
       [](const Program& p) {
         p.file("strange.onnx", strange_model());
         return run_of(p, changed("execution = \"350 ms\"", "onnx = \"strange.onnx\""));
       },
       {"strange.onnx", "Frobnicate"}},
      {"NotAModel",
       [](const Program& p) {
         p.file("strange.onnx", "hello");
         return run_of(p, changed("execution = \"350 ms\"", "onnx = \"strange.onnx\""));
       },
       {"strange.onnx"}},
      {"DamagedStore",
       [](const Program& p) {
         p.file("store.sqlite", std::string(4096, 'x'));
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"--save", "--store", "store.sqlite"});
         return arguments;
       },
       {"store.sqlite", "--store FILE"}},
      {"UnknownEnding",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"-o", "out.pdf"});
         return arguments;
       },
       {"out.pdf", ".json, .csv, .html, .md or .txt"}},
      {"MissingFolder",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"-o", "nowhere/out.csv"});
         return arguments;
       },
       {"nowhere/out.csv", "no folder"}},
      {"SetOfAnUnknownKey",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"--set", "traffic.scal=2"});
         return arguments;
       },
       {"traffic.scal", "'scale'"}},
      {"UnknownOption",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"--thread", "2"});
         return arguments;
       },
       {"faascast run: unknown option '--thread'", "did you mean '--threads'?"}},
      {"UnknownCommand",
       [](const Program&) {
         return std::vector<std::string>{"breakevn", "x.toml"};
       },
       {"faascast: unknown command 'breakevn'", "did you mean 'breakeven'?"}},
      {"UnknownCommandOfACommand",
       [](const Program&) {
         return std::vector<std::string>{"trace", "inof", "x.csv"};
       },
       {"faascast trace: unknown command 'inof'", "did you mean 'info'?"}},
      {"NoCommand",
       [](const Program&) { return std::vector<std::string>{}; },
       {"faascast", "--help"}},
      {"NoScenario",
       [](const Program&) { return std::vector<std::string>{"run"}; },
       {"SCENARIO", "faascast run --help"}},
      {"TwoFormats",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"--json", "--csv"});
         return arguments;
       },
       {"--json"}},
      {"SeedThatIsNoNumber",
       [](const Program& p) {
         auto arguments = run_of(p, small_scenario());
         arguments.insert(arguments.end(), {"--seed", "-1"});
         return arguments;
       },
       {"--seed"}},
      {"BreakevenWithoutObjective",
       [](const Program& p) {
         return std::vector<std::string>{
             "breakeven", p.file("bad.toml", changed("[objective]\np99 = \"30 s\"\n", ""))};
       },
       {"objective"}},
      {"RequireWithoutObjective",
       [](const Program& p) {
         auto arguments = run_of(p, changed("[objective]\np99 = \"30 s\"\n", ""));
         arguments.emplace_back("--require");
         return arguments;
       },
       {"[objective]"}},
      {"PriceOfAnUnknownPlatform",
       [](const Program&) {
         return std::vector<std::string>{"price", "--platform", "aws-lamda"};
       },
       {"aws-lamda", "aws-lambda"}},
      {"PriceWithoutUnit",
       [](const Program&) {
         return std::vector<std::string>{"price", "--platform", "aws-lambda", "--memory", "512"};
       },
       {"--memory", "the unit is missing"}},
      {"PriceOfNothing",
       [](const Program&) { return std::vector<std::string>{"price"}; },
       {"--platform"}},
      {"UnknownPlatformToShow",
       [](const Program&) {
         return std::vector<std::string>{"platforms", "show", "aws-lamda"};
       },
       {"aws-lamda", "aws-lambda"}},
      {"UnknownModelToProfile",
       [](const Program&) {
         return std::vector<std::string>{"profile", "logreg-mnist-od"};
       },
       {"logreg-mnist-od", "logreg-mnist-odd"}},
      {"UnknownGenerator",
       [](const Program&) {
         return std::vector<std::string>{"trace", "generate",   "--kind", "poison", "--rate",
                                         "1",     "--duration", "1 h",    "-o",     "out.csv"};
       },
       {"poison", "poisson"}},
      {"RunsOfNoStore",
       [](const Program&) {
         return std::vector<std::string>{"runs", "list"};
       },
       {"no such store"}},
  };
}

void PrintTo(const BadInput& input, std::ostream* out) { *out << input.name; }

class Refuses : public ::testing::TestWithParam<BadInput> {};

TEST_P(Refuses, WithCodeTwoAPlaceAndNothingWritten) {
  const Program program;
  const Outcome outcome = program.run(GetParam().prepare(program));
  EXPECT_EQ(outcome.exit_code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  for (const std::string& words : GetParam().said) EXPECT_THAT(outcome.err, HasSubstr(words));
  for (const char* file : {"out.json", "out.csv", "out.pdf"}) {
    EXPECT_FALSE(program.exists(file)) << file;
  }
  EXPECT_LT(outcome.err.size(), 4000U) << outcome.err;
}

INSTANTIATE_TEST_SUITE_P(Table, Refuses, ::testing::ValuesIn(bad_inputs()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(BadInputs, AreReportedAllAtOnce) {
  const Program program;
  std::string text = changed("\"10 min\"", "\"10 minuts\"");
  text.replace(text.find("seed = 3"), 8, "sed = 3");
  text.replace(text.find("\"350 ms\""), 8, "\"350 msec\"");
  text.replace(text.find("aws/c6i.large"), 13, "aws/c6i.lagre");
  const Outcome outcome = program.run({"run", program.file("bad.toml", text)});
  EXPECT_EQ(outcome.exit_code, 2);
  const std::regex place("bad\\.toml:[0-9]+:[0-9]+: ");
  std::istringstream lines(outcome.err);
  int problems = 0;
  int mends = 0;
  for (std::string line; std::getline(lines, line);) {
    problems += std::regex_search(line, place, std::regex_constants::match_continuous) ? 1 : 0;
    mends += line.rfind("    ", 0) == 0 ? 1 : 0;
  }
  EXPECT_GE(problems, 3)
      << outcome.err;  // what needs the catalogue is found once the rest is right
  EXPECT_GE(mends, 3) << outcome.err;
}

TEST(BadInputs, UnknownOptionsAreReportedAllAtOnce) {
  const Program program;
  const Outcome outcome = program.run(
      {"run", program.file("small.toml", small_scenario()), "--jsno", "--thread=2", "--sed", "4"});
  EXPECT_EQ(outcome.exit_code, 2);
  for (const char* name : {"'--jsno'", "'--json'", "'--thread'", "'--threads'", "'--sed'"}) {
    EXPECT_THAT(outcome.err, HasSubstr(name));
  }
}

}  // namespace
}  // namespace faascast
