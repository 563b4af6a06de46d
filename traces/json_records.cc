#include "traces/json_records.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "sim-core/error.h"
#include "traces/csv.h"

namespace faascast {
namespace {

constexpr std::size_t kLongestRecord = std::size_t{64} << 20U;
constexpr std::size_t kLongestWrapper = 200;

/// Collects scalars; called by the parser from left to right.
class Flattener final : public nlohmann::json_sax<nlohmann::json> {
 public:
  using Scalars = std::map<std::string, std::string, std::less<>>;
  explicit Flattener(Scalars& scalars) : scalars_(scalars) {}

  bool null() override { return true; }
  bool boolean(bool value) override { return put(value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return put(std::to_string(value)); }
  bool number_unsigned(std::uint64_t value) override { return put(std::to_string(value)); }
  bool number_float(double, const std::string& text) override { return put(text); }
  bool string(std::string& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    lengths_.push_back(path_.size());
    if (lengths_.size() > 1) path_ += '.';
    return lengths_.size() < kDeepest;
  }
  bool key(std::string& name) override {
    path_.resize(lengths_.back() + (lengths_.size() > 1 ? 1 : 0));
    path_ += name;
    return true;
  }
  bool end_object() override {
    path_.resize(lengths_.back());
    lengths_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return ++arrays_ < kDeepest; }
  bool end_array() override {
    --arrays_;
    return true;
  }
  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::json::exception& error) override {
    problem = error.what();
    return false;
  }

  std::string problem{};

 private:
  static constexpr std::size_t kDeepest = 64;

  bool put(std::string value) {
    if (arrays_ == 0) scalars_.insert_or_assign(path_, std::move(value));
    return true;
  }

  Scalars& scalars_;
  std::string path_{};
  std::vector<std::size_t> lengths_{};  ///< of the path at each open object
  std::size_t arrays_ = 0;
};

}  // namespace

bool is_wrapped_in(const TraceContent& content, std::string_view member) {
  const std::string wanted = "{\"" + std::string(member) + "\":[";
  std::string begin;
  LineReader lines = content.lines();
  for (std::string_view line; begin.size() < wanted.size() && lines.next(line);) {
    for (const char c : line.substr(0, kLongestWrapper)) {
      if (c != ' ' && c != '\t' && c != '\r') begin += c;
    }
  }
  return begin.starts_with(wanted);
}

/// Moves behind the "[" of the member.
void JsonRecords::enter_member() {
  entered_ = true;
  while (lines_.next(line_)) {
    at_ = line_.find('[');
    if (at_ != std::string_view::npos) {
      ++at_;
      return;
    }
  }
  throw InputError(
      Problem{lines_.name(), "no array '" + std::string(member_) + "'", "name another format"});
}

/// Moves to the next "{", over blanks, commas and brackets. @return false at the end
bool JsonRecords::find_object() {
  while (true) {
    at_ = line_.find_first_not_of(member_.empty() ? " \t\r,[]" : " \t\r,", at_);
    if (at_ != std::string_view::npos) break;
    at_ = 0;
    if (!lines_.next(line_)) {
      line_ = {};
      return false;
    }
  }
  if (line_[at_] == '{') return true;
  ended_ = !member_.empty() && line_[at_] == ']';
  if (ended_) return false;
  throw InputError(Problem{cell_place(lines_.name(), lines_.line_number(), at_ + 1, {}),
                           "expected an object in braces",
                           "write one JSON object for each request"});
}

bool JsonRecords::next(std::string_view& record) {
  if (!member_.empty() && !entered_) enter_member();
  if (ended_ || !find_object()) return false;
  text_.clear();
  first_line_ = lines_.line_number();
  std::size_t depth = 0;
  bool in_string = false;
  std::size_t begin = at_;
  while (true) {
    for (; at_ < line_.size(); ++at_) {
      const char c = line_[at_];
      if (in_string) {
        if (c == '\\') ++at_;
        if (c == '"') in_string = false;
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{') {
        ++depth;
      } else if (c == '}' && --depth == 0) {
        ++at_;
        text_.append(line_.substr(begin, at_ - begin));
        record = text_;
        return true;
      }
    }
    text_.append(line_.substr(begin));
    text_ += '\n';
    begin = at_ = 0;
    if (text_.size() > kLongestRecord || !lines_.next(line_)) {
      throw InputError(Problem{cell_place(lines_.name(), first_line_, 1, {}),
                               "the object that begins here has no end", "close its braces"});
    }
  }
}

std::string flatten_json(std::string_view record,
                         std::map<std::string, std::string, std::less<>>& scalars) {
  scalars.clear();
  Flattener flattener(scalars);
  if (nlohmann::json::sax_parse(record, &flattener)) return {};
  return flattener.problem.empty() ? "nested too deeply" : flattener.problem;
}

}  // namespace faascast
