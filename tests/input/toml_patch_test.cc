#include "input/toml_patch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "input/toml_file.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

constexpr const char* kText = R"(# a fäll of thé tests
name = "é ä" # cömment
a.b = 1

[traffic] # what arrives
generator = { kind = "gamma", rate_per_s = 0.50, duration = "1 d" } # bursty
  scale = 1.0     # indented
list = [
  1, # one
  2,
]

[objective]

# a function
[[deployment]]
platform = "aws-lambda"    # cheap
memory = "1024 MB"

# a fleet
[[deployment]]
server = "aws/c6i.large"
[deployment.autoscale]
maximum = 9
)";

/// What a text says, whether its tables are inline or have headers.
std::vector<std::string> said(std::string_view text, const std::vector<std::string>& set = {}) {
  std::vector<std::string> all;
  for (const TomlValue& value : toml_values(text, set)) {
    all.push_back(value.path + (value.is_string ? "=\"" : "=") + value.text);
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// The lines of a that b has not.
std::vector<std::string> lines_gone(const std::string& a, const std::string& b) {
  std::vector<std::string> gone;
  for (std::size_t at = 0; at < a.size();) {
    const std::size_t end = a.find('\n', at) + 1;
    const std::string line = a.substr(at, end - at);
    if (b.find(line) == std::string::npos) gone.push_back(line);
    at = end;
  }
  return gone;
}

struct Case {
  const char* assignment;
  std::size_t changed;  ///< lines of the old text that are gone
};

class PatchedToml : public ::testing::TestWithParam<Case> {};

// The patched text says what the file with the assignment says, and all other lines are still there.
TEST_P(PatchedToml, SaysTheAssignmentAndKeepsTheRest) {
  const std::string patched = patched_toml(kText, {GetParam().assignment});
  EXPECT_EQ(said(patched), said(kText, {GetParam().assignment})) << patched;
  EXPECT_EQ(lines_gone(kText, patched).size(), GetParam().changed) << patched;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PatchedToml,
    ::testing::Values(Case{"name=x \"y\" \\ z", 1}, Case{"seed=7", 0}, Case{"a.b=2", 1},
                      Case{"a.c=2", 0}, Case{"traffic.scale=2.5", 1}, Case{"traffic.request=2 kB", 0},
                      Case{"traffic.generator.rate_per_s=3", 1},
                      Case{"traffic.generator.cv=4", 1}, Case{"traffic.list=[1]", 3},
                      Case{"objective.p99=300 ms", 0}, Case{"deployment[0].memory=512 MB", 1},
                      Case{"deployment[0].count=3", 0}, Case{"deployment[1].count=3", 0},
                      Case{"deployment[1].autoscale.maximum=12", 1},
                      Case{"deployment[1].autoscale.minimum=2", 0},
                      Case{"deployment[0].autoscale.minimum=2", 0}, Case{"state.reads=2", 0},
                      Case{"handler.nested.deep=true", 0}, Case{"as_of=\"2020-06-30\"", 0},
                      Case{"traffic.generator={ kind = \"poisson\" }", 1}));

// toml_values() and TomlDocument::set() agree on what an assignment is.
TEST(PatchedToml, SaysWhatTheDocumentSays) {
  for (const char* assignment : {"name=x y", "traffic.scale=2.5", "deployment[0].memory=512 MB",
                                 "traffic.generator.cv=4", "as_of=\"2020-06-30\""}) {
    TomlDocument document = TomlDocument::from_text(kText, "x.toml");
    document.set(assignment);
    EXPECT_EQ(TomlDocument::from_text(patched_toml(kText, {assignment}), "x.toml").canonical_text(),
              document.canonical_text());
  }
}

TEST(PatchedToml, KeepsCommentsOfTheLineAndWindowsLineEnds) {
  EXPECT_EQ(patched_toml("a = 1 # one\r\n[t]\r\nb = 2\r\n", {"a=10", "t.c=3"}),
            "a = 10 # one\r\n[t]\r\nb = 2\r\nc = 3\r\n");
  EXPECT_EQ(patched_toml("a = 1", {"b=2"}), "a = 1\nb = 2");
  EXPECT_EQ(patched_toml("", {"b=x"}), "b = \"x\"\n");
}

TEST(PatchedToml, PutsANewTableBeforeTheDeployments) {
  const std::string patched = patched_toml(kText, {"state.reads=1"});
  EXPECT_LT(patched.find("[state]"), patched.find("# a function")) << patched;
  EXPECT_GT(patched.find("[state]"), patched.find("[objective]")) << patched;
}

TEST(PatchedToml, RefusesWhatHasNoPlace) {
  EXPECT_THROW((void)patched_toml(kText, {"deployment[7].memory=1 GB"}), InputError);
  EXPECT_THROW((void)patched_toml(kText, {"name.x=1"}), InputError);
  EXPECT_THROW((void)patched_toml(kText, {"traffic=1"}), InputError);
  EXPECT_THROW((void)patched_toml(kText, {"no assignment"}), InputError);
  EXPECT_THROW((void)patched_toml("a = ", {"a=1"}), InputError);
}

TEST(TomlWithout, TakesAKeyATableOrAnElementAway) {
  const std::string no_memory = toml_without(kText, "deployment[0].memory");
  EXPECT_EQ(lines_gone(kText, no_memory), std::vector<std::string>{"memory = \"1024 MB\"\n"});
  const std::string no_rate = toml_without(kText, "traffic.generator.rate_per_s");
  EXPECT_NE(no_rate.find("generator = { kind = \"gamma\", duration = \"1 d\" } # bursty"),
            std::string::npos)
      << no_rate;
  const std::string no_fleet = toml_without(kText, "deployment[1]");
  EXPECT_EQ(no_fleet.find("c6i"), std::string::npos);
  EXPECT_EQ(no_fleet.find("autoscale"), std::string::npos);
  EXPECT_NE(no_fleet.find("aws-lambda"), std::string::npos);
  const std::string no_function = toml_without(kText, "deployment[0]");
  EXPECT_EQ(no_function.find("aws-lambda"), std::string::npos);
  EXPECT_NE(no_function.find("maximum = 9"), std::string::npos);
  (void)TomlDocument::from_text(no_function, "still TOML");
  EXPECT_EQ(toml_without(kText, "traffic.nothing"), kText);
}

TEST(TomlWithCopy, AddsAnElementWithTheSameValues) {
  const std::string copy = toml_with_copy(kText, "deployment[1]", "second fleet");
  const std::vector<TomlValue> values = toml_values(copy);
  const auto text_of = [&](const std::string& path) {
    for (const TomlValue& value : values) {
      if (value.path == path) return value.text;
    }
    return std::string("absent");
  };
  EXPECT_EQ(text_of("deployment[2].name"), "second fleet");
  EXPECT_EQ(text_of("deployment[2].server"), "aws/c6i.large");
  EXPECT_EQ(text_of("deployment[2].autoscale.maximum"), "9");
  EXPECT_TRUE(copy.starts_with(kText));
}

TEST(TomlValues, AreInTheFilesOrderWithAssignments) {
  const std::vector<TomlValue> values =
      toml_values(kText, {"traffic.scale=3", "deployment[0].count=2", "traffic.generator.cv=4"});
  std::vector<std::string> paths;
  for (const TomlValue& value : values) paths.push_back(value.path);
  const std::vector<std::string> expected = {"name",
                                             "a.b",
                                             "traffic.generator.kind",
                                             "traffic.generator.rate_per_s",
                                             "traffic.generator.duration",
                                             "traffic.scale",
                                             "traffic.list",
                                             "deployment[0].platform",
                                             "deployment[0].memory",
                                             "deployment[1].server",
                                             "deployment[1].autoscale.maximum",
                                             "deployment[0].count",
                                             "traffic.generator.cv"};
  EXPECT_EQ(paths, expected);
  EXPECT_EQ(values[5].text, "3");
  EXPECT_TRUE(values[8].is_string);
  EXPECT_EQ(values[8].text, "1024 MB");
}

TEST(BareToml, TellsTextFromValues) {
  for (const char* bare : {"1", "0.5", "true", "2020-06-30", "[1, 2]", "{ a = 1 }"}) {
    EXPECT_TRUE(is_bare_toml(bare)) << bare;
  }
  for (const char* text : {"", "512 MB", "\"1\"", "aws-lambda", "1 d", "1\nb = 2"}) {
    EXPECT_FALSE(is_bare_toml(text)) << text;
  }
}

}  // namespace
}  // namespace faascast
