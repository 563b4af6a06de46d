# Flags for everything that we compile, and the build accelerators where the machine has them.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_VERIFY_INTERFACE_HEADER_SETS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(FAASCAST_CCACHE ccache)
if(FAASCAST_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths below the source folder do not count, so that a second clone finds the first one's objects.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_NOHASHDIR=1 ${FAASCAST_CCACHE})
endif()
find_program(FAASCAST_MOLD mold)
if(FAASCAST_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# The same bits on every instruction set: no fused multiply-add, no fast maths. The two -fno flags
# change no value.
add_compile_options(-ffp-contract=off -fno-math-errno -fno-trapping-math)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(FAASCAST_X86 ON)
  add_compile_options(-march=x86-64-v2)
endif()
if(FAASCAST_SANITIZE)
  add_compile_options(-fsanitize=${FAASCAST_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FAASCAST_SANITIZE})
endif()
if(FAASCAST_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

add_library(faascast_warnings INTERFACE)
target_compile_options(faascast_warnings INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
  $<$<BOOL:${FAASCAST_WERROR}>:-Werror>)
