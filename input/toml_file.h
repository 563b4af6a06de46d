#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim-core/error.h"
#include "sim-core/units.h"

namespace faascast {

/// Where a figure comes from. Every number in our data files has one.
struct SourceNote {
  std::string kind{};    ///< "vendor-doc", "measured", "paper", "third-party", "assumed"
  std::string source{};  ///< document, repository or URL; for "assumed": why
  std::string as_of{};   ///< date that it speaks of, "2026-09-19" or "2025"
  std::string confidence{};  ///< "A" provider, "B" measured, "C" third party, "D" from memory
};

/// A TOML document in which every value knows its place, and which collects problems instead of
/// throwing at the first. Readers ask for what they know; finish() then reports everything that
/// was wrong, unknown keys included, at once.
///
/// A node is cheap to copy and refers to the document, which must outlive it.
class TomlNode;

class TomlDocument {
 public:
  /// @throws InputError when the file is missing, unreadable or not TOML.
  static TomlDocument from_file(const std::filesystem::path& file);
  /// @param name what problems call it ("aws-lambda.toml")
  static TomlDocument from_text(std::string_view text, std::string name);
  TomlDocument(TomlDocument&&) noexcept;
  TomlDocument& operator=(TomlDocument&&) noexcept;
  ~TomlDocument();

  /// "traffic.scale=2", "deployment[1].memory=512 MB": puts a TOML value, or text without quotes,
  /// in the place of what the file has; tables are made where they are missing. Call before
  /// reading. Problems are reported like those of the file.
  void set(std::string_view assignment);
  [[nodiscard]] TomlNode root() const;
  [[nodiscard]] const std::string& name() const;
  /// What the document says, assignments included, however it was written: keys sorted, without
  /// comments. Equal texts, equal documents. @param left_out  keys of the root that do not count
  [[nodiscard]] std::string canonical_text(const std::vector<std::string>& left_out = {}) const;
  /// `mend` is printed on the line below.
  void report(const TomlNode& at, std::string what, std::string mend = {}) const;
  /// Adds "unknown key" for every key that nobody asked for, then throws InputError if there is
  /// any problem. Call once, at the end.
  void finish() const;
  [[nodiscard]] std::vector<Problem> problems() const;  ///< so far, without the unknown keys

  struct Impl;

 private:
  friend class TomlNode;
  explicit TomlDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// One value or table of a document; may be absent. Typed getters return nothing when the node is
/// absent, and report a problem (once) and return nothing when it has another type or unit.
class TomlNode {
 public:
  [[nodiscard]] bool exists() const;
  [[nodiscard]] bool is_table() const;
  [[nodiscard]] bool is_array() const;
  [[nodiscard]] bool is_string() const;
  [[nodiscard]] bool is_number() const;
  /// "api.toml:14:10: traffic.rate_per_s"; for an absent node the place of its table.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] std::string path() const;  ///< "deployment[1].memory"

  /// The member of a table (marks the key as known). Absent when this is not a table.
  [[nodiscard]] TomlNode operator[](std::string_view key) const;
  /// Elements of an array ([[table arrays]] too); empty when absent; a problem when another type.
  [[nodiscard]] std::vector<TomlNode> elements() const;
  /// Keys of a table, in the order of the file, without marking them as known.
  [[nodiscard]] std::vector<std::string> keys() const;
  /// Marks this table and all below as known (free-form data).
  void accept_all() const;

  [[nodiscard]] std::optional<std::string> string() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::int64_t low, std::int64_t high) const;
  [[nodiscard]] std::optional<double> number(double low, double high) const;
  [[nodiscard]] std::optional<Duration> duration() const;
  [[nodiscard]] std::optional<Megabytes> memory() const;
  [[nodiscard]] std::optional<Bytes> bytes() const;
  [[nodiscard]] std::optional<double> bandwidth_bytes_per_s() const;
  [[nodiscard]] std::optional<std::int64_t> pico_usd() const;  ///< "$0.20" or a string number
  /// One of the names; a typo is answered with the nearest.
  [[nodiscard]] std::optional<std::string> one_of(const std::vector<std::string>& names) const;
  /// A `{ kind, source, as_of, confidence }` table; a problem when absent or incomplete.
  [[nodiscard]] std::optional<SourceNote> source_note() const;

  void report(std::string what, std::string mend = {}) const;
  /// As `report`, for a required key that is absent: "missing key 'x'".
  void require(std::string_view key) const;

 private:
  friend class TomlDocument;
  TomlNode(const TomlDocument::Impl* document, const void* node, std::string path,
           const void* parent);
  template <class Value, class Parser>
  [[nodiscard]] std::optional<Value> quantity(std::string_view kind, Parser parser,
                                              std::string_view mend) const;
  void report_type(std::string what, std::string mend) const;  ///< once a node
  const TomlDocument::Impl* document_;
  const void* node_;    ///< toml::node, or null when absent
  const void* parent_;  ///< toml::node of the table that was asked
  std::string path_;
};

/// A file that is part of the program: `name` is its file name.
struct EmbeddedFile {
  std::string_view name{};
  std::string_view content{};
};

}  // namespace faascast
