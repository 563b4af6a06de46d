#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_stmt;

namespace faascast {

/// The SQLite file that results and finished points are kept in: opened, brought up to date, and
/// every complaint of SQLite turned into one line. Tables of other rooms are left alone.
///
/// Errors: what the user can mend by naming another file or waiting (not a store, locked,
/// read-only, of a newer program) is an InputError; a disk that fails or is full while writing is a
/// std::runtime_error, as for any other file.
class StoreFile {
 public:
  enum class Access : std::uint8_t {
    kRead,   ///< the file must exist; it is not changed, not even to bring it up to date
    kWrite,  ///< the file is made where missing
  };
  StoreFile(const std::filesystem::path& file, Access access);
  StoreFile(StoreFile&&) noexcept;
  StoreFile& operator=(StoreFile&&) noexcept;
  ~StoreFile();

  /// A statement with its parameters; rows by and by.
  class Query {
   public:
    Query(const StoreFile& store, const char* sql);
    Query& bind(const std::string& text);  ///< the next parameter
    Query& bind(std::int64_t number);
    /// @return whether there is a (further) row
    [[nodiscard]] bool next();
    /// Runs a statement that has no rows.
    void run() { (void)next(); }
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

   private:
    struct Finalize {
      void operator()(sqlite3_stmt* statement) const;
    };
    const StoreFile* store_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_{};
    int bound_ = 0;
  };

  [[nodiscard]] Query query(const char* sql) const { return {*this, sql}; }
  void execute(const char* sql) const;
  [[nodiscard]] bool has_table(const std::string& name) const;
  [[nodiscard]] std::int64_t last_id() const;
  [[nodiscard]] std::int64_t changes() const;  ///< rows of the last statement
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  void open(Access access);
  void bring_up_to_date();
  void check_version() const;
  [[nodiscard]] int version() const;
  [[noreturn]] void fail() const;

  std::filesystem::path path_{};
  std::unique_ptr<sqlite3, Close> database_{};
};

/// "2026-11-24T09:30:00Z"
[[nodiscard]] std::string now_utc();

}  // namespace faascast
