#include "workloads/handlers/handler_work.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "sim-core/error.h"
#include "workloads/handlers/handlers.h"

namespace faascast {
namespace {

struct JpegHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Jpeg = std::unique_ptr<void, JpegHandle>;

[[noreturn]] void refuse(std::string what) {
  throw InputError(Problem{"payload", std::move(what), "give one of the handler's kind"});
}

using Vocabulary = std::unordered_map<std::string_view, std::int64_t>;  // looked up, never walked

const Vocabulary& vocabulary() {
  static const Vocabulary words = [] {
    Vocabulary built;
    for (const EmbeddedFile& file : workloads_handlers()) {
      if (!file.name.ends_with(".vocab.txt")) continue;
      std::string_view rest = file.content;
      for (std::int64_t id = 0; !rest.empty(); ++id) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        built.emplace(rest.substr(0, end), id);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return built;
  }();
  return words;
}

/// A fixed sequence: payloads need only be ordinary.
class Sequence {
 public:
  explicit Sequence(std::uint64_t variant) : state_(2 * variant + 1) {
    for (int i = 0; i < 8; ++i) (void)next();
  }
  std::uint32_t next() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::uint32_t>(state_ >> 33U);
  }

 private:
  std::uint64_t state_;
};

std::string json_payload(std::size_t bytes, std::uint64_t variant) {
  Sequence numbers(variant);
  std::string body = "{\"inputs\":[0";
  while (body.size() + 2 < bytes) body += fmt::format(",{:.6f}", numbers.next() * 0x1p-31);
  return body + "]}";
}

std::string base64_payload(std::size_t bytes, std::uint64_t variant) {
  Sequence numbers(variant);
  std::string raw(bytes * 3 / 4, '\0');
  for (char& c : raw) c = static_cast<char>(numbers.next());
  std::string body(4 * ((raw.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(body.data()),
                                     reinterpret_cast<const unsigned char*>(raw.data()),
                                     static_cast<int>(raw.size()));
  body.resize(static_cast<std::size_t>(length));
  return body;
}

std::string text_payload(std::size_t bytes, std::uint64_t variant) {
  std::vector<std::string_view> words;
  for (const auto& [word, id] : vocabulary()) words.push_back(word);
  std::sort(words.begin(), words.end());
  Sequence numbers(variant);
  std::string body;
  while (body.size() < bytes) {
    body += words[numbers.next() % words.size()];
    body += numbers.next() % 12 == 0 ? ". " : " ";
  }
  return body;
}

/// A picture with smooth parts, edges and some grain, four thirds as wide as high.
std::string jpeg_payload(int height, std::uint64_t variant) {
  const int width = height * 4 / 3;
  Sequence grain(variant);
  std::vector<unsigned char> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const bool inside = (x / 37 + y / 53) % 3 == 0;
      for (int colour = 0; colour < 3; ++colour) {
        const int smooth = (x * 170 / width + y * 60 / height + colour * 20) % 256;
        const int value = smooth + (inside ? 25 : 0) + static_cast<int>(grain.next() % 9) - 4;
        pixels[at++] = static_cast<unsigned char>(std::clamp(value, 0, 255));
      }
    }
  }
  const Jpeg handle(tjInitCompress());
  unsigned char* out = nullptr;
  unsigned long size = 0;
  constexpr int kQuality = 85;
  if (tjCompress2(handle.get(), pixels.data(), width, 0, height, TJPF_RGB, &out, &size,
                  TJSAMP_420, kQuality, 0) != 0) {
    refuse(tjGetErrorStr2(handle.get()));
  }
  std::string body(reinterpret_cast<const char*>(out), size);
  tjFree(out);
  return body;
}

double sum_of(const auto& values) {
  double sum = 0.0;
  for (const auto value : values) sum += static_cast<double>(value);
  return sum;
}

}  // namespace

std::vector<float> decode_json(std::string_view body) {
  const nlohmann::json parsed = nlohmann::json::parse(body, nullptr, false);
  if (!parsed.is_object() || !parsed.contains("inputs") || !parsed["inputs"].is_array()) {
    refuse("no JSON object with an array 'inputs'");
  }
  std::vector<float> values;
  values.reserve(parsed["inputs"].size());
  for (const auto& each : parsed["inputs"]) {
    if (!each.is_number()) refuse("'inputs' holds something that is no number");
    values.push_back(each.get<float>());
  }
  return values;
}

std::string decode_base64(std::string_view body) {
  std::string out(body.size() / 4 * 3 + 1, '\0');
  const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(body.data()),
                                     static_cast<int>(body.size()));
  if (length < 0) refuse("no base64");
  const auto padding = body.ends_with("==") ? 2U : body.ends_with('=') ? 1U : 0U;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

std::vector<float> decode_jpeg(std::string_view body, int side) {
  const Jpeg handle(tjInitDecompress());
  const auto* bytes = reinterpret_cast<const unsigned char*>(body.data());
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(handle.get(), bytes, body.size(), &width, &height, &sampling,
                          &colours) != 0) {
    refuse(tjGetErrorStr2(handle.get()));
  }
  const auto row = static_cast<std::size_t>(width) * 3;
  std::vector<unsigned char> pixels(row * static_cast<std::size_t>(height));
  if (tjDecompress2(handle.get(), bytes, body.size(), pixels.data(), width, 0, height, TJPF_RGB,
                    0) != 0) {
    refuse(tjGetErrorStr2(handle.get()));
  }
  constexpr std::array kMean = {0.485F, 0.456F, 0.406F};
  constexpr std::array kDeviation = {0.229F, 0.224F, 0.225F};
  const auto n = static_cast<std::size_t>(side);
  std::vector<float> planes(3 * n * n);
  for (std::size_t y = 0; y < n; ++y) {
    const float fy = std::clamp((static_cast<float>(y) + 0.5F) * static_cast<float>(height) /
                                        static_cast<float>(side) - 0.5F,
                                0.0F, static_cast<float>(height - 1));
    const auto y0 = static_cast<std::size_t>(fy);
    const std::size_t y1 = std::min(y0 + 1, static_cast<std::size_t>(height) - 1);
    const float wy = fy - static_cast<float>(y0);
    for (std::size_t x = 0; x < n; ++x) {
      const float fx = std::clamp((static_cast<float>(x) + 0.5F) * static_cast<float>(width) /
                                          static_cast<float>(side) - 0.5F,
                                  0.0F, static_cast<float>(width - 1));
      const auto x0 = static_cast<std::size_t>(fx);
      const std::size_t x1 = std::min(x0 + 1, static_cast<std::size_t>(width) - 1);
      const float wx = fx - static_cast<float>(x0);
      for (std::size_t c = 0; c < 3; ++c) {
        const auto pixel = [&](std::size_t py, std::size_t px) {
          return static_cast<float>(pixels[py * row + px * 3 + c]);
        };
        const float upper = pixel(y0, x0) + wx * (pixel(y0, x1) - pixel(y0, x0));
        const float lower = pixel(y1, x0) + wx * (pixel(y1, x1) - pixel(y1, x0));
        const float value = (upper + wy * (lower - upper)) / 255.0F;
        planes[c * n * n + y * n + x] = (value - kMean[c]) / kDeviation[c];
      }
    }
  }
  return planes;
}

std::vector<std::int64_t> tokenise(std::string_view body) {
  constexpr std::int64_t kUnknown = 1;
  const Vocabulary& words = vocabulary();
  std::vector<std::int64_t> ids;
  std::string word;
  const auto finish = [&] {
    if (word.empty()) return;
    const auto found = words.find(word);
    ids.push_back(found == words.end() ? kUnknown : found->second);
    word.clear();
  };
  for (const char c : body) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      finish();
    } else if (std::ispunct(byte) != 0 && c != '\'') {
      finish();
      word = c;
      finish();
    } else {
      word += static_cast<char>(std::tolower(byte));
    }
  }
  finish();
  return ids;
}

const std::vector<std::string>& handler_names() {
  static const std::vector<std::string> names = {"base64", "jpeg-resize", "json", "tokenise"};
  return names;
}

std::string handler_payload(std::string_view name, std::size_t bytes, std::uint64_t variant) {
  if (name == "json") return json_payload(bytes, variant);
  if (name == "base64") return base64_payload(bytes, variant);
  if (name == "tokenise") return text_payload(bytes, variant);
  // About a tenth of a byte a pixel at this quality; the exact size is the payload's own.
  const double pixels = static_cast<double>(bytes) / 0.1;
  return jpeg_payload(std::max(16, static_cast<int>(std::sqrt(pixels * 0.75))),
                      variant);
}

double run_handler(std::string_view name, std::string_view payload) {
  if (name == "json") return sum_of(decode_json(payload));
  if (name == "base64") return sum_of(decode_base64(payload));
  if (name == "tokenise") return sum_of(tokenise(payload));
  return sum_of(decode_jpeg(payload));
}

}  // namespace faascast
