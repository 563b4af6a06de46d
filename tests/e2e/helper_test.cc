// report, doctor and completions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "tests/e2e/program.h"
#include "tests/e2e/scenarios.h"

namespace faascast {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Report, MakesAKeptResultAgainToTheBit) {
  const Program program;
  program.file("s.toml", small_scenario());
  ASSERT_EQ(program.run({"run", "s.toml", "--seed", "9", "--save", "--store", "kept.sqlite"}).exit_code,
            0);
  const Outcome outcome =
      program.run({"report", "1", "--store", "kept.sqlite", "-o", "page.html", "-o", "again.json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("came out again, to the bit"));
  EXPECT_THAT(program.read("page.html"), AllOf(HasSubstr("<svg"), HasSubstr("came out again")));
  const json kept = json::parse(program.run({"runs", "show", "1", "--store", "kept.sqlite"}).out);
  EXPECT_EQ(json::parse(program.read("again.json"))["fingerprint"], kept["fingerprint"]);
}

TEST(Report, SaysWhichNumbersThereAre) {
  const Program program;
  program.file("s.toml", small_scenario());
  ASSERT_EQ(program.run({"run", "s.toml", "--save", "--store", "kept.sqlite"}).exit_code, 0);
  const Outcome outcome = program.run({"report", "7", "--store", "kept.sqlite", "-o", "page.html"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("7"));
  EXPECT_FALSE(program.exists("page.html"));
  EXPECT_EQ(program.run({"report", "x"}).exit_code, 2);
  EXPECT_EQ(program.run({"report", "1", "--store", "none.sqlite"}).exit_code, 2);
}

TEST(Doctor, FindsThisInstallationFit) {
  const Program program;
  const Outcome outcome = program.run({"doctor", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  const json findings = json::parse(outcome.out);
  EXPECT_GE(findings.size(), 8U);
  for (const json& finding : findings) EXPECT_NE(finding["state"], "PROBLEM") << finding;
}

TEST(Doctor, FindsADamagedStore) {
  const Program program;
  program.file("bad.sqlite", "this is no database, and longer than a header would have to be");
  const Outcome outcome = program.run({"doctor", "--store", "bad.sqlite"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("PROBLEM"), HasSubstr("bad.sqlite")));
}

/// What bash offers after the words typed so far; the last one is being typed.
std::string offered(const Program& program, const std::string& words) {
  program.file("ask.sh", "source ./faascast.bash\nCOMP_WORDS=(" + words +
                             ")\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n_faascast\n"
                             "printf '%s\\n' \"${COMPREPLY[@]}\" > offered.txt\n");
  const std::string line = "cd '" + program.folder().string() + "' && bash ask.sh";
  EXPECT_EQ(std::system(line.c_str()), 0);
  return program.read("offered.txt");
}

TEST(Completions, BashOffersCommandsOptionsAndNames) {
  const Program program;
  program.file("faascast.bash", program.run({"completions", "bash"}).out);
  EXPECT_EQ(offered(program, "faascast break"), "breakeven\n");
  EXPECT_EQ(offered(program, "faascast trace gen"), "generate\n");
  EXPECT_EQ(offered(program, "faascast trace generate --dura"), "--duration\n");
  EXPECT_EQ(offered(program, "faascast run quickst"), "quickstart\n");
  EXPECT_EQ(offered(program, "faascast platforms show aws-lamb"), "aws-lambda\n");
  EXPECT_THAT(offered(program, "faascast run ''"), Not(HasSubstr("generate")));
}

TEST(Completions, OtherShells) {
  const Program program;
  EXPECT_THAT(program.run({"completions", "zsh"}).out, HasSubstr("bashcompinit"));
  EXPECT_THAT(program.run({"completions", "fish"}).out,
              HasSubstr("complete -c faascast -n '__fish_seen_subcommand_from generate' -l duration"));
  EXPECT_EQ(program.run({"completions", "csh"}).exit_code, 2);
}

TEST(Names, SteerNeitherTerminalNorPageNorStore) {
  const Program program;
  program.file("evil.toml", R"(
name = "evil\u001b[31m<script>alert(1)</script>'; drop table runs; --"
[traffic]
generator = { kind = "poisson", rate_per_s = 1, duration = "1 min" }
[model]
execution = "35 ms"
[[deployment]]
name = "a\u001b]0;x\u0007\u009b31m<img src=x>"
platform = "aws-lambda"
region = "us-east-1"
memory = "512 MB"
)");
  for (int i = 0; i < 2; ++i) {
    const Outcome outcome =
        program.run({"run", "evil.toml", "--save", "--store", "s.sqlite", "-o", "page.html"});
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_THAT(outcome.out, AllOf(HasSubstr("evil[31m<script>"), Not(HasSubstr("\x1b")),
                                   Not(HasSubstr("\x07")), Not(HasSubstr("\xc2\x9b"))));
    EXPECT_THAT(program.read("page.html"), AllOf(Not(HasSubstr("<script")), Not(HasSubstr("<img"))));
  }
  EXPECT_THAT(program.run({"runs", "list", "--csv", "--store", "s.sqlite"}).out, HasSubstr("drop table"));
  const Outcome unknown = program.run({"platforms", "show", "\x1b[31mx"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace faascast
