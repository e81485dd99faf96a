//===- Recipe.cpp - recipe files ------------------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "qcc/Calibration/Recipe.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace qcc;
using namespace qcc::calibration;
using calibrate::RangeMethod;
using llvm::json::Path;
using JsonValue = llvm::json::Value;

static constexpr StringLiteral kSchema = "qcc.recipe/1";

/// Reads a number between `low` and `high`; `range` says so for people.
static bool readNumber(const JsonValue &value, double low, double high,
                       StringLiteral range, double &result, Path path) {
  std::optional<double> number = value.getAsNumber();
  if (!number || !(*number >= low && *number <= high)) {
    path.report(range);
    return false;
  }
  result = *number;
  return true;
}

static bool readBool(const JsonValue &value, bool &result, Path path) {
  std::optional<bool> boolean = value.getAsBoolean();
  if (!boolean)
    path.report("must be true or false");
  else
    result = *boolean;
  return boolean.has_value();
}

std::optional<RangeMethod> qcc::calibration::parseRangeMethod(StringRef name) {
  return llvm::StringSwitch<std::optional<RangeMethod>>(name)
      .Case("minmax", RangeMethod::minmax)
      .Case("moving-average", RangeMethod::movingAverage)
      .Case("percentile", RangeMethod::percentile)
      .Case("entropy", RangeMethod::entropy)
      .Case("mse", RangeMethod::mse)
      .Case("l3", RangeMethod::l3)
      .Default(std::nullopt);
}

StringRef qcc::calibration::nameOf(RangeMethod method) {
  switch (method) {
  case RangeMethod::minmax:
    return "minmax";
  case RangeMethod::movingAverage:
    return "moving-average";
  case RangeMethod::percentile:
    return "percentile";
  case RangeMethod::entropy:
    return "entropy";
  case RangeMethod::mse:
    return "mse";
  case RangeMethod::l3:
    return "l3";
  }
  llvm_unreachable("all methods are named");
}

StringRef qcc::calibration::nameOf(BiasCorrection correction) {
  switch (correction) {
  case BiasCorrection::none:
    return "no";
  case BiasCorrection::fast:
    return "fast";
  case BiasCorrection::sequential:
    return "sequential";
  }
  llvm_unreachable("all corrections are handled");
}

static bool readRanges(const JsonValue &value,
                       std::optional<RangeMethod> &result, Path path) {
  StringRef name = value.getAsString().value_or("");
  result = parseRangeMethod(name);
  if (result || name == "measure")
    return true;
  path.report("must be minmax, moving-average, percentile, entropy, mse, l3 or "
              "\"measure\"");
  return false;
}

static bool readScales(const JsonValue &value, std::optional<bool> &result,
                       Path path) {
  if (value.getAsString() == "measure") {
    result.reset();
    return true;
  }
  result = value.getAsBoolean();
  if (!result)
    path.report("must be true, false or \"measure\"");
  return result.has_value();
}

static bool readRounding(const JsonValue &value, WeightRounding &result,
                         Path path) {
  if (std::optional<bool> withData = value.getAsBoolean()) {
    result = *withData ? WeightRounding::descent : WeightRounding::nearest;
    return true;
  }
  if (value.getAsString() == "adaround") {
    result = WeightRounding::adaRound;
    return true;
  }
  path.report("must be true, false or \"adaround\"");
  return false;
}

static bool readCorrection(const JsonValue &value,
                           std::optional<BiasCorrection> &result, Path path) {
  StringRef text = value.getAsString().value_or("");
  result = llvm::StringSwitch<std::optional<BiasCorrection>>(text)
               .Case("none", BiasCorrection::none)
               .Case("fast", BiasCorrection::fast)
               .Case("sequential", BiasCorrection::sequential)
               .Default(std::nullopt);
  if (result || text == "measure")
    return true;
  path.report("must be \"none\", \"fast\", \"sequential\" or \"measure\"");
  return false;
}

static bool readRefine(const JsonValue &value, double &result, Path path) {
  if (std::optional<bool> boolean = value.getAsBoolean()) {
    result = *boolean ? Recipe::kRefine : 0;
    return true;
  }
  return readNumber(value, 0, 10,
                    "must be true, false or a number from 0 to 10", result,
                    path);
}

static bool readMember(StringRef name, const JsonValue &value, Recipe &recipe,
                       Path path) {
  if (name == "equalize")
    return readBool(value, recipe.equalize, path);
  if (name == "ranges")
    return readRanges(value, recipe.ranges, path);
  if (name == "percentile")
    return readNumber(value, 50, 100, "must be a number from 50 to 100",
                      recipe.percentile, path);
  if (name == "headroom")
    return readBool(value, recipe.headroom.emplace(), path);
  if (name == "channel_scales")
    return readScales(value, recipe.channelScales, path);
  if (name == "alpha")
    return readNumber(value, 0, 1, "must be a number from 0 to 1", recipe.alpha,
                      path);
  if (name == "per_channel_ratio")
    return readNumber(value, 0, 1e6, "must be a number from 0 to 1e6",
                      recipe.perChannelRatio, path);
  if (name == "bias_correction")
    return readCorrection(value, recipe.biasCorrection, path);
  if (name == "round_with_data")
    return readRounding(value, recipe.rounding, path);
  if (name == "weight_grid")
    return readBool(value, recipe.weightGrid, path);
  if (name == "refine")
    return readRefine(value, recipe.refine, path);
  if (name == "keep_float")
    return fromJSON(value, recipe.keepFloat, path);
  if (name == "schemes")
    return fromJSON(value, recipe.schemes, path);
  path.report("is not a member of a recipe");
  return false;
}

/// A member of the object that the valid JSON `text` holds that is there twice,
/// or nothing. The parser keeps the last one without a word.
static std::optional<StringRef> findRepeatedMember(StringRef text) {
  llvm::StringSet<> names;
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' || text[i] == '[')
      ++depth;
    else if (text[i] == '}' || text[i] == ']')
      --depth;
    if (text[i] != '"')
      continue;
    size_t begin = ++i;
    while (text[i] != '"')
      i += text[i] == '\\' ? 2 : 1;
    StringRef string = text.slice(begin, i);
    bool isName = text.drop_front(i + 1).ltrim().starts_with(":");
    if (depth == 1 && isName && !names.insert(string).second)
      return string;
  }
  return std::nullopt;
}

/// What a recipe says that another member of it leaves without effect; "" if
/// there is nothing.
static std::string findIdleMember(const llvm::json::Object &object,
                                  const Recipe &recipe) {
  if (object.get("percentile") && recipe.ranges &&
      *recipe.ranges != RangeMethod::percentile)
    return ("\"percentile\" does nothing with \"ranges\": \"" +
            nameOf(*recipe.ranges) + "\"")
        .str();
  if (object.get("alpha") && recipe.channelScales == false)
    return "\"alpha\" does nothing with \"channel_scales\": false";
  return "";
}

FailureOr<Recipe> qcc::calibration::loadRecipe(
    StringRef path, llvm::function_ref<InFlightDiagnostic()> emitError) {
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (std::error_code error = buffer.getError())
    return emitError() << "cannot read recipe '" << path
                       << "': " << error.message();
  llvm::Expected<JsonValue> root = llvm::json::parse((*buffer)->getBuffer());
  if (!root)
    return emitError() << "recipe '" << path
                       << "' is not JSON: " << llvm::toString(root.takeError());
  const llvm::json::Object *object = root->getAsObject();
  std::optional<StringRef> schema =
      object ? object->getString("schema") : std::nullopt;
  if (schema != StringRef(kSchema))
    return emitError() << "recipe '" << path << "' must be an object with "
                       << "\"schema\": \"" << kSchema << "\"";
  if (std::optional<StringRef> repeated =
          findRepeatedMember((*buffer)->getBuffer()))
    return emitError() << "recipe '" << path << "' has two members \""
                       << *repeated << "\"";
  Recipe recipe;
  Path::Root where("recipe");
  for (const auto &[name, value] : *object)
    if (StringRef(name) != "schema" &&
        !readMember(StringRef(name), value, recipe,
                    Path(where).field(StringRef(name))))
      return emitError() << "'" << path
                         << "': " << llvm::toString(where.getError());
  if (std::string idle = findIdleMember(*object, recipe); !idle.empty())
    return emitError() << "recipe '" << path << "': " << idle;
  return recipe;
}
