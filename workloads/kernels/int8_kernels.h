#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace faascast {

/// A convolution of one group with uint8 pixels and int8 weights. Pixels are held in quads: four
/// bytes that are multiplied with four weights and summed, four input channels of one pixel or four
/// neighbours of one channel, whatever the packing chose. A tap is a quad that an output pixel reads.
struct Int8Conv {
  std::int64_t taps = 0;
  const std::int32_t* offsets = nullptr;  ///< of each tap, in quads, from an output pixel's place
  std::int64_t out_channels = 0;
  std::int64_t out_h = 0;
  std::int64_t out_w = 0;
  std::int64_t row_step = 0;  ///< quads between the places of two output rows
  std::int32_t zero = 0;      ///< of the result
  std::int32_t low = 0;       ///< least and largest result: 0 to 255, or -128 to 127
  std::int32_t high = 255;
};
/// Quads that conv may read behind the last one that counts.
inline constexpr std::int64_t kInt8Overrun = 32;

/// The hot loops on bytes, for one instruction set. All give the same bits on all of them: integer
/// sums are exact, and scaling is one multiplication and one rounding to even.
struct Int8Kernels {
  std::string_view isa{};  ///< "x86-64-v4-vnni"
  /// Bytes of a packed weight of conv: 1, or 2 where sums are of 16-bit pairs.
  std::int64_t weight_bytes = 1;
  /// Output channels that conv works on at once, for rows of so many pixels: its packing of weights.
  std::int64_t (*conv_block)(std::int64_t out_w) = nullptr;
  /// out[i] = bytes rows[0..3][i * stride] as one quad, the first lowest.
  void (*pack_quads)(std::int64_t n, const std::uint8_t* const* rows, std::int64_t stride,
                     std::uint32_t* out) = nullptr;
  /// out = clamp(round((bias + sum) * scale) + zero), planes of bytes.
  /// @param weights as pack_int8_weights() makes them
  /// @param bias, scale one for each output channel, padded to whole blocks
  void (*conv)(const Int8Conv& shape, const std::uint32_t* quads, const std::byte* weights,
               const std::int32_t* bias, const float* scale, std::uint8_t* out) = nullptr;
  /// c[m,n] = a[m,k] B with B packed as [n / 16][k / 4][16][4], padded with zeros.
  void (*product)(std::int64_t m, std::int64_t n, std::int64_t k, const std::uint8_t* a,
                  const std::int8_t* packed, std::int32_t* c) = nullptr;
  /// out = clamp(round(in / scale) + zero, low, high), its lowest byte.
  void (*quantise)(std::int64_t n, const float* in, float scale, std::int32_t zero, std::int32_t low,
                   std::int32_t high, std::uint8_t* out) = nullptr;
  /// Largest value of each window of a plane of unsigned bytes, all inside it: strides 1 and 2 are fast.
  /// @param row scratch of in_w bytes
  void (*max_pool)(std::int64_t in_w, std::int64_t out_h, std::int64_t out_w, std::int64_t kernel_h,
                   std::int64_t kernel_w, std::int64_t stride_h, std::int64_t stride_w,
                   const std::uint8_t* in, std::uint8_t* row, std::uint8_t* out) = nullptr;
};

/// Every set that this processor can run, the slowest first; never empty.
[[nodiscard]] std::span<const Int8Kernels* const> int8_kernel_sets();
/// The fastest that goes with a KernelSet's instruction set.
[[nodiscard]] const Int8Kernels& int8_kernels_for(std::string_view isa);

}  // namespace faascast
