#include "workloads/accuracy.h"

#include <zlib.h>

#include <array>
#include <cmath>

#include "support.h"
#include "workloads/cartpole.h"
#include "workloads/models.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;

std::string idx(unsigned char type, const std::vector<std::uint32_t>& sizes,
                const std::string& values) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xFFU);
  }
  return bytes + values;
}

void put(const fs::path& file, const std::string& content) {
  std::ofstream(file, std::ios::binary) << content;
}

Graph shipped(const std::string& name) { return read_onnx(find_model(name).content, name); }

// ---- CartPole

// Worked by hand from the equations of motion. Upright and at rest, pushed to the right:
// temp = 10/1.1, angular acceleration = -temp / (0.5 (4/3 - 0.1/1.1)) = -600/41,
// acceleration = 10/1.1 + 0.05 * 600/41 / 1.1 = 400/41.
TEST(CartPole, FirstStepFromRestIsThatOfTheEquations) {
  CartPole pole;
  pole.step(true);
  EXPECT_EQ(pole.position, 0.0);  // explicit Euler: the speed from before the step
  EXPECT_NEAR(pole.speed, 0.02 * 400.0 / 41.0, 1e-15);
  EXPECT_EQ(pole.angle, 0.0);
  EXPECT_NEAR(pole.turn, -0.02 * 600.0 / 41.0, 1e-15);
  pole.step(true);  // now position and angle move by the speeds that the first step gave
  EXPECT_NEAR(pole.position, 0.02 * 0.02 * 400.0 / 41.0, 1e-15);
  EXPECT_NEAR(pole.angle, -0.02 * 0.02 * 600.0 / 41.0, 1e-15);
}

// State (0.1, -0.5, 0.2, 1.5), pushed to the left; sin 0.2 = 0.198669330795061, cos 0.2 =
// 0.980066577841242: temp = (-10 + 0.05*2.25*sin)/1.1 = -9.070590636623232; angular acceleration =
// (9.8 sin - cos temp)/(0.5 (4/3 - 0.1 cos^2/1.1)) = 17.418990...; acceleration = temp - 0.05 *
// 17.418990 cos/1.1 = -9.846576...
TEST(CartPole, AnyStepIsThatOfTheEquations) {
  CartPole pole{0.1, -0.5, 0.2, 1.5};
  pole.step(false);
  const double sine = 0.198669330795061;
  const double cosine = 0.980066577841242;
  const double temp = (-10.0 + 0.1125 * sine) / 1.1;
  const double turning = (9.8 * sine - cosine * temp) / (0.5 * (4.0 / 3.0 - cosine * cosine / 11.0));
  EXPECT_NEAR(pole.position, 0.09, 1e-15);
  EXPECT_NEAR(pole.angle, 0.23, 1e-15);
  EXPECT_NEAR(pole.turn, 1.5 + 0.02 * turning, 1e-13);
  EXPECT_NEAR(pole.speed, -0.5 + 0.02 * (temp - 0.05 * turning * cosine / 1.1), 1e-13);
}

TEST(CartPole, IsOverBeyondItsLimitsOnly) {
  EXPECT_FALSE((CartPole{.position = 2.4}.is_over()));
  EXPECT_TRUE((CartPole{.position = -2.4000001}.is_over()));
  EXPECT_FALSE((CartPole{.angle = 0.2094395}.is_over()));
  EXPECT_TRUE((CartPole{.angle = -0.2094396}.is_over()));
}

TEST(CartPole, PushingOneWayFallsAfterAboutTenSteps) {
  const CartPolePolicy right = [](auto, std::span<std::uint8_t> push) {
    std::fill(push.begin(), push.end(), std::uint8_t{1});
  };
  for (const int steps : play_cartpole(right, 50, 1, 7)) {
    EXPECT_GE(steps, 8);  // the known range of the constant policy
    EXPECT_LE(steps, 11);
  }
}

TEST(CartPole, EpisodesDoNotDependOnWhatPlaysBesideThem) {
  const CartPolePolicy by_angle = [](std::span<const std::array<float, 4>> seen,
                                     std::span<std::uint8_t> push) {
    for (std::size_t i = 0; i < seen.size(); ++i) push[i] = seen[i][2] > 0.0F ? 1 : 0;
  };
  const auto alone = play_cartpole(by_angle, 20, 3, 1);
  EXPECT_EQ(play_cartpole(by_angle, 20, 3, 20), alone);
  EXPECT_EQ(play_cartpole(by_angle, 20, 3, 6), alone);
  EXPECT_NE(play_cartpole(by_angle, 20, 4, 6), alone);
}

// ---- Test sets

TEST(ReadIdx, TakesPlainAndCompressedFiles) {
  const TemporaryFolder folder;
  const std::string bytes = idx(8, {2, 1, 3}, "abcdef");
  put(folder.path() / "plain", bytes);
  const fs::path packed = folder.path() / "packed.gz";
  gzFile file = gzopen(packed.c_str(), "wb");
  ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
            static_cast<int>(bytes.size()));
  gzclose(file);
  for (const fs::path& name : {folder.path() / "plain", packed}) {
    const IdxBytes read = read_idx(name);
    EXPECT_EQ(read.shape, (Shape{2, 1, 3}));
    EXPECT_EQ(std::string(read.values.begin(), read.values.end()), "abcdef");
  }
}

TEST(ReadIdx, RefusesWhatIsNone) {
  struct Case {
    std::string bytes;
    std::string complaint;
  };
  const std::vector<Case> cases = {
      {"", "is not an IDX file"},
      {"abcdefgh", "is not an IDX file"},
      {idx(13, {1}, "abcd"), "type 0x0d"},
      {idx(8, {}, ""), "has 0 axes"},
      {idx(8, {1, 1, 1, 1, 1}, "a"), "has 5 axes"},
      {idx(8, {3, 3}, "").substr(0, 9), "ends within its header"},
      {idx(8, {2, 2}, "abc"), "holds 3 values"},
      {idx(8, {2, 2}, "abcde"), "holds 5 values"},
      {idx(8, {0xFFFFFFFFU, 0xFFFFFFFFU, 0xFFFFFFFFU}, "a"), "holds 1 values"},
  };
  const TemporaryFolder folder;
  for (const Case& c : cases) {
    put(folder.path() / "x", c.bytes);
    const std::string text = refusal([&] { static_cast<void>(read_idx(folder.path() / "x")); });
    EXPECT_NE(text.find(c.complaint), std::string::npos) << c.complaint << ": " << text;
  }
  EXPECT_NE(refusal([&] { static_cast<void>(read_idx(folder.path() / "none")); }), "");
}

TEST(ReadImageSet, WantsLabelsThatFit) {
  const TemporaryFolder folder;
  const fs::path images = folder.path() / "my-images-idx3-ubyte";
  const auto read = [&] { static_cast<void>(read_image_set(images)); };
  put(images, idx(8, {2, 1, 2}, "abcd"));
  EXPECT_NE(refusal(read).find("no labels beside it"), std::string::npos);
  put(folder.path() / "my-labels-idx1-ubyte", idx(8, {3}, "\1\2\3"));
  EXPECT_NE(refusal(read).find("labels [3] for images [2, 1, 2]"), std::string::npos);
  put(folder.path() / "my-labels-idx1-ubyte", idx(8, {2}, "\1\2"));
  const TestSet set = read_image_set(images);
  EXPECT_EQ(set.labels, (std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(set.example_shape, (Shape{1, 2}));
}

TEST(ReadTokenSet, ReadsLabelsAndIds) {
  const TemporaryFolder folder;
  put(folder.path() / "x.txt", "1 5 6 7\n\n0\t8\r\n");
  const TestSet set = read_token_set(folder.path() / "x.txt");
  EXPECT_EQ(set.labels, (std::vector<std::int64_t>{1, 0}));
  EXPECT_EQ(set.texts, (std::vector<std::vector<std::int64_t>>{{5, 6, 7}, {8}}));
}

TEST(ReadTokenSet, NamesEveryWrongLine) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "x.txt";
  const auto read = [&] { static_cast<void>(read_token_set(file)); };
  put(file, "1 5\n1 5 x7\n1\n-1 5\n1 5.5\n0 99999999999999999999\n");
  const std::string text = refusal(read);
  for (const char* place : {":2:5: 'x7'", ":3:", ":4:1: '-1 5'", ":5:3: '5.5'", ":6:3: '999"}) {
    EXPECT_NE(text.find(place), std::string::npos) << place << " in " << text;
  }
  EXPECT_EQ(text.find("x.txt:1:"), std::string::npos);
  put(file, "\n");
  EXPECT_NE(refusal(read).find("holds no text"), std::string::npos);
}

TEST(FindTestSet, SaysWhatIsMissing) {
  const TemporaryFolder folder;
  const auto find = [&](const char* model, const fs::path& data) {
    return refusal([&] { static_cast<void>(find_test_set(shipped(model), data)); });
  };
  EXPECT_NE(find("cnn-mnist", "").find("--data"), std::string::npos);
  EXPECT_NE(find("cnn-mnist", folder.path()).find("t10k-images"), std::string::npos);
  EXPECT_NE(find("lstm-sentiment", folder.path()).find("no file"), std::string::npos);
  EXPECT_NE(find("cnn-mnist", folder.path() / "none").find("neither"), std::string::npos);
  EXPECT_EQ(find("dqn-cartpole", ""), "");
}

// ---- Accuracy

// y = x picks the greater of two pixels; three of four labels say so.
TEST(MeasureAccuracy, CountsWhatIsRight) {
  const TestSet set{.kind = TestSet::Kind::kImages,
                    .name = "made",
                    .example_shape = {2},
                    .pixels = {9, 1, 1, 9, 9, 1, 2, 3},
                    .labels = {0, 1, 1, 1}};
  const Graph graph =
      ModelBuilder().input("x", {-1, 2}).node("Identity", {"x"}, {"y"}).output("y").graph();
  const Accuracy all = measure_accuracy(graph, set);
  EXPECT_EQ(all.examples, 4U);
  EXPECT_DOUBLE_EQ(all.value, 0.75);
  // Wilson's interval of 3 of 4 at z = 1.96, as published in tables: 0.3006 to 0.9544.
  EXPECT_NEAR(all.low, 0.3006, 1e-4);
  EXPECT_NEAR(all.high, 0.9544, 1e-4);
  EXPECT_DOUBLE_EQ(measure_accuracy(graph, set, {.examples = 2}).value, 1.0);
  // One at a time gives the same.
  const Graph single =
      ModelBuilder().input("x", {1, 2}).node("Identity", {"x"}, {"y"}).output("y").graph();
  EXPECT_DOUBLE_EQ(measure_accuracy(single, set).value, 0.75);
}

TEST(MeasureAccuracy, OneOutputAnswersYesOrNo) {
  TestSet set{.kind = TestSet::Kind::kImages,
              .name = "made",
              .example_shape = {1},
              .pixels = {255, 0, 255, 0},
              .labels = {1, 0, 0, 0}};
  const Graph graph =
      ModelBuilder().input("x", {-1, 1}).node("Identity", {"x"}, {"y"}).output("y").graph();
  EXPECT_DOUBLE_EQ(measure_accuracy(graph, set).value, 0.75);
  set.labels = {3, 2, 5, 4};
  EXPECT_NE(refusal([&] { static_cast<void>(measure_accuracy(graph, set)); }).find("--positive"),
            std::string::npos);
  EXPECT_DOUBLE_EQ(measure_accuracy(graph, set, {.positive = {3, 5}}).value, 1.0);
}

TEST(MeasureAccuracy, RefusesSetsThatDoNotFit) {
  const TestSet set{.kind = TestSet::Kind::kImages,
                    .name = "made",
                    .example_shape = {3},
                    .pixels = {1, 2, 3},
                    .labels = {0}};
  const Graph graph =
      ModelBuilder().input("x", {-1, 2}).node("Identity", {"x"}, {"y"}).output("y").graph();
  EXPECT_NE(refusal([&] { static_cast<void>(measure_accuracy(graph, set)); }).find("made"),
            std::string::npos);
  const TestSet poles{.kind = TestSet::Kind::kCartPole, .name = "CartPole-v1"};
  EXPECT_NE(refusal([&] { static_cast<void>(measure_accuracy(graph, poles)); }).find("no CartPole"),
            std::string::npos);
}

TEST(MeasureAccuracy, ShippedPoliciesKeepThePoleUp) {
  for (const char* name : {"dqn-cartpole", "dqn-cartpole-robust", "dqn-cartpole-student"}) {
    const Graph graph = shipped(name);
    const Accuracy found = measure_accuracy(graph, find_test_set(graph, ""), {.episodes = 50});
    EXPECT_TRUE(found.is_return);
    EXPECT_GE(found.value, 475.0) << name;  // the environment's threshold for solved
  }
}

struct Known {
  const char* model;
  const char* data;  ///< below the public data
  double share;
};

// The figures that were counted when the models were trained.
TEST(MeasureAccuracy, PublicTestSetsGiveTheKnownFigures) {
  const std::vector<Known> known = {
      {"logreg-mnist-odd", "datasets", 0.8909}, {"cnn-mnist", "datasets", 0.9883},
      {"cnn-mnist-student", "datasets", 0.9752}, {"lstm-sentiment", "models", 0.835},
      {"lstm-sentiment-student", "models", 0.85}};
  if (!fs::exists(public_data())) GTEST_SKIP() << "no public data at " << public_data();
  for (const Known& k : known) {
    const Graph graph = shipped(k.model);
    const Accuracy found = measure_accuracy(graph, find_test_set(graph, public_data() / k.data));
    // Two answers more or less: kernels differ in the last bits.
    EXPECT_NEAR(found.value, k.share, 2.5 / static_cast<double>(found.examples)) << k.model;
  }
}

}  // namespace
}  // namespace faascast
