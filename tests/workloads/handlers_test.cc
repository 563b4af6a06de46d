#include "workloads/handlers/handlers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include "sim-core/error.h"
#include "workloads/handlers/handler_work.h"
#include "workloads/handlers/prime_loop.h"

namespace faascast {
namespace {

using ::testing::ElementsAre;

TEST(HandlerWork, DecodesJson) {
  EXPECT_THAT(decode_json(R"({"inputs": [1, 2.5, -3]})"), ElementsAre(1.0F, 2.5F, -3.0F));
  for (const char* wrong : {"", "[1]", R"({"inputs": 3})", R"({"inputs": ["a"]})", R"({"inputs")"}) {
    EXPECT_THROW((void)decode_json(wrong), InputError) << wrong;
  }
}

TEST(HandlerWork, DecodesBase64) {
  // RFC 4648, section 10.
  EXPECT_EQ(decode_base64("Zm9vYmFy"), "foobar");
  EXPECT_EQ(decode_base64("Zm9vYmE="), "fooba");
  EXPECT_EQ(decode_base64("Zg=="), "f");
  EXPECT_THROW((void)decode_base64("Zg="), InputError);
  EXPECT_THROW((void)decode_base64("????"), InputError);
}

std::string grey_jpeg(int width, int height, unsigned char level) {
  const std::vector<unsigned char> pixels(
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, level);
  void* handle = tjInitCompress();
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjCompress2(handle, pixels.data(), width, 0, height, TJPF_RGB, &out, &size,
                        TJSAMP_444, 100, 0), 0);
  std::string body(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  tjDestroy(handle);
  return body;
}

TEST(HandlerWork, ScalesAndNormalisesPictures) {
  for (const auto& [width, height] : {std::pair{40, 30}, std::pair{500, 300}, std::pair{1, 1}}) {
    const std::vector<float> planes = decode_jpeg(grey_jpeg(width, height, 128), 16);
    ASSERT_EQ(planes.size(), 3U * 16 * 16);
    const float level = 128.0F / 255.0F;
    for (std::size_t i = 0; i < 256; ++i) {  // one step of 255 is about 0.018 after dividing
      EXPECT_NEAR(planes[i], (level - 0.485F) / 0.229F, 0.02F);
      EXPECT_NEAR(planes[512 + i], (level - 0.406F) / 0.225F, 0.02F);
    }
  }
  EXPECT_THROW((void)decode_jpeg("no picture"), InputError);
}

TEST(HandlerWork, TokenisesByTheVocabulary) {
  // Ids are line numbers from 0: <pad> <unk> the of and.
  EXPECT_THAT(tokenise("The of\tTHE zzqqx and"), ElementsAre(2, 3, 2, 1, 4));
  EXPECT_EQ(tokenise("the.of").size(), 3U);
  EXPECT_TRUE(tokenise(" \n").empty());
}

TEST(HandlerWork, PayloadsHaveTheirSizeAndAreFixed) {
  for (const std::string& name : handler_names()) {
    const std::string payload = handler_payload(name, 65'536);
    EXPECT_EQ(payload, handler_payload(name, 65'536));
    EXPECT_NEAR(static_cast<double>(payload.size()), 65'536.0, name == "jpeg-resize" ? 40'000.0 : 64.0)
        << name;
    EXPECT_NE(run_handler(name, payload), 0.0) << name;
  }
}

TEST(HandlerProfiles, LineIsFittedToEverySizeAlike) {
  HandlerProfile profile;
  for (const std::uint64_t bytes : {100U, 1'000U, 100'000U}) {
    profile.points.push_back({bytes, static_cast<std::int64_t>(5'000 + 3 * bytes), 0, 1});
  }
  fit_line(profile);
  EXPECT_EQ(profile.base.count(), 5'000);
  EXPECT_NEAR(profile.per_byte_ns, 3.0, 1e-9);
  EXPECT_LT(profile.worst_error, 1e-6);
  EXPECT_EQ(profile.at(Bytes(10)).count(), 5'030);
}

TEST(HandlerProfiles, ShippedOnesAreWholeAndReadBack) {
  for (const std::string& name : handler_names()) {
    const HandlerProfile profile = find_handler_profile(name);
    EXPECT_EQ(profile.handler, name);
    EXPECT_GT(profile.per_byte_ns, 0.0) << name;
    EXPECT_GE(profile.points.size(), 4U) << name;
    EXPECT_LT(profile.worst_error, 1.0) << name;
    EXPECT_EQ(parse_handler_profile(handler_profile_text(profile), name), profile);
  }
  EXPECT_THROW((void)find_handler_profile("jsn"), InputError);
  EXPECT_THROW((void)parse_handler_profile("{}", "x"), InputError);
  EXPECT_THROW((void)profile_handler("xml"), InputError);
}

TEST(HandlerProfiles, AreMeasuredHere) {
  const HandlerProfile profile = profile_handler("base64", {.min_samples = 64, .max_seconds = 0.3});
  ASSERT_GE(profile.points.size(), 4U);
  EXPECT_GT(profile.points.back().p50_ns, profile.points.front().p50_ns);
  EXPECT_GT(profile.per_byte_ns, 0.0);
}

TEST(PrimeLoop, CountsOddPrimes) {
  EXPECT_EQ(odd_primes_below(10), 3U);  // 3 5 7
  EXPECT_EQ(odd_primes_below(100), 24U);
  EXPECT_EQ(odd_primes_below(kPrimeLimit), 1228U);
}

}  // namespace
}  // namespace faascast
