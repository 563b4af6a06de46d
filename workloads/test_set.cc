#include "workloads/test_set.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "input/byte_reader.h"
#include "sim-core/error.h"

namespace faascast {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{1} << 31;
constexpr std::size_t kMostProblems = 20;
constexpr std::string_view kImages = "images-idx3";
constexpr std::string_view kLabels = "labels-idx1";
constexpr std::string_view kTestEnding = ".test.txt";

[[noreturn]] void fail(std::string where, std::string what, std::string mend = {}) {
  throw InputError(Problem{.where = std::move(where), .what = std::move(what),
                           .mend = std::move(mend)});
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// The file, or the same with .gz added or taken away; empty where there is neither.
fs::path compressed_or_not(const fs::path& file) {
  if (is_file(file)) return file;
  fs::path other = file;
  if (file.extension() == ".gz") {
    other.replace_extension();
  } else {
    other += ".gz";
  }
  return is_file(other) ? other : fs::path();
}

/// A whole number at the front of `text`, which is moved behind it and the blanks that follow.
bool take_number(std::string_view& text, std::int64_t& to) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), to);
  const auto size = static_cast<std::size_t>(end - text.data());
  const bool has_end = size == text.size() || text[size] == ' ' || text[size] == '\t';
  if (error != std::errc{} || to < 0 || !has_end) return false;
  text.remove_prefix(size);
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return true;
}

std::string stem_of(const Graph& graph) {
  const fs::path name = graph.name;
  return name.extension() == ".onnx" ? name.stem().string() : name.filename().string();
}

fs::path token_file(const Graph& graph, const fs::path& folder) {
  const fs::path own = folder / (stem_of(graph) + std::string(kTestEnding));
  if (is_file(own)) return own;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().ends_with(kTestEnding)) found.push_back(entry.path());
  }
  if (found.size() == 1) return found.front();
  fail(folder.string(),
       fmt::format("holds {} of the kind NAME{}", found.empty() ? "no file" : "several files",
                   kTestEnding),
       "name the file, one text a line: label id id ...");
}

const Value& only_input(const Graph& graph) {
  if (graph.inputs.size() != 1) {
    fail(graph.name, fmt::format("has {} inputs", graph.inputs.size()),
         "accuracy is measured for models of one input");
  }
  return graph.values[static_cast<std::size_t>(graph.inputs.front())];
}

bool has_last_axis(const Value& value, std::int64_t size) {
  return value.shape && !value.shape->empty() && value.shape->back().size == size;
}

}  // namespace

IdxBytes read_idx(const fs::path& file) {
  constexpr std::size_t kMagic = 4;
  constexpr unsigned kUnsignedByte = 8;
  constexpr unsigned kMostAxes = 4;
  const std::string content = read_whole_file(file, kMostBytes);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(content[i]));
  };
  if (content.size() < kMagic || byte(0) != 0 || byte(1) != 0) {
    fail(file.string(), "is not an IDX file", "give a file in the format of MNIST");
  }
  if (byte(2) != kUnsignedByte) {
    fail(file.string(), fmt::format("holds values of type 0x{:02x}, not unsigned bytes", byte(2)));
  }
  const std::size_t axes = byte(3);
  const std::size_t header = kMagic + 4 * axes;
  if (axes < 1 || axes > kMostAxes) fail(file.string(), fmt::format("has {} axes", axes));
  if (content.size() < header) fail(file.string(), "ends within its header");
  IdxBytes result;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const std::size_t at = kMagic + 4 * axis;
    result.shape.push_back(byte(at) << 24U | byte(at + 1) << 16U | byte(at + 2) << 8U |
                           byte(at + 3));
  }
  const auto count = element_count(result.shape);
  if (!count || static_cast<std::size_t>(*count) != content.size() - header) {
    fail(file.string(), fmt::format("holds {} values; its axes {} say otherwise",
                                    content.size() - header, shape_text(result.shape)));
  }
  result.values.assign(content.begin() + static_cast<std::ptrdiff_t>(header), content.end());
  return result;
}

TestSet read_image_set(const fs::path& images) {
  std::string name = images.filename().string();
  const std::size_t at = name.find(kImages);
  if (at == std::string::npos) {
    fail(images.string(), fmt::format("has no '{}' in its name", kImages),
         fmt::format("its labels are looked for under the same name with '{}'", kLabels));
  }
  name.replace(at, kImages.size(), kLabels);
  const fs::path labels = compressed_or_not(images.parent_path() / name);
  if (labels.empty()) {
    fail(images.string(), fmt::format("has no labels beside it: '{}'", name));
  }
  IdxBytes pixels = read_idx(images);
  const IdxBytes classes = read_idx(labels);
  if (pixels.shape.size() < 2) fail(images.string(), "has one axis: these are no images");
  if (classes.shape != Shape{pixels.shape.front()}) {
    fail(labels.string(), fmt::format("has labels {} for images {}", shape_text(classes.shape),
                                      shape_text(pixels.shape)));
  }
  if (classes.values.empty()) fail(images.string(), "holds no image");
  return {.kind = TestSet::Kind::kImages,
          .name = images.filename().string(),
          .example_shape = {pixels.shape.begin() + 1, pixels.shape.end()},
          .pixels = std::move(pixels.values),
          .labels = {classes.values.begin(), classes.values.end()}};
}

TestSet read_token_set(const fs::path& file) {
  LineReader lines(file);
  TestSet set{.kind = TestSet::Kind::kTokens, .name = file.filename().string()};
  std::vector<Problem> problems;
  std::string_view line;
  while (lines.next(line) && problems.size() < kMostProblems) {
    std::string_view rest = line;
    if (rest.find_first_not_of(" \t") == std::string_view::npos) continue;
    std::int64_t label = 0;
    std::vector<std::int64_t> text;
    bool is_right = take_number(rest, label);
    while (is_right && !rest.empty()) is_right = take_number(rest, text.emplace_back());
    if (!is_right || text.empty()) {
      const auto column = static_cast<std::size_t>(rest.data() - line.data()) + 1;
      problems.push_back(
          {.where = fmt::format("{}:{}:{}", lines.name(), lines.line_number(), column),
           .what = is_right ? std::string("a text without words")
                            : fmt::format("'{}' is not a whole number from 0", rest.substr(0, 20)),
           .mend = "write a label and the ids of the words, such as: 1 17 4 230"});
      continue;
    }
    set.labels.push_back(label);
    set.texts.push_back(std::move(text));
  }
  if (!problems.empty()) throw InputError(std::move(problems));
  if (set.texts.empty()) fail(file.string(), "holds no text", "write one a line: label id id ...");
  return set;
}

TestSet find_test_set(const Graph& graph, const fs::path& data) {
  const Value& input = only_input(graph);
  const ElementType type = input.type.value_or(ElementType::kFloat32);
  std::error_code ignored;
  if (data.empty()) {
    const Value& output = graph.values[static_cast<std::size_t>(graph.outputs.front())];
    if (type == ElementType::kFloat32 && has_last_axis(input, 4) && has_last_axis(output, 2)) {
      return {.kind = TestSet::Kind::kCartPole, .name = "CartPole-v1"};
    }
    fail(graph.name, "nothing says what to test it with",
         "give a folder or a file with --data; only a policy for CartPole (4 values to 2) needs "
         "none");
  }
  const bool is_folder = fs::is_directory(data, ignored);
  if (!is_folder && !is_file(data)) fail(data.string(), "is neither a folder nor a file");
  if (type == ElementType::kFloat32) {
    const fs::path images =
        is_folder ? compressed_or_not(data / "t10k-images-idx3-ubyte") : data;
    if (images.empty()) {
      fail(data.string(), "holds no t10k-images-idx3-ubyte, compressed or not",
           "name another file of images, or another folder");
    }
    return read_image_set(images);
  }
  return read_token_set(is_folder ? token_file(graph, data) : data);
}

}  // namespace faascast
