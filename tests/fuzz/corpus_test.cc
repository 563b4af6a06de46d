// Every target over its seeds and over thousands of damaged copies of them, always the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim-core/random.h"
#include "tests/fuzz/fuzz_target.h"

namespace faascast {
namespace {

std::vector<std::string> seeds_of(const std::string& target) {
  const char* root = std::getenv("FAASCAST_ROOT");
  const auto folder =
      std::filesystem::path(root != nullptr ? root : ".") / "tests/fuzz/corpus" / target;
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return seeds;
}

/// One to four bytes or stretches changed, by the number of the copy.
std::string damaged(std::string bytes, std::uint64_t copy) {
  constexpr std::string_view kNasty = "0\0\xFF,\"\n\r{}[]-.e9 :/\\\x80";
  const Stream stream(copy, 0, Purpose::kRequest);
  const std::uint64_t changes = 1 + stream.words(0)[0] % 4;
  for (std::uint64_t i = 1; i <= changes && !bytes.empty(); ++i) {
    const auto [where, what] = stream.words(i);
    const std::size_t at = where % bytes.size();
    switch (what % 5) {
      case 0:
        bytes[at] = kNasty[what / 5 % kNasty.size()];
        break;
      case 1:
        bytes.erase(at, 1 + what / 5 % 8);
        break;
      case 2:
        bytes.insert(at, 1 + what / 5 % 30, kNasty[what / 160 % kNasty.size()]);
        break;
      case 3:
        bytes.insert(at, bytes.substr(what / 5 % bytes.size(), 40));
        break;
      default:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << what / 5 % 8));
        break;
    }
  }
  return bytes;
}

class Corpus : public testing::TestWithParam<FuzzTarget> {};

TEST_P(Corpus, SeedsTheirPrefixesAndDamagedCopies) {
  const std::vector<std::string> seeds = seeds_of(GetParam().name);
  ASSERT_FALSE(seeds.empty()) << "tests/fuzz/corpus/" << GetParam().name << " has no seed";
  // Loading a model plans and packs it, which takes longer than reading a line.
  const bool is_slow = GetParam().name == "onnx";
  const std::size_t prefixes = is_slow ? 30 : 300;
  const std::uint64_t copies = is_slow ? 40 : 500;
  for (const std::string& seed : seeds) {
    GetParam().run(seed);
    const std::size_t step = 1 + seed.size() / prefixes;
    for (std::size_t size = 0; size < seed.size(); size += step) {
      GetParam().run(std::string_view(seed).substr(0, size));
    }
    for (std::uint64_t copy = 0; copy < copies; ++copy) GetParam().run(damaged(seed, copy));
  }
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Corpus, testing::ValuesIn(fuzz_targets()), [](const auto& target) {
  std::string name = target.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace faascast
