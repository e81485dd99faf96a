# Build helpers: one function for each kind of thing the tree is made of.

find_program(QCC_CCACHE ccache)
if(QCC_CCACHE)
  # What a precompiled header defines counts with its contents. It names files by their absolute paths: no other clone may
  # be given it, whatever base directory the user's ccache has.
  set(_launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR= ${QCC_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
endif()

# -DNDEBUG everywhere: the packaged LLVM has assertions off, and the layout of some of its classes depends on it.
add_compile_definitions(NDEBUG)
set(QCC_WARNINGS -Wall -Wextra -Wno-unused-parameter)
if(QCC_WERROR)
  list(APPEND QCC_WARNINGS -Werror)
endif()
if(QCC_SANITIZE)
  add_compile_options(-fsanitize=${QCC_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${QCC_SANITIZE})
endif()
# Strict IEEE semantics: the numerics of DESIGN section 5 leave no room for contracted or reassociated floats.
add_compile_options(-ffp-contract=off -fno-fast-math)
# One precompiled header serves libraries and programs: it must not differ by the way in which code finds its address, nor
# by the times of files, which a fresh clone has new.
set(CMAKE_CXX_COMPILE_OPTIONS_PIE ${CMAKE_CXX_COMPILE_OPTIONS_PIC})
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,Clang>:SHELL:-Xclang -fno-pch-timestamp>")
set_property(GLOBAL PROPERTY JOB_POOLS link_pool=1)
set(CMAKE_JOB_POOL_LINK link_pool)

# MLIR's headers and the ops that are generated from ours are nine tenths of the time that a file takes to compile.
# qcc_precompile(LIBRARY headers...): compiles them once, for that library and for all that say PCH LIBRARY.
function(qcc_precompile library)
  list(TRANSFORM ARGN REPLACE "(.+)" "\"\\1\"" OUTPUT_VARIABLE headers)
  target_precompile_headers(${library} PRIVATE ${headers})
endfunction()

# What every target of ours is compiled with. No exceptions but in files that ask for them, where a library throws.
function(_qcc_compile_options name pch)
  target_compile_options(${name} PRIVATE ${QCC_WARNINGS} $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  if(pch)
    target_precompile_headers(${name} REUSE_FROM ${pch})
  endif()
endfunction()

# qcc_add_library(NAME SOURCES... [LINK libs...] [DEPENDS targets...] [PCH library])
# One folder, one static library. `include/` beside the sources is public; so is its generated twin.
function(qcc_add_library name)
  cmake_parse_arguments(A "" "PCH" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/include)
  _qcc_compile_options(${name} "${A_PCH}")
  target_link_libraries(${name} PUBLIC ${A_LINK})
  if(A_DEPENDS)
    add_dependencies(${name} ${A_DEPENDS})
  endif()
endfunction()

# qcc_tablegen(TARGET td-file output-subdirectory  output generator-arguments ; ...)
# Runs mlir-tblgen once for each `FILE.inc:-gen-x:-gen-y=z` into <binary dir>/include/<subdirectory>.
function(qcc_tablegen target td subdir)
  set(outputs "")
  get_filename_component(td_path ${td} ABSOLUTE)
  set(includes -I${CMAKE_SOURCE_DIR}/dialects/onnx/include -I${CMAKE_SOURCE_DIR}/dialects/qnn/include
               -I${CMAKE_CURRENT_SOURCE_DIR}/include)
  foreach(dir ${MLIR_INCLUDE_DIRS} ${LLVM_INCLUDE_DIRS})
    list(APPEND includes -I${dir})
  endforeach()
  file(MAKE_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/include/${subdir})
  foreach(spec ${ARGN})
    string(REPLACE ":" ";" parts "${spec}")
    list(POP_FRONT parts file)
    set(out ${CMAKE_CURRENT_BINARY_DIR}/include/${subdir}/${file})
    add_custom_command(
      OUTPUT ${out}
      COMMAND ${MLIR_TABLEGEN_EXE} ${parts} ${includes} ${td_path} --write-if-changed -o ${out} -d ${out}.d
      DEPENDS ${td_path} ${MLIR_TABLEGEN_EXE}
      DEPFILE ${out}.d
      COMMENT "mlir-tblgen ${file}"
      VERBATIM)
    list(APPEND outputs ${out})
  endforeach()
  add_custom_target(${target} DEPENDS ${outputs})
endfunction()

# qcc_add_tool(NAME SOURCES... [LINK libs...] [PCH library])
function(qcc_add_tool name)
  cmake_parse_arguments(A "" "PCH" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  _qcc_compile_options(${name} "${A_PCH}")
  target_link_libraries(${name} PRIVATE ${A_LINK})
endfunction()

# qcc_add_unit_test(NAME SOURCES... [LINK libs...] [PCH library]): a GoogleTest program, each of its tests one ctest.
function(qcc_add_unit_test name)
  cmake_parse_arguments(A "" "PCH" "SOURCES;LINK" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  _qcc_compile_options(${name} "${A_PCH}")
  target_link_libraries(${name} PRIVATE ${A_LINK} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test/bin)
  gtest_discover_tests(${name} TEST_PREFIX "unit/" DISCOVERY_TIMEOUT 60)
  if(TARGET sanitized-tests)
    add_dependencies(sanitized-tests ${name})
  endif()
endfunction()
