#include "traces/function_names.h"

#include <cstring>
#include <utility>

#include "sim-core/random.h"

namespace faascast {
namespace {

template <class Word>
std::uint64_t load(const char* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Up to seven bytes as one word, by loads that overlap.
std::uint64_t short_word(const char* at, std::size_t size) {
  if (size >= 4) return load<std::uint32_t>(at) | load<std::uint32_t>(at + size - 4) << 32U;
  if (size == 0) return 0;
  const auto byte = [at](std::size_t i) {
    return std::uint64_t{static_cast<unsigned char>(at[i])};
  };
  return byte(0) | byte(size / 2) << 8U | byte(size - 1) << 16U;
}

/// Eight bytes at a time, the last ones overlapping those before.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
  constexpr std::size_t kWord = sizeof(std::uint64_t);
  const char* at = text.data();
  std::uint64_t hash = text.size() * kOdd;
  if (text.size() < kWord) return mix64(hash ^ short_word(at, text.size()));
  const char* const last = at + text.size() - kWord;
  for (; at < last; at += kWord) {
    hash = (hash ^ load<std::uint64_t>(at)) * kOdd;
    hash ^= hash >> 29U;
  }
  return mix64(hash ^ load<std::uint64_t>(last));
}

}  // namespace

std::uint32_t FunctionNames::index(std::string_view name) {
  const std::uint64_t hash = hash_of(name);
  std::size_t at = hash & (places_.size() - 1);
  for (; places_[at].index_plus_one != 0; at = (at + 1) & (places_.size() - 1)) {
    const Place& place = places_[at];
    if (place.hash == hash && names_[place.index_plus_one - 1] == name) {
      return place.index_plus_one - 1;
    }
  }
  names_.emplace_back(name);
  const auto count = static_cast<std::uint32_t>(names_.size());
  places_[at] = {hash, count};
  if (names_.size() * 4 > places_.size()) grow();
  return count - 1;
}

void FunctionNames::grow() {
  const std::vector<Place> old = std::exchange(places_, std::vector<Place>(places_.size() * 2));
  for (const Place& place : old) {
    if (place.index_plus_one == 0) continue;
    std::size_t at = place.hash & (places_.size() - 1);
    while (places_[at].index_plus_one != 0) at = (at + 1) & (places_.size() - 1);
    places_[at] = place;
  }
}

}  // namespace faascast
