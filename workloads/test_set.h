#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "workloads/graph.h"

namespace faascast {

/// An IDX file of bytes, the format of MNIST: sizes of its axes, outermost first, and the values.
struct IdxBytes {
  Shape shape{};
  std::vector<std::uint8_t> values{};
};
/// @param file may be compressed
/// @throws InputError when it is no IDX file of unsigned bytes, has more than 4 axes, or another
/// number of values than its axes say.
[[nodiscard]] IdxBytes read_idx(const std::filesystem::path& file);

/// What a model is held against.
struct TestSet {
  enum class Kind : std::uint8_t {
    kImages,    ///< pixels and the class of each image
    kTokens,    ///< ids of words and the class of each text
    kCartPole,  ///< no examples: episodes of a game are played
  };
  Kind kind = Kind::kCartPole;
  std::string name{};  ///< of its file, or "CartPole-v1"
  Shape example_shape{};  ///< of an image
  std::vector<std::uint8_t> pixels{};  ///< image after image
  std::vector<std::vector<std::int64_t>> texts{};
  std::vector<std::int64_t> labels{};  ///< one an example, from 0
};

/// @param images an IDX file of at least two axes; its labels lie beside it, under the same name with
/// "labels-idx1" in the place of "images-idx3" (compressed or not)
/// @throws InputError also when their numbers differ.
[[nodiscard]] TestSet read_image_set(const std::filesystem::path& images);
/// One text a line: its label, then the ids of its words, whole numbers >= 0, between blanks.
/// @throws InputError naming up to twenty wrong lines.
[[nodiscard]] TestSet read_token_set(const std::filesystem::path& file);

/// The set that fits a model's input: "t10k-images-idx3-ubyte[.gz]" in a folder for float inputs,
/// "NAME.test.txt" for integers (NAME is the model's, or the only such file there); `data` may also
/// be the file. CartPole where `data` is empty and the model maps 4 values to 2.
/// @throws InputError when there is none, or it cannot be read.
[[nodiscard]] TestSet find_test_set(const Graph& graph, const std::filesystem::path& data);

}  // namespace faascast
