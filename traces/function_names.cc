#include "traces/function_names.h"

#include <cstring>
#include <utility>

#include "sim-core/random.h"

namespace faascast {
namespace {

/// Eight bytes at a time.
std::uint64_t hash_of(std::string_view text) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
  std::uint64_t hash = text.size() * kOdd;
  while (text.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), sizeof word);
    hash = (hash ^ word) * kOdd;
    hash ^= hash >> 29U;
    text.remove_prefix(sizeof word);
  }
  std::uint64_t rest = 0;
  if (!text.empty()) std::memcpy(&rest, text.data(), text.size());
  return mix64(hash ^ rest);
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
  if (names_.size() * 2 > places_.size()) grow();
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
