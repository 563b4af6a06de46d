#include "input/toml_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace faascast {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> finished(const TomlDocument& document) {
  try {
    document.finish();
  } catch (const InputError& error) {
    std::vector<std::string> lines;
    for (const Problem& problem : error.problems()) lines.push_back(to_string(problem));
    return lines;
  }
  return {};
}

TEST(TomlFile, ReadsEveryKindOfValue) {
  const auto document = TomlDocument::from_text(R"(
name = "api"
on = true
count = 3
share = 0.5
window = "15 min"
memory = "2 GB"
payload = "2 kB"
link = "30 MB/s"
price = "$0.20"
order = "random"
list = [1, 2]
[[deployment]]
name = "a"
[[deployment]]
name = "b"
)",
                                                "api.toml");
  const TomlNode root = document.root();
  EXPECT_EQ(root["name"].string(), "api");
  EXPECT_EQ(root["on"].boolean(), true);
  EXPECT_EQ(root["count"].integer(1, 3), 3);
  EXPECT_EQ(root["count"].number(0, 10), 3.0);
  EXPECT_EQ(root["share"].number(0, 1), 0.5);
  EXPECT_EQ(root["window"].duration(), 15min);
  EXPECT_EQ(root["memory"].memory(), Megabytes(2048));
  EXPECT_EQ(root["payload"].bytes(), Bytes(2000));
  EXPECT_EQ(root["link"].bandwidth_bytes_per_s(), 30e6);
  EXPECT_EQ(root["price"].pico_usd(), 200'000'000'000);
  EXPECT_EQ(root["order"].one_of({"random", "fifo"}), "random");
  EXPECT_EQ(root["list"].elements().size(), 2U);
  const auto deployments = root["deployment"].elements();
  ASSERT_EQ(deployments.size(), 2U);
  EXPECT_EQ(deployments[1]["name"].string(), "b");
  EXPECT_EQ(deployments[1]["name"].path(), "deployment[1].name");
  EXPECT_EQ(deployments[0]["name"].string(), "a");
  EXPECT_FALSE(root["absent"].exists());
  EXPECT_FALSE(root["absent"]["deeper"].string().has_value());
  EXPECT_TRUE(root["absent"].elements().empty());
  EXPECT_THAT(root.keys(), ElementsAre("name", "on", "count", "share", "window", "memory",
                                       "payload", "link", "price", "order", "list", "deployment"));
  EXPECT_TRUE(finished(document).empty());
}

TEST(TomlFile, EveryProblemHasItsPlaceAndMend) {
  const auto document = TomlDocument::from_text(
      "[keep_alive]\n"
      "rule = \"fixed-windw\"\n"
      "windw = \"600 s\"\n"
      "window = \"15 minuts\"\n"
      "floor = 5\n",
      "acme.toml");
  const TomlNode keep = document.root()["keep_alive"];
  EXPECT_FALSE(keep["rule"].one_of({"fixed-window", "survival"}).has_value());
  EXPECT_FALSE(keep["window"].duration().has_value());
  EXPECT_FALSE(keep["window"].duration().has_value());  // asked twice, reported once
  EXPECT_FALSE(keep["floor"].duration().has_value());
  EXPECT_EQ(document.problems().size(), 3U);
  EXPECT_THAT(
      finished(document),
      ElementsAre("acme.toml:2:8: keep_alive.rule: unknown name 'fixed-windw'\n"
                  "    did you mean 'fixed-window'? one of: fixed-window, survival",
                  "acme.toml:3:1: keep_alive.windw: unknown key\n"
                  "    did you mean 'window'? keys here: rule, window, floor",
                  "acme.toml:4:10: keep_alive.window: '15 minuts' is not a duration: unknown unit "
                  "'minuts'\n    write a number and one of ns us ms s min h d, such as '15 min'",
                  "acme.toml:5:9: keep_alive.floor: '5' is not a duration: the unit is missing\n"
                  "    write a number and one of ns us ms s min h d, such as '15 min'"));
}

struct TypeCase {
  const char* value;
  void (*ask)(const TomlNode&);
  const char* message;
};

class WrongType : public ::testing::TestWithParam<TypeCase> {};

TEST_P(WrongType, IsReported) {
  const auto document = TomlDocument::from_text(std::string("x = ") + GetParam().value, "f");
  GetParam().ask(document.root()["x"]);
  const auto problems = finished(document);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0], HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Table, WrongType,
    ::testing::Values(
        TypeCase{"1", [](const TomlNode& x) { (void)x.string(); }, "f:1:5: x: 1 is not text"},
        TypeCase{"'yes'", [](const TomlNode& x) { (void)x.boolean(); },
                 "'yes' is not true or false"},
        TypeCase{"1.5", [](const TomlNode& x) { (void)x.integer(0, 9); },
                 "1.5 is not a whole number\n    write a whole number from 0 to 9"},
        TypeCase{"12", [](const TomlNode& x) { (void)x.integer(0, 9); }, "12 is out of range"},
        TypeCase{"-1", [](const TomlNode& x) { (void)x.integer(0, INT64_MAX); },
                 "write a whole number of at least 0"},
        TypeCase{"nan", [](const TomlNode& x) { (void)x.number(0, 1); }, "nan is out of range"},
        TypeCase{"'1'", [](const TomlNode& x) { (void)x.number(0, 1); }, "'1' is not a number"},
        TypeCase{"2.0", [](const TomlNode& x) { (void)x.number(0, 1); },
                 "write a number from 0 to 1"},
        TypeCase{"true", [](const TomlNode& x) { (void)x.duration(); }, "true is not a duration"},
        TypeCase{"[1]", [](const TomlNode& x) { (void)x.memory(); },
                 "an array is not a memory size"},
        TypeCase{"512", [](const TomlNode& x) { (void)x.memory(); },
                 "'512' is not a memory size: the unit is missing"},
        TypeCase{"0.2", [](const TomlNode& x) { (void)x.pico_usd(); },
                 "0.2 is not exact without quotes"},
        TypeCase{"2020-01-01", [](const TomlNode& x) { (void)x.string(); },
                 "a date or time is not text"},
        TypeCase{"{ a = 1 }", [](const TomlNode& x) { (void)x.elements(); },
                 "a table is not an array\n    write [[x]] in front of each table"},
        TypeCase{"5", [](const TomlNode& x) { (void)x["key"]; }, "5 is not a table"}));

TEST(TomlFile, UnknownKeysAreFoundAtEveryDepth) {
  const auto document = TomlDocument::from_text(
      "a = { b = { c = 1, d = 2 } }\n"
      "list = [{ x = 1, y = 2 }]\n"
      "free = { any = { thing = 1 } }\n"
      "top = 1\n",
      "f");
  const TomlNode root = document.root();
  (void)root["a"]["b"]["c"].integer(0, 9);
  for (const TomlNode& element : root["list"].elements()) (void)element["x"].integer(0, 9);
  root["free"].accept_all();
  EXPECT_THAT(finished(document),
              ElementsAre("f:1:20: a.b.d: unknown key\n    keys here: c",
                          "f:2:18: list[0].y: unknown key\n    keys here: x",
                          "f:4:1: top: unknown key\n    keys here: a, list, free"));
}

TEST(TomlFile, MissingKeysAndReports) {
  const auto document = TomlDocument::from_text("\n[traffic]\nrate = 1\n", "f");
  const TomlNode traffic = document.root()["traffic"];
  traffic.require("duration");
  traffic.require("duration");
  traffic.require("rate");
  document.report(traffic["rate"], "is odd", "make it even");
  traffic["rate"].report("is odd", "make it even");
  traffic["absent"].report("is needed");
  EXPECT_THAT(finished(document), ElementsAre("f:2:1: traffic: missing key 'duration'",
                                              "f:2:1: traffic.absent: is needed",
                                              "f:3:8: traffic.rate: is odd\n    make it even"));
}

TEST(TomlFile, SourceNotes) {
  const auto document = TomlDocument::from_text(
      R"(good = { kind = "paper", source = "Table 1", as_of = "2025-08", confidence = "B" }
partial = { kind = "papers", source = "Table 1", confidence = "B" }
undated = { kind = "paper", source = "Table 1", as_of = "today", confidence = "B" }
)",
      "f");
  const auto note = document.root()["good"].source_note();
  ASSERT_TRUE(note.has_value());
  EXPECT_EQ(note->source, "Table 1");
  EXPECT_FALSE(document.root()["partial"].source_note().has_value());
  EXPECT_FALSE(document.root()["undated"].source_note().has_value());
  EXPECT_FALSE(document.root()["absent"].source_note().has_value());
  EXPECT_THAT(finished(document),
              ElementsAre(HasSubstr("f:1:1: absent: missing source note"),
                          HasSubstr("f:2:11: partial: missing key 'as_of'"),
                          HasSubstr("did you mean 'paper'?"), HasSubstr("'today' is not a date")));
}

TEST(TomlFile, SyntaxErrorsHaveAPlace) {
  for (const char* text : {"a = ", "a = 1\na = 2", "[x", "a = \"open", "\xff\xfe"}) {
    try {
      (void)TomlDocument::from_text(text, "bad.toml");
      ADD_FAILURE() << "accepted: " << text;
    } catch (const InputError& error) {
      EXPECT_THAT(error.problems().at(0).where, HasSubstr("bad.toml:")) << text;
    }
  }
  EXPECT_THROW((void)TomlDocument::from_text("a = " + std::string(100'000, '['), "deep"),
               InputError);
  EXPECT_THROW((void)TomlDocument::from_file("/nonexistent/file.toml"), InputError);
}

TEST(TomlFile, NodesSurviveMovingTheDocument) {
  auto first = TomlDocument::from_text("a = 1\n", "f");
  const TomlNode node = first.root()["a"];
  const TomlDocument second = std::move(first);
  EXPECT_EQ(node.integer(0, 9), 1);
  EXPECT_TRUE(finished(second).empty());
}

}  // namespace
}  // namespace faascast
