//===- ConvertEinsum.cpp - Einstein sums ----------------------------------===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HandlerRegistry.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <numeric>

using namespace mlir;
using namespace qcc;
using namespace qcc::graph;

namespace {

/// A tensor whose dimensions have letters.
struct Lettered {
  Value value;
  std::string letters;
};

int64_t extentOf(const Lettered &term, char letter) {
  return NodeConversion::shapeOf(term.value)[term.letters.find(letter)];
}

/// The term with its dimensions in the order of `letters`, a permutation of its
/// own.
Value arrange(NodeConversion &c, const Lettered &term, StringRef letters) {
  if (!term.value)
    return {};
  SmallVector<int64_t> permutation;
  for (char letter : letters)
    permutation.push_back(term.letters.find(letter));
  return c.transpose(term.value, permutation);
}

/// Sums over all letters that are not in `kept`.
Lettered sumOthers(NodeConversion &c, Lettered term, StringRef kept) {
  SmallVector<int64_t> axes;
  std::string left;
  for (auto [axis, letter] : llvm::enumerate(term.letters)) {
    if (kept.contains(letter))
      left += letter;
    else
      axes.push_back(axis);
  }
  if (axes.empty())
    return term;
  return {c.reduce(qnn::ReduceKind::sum, term.value, axes, false), left};
}

/// The product of two terms, summed over what neither the result nor a later
/// term has: a batched matrix product.
Lettered multiply(NodeConversion &c, Lettered lhs, Lettered rhs,
                  StringRef kept) {
  lhs = sumOthers(c, lhs, kept.str() + rhs.letters);
  rhs = sumOthers(c, rhs, kept.str() + lhs.letters);
  if (!lhs.value || !rhs.value)
    return {};
  std::string batch, rows, columns, summed;
  SmallVector<int64_t> shape;
  int64_t m = 1, n = 1, k = 1, b = 1;
  for (char letter : lhs.letters) {
    bool shared = rhs.letters.find(letter) != std::string::npos;
    std::string &group =
        !shared ? rows : (kept.contains(letter) ? batch : summed);
    int64_t &extent = !shared ? m : (kept.contains(letter) ? b : k);
    group += letter;
    extent *= extentOf(lhs, letter);
  }
  for (char letter : rhs.letters)
    if (lhs.letters.find(letter) == std::string::npos) {
      columns += letter;
      n *= extentOf(rhs, letter);
    }
  Value product = c.create<qnn::MatmulOp>(
      c.reshape(arrange(c, lhs, batch + rows + summed), {b, m, k}),
      c.reshape(arrange(c, rhs, batch + summed + columns), {b, k, n}));
  for (char letter : batch + rows)
    shape.push_back(extentOf(lhs, letter));
  for (char letter : columns)
    shape.push_back(extentOf(rhs, letter));
  return {c.reshape(product, shape), batch + rows + columns};
}

/// Gives the dimensions that "..." stands for letters of their own, the same
/// for all terms, counted from the last.
LogicalResult expandEllipsis(NodeConversion &c, std::string &letters,
                             int64_t rank, size_t &widest) {
  size_t at = letters.find("...");
  if (at == std::string::npos)
    return success();
  int64_t count = rank < 0 ? widest : rank - (letters.size() - 3);
  if (count < 0 || count > 10)
    return c.refuse("attribute 'equation' does not fit the inputs");
  widest = std::max<size_t>(widest, count);
  std::string digits;
  for (int64_t i = count; i-- > 0;)
    digits += static_cast<char>('0' + i);
  letters.replace(at, 3, digits);
  return success();
}

LogicalResult convertEinsum(NodeConversion &c) {
  std::string equation;
  for (char letter : c.getString("equation", ""))
    if (letter != ' ')
      equation += letter;
  auto [left, result] = StringRef(equation).split("->");
  SmallVector<StringRef> parts;
  left.split(parts, ',');
  if (parts.size() != c.getNumInputs())
    return c.refuse("attribute 'equation' has " + Twine(parts.size()) +
                    " terms for " + Twine(c.getNumInputs()) + " inputs");
  SmallVector<Lettered> terms;
  size_t widest = 0;
  for (auto [i, part] : llvm::enumerate(parts)) {
    if (failed(c.requireRank(i, 0)))
      return failure();
    Lettered term{c.getInput(i), part.str()};
    int64_t rank = c.rankOf(term.value);
    if (failed(expandEllipsis(c, term.letters, rank, widest)))
      return failure();
    std::string sorted = term.letters;
    llvm::sort(sorted);
    if (llvm::adjacent_find(sorted) != sorted.end())
      return c.refuse("diagonals are not supported");
    if (static_cast<int64_t>(term.letters.size()) != rank ||
        !llvm::all_of(term.letters, llvm::isAlnum))
      return c.refuse("attribute 'equation' does not fit input " + Twine(i));
    terms.push_back(term);
  }
  std::string output = result.str();
  if (failed(expandEllipsis(c, output, /*rank=*/-1, widest)))
    return failure();
  if (equation.find("->") == std::string::npos) {
    // Letters that occur once, in alphabetical order.
    std::string all;
    for (const Lettered &term : terms)
      all += term.letters;
    llvm::sort(all);
    for (char letter : all)
      if (llvm::count(all, letter) == 1)
        output += letter;
  }
  for (char letter : output)
    if (llvm::none_of(terms, [&](const Lettered &term) {
          return term.letters.find(letter) != std::string::npos;
        }))
      return c.refuse("attribute 'equation' has an output '" + Twine(letter) +
                      "' that no input has");

  Lettered product = terms.front();
  for (size_t i = 1; i < terms.size(); ++i) {
    std::string kept = output;
    for (const Lettered &later : ArrayRef(terms).drop_front(i + 1))
      kept += later.letters;
    product = multiply(c, product, terms[i], kept);
  }
  if (product.value)
    product = sumOthers(c, product, output);
  if (!product.value)
    return failure();
  return c.give(0, arrange(c, product, output));
}

} // namespace

void graph::registerEinsumHandlers(HandlerRegistry &registry) {
  registry.add("Einsum", {12, 28}, convertEinsum);
}
