# faascast_embed(faascast_pricing pricing_data FILES data/a.toml …)
# puts files into the library and defines, in namespace faascast,
#   std::span<const EmbeddedFile> pricing_data();
function(faascast_embed target function)
  cmake_parse_arguments(arg "" "" "FILES" ${ARGN})
  set(assembly "")
  set(table "")
  set(declarations "")
  set(index 0)
  foreach(file IN LISTS arg_FILES)
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    set(symbol faascast_${function}_${index})
    string(APPEND assembly "__asm__(\".section .rodata\\n.balign 16\\n.global ${symbol}\\n.hidden ${symbol}\\n${symbol}:\\n"
      ".incbin \\\"${path}\\\"\\n.global ${symbol}_end\\n.hidden ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.previous\\n\");\n")
    string(APPEND declarations "extern const char ${symbol}[];\nextern const char ${symbol}_end[];\n")
    string(APPEND table "      {\"${name}\", {${symbol}, static_cast<std::size_t>(${symbol}_end - ${symbol})}},\n")
    list(APPEND paths ${path})
    math(EXPR index "${index} + 1")
  endforeach()
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${function}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Made by cmake/Embed.cmake.
#include <cstddef>
#include <span>
#include \"input/toml_file.h\"
@assembly@
extern \"C\" {
@declarations@}
namespace faascast {
std::span<const EmbeddedFile> @function@();
std::span<const EmbeddedFile> @function@() {
  static const EmbeddedFile files[] = {
@table@  };
  return files;
}
}  // namespace faascast
")
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS "${paths}")
  target_sources(${target} PRIVATE ${source})
endfunction()
