#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <random>

#include "support.h"
#include "workloads/kernels/int8_kernels.h"
#include "workloads/kernels/kernel_set.h"

namespace faascast {
namespace {

std::vector<std::uint8_t> random_bytes(std::size_t count, std::mt19937& engine) {
  std::vector<std::uint8_t> values(count);
  for (std::uint8_t& value : values) value = static_cast<std::uint8_t>(engine() >> 24);
  return values;
}
std::vector<std::int8_t> random_weights(std::size_t count, std::mt19937& engine) {
  std::vector<std::int8_t> values(count);
  for (std::int8_t& value : values) value = static_cast<std::int8_t>(static_cast<int>(engine() >> 24) - 128);
  return values;
}

/// Every set of this processor: those without VNNI too, which the executor would pass over.
class ByteKernels : public ::testing::TestWithParam<const Int8Kernels*> {
 protected:
  [[nodiscard]] const Int8Kernels& kernels() const { return *GetParam(); }
};

TEST_P(ByteKernels, ConvolutionsAreExact) {
  std::mt19937 engine(1);
  constexpr std::array<std::int64_t, 4> kPairs{0, 2, 1, 3};
  for (const auto& [taps, channels, out_h, out_w] :
       std::vector<std::array<std::int64_t, 4>>{{3, 1, 2, 5}, {10, 9, 3, 16}, {7, 17, 4, 28}, {5, 8, 1, 49}}) {
    const std::int64_t row = out_w + 3;
    std::vector<std::uint32_t> quads(static_cast<std::size_t>(row * (out_h + 3) + kInt8Overrun));
    for (std::uint32_t& quad : quads) quad = static_cast<std::uint32_t>(engine());
    std::vector<std::int32_t> offsets;
    for (std::int64_t t = 0; t < taps; ++t) {
      offsets.push_back(static_cast<std::int32_t>(t / 3 % 3 * row + t % 3));
    }
    const auto weights = random_weights(static_cast<std::size_t>(channels * taps * 4), engine);
    const std::int64_t block = kernels().conv_block(out_w);
    const std::int64_t padded = (channels + block - 1) / block * block;
    std::vector<std::byte> packed(static_cast<std::size_t>(padded * taps * 4 * kernels().weight_bytes));
    std::vector<std::int32_t> bias(static_cast<std::size_t>(padded), 0);
    std::vector<float> scale(static_cast<std::size_t>(padded), 0.0F);
    for (std::int64_t c = 0; c < channels; ++c) {
      bias[static_cast<std::size_t>(c)] = static_cast<std::int32_t>(engine() % 2000) - 1000;
      scale[static_cast<std::size_t>(c)] = 0.0005F * static_cast<float>(1 + c);
      for (std::int64_t t = 0; t < taps; ++t) {
        for (std::int64_t b = 0; b < 4; ++b) {
          const std::int64_t at = ((c / block * taps + t) * block + c % block) * 4 + b;
          const auto from = [&](std::int64_t byte) {
            return weights[static_cast<std::size_t>((c * taps + t) * 4 + byte)];
          };
          if (kernels().weight_bytes == 1) {
            packed[static_cast<std::size_t>(at)] = static_cast<std::byte>(from(b));
          } else {
            const std::int16_t pair = from(kPairs[static_cast<std::size_t>(b)]);
            std::memcpy(packed.data() + 2 * at, &pair, 2);
          }
        }
      }
    }
    for (const bool is_signed : {false, true}) {
      const Int8Conv shape{.taps = taps, .offsets = offsets.data(), .out_channels = channels,
                           .out_h = out_h, .out_w = out_w, .row_step = row,
                           .zero = is_signed ? -3 : 100, .low = is_signed ? -128 : 0,
                           .high = is_signed ? 127 : 255};
      const auto plane = static_cast<std::size_t>(out_h * out_w);
      std::vector<std::uint8_t> out(static_cast<std::size_t>(channels) * plane + 1, 77);
      kernels().conv(shape, quads.data(), packed.data(), bias.data(), scale.data(), out.data());
      EXPECT_EQ(out.back(), 77) << "writes behind its planes";
      for (std::int64_t c = 0; c < channels; ++c) {
        for (std::int64_t y = 0; y < out_h; ++y) {
          for (std::int64_t x = 0; x < out_w; ++x) {
            std::int32_t sum = bias[static_cast<std::size_t>(c)];
            for (std::int64_t t = 0; t < taps; ++t) {
              const std::uint32_t quad =
                  quads[static_cast<std::size_t>(y * row + x + offsets[static_cast<std::size_t>(t)])];
              for (std::int64_t b = 0; b < 4; ++b) {
                sum += static_cast<std::int32_t>(quad >> (8 * b) & 0xFFU) *
                       weights[static_cast<std::size_t>((c * taps + t) * 4 + b)];
              }
            }
            const float rounded =
                std::nearbyint(static_cast<float>(sum) * scale[static_cast<std::size_t>(c)]);
            const auto want = std::clamp(static_cast<std::int32_t>(rounded) + shape.zero, shape.low, shape.high);
            ASSERT_EQ(out[static_cast<std::size_t>(c) * plane + static_cast<std::size_t>(y * out_w + x)],
                      static_cast<std::uint8_t>(want))
                << kernels().isa << " channel " << c << " at " << y << ", " << x;
          }
        }
      }
    }
  }
}

TEST_P(ByteKernels, ProductsAreExact) {
  std::mt19937 engine(2);
  for (const auto& [m, n, k] : std::vector<std::array<std::int64_t, 3>>{{1, 10, 7}, {3, 33, 64}, {2, 16, 257}}) {
    const auto a = random_bytes(static_cast<std::size_t>(m * k), engine);
    const auto b = random_weights(static_cast<std::size_t>(k * n), engine);
    const std::int64_t depth = (k + 3) / 4 * 4;
    std::vector<std::int8_t> packed(static_cast<std::size_t>((n + 15) / 16 * 16 * depth), 0);
    for (std::int64_t r = 0; r < k; ++r) {
      for (std::int64_t c = 0; c < n; ++c) {
        packed[static_cast<std::size_t>(c / 16 * 16 * depth + r / 4 * 64 + c % 16 * 4 + r % 4)] =
            b[static_cast<std::size_t>(r * n + c)];
      }
    }
    std::vector<std::int32_t> out(static_cast<std::size_t>(m * n));
    kernels().product(m, n, k, a.data(), packed.data(), out.data());
    for (std::int64_t i = 0; i < m; ++i) {
      for (std::int64_t j = 0; j < n; ++j) {
        std::int32_t sum = 0;
        for (std::int64_t r = 0; r < k; ++r) {
          sum += std::int32_t{a[static_cast<std::size_t>(i * k + r)]} *
                 std::int32_t{b[static_cast<std::size_t>(r * n + j)]};
        }
        ASSERT_EQ(out[static_cast<std::size_t>(i * n + j)], sum) << kernels().isa;
      }
    }
  }
}

TEST_P(ByteKernels, QuantisesAsDefined) {
  const std::vector<float> in{0.0F, 0.25F, -0.25F, 0.75F, 1e9F, -1e9F, std::nanf(""), 3.1F, -2.0F};
  std::vector<std::uint8_t> out(in.size());
  kernels().quantise(static_cast<std::int64_t>(in.size()), in.data(), 0.5F, 10, 0, 255, out.data());
  EXPECT_EQ(out, (std::vector<std::uint8_t>{10, 10, 10, 12, 255, 0, 0, 16, 6})) << "ties go to even";
}

TEST_P(ByteKernels, PoolsAndPacksAsPlainLoopsDo) {
  std::mt19937 engine(3);
  for (const auto& [in_h, in_w, kernel, stride] : std::vector<std::array<std::int64_t, 4>>{
           {28, 28, 2, 2}, {9, 21, 3, 1}, {11, 35, 3, 3}, {5, 5, 5, 2}}) {
    const auto in = random_bytes(static_cast<std::size_t>(in_h * in_w), engine);
    const std::int64_t out_h = (in_h - kernel) / stride + 1;
    const std::int64_t out_w = (in_w - kernel) / stride + 1;
    std::vector<std::uint8_t> row(static_cast<std::size_t>(in_w));
    std::vector<std::uint8_t> out(static_cast<std::size_t>(out_h * out_w));
    kernels().max_pool(in_w, out_h, out_w, kernel, kernel, stride, stride, in.data(), row.data(), out.data());
    for (std::int64_t y = 0; y < out_h; ++y) {
      for (std::int64_t x = 0; x < out_w; ++x) {
        std::uint8_t best = 0;
        for (std::int64_t i = 0; i < kernel * kernel; ++i) {
          best = std::max(best, in[static_cast<std::size_t>((y * stride + i / kernel) * in_w + x * stride + i % kernel)]);
        }
        ASSERT_EQ(out[static_cast<std::size_t>(y * out_w + x)], best);
      }
    }
  }
  const auto bytes = random_bytes(400, engine);
  for (const std::int64_t stride : {1, 2, 3}) {
    const std::array<const std::uint8_t*, 4> rows{bytes.data(), bytes.data() + 100, bytes.data() + 200,
                                                  bytes.data() + 300};
    std::vector<std::uint32_t> out(33);
    kernels().pack_quads(33, rows.data(), stride, out.data());
    for (std::size_t i = 0; i < 33; ++i) {
      for (std::size_t b = 0; b < 4; ++b) {
        ASSERT_EQ(out[i] >> (8 * b) & 0xFFU, rows[b][i * static_cast<std::size_t>(stride)]);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, ByteKernels, ::testing::ValuesIn(int8_kernel_sets().begin(), int8_kernel_sets().end()),
                         [](const auto& set) {
                           std::string name(set.param->isa);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

/// Random quantised convolutions: the byte kernels of each instruction set, and the plain path that
/// weights with a zero point take, give the same bytes as loops over the definition.
TEST(QuantisedConvolution, IsWhatItsDefinitionSays) {
  std::mt19937 engine(4);
  struct Case {
    std::int64_t channels, outputs, groups, size, kernel, stride, pad, dilation;
  };
  for (const Case& c : {Case{1, 8, 1, 12, 5, 1, 2, 1}, Case{8, 16, 1, 14, 5, 1, 2, 1}, Case{6, 4, 2, 9, 3, 2, 1, 1},
                        Case{5, 3, 1, 11, 3, 1, 2, 2}, Case{4, 4, 4, 40, 3, 1, 1, 1}, Case{3, 6, 1, 17, 1, 3, 0, 1},
                        Case{2, 20, 1, 35, 7, 2, 3, 1}}) {
    const Shape in_shape{1, c.channels, c.size, c.size};
    const Shape w_shape{c.outputs, c.channels / c.groups, c.kernel, c.kernel};
    const auto w = random_weights(elements_of(w_shape), engine);
    ModelBuilder model;
    model.input("x", in_shape, onnx::TensorProto::UINT8);
    const auto bytes = [&](const std::string& name, const Shape& shape, int type, const void* data, std::size_t size) {
      auto* tensor = model.proto().mutable_graph()->add_initializer();
      tensor->set_name(name);
      tensor->set_data_type(type);
      for (const std::int64_t d : shape) tensor->add_dims(d);
      tensor->set_raw_data(data, size);
    };
    const std::uint8_t x_zero = 7;
    const std::uint8_t y_zero = 90;
    bytes("w", w_shape, onnx::TensorProto::INT8, w.data(), w.size());
    bytes("xz", {}, onnx::TensorProto::UINT8, &x_zero, 1);
    bytes("yz", {}, onnx::TensorProto::UINT8, &y_zero, 1);
    const std::int8_t w_zero = 0;
    bytes("wz", {}, onnx::TensorProto::INT8, &w_zero, 1);
    model.weights("xs", {}, {0.02F}).weights("ys", {}, {0.9F});
    std::vector<float> scales;
    std::vector<std::int32_t> bias;
    for (std::int64_t o = 0; o < c.outputs; ++o) {
      scales.push_back(0.01F * static_cast<float>(o + 1));
      bias.push_back(static_cast<std::int32_t>(engine() % 5000) - 2500);
    }
    model.weights("ws", {c.outputs}, scales);
    bytes("b", {c.outputs}, onnx::TensorProto::INT32, bias.data(), 4 * bias.size());
    model.node("QLinearConv", {"x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"}, {"y"})
        .with("group", c.groups)
        .with("strides", std::vector<std::int64_t>{c.stride, c.stride})
        .with("dilations", std::vector<std::int64_t>{c.dilation, c.dilation})
        .with("pads", std::vector<std::int64_t>(4, c.pad));
    model.output("y");
    const auto x = random_bytes(elements_of(in_shape), engine);
    for (const KernelSet* set : kernel_sets()) {
      Executor executor(model.graph(), {.isa = std::string(set->isa)});
      std::copy(x.begin(), x.end(), executor.input_as<std::uint8_t>(0).begin());
      executor.run();
      const auto out = executor.output_as<std::uint8_t>(0);
      const Shape& shape = executor.output_shape(0);
      std::size_t at = 0;
      for (std::int64_t o = 0; o < c.outputs; ++o) {
        for (std::int64_t y = 0; y < shape[2]; ++y) {
          for (std::int64_t column = 0; column < shape[3]; ++column, ++at) {
            std::int32_t sum = bias[static_cast<std::size_t>(o)];
            const std::int64_t group = o / (c.outputs / c.groups);
            for (std::int64_t i = 0; i < w_shape[1]; ++i) {
              for (std::int64_t k = 0; k < c.kernel * c.kernel; ++k) {
                const std::int64_t iy = y * c.stride - c.pad + k / c.kernel * c.dilation;
                const std::int64_t ix = column * c.stride - c.pad + k % c.kernel * c.dilation;
                if (iy < 0 || ix < 0 || iy >= c.size || ix >= c.size) continue;
                const std::int64_t channel = group * w_shape[1] + i;
                sum += (std::int32_t{x[static_cast<std::size_t>((channel * c.size + iy) * c.size + ix)]} - x_zero) *
                       w[static_cast<std::size_t>(((o * w_shape[1]) + i) * c.kernel * c.kernel + k)];
              }
            }
            const float scale = 0.02F * scales[static_cast<std::size_t>(o)] / 0.9F;
            const float want =
                std::clamp(std::nearbyint(static_cast<float>(sum) * scale) + static_cast<float>(y_zero), 0.0F, 255.0F);
            ASSERT_EQ(out[at], static_cast<std::uint8_t>(want))
                << set->isa << ", kernel " << c.kernel << ", channel " << o << " at " << y << ", " << column;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace faascast
