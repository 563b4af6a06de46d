#include "studies/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "input/quantity.h"
#include "studies/data.h"
#include "studies/schema.h"

namespace faascast {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

const FormField* find(const std::vector<FormSection>& form, const std::string& key) {
  for (const FormSection& section : form) {
    for (const FormField& field : section.fields) {
      if (field.key == key) return &field;
    }
  }
  return nullptr;
}

TEST(Form, ShowsEveryShippedScenariosValues) {
  for (const std::string& name : shipped_scenario_names()) {
    if (name == "llm-code-2023") continue;  // its trace does not ship
    const Scenario scenario = read_scenario(name);
    const std::vector<FormSection> form = form_of(scenario);
    EXPECT_EQ(form.size(), 5 + scenario.deployments.size()) << name;
    for (std::size_t i = 0; i < scenario.deployments.size(); ++i) {
      EXPECT_EQ(form[5 + i].title, scenario.deployments[i].name);
      EXPECT_FALSE(form[5 + i].fields.empty());
    }
  }
}

// Typing what a field shows changes nothing, whatever its kind: the texts are the file's own.
TEST(Form, ItsOwnValuesAreNoChange) {
  for (const char* name : {"list-price-cnn", "hybrid", "dqn-cartpole", "poisson-lambda"}) {
    const Scenario scenario = read_scenario(name);
    for (const FormSection& section : form_of(scenario)) {
      for (const FormField& field : section.fields) {
        if (field.value.empty()) continue;
        const Scenario again = with_assignment(scenario, assignment_of(field, field.value));
        EXPECT_EQ(again.canonical, scenario.canonical) << name << " " << field.key;
      }
    }
  }
}

TEST(Form, LeavesOutWhatDoesNotApply) {
  const std::vector<FormSection> form = form_of(read_scenario("list-price-cnn"));
  EXPECT_NE(find(form, "traffic.generator.rate_per_s"), nullptr);
  EXPECT_EQ(find(form, "traffic.generator.cv"), nullptr) << "Poisson traffic has no cv";
  EXPECT_EQ(find(form, "traffic.spread"), nullptr) << "there is no trace";
  EXPECT_NE(find(form, "deployment[0].concurrency"), nullptr);
  EXPECT_EQ(find(form, "deployment[0].count"), nullptr) << "functions have no count";
  EXPECT_NE(find(form, "deployment[1].count"), nullptr);
  EXPECT_EQ(find(form, "deployment[1].concurrency"), nullptr);
}

TEST(Form, PlatformsGiveRangesSourcesAndDates) {
  const std::vector<FormSection> form = form_of(read_scenario("list-price-cnn"));
  const FormField* memory = find(form, "deployment[0].memory");
  ASSERT_NE(memory, nullptr);
  ASSERT_TRUE(memory->range);
  EXPECT_EQ(memory->range->text_at(memory->kind, 0.0), "128 MB");
  EXPECT_EQ(memory->range->text_at(memory->kind, 1.0), "10240 MB");
  const FormField* factor = find(form, "deployment[0].cpu_share.host_factor");
  ASSERT_NE(factor, nullptr);
  ASSERT_TRUE(factor->range) << "it has a plausible range";
  EXPECT_LT(factor->range->low, factor->range->high);
  EXPECT_THAT(factor->help, HasSubstr("Plausible from"));
  EXPECT_THAT(factor->help, HasSubstr("20"));  // a year
  EXPECT_THAT(find(form, "deployment[0].platform")->choices, Contains("google-cloud-run"));
  EXPECT_THAT(find(form, "deployment[1].server")->choices, Contains("aws/c6i.large"));
  EXPECT_THAT(find(form, "deployment[1].region")->choices, Contains("us-east-1"));
}

TEST(FieldRange, TextsAndPlacesAgree) {
  struct Case {
    FieldKind kind;
    FieldRange range;
  };
  for (const Case& one : {Case{FieldKind::kDuration, {1e-3, 100.0, true, false, {}}},
                          Case{FieldKind::kMemory, {128.0, 10240.0, true, true, {}}},
                          Case{FieldKind::kBytes, {1.0, 1e8, true, true, {}}},
                          Case{FieldKind::kNumber, {0.01, 1000.0, true, false, {}}},
                          Case{FieldKind::kNumber, {0.0, 1.0, false, false, {}}},
                          Case{FieldKind::kMemory, {0, 1, false, true, {"256 MB", "512 MB", "1 GB"}}}}) {
    for (int i = 0; i <= 40; ++i) {
      const std::string text = one.range.text_at(one.kind, i / 40.0);
      const auto share = one.range.share_of(one.kind, text);
      ASSERT_TRUE(share) << text;
      EXPECT_EQ(one.range.text_at(one.kind, *share), text);
    }
    EXPECT_EQ(one.range.share_of(one.kind, "no number"), std::nullopt);
  }
  const FieldRange scale{0.01, 1000.0, true, false, {}};
  EXPECT_EQ(scale.text_at(FieldKind::kNumber, 0.4), "1");
  EXPECT_EQ(scale.share_of(FieldKind::kNumber, "5000"), 1.0) << "cut to the range";
}

TEST(Assignment, QuotesTextThatWouldReadAsAnotherThing) {
  FormField field;
  field.key = "as_of";
  field.kind = FieldKind::kText;
  EXPECT_EQ(assignment_of(field, "2020-06-30"), "as_of=\"2020-06-30\"");
  EXPECT_EQ(assignment_of(field, "some text"), "as_of=some text");
  field.kind = FieldKind::kNumber;
  EXPECT_EQ(assignment_of(field, "2"), "as_of=2");
  field.kind = FieldKind::kDuration;
  EXPECT_EQ(assignment_of(field, "{ kind = \"exponential\", mean = \"1 s\" }"),
            "as_of={ kind = \"exponential\", mean = \"1 s\" }");
}

TEST(Edits, AreNewValuesAndSavedTextKeepsComments) {
  const Scenario before = read_scenario("list-price-cnn");
  Scenario after = with_assignment(before, "traffic.scale=2");
  after = with_assignment(after, "traffic.scale=3");
  after = with_assignment(after, "deployment[0].memory=512 MB");
  EXPECT_EQ(after.changes.set.size(), 2U) << "the newer takes the older's place";
  EXPECT_EQ(before.traffic.scale, 1.0);
  EXPECT_EQ(after.traffic.scale, 3.0);
  const std::string text = saved_text(after);
  EXPECT_THAT(text, HasSubstr("# loose: price alone shall decide"));
  EXPECT_THAT(text, HasSubstr("memory = \"512 MB\"              # the upper end"));
  const Scenario reread = with_text(before, text);
  EXPECT_EQ(reread.canonical, after.canonical);
  EXPECT_TRUE(reread.changes.set.empty());
  EXPECT_EQ(without_key(after, "traffic.scale").traffic.scale, 1.0);
  EXPECT_EQ(without_key(before, "deployment[0].memory").deployments[0].memory, std::nullopt);
  EXPECT_THROW((void)with_assignment(before, "traffic.scale=-1"), InputError);
}

TEST(KeyOfProblem, IsThatOfTheField) {
  EXPECT_EQ(key_of_problem({"api.toml:3:9: traffic.scale", "", ""}), "traffic.scale");
  EXPECT_EQ(key_of_problem({"--set deployment[0].memory", "", ""}), "deployment[0].memory");
  EXPECT_EQ(key_of_problem({"api.toml", "", ""}), "");
}

}  // namespace
}  // namespace faascast
