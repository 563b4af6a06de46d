#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "studies/run.h"

namespace faascast {

// Parts that pages have in common.

/// <h2> and what stands under it; nothing where there is nothing.
[[nodiscard]] std::string html_section(std::string_view title, const std::string& body);
[[nodiscard]] std::string html_paragraph(std::string_view text, std::string_view css_class = {});
/// Figures with range, source and date.
[[nodiscard]] std::string html_figures(const std::vector<Assumption>& assumptions);
/// The command that makes the page again, and the program's version.
[[nodiscard]] std::string html_ending(std::string_view command, std::uint64_t seed);

}  // namespace faascast
