#pragma once

#include <cstdint>
#include <string_view>

namespace faascast {

/// A decimal number as a whole number of 10^-places, without going through binary fractions.
struct ScaledDecimal {
  enum class Status : std::uint8_t {
    kExact,
    kRounded,     ///< had more digits than `places`: rounded half away from zero
    kNotANumber,  ///< empty, nan, inf, hexadecimal, a thousands separator, trailing text ...
    kOutOfRange,  ///< does not fit into 64 bits
  };
  Status status = Status::kNotANumber;
  std::int64_t value = 0;  ///< text * 10^places; 0 unless kExact or kRounded

  [[nodiscard]] bool ok() const { return status == Status::kExact || status == Status::kRounded; }
};

/// "12", "-0.5", "1.5e-05", ".5", "5." with an optional sign; no surrounding space.
/// @param places 0 (whole numbers) to 18; 9 makes nanoseconds from seconds
[[nodiscard]] ScaledDecimal parse_scaled_decimal(std::string_view text, int places);

}  // namespace faascast
