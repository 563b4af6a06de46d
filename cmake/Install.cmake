# cmake --install puts the libraries, headers and the CLI where find_package(faascast) finds them.
include(CMakePackageConfigHelpers)
install(EXPORT faascast-targets NAMESPACE faascast::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/faascast)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/faascast-config.cmake.in
  ${PROJECT_BINARY_DIR}/faascast-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/faascast)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/faascast-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/faascast-config.cmake
  ${PROJECT_BINARY_DIR}/faascast-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/faascast)
