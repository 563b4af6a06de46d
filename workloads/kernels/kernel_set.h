#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace faascast {

enum class UnaryOp : std::uint8_t {
  kRelu,
  kSigmoid,
  kTanh,
  kExp,
  kLog,
  kSqrt,
  kNeg,
  kAbs,
  kLeakyRelu,    ///< p = slope below zero
  kElu,          ///< p = alpha
  kHardSigmoid,  ///< max(0, min(1, p*x + q))
  kClip,         ///< between p and q
  kErf,
};
enum class BinaryOp : std::uint8_t { kAdd, kSub, kMul, kDiv, kMin, kMax };

/// A convolution of one group over input planes that have been padded. Sizes in elements.
struct DirectConv {
  std::int64_t in_channels = 0;
  std::int64_t out_channels = 0;
  std::int64_t kernel_h = 0;
  std::int64_t kernel_w = 0;
  std::int64_t stride_h = 1;  ///< the horizontal stride is 1
  std::int64_t dilation_h = 1;
  std::int64_t dilation_w = 1;
  std::int64_t out_h = 0;
  std::int64_t out_w = 0;
  std::int64_t pitch = 0;  ///< of a padded row; rows are readable kConvOverrun beyond their end
  std::int64_t plane = 0;  ///< of a padded plane
};
inline constexpr std::int64_t kConvOverrun = 16;

/// Windows of one plane, horizontally and vertically. Padding lies outside the plane and is never
/// read. Sizes in elements.
struct PoolPlane {
  std::int64_t in_h = 0;
  std::int64_t in_w = 0;
  std::int64_t out_h = 0;
  std::int64_t out_w = 0;
  std::int64_t kernel_h = 1;
  std::int64_t kernel_w = 1;
  std::int64_t stride_h = 1;
  std::int64_t stride_w = 1;
  std::int64_t dilation_h = 1;
  std::int64_t dilation_w = 1;
  std::int64_t pad_top = 0;
  std::int64_t pad_left = 0;
};

/// The hot loops, compiled once for each instruction set. None of them allocates. Pointers need no
/// alignment. Matrices are row-major and dense.
struct KernelSet {
  std::string_view isa{};  ///< "x86-64-v3"
  /// Output channels that conv_direct works on at once: its packing of weights.
  std::int64_t conv_block = 1;

  std::size_t (*gemm_scratch_bytes)(std::int64_t m, std::int64_t n, std::int64_t k) = nullptr;
  /// c[m,n] += alpha * A * B with A = a[m,k] (or a[k,m] transposed), B likewise.
  void (*gemm)(std::int64_t m, std::int64_t n, std::int64_t k, float alpha, const float* a,
               bool transpose_a, const float* b, bool transpose_b, float* c,
               std::byte* scratch) = nullptr;
  /// Weights packed as [channel block][in channel][ky][kx][conv_block], the last block padded with
  /// zeros; bias has one value for each output channel, padded likewise.
  void (*conv_direct)(const DirectConv& shape, const float* padded, const float* weights,
                      const float* bias, float* out) = nullptr;
  /// As conv_direct with a block of one channel, for depthwise convolutions.
  void (*conv_depthwise)(const DirectConv& shape, const float* padded, const float* weights,
                         const float* bias, float* out) = nullptr;
  /// @param row scratch of in_w floats
  void (*max_pool)(const PoolPlane& shape, const float* in, float* row, float* out) = nullptr;
  void (*unary)(UnaryOp op, std::int64_t n, const float* in, float* out, float p,
                float q) = nullptr;
  /// A step is 1 or 0 (one value for all).
  void (*binary)(BinaryOp op, std::int64_t n, const float* a, int step_a, const float* b,
                 int step_b, float* out) = nullptr;
  /// Over each row of [rows, n]; log = logarithm of the result.
  void (*softmax)(std::int64_t rows, std::int64_t n, bool log, const float* in,
                  float* out) = nullptr;
  /// to[0, rows) += M v for a column-major M[rows, columns] whose columns are `pitch` apart.
  void (*add_columns)(std::int64_t rows, std::int64_t columns, const float* matrix,
                      std::int64_t pitch, const float* v, float* to) = nullptr;
  /// One step of an LSTM of n cells. gates: input, output, forget, cell; n each, overwritten.
  /// @param peepholes null, or the weights of input, output, forget; n each
  void (*lstm_cell)(std::int64_t n, float* gates, const float* peepholes, float* cell,
                    float* hidden) = nullptr;
  /// Each row of [rows, n] to mean 0 and variance 1, then scaled and (where not null) shifted.
  /// @param mean, inverse null, or one value a row
  void (*layer_norm)(std::int64_t rows, std::int64_t n, float epsilon, const float* in,
                     const float* scale, const float* bias, float* out, float* mean,
                     float* inverse) = nullptr;
  /// c[m,n] = a[m,k] b[n,k]^T, exact while the sums fit 32 bits.
  void (*gemm_int16)(std::int64_t m, std::int64_t n, std::int64_t k, const std::int16_t* a,
                     const std::int16_t* b, std::int32_t* c) = nullptr;
  float (*sum)(std::int64_t n, const float* in) = nullptr;
};

/// All sets that this processor can run, the slowest first; never empty.
[[nodiscard]] std::span<const KernelSet* const> kernel_sets();

/// The fastest set, or the one that the environment variable FAASCAST_ISA names (x86-64-v2,
/// x86-64-v3, x86-64-v4), where this processor can run it.
/// @throws InputError when FAASCAST_ISA names another.
[[nodiscard]] const KernelSet& best_kernels();

}  // namespace faascast
