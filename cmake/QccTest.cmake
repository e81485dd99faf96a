# Test helpers: everything that checks the project is one ctest run.
#
#   lit/...        one ctest for each lit file, so that ctest counts, parallelises and names them
#   roundtrip/...  the IR suites once more with qcc-opt --verify-roundtrip
#   unit/...       GoogleTest, one ctest for each TEST (qcc_add_unit_test in QccBuild.cmake)
#   sanitize/...  the runtime's tests and the fuzz targets again in builds with sanitizers (scripts/sanitize.sh)
#   script/...     programs and scripts that exit with 0 (passed), 77 (skipped) or anything else (failed)

find_program(QCC_LIT NAMES lit HINTS /usr/lib/llvm-22/bin REQUIRED)

# lit writes `UNSUPPORTED: name (1 of 1)` for a test whose REQUIRES line is not met.
set(QCC_LIT_SKIPPED "(^|\n)UNSUPPORTED: ")

# qcc_add_lit_tests([FOLDER...]): a ctest for each lit file below the current folder, or below some of its folders. New
# files are found without a new configuration.
function(qcc_add_lit_tests)
  set(patterns *.mlir *.test)
  if(ARGN)
    list(TRANSFORM ARGN APPEND "/*.test" OUTPUT_VARIABLE patterns)
  endif()
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR} ${patterns})
  foreach(file ${files})
    if(file MATCHES "(^|/)Inputs/")
      continue()
    endif()
    add_test(NAME lit/${file} COMMAND ${QCC_LIT} -v --no-progress-bar --skip-test-time-recording ${CMAKE_CURRENT_BINARY_DIR}/${file})
    set_tests_properties(lit/${file} PROPERTIES SKIP_REGULAR_EXPRESSION "${QCC_LIT_SKIPPED}" TIMEOUT 600)
  endforeach()
endfunction()

# qcc_add_roundtrip_test(FOLDER): the lit files of one folder again, as one ctest, with every qcc-opt also checking that
# what it parsed survives printing and parsing, as text and as bytecode.
function(qcc_add_roundtrip_test folder)
  if(NOT IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
    return()
  endif()
  add_test(NAME roundtrip/${folder}
    COMMAND ${QCC_LIT} -v --no-progress-bar --skip-test-time-recording -j2 --param verify_roundtrip=1 --allow-empty-runs
            ${CMAKE_CURRENT_BINARY_DIR}/${folder})
  set_tests_properties(roundtrip/${folder} PROPERTIES PROCESSORS 2 TIMEOUT 1200)
endfunction()

# qcc_add_script_test(NAME COMMAND...): a ctest from any command, run in the source folder.
function(qcc_add_script_test name)
  add_test(NAME script/${name} COMMAND ${ARGN} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(script/${name} PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 1200)
endfunction()

# qcc_add_fuzzer(NAME SOURCES... [LINK libs...] [SEEDS folders...]): a libFuzzer program, and a short run of it as a ctest.
# Only in builds with -DQCC_SANITIZE=address,undefined,fuzzer-no-link. By hand, for longer: test/bin/NAME CORPUS -jobs=2
function(qcc_add_fuzzer name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK;SEEDS" ${ARGN})
  add_executable(${name} ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${QCC_WARNINGS})
  target_link_libraries(${name} PRIVATE ${A_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test/bin)
  set(corpus ${CMAKE_CURRENT_BINARY_DIR}/${name}-corpus)
  file(MAKE_DIRECTORY ${corpus})
  # A fixed seed makes a failure in CI one that can be repeated.
  add_test(NAME fuzz/${name} COMMAND ${name} -seed=1 -max_total_time=20 -timeout=10 -rss_limit_mb=2048
    -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/ ${corpus} ${A_SEEDS})
  add_dependencies(sanitized-tests ${name})
endfunction()
