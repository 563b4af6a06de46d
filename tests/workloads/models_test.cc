#include "workloads/models.h"

#include "support.h"

namespace faascast {
namespace {

TEST(FindModel, KnowsTheShippedNames) {
  EXPECT_EQ(shipped_models(), (std::vector<std::string>{"cnn-mnist", "cnn-mnist-student", "dqn-cartpole",
                                                        "dqn-cartpole-robust", "dqn-cartpole-student",
                                                        "logreg-mnist-odd", "lstm-sentiment",
                                                        "lstm-sentiment-student"}));
  const ModelFile model = find_model("logreg-mnist-odd");
  EXPECT_EQ(model.name, "logreg-mnist-odd");
  EXPECT_EQ(model.content.size(), 3381U);
  EXPECT_EQ(model.sha256.substr(0, 16), "03ddfee3e7f10fc4");
}

TEST(FindModel, ReadsAFile) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "copy.onnx";
  std::ofstream(file, std::ios::binary) << find_model("dqn-cartpole").content;
  const ModelFile model = find_model(file.string());
  EXPECT_EQ(model.sha256, find_model("dqn-cartpole").sha256);
  EXPECT_EQ(model.name, file.string());
}

TEST(FindModel, SuggestsTheNearestName) {
  const std::string text = refusal([] { static_cast<void>(find_model("dqn-cartpol")); });
  EXPECT_NE(text.find("did you mean 'dqn-cartpole'?"), std::string::npos) << text;
}

}  // namespace
}  // namespace faascast
