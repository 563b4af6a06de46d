#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faascast {

// What a handler does to a request before and after its model: small, real implementations on the
// libraries that services use. Each takes a payload and returns what a model would be given.

/// {"inputs": [numbers]} as floats (nlohmann-json). @throws InputError for other JSON
[[nodiscard]] std::vector<float> decode_json(std::string_view body);
/// Base64 with padding (OpenSSL). @throws InputError where it is none
[[nodiscard]] std::string decode_base64(std::string_view body);
/// A JPEG decoded, scaled to side x side by straight lines between pixels and normalised as
/// ImageNet models want it, planes of red, green, blue (libjpeg-turbo). @throws InputError
[[nodiscard]] std::vector<float> decode_jpeg(std::string_view body, int side = 224);
/// Words in lower case, looked up in the vocabulary of the shipped lstm-sentiment; unknown words
/// are 1. Punctuation marks are words of their own.
[[nodiscard]] std::vector<std::int64_t> tokenise(std::string_view body);

/// Names of the above as scenarios write them: "base64", "jpeg-resize", "json", "tokenise".
[[nodiscard]] const std::vector<std::string>& handler_names();
/// A payload of about that many bytes for a handler, the same for the same variant. @pre a known
/// name
[[nodiscard]] std::string handler_payload(std::string_view name, std::size_t bytes,
                                          std::uint64_t variant = 0);
/// Does a handler's work once. @return a number that depends on all of the result
[[nodiscard]] double run_handler(std::string_view name, std::string_view payload);

}  // namespace faascast
