# Build helpers: one function for each kind of thing the tree is made of.

find_program(QCC_CCACHE ccache)
if(QCC_CCACHE)
  # Paths below the checkout are hashed relative to it, so that another clone finds the same objects.
  set(_launcher ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1 ${QCC_CCACHE})
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
set_property(GLOBAL PROPERTY JOB_POOLS link_pool=1)
set(CMAKE_JOB_POOL_LINK link_pool)

# qcc_add_library(NAME SOURCES... [LINK libs...] [DEPENDS targets...] [EXCEPTIONS])
# One folder, one static library. `include/` beside the sources is public; so is its generated twin. No exceptions but where
# a third-party header needs them.
function(qcc_add_library name)
  cmake_parse_arguments(A "EXCEPTIONS" "" "SOURCES;LINK;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  target_include_directories(${name} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/include)
  target_compile_options(${name} PRIVATE ${QCC_WARNINGS})
  if(NOT A_EXCEPTIONS)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  endif()
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

# qcc_add_tool(NAME SOURCES... [LINK libs...])
function(qcc_add_tool name)
  cmake_parse_arguments(A "EXCEPTIONS" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${QCC_WARNINGS})
  if(NOT A_EXCEPTIONS)
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  endif()
  target_link_libraries(${name} PRIVATE ${A_LINK})
endfunction()

# qcc_add_unit_test(NAME SOURCES... [LINK libs...]): a GoogleTest program, each of its tests one ctest.
function(qcc_add_unit_test name)
  cmake_parse_arguments(A "" "" "SOURCES;LINK" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${A_SOURCES} ${A_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${QCC_WARNINGS})
  target_link_libraries(${name} PRIVATE ${A_LINK} GTest::gtest GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test/bin)
  gtest_discover_tests(${name} TEST_PREFIX "unit/" DISCOVERY_TIMEOUT 60)
  if(TARGET sanitized-tests)
    add_dependencies(sanitized-tests ${name})
  endif()
endfunction()
