# `cmake --install`: the runtime, for programs that run artifacts. Headers, static and shared library, a CMake package
# (find_package(qcc), targets qcc::qcc_runtime and qcc::qcc_runtime_shared) and a pkg-config file (qcc-runtime). The tools
# that were built go to bin.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS qcc_abi qcc_runtime qcc_runtime_shared EXPORT qcc-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/runtime/include/ ${CMAKE_SOURCE_DIR}/runtime/abi/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/qcc)
install(EXPORT qcc-targets NAMESPACE qcc:: DESTINATION ${package})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/qccConfig.cmake.in ${CMAKE_BINARY_DIR}/qccConfig.cmake
  INSTALL_DESTINATION ${package} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/qccConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/qccConfig.cmake ${CMAKE_BINARY_DIR}/qccConfigVersion.cmake DESTINATION ${package})

# The file finds the prefix from where it lies, so that an installation can be moved.
file(RELATIVE_PATH QCC_PC_TO_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/qcc-runtime.pc.in ${CMAKE_BINARY_DIR}/qcc-runtime.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/qcc-runtime.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE THIRD-PARTY-NOTICES.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

foreach(tool qcc qcc-run qcc-bench qcc-diff)
  if(TARGET ${tool})
    install(TARGETS ${tool} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  endif()
endforeach()
