# faascast_room(sim sim-core HEADERS a.h SOURCES a.cc LINKS … PRIVATE_LINKS …)
# makes the library faascast::sim from the files of one folder. The include path of a header is its
# path from the project's root. Every public header is checked to compile alone (target
# all_verify_interface_header_sets).
function(faascast_room name folder)
  cmake_parse_arguments(arg "" "" "HEADERS;SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(faascast_${name} STATIC)
  add_library(faascast::${name} ALIAS faascast_${name})
  list(TRANSFORM arg_HEADERS PREPEND ${PROJECT_SOURCE_DIR}/${folder}/)
  target_sources(faascast_${name} PRIVATE ${arg_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR} FILES ${arg_HEADERS})
  target_compile_features(faascast_${name} PUBLIC cxx_std_20)
  set_target_properties(faascast_${name} PROPERTIES EXPORT_NAME ${name}
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_link_libraries(faascast_${name} PUBLIC ${arg_LINKS}
    PRIVATE ${arg_PRIVATE_LINKS} $<BUILD_INTERFACE:faascast_warnings>)
  install(TARGETS faascast_${name} EXPORT faascast-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/faascast)
endfunction()

# faascast_test(engine_test LABEL unit SOURCES engine_test.cc LINKS faascast::sim)
# LABEL: unit, oracle, e2e, slow. Sanitizer builds run the same tests.
function(faascast_test name)
  cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LINKS" ${ARGN})
  if(NOT arg_LABEL)
    set(arg_LABEL unit)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 300)
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINKS} faascast_warnings GTest::gmock GTest::gtest_main)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT}
    ENVIRONMENT "FAASCAST_BIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
    ENVIRONMENT_MODIFICATION "FAASCAST_ROOT=set:${PROJECT_SOURCE_DIR}")  # two keys: a list is split
endfunction()
