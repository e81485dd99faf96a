# ONNX::onnx: the official ONNX C++ library, built once from PyPI's source archive (pinned by hash) against Debian's
# protobuf, into a prefix keyed by everything that shapes it. Later configurations find the prefix and do nothing.
set(QCC_ONNX_VERSION 1.23.2)
set(QCC_ONNX_SHA256 008cb0467b2bbee41448acc7da8b6f4e704624cb0d327a2d5adafc7ce19bc5b8)
set(QCC_DEPS_DIR "$ENV{QCC_DEPS_DIR}" CACHE PATH "where built dependencies are kept")
if(NOT QCC_DEPS_DIR)
  set(QCC_DEPS_DIR "${CMAKE_SOURCE_DIR}/build/_deps")
endif()

find_package(Protobuf REQUIRED) # before ONNX: its exported targets name protobuf::libprotobuf
find_package(Python3 REQUIRED COMPONENTS Interpreter)

string(SHA256 _key "${QCC_ONNX_SHA256}|${CMAKE_CXX_COMPILER_ID}-${CMAKE_CXX_COMPILER_VERSION}|${Protobuf_VERSION}|1")
string(SUBSTRING "${_key}" 0 12 _key)
set(_root "${QCC_DEPS_DIR}/onnx-${QCC_ONNX_VERSION}-${_key}")
set(_prefix "${_root}/prefix")

function(_qcc_onnx_step what)
  message(STATUS "onnx ${QCC_ONNX_VERSION}: ${what}")
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_FILE "${_root}/log.txt" ERROR_FILE "${_root}/log.txt")
  if(NOT status EQUAL 0)
    file(READ "${_root}/log.txt" log)
    message(FATAL_ERROR "onnx ${QCC_ONNX_VERSION}: '${what}' failed:\n${log}")
  endif()
endfunction()

file(MAKE_DIRECTORY "${_root}")
file(LOCK "${_root}.lock" GUARD FILE TIMEOUT 1800)
if(NOT EXISTS "${_root}/complete")
  # pip verifies the hash and refuses anything else.
  file(WRITE "${_root}/requirements.txt" "onnx==${QCC_ONNX_VERSION} --hash=sha256:${QCC_ONNX_SHA256}\n")
  set(_source "${_root}/src/onnx-${QCC_ONNX_VERSION}")
  file(REMOVE_RECURSE "${_root}/src" "${_root}/build" "${_prefix}")
  # `pip download` of a source archive runs its build back end for metadata, which needs nothing but what pip fetches itself.
  _qcc_onnx_step("download" ${Python3_EXECUTABLE} -m pip download --disable-pip-version-check --no-deps --no-binary onnx
    --require-hashes -r "${_root}/requirements.txt" -d "${_root}/download")
  file(ARCHIVE_EXTRACT INPUT "${_root}/download/onnx-${QCC_ONNX_VERSION}.tar.gz" DESTINATION "${_root}/src")
  # It asks for CMake 3.26 and needs no more than 3.24; Debian 12 has 3.25.
  file(READ "${_source}/CMakeLists.txt" _lists)
  string(REPLACE "cmake_minimum_required(VERSION 3.26)" "cmake_minimum_required(VERSION 3.25)" _patched "${_lists}")
  if(_patched STREQUAL _lists)
    message(FATAL_ERROR "onnx ${QCC_ONNX_VERSION}: its cmake_minimum_required line is not the one expected")
  endif()
  file(WRITE "${_source}/CMakeLists.txt" "${_patched}")
  _qcc_onnx_step("configure" ${CMAKE_COMMAND} -G ${CMAKE_GENERATOR} -S "${_source}" -B "${_root}/build"
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${CMAKE_C_COMPILER} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
    -DPython3_EXECUTABLE=${Python3_EXECUTABLE} -DONNX_BUILD_PYTHON=OFF -DONNX_ML=ON
    -DONNX_USE_PROTOBUF_SHARED_LIBS=ON -DFETCHCONTENT_FULLY_DISCONNECTED=ON -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_PREFIX=${_prefix})
  _qcc_onnx_step("build (about two minutes)" ${CMAKE_COMMAND} --build "${_root}/build" --target install)
  file(REMOVE_RECURSE "${_root}/build" "${_root}/src")
  file(WRITE "${_root}/complete" "")
endif()
file(LOCK "${_root}.lock" RELEASE)

find_package(ONNX ${QCC_ONNX_VERSION} EXACT REQUIRED CONFIG PATHS "${_prefix}" NO_DEFAULT_PATH)
set_target_properties(ONNX::onnx PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${_prefix}/include")
