#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "sim-core/arrivals.h"

namespace faascast {

/// Binary traces (".fct"): what a replay hands out, packed for reading again and again. Columns of
/// 512 requests at a time, instants as differences, numbers of variable length in the largest unit
/// that divides them all; all little endian.
///
///   header   magic (8 bytes), version, columns (u32), requests, bytes of the file, duration (u64),
///            rule of scaling, executions (u32), length of the title, functions, 0, CRC-32 of the
///            header and the title (u32); then the title
///   block    rows, bytes (u32), CRC-32 of those two and the columns, 0 (u32); then the columns:
///            bytes (u32), 0 = a value a row or 1 = one for all (u8), unit (varint), values
///
/// Requests keep their numbers, hence their draws; functions are numbered by first appearance.

/// Whether bytes begin as a binary trace does.
[[nodiscard]] bool is_binary_trace(std::string_view begin);

/// Every block's checksum is verified here, none by the replays.
/// @param bytes of the whole file, valid as long as `owner` lives @param name for problems
/// @throws InputError when the file is of another version, cut short or damaged, and where
[[nodiscard]] std::shared_ptr<const Traffic> open_binary_trace(std::string_view bytes,
                                                               std::shared_ptr<const void> owner,
                                                               std::string name);

/// The file appears whole or not at all.
/// @param goes_on  asked now and then; false stops the writing, and there is no file
/// @return whether it was written to the end
/// @throws InputError when it cannot be written
bool write_binary_trace(const Traffic& traffic, ReplaySeed seed, const std::filesystem::path& file,
                        const std::function<bool()>& goes_on = {});

}  // namespace faascast
