#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

/// Numbers names from 0 by their first appearance. Never walked, so the hash reaches no result.
class FunctionNames {
 public:
  FunctionNames() : places_(kFirstPlaces) {}
  [[nodiscard]] std::uint32_t index(std::string_view name);

 private:
  static constexpr std::size_t kFirstPlaces = 64;  ///< a power of two, as is every later size
  struct Place {
    std::uint64_t hash = 0;
    std::uint32_t index_plus_one = 0;  ///< 0 = free
  };
  void grow();

  /// Open addressing, at most a quarter full, so that the first look mostly hits.
  std::vector<Place> places_;
  std::vector<std::string> names_{};
};

}  // namespace faascast
