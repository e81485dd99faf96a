//===- Style.h - how report pages look --------------------------*- C++ -*-===//
//
// Part of the qcc project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QCC_REPORT_LIB_STYLE_H
#define QCC_REPORT_LIB_STYLE_H

#include "llvm/ADT/StringRef.h"

namespace qcc::report {

/// The style sheet of the page. Colours of the sources (s0 to s3) differ in
/// lightness too, for those who do not see hues.
inline constexpr llvm::StringLiteral kStyle = R"(
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--fg:#1c1d20;--dim:#62666d;--line:#dfe1e5;
--s0:#1f5fa8;--s1:#82b6e8;--s2:#c2571a;--s3:#f3b26b;--bar:#8a9099;--in:#e3f0e6;--edge:#2d7d46}
@media(prefers-color-scheme:dark){:root{--bg:#16171a;--card:#1f2125;--fg:#e7e8ea;--dim:#9ba0a8;--line:#34373d;
--s0:#4f93dd;--s1:#b5d5f5;--s2:#e0783a;--s3:#f8cf9c;--bar:#838992;--in:#1f3526;--edge:#6cc487}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1rem;background:var(--bg);color:var(--fg);
font:16px/1.45 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:.3rem 0 0}
h2{font-size:1.1rem;margin:2rem 0 .6rem}
p{margin:.4rem 0}
.dim,small{color:var(--dim)}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;margin-top:1rem}
.card,details{background:var(--card);border:1px solid var(--line);border-radius:.6rem}
.card{padding:.7rem .9rem}
.card b{display:block;font-size:1.35rem;font-variant-numeric:tabular-nums}
details{margin:.45rem 0}
summary{display:grid;grid-template-columns:1.6rem 1fr auto;gap:.1rem .6rem;padding:.6rem .8rem;cursor:pointer;
list-style:none}
summary::-webkit-details-marker{display:none}
summary .rank{color:var(--dim);text-align:right}
summary .share{font-variant-numeric:tabular-nums;text-align:right}
summary .facts,summary .stack{grid-column:2/4}
summary .facts{color:var(--dim);font-size:.87rem}
details[open] summary{border-bottom:1px solid var(--line)}
.body{padding:.6rem .8rem .9rem}
.stack{display:flex;height:.5rem;border-radius:.25rem;overflow:hidden;background:var(--line);margin:.2rem 0}
.s0{background:var(--s0)}.s1{background:var(--s1)}.s2{background:var(--s2)}.s3{background:var(--s3)}
.key{display:inline-block;width:.8em;height:.8em;border-radius:.2em;margin-right:.4em}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.25rem .5rem .25rem 0;border-bottom:1px solid var(--line);font-weight:400}
td.n,th.n{text-align:right;padding:.25rem 0 .25rem .8rem;white-space:nowrap}
thead th{color:var(--dim);font-size:.87rem}
.plots{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(18rem,100%),1fr));gap:1rem;margin-top:.8rem}
figure{margin:0}
figcaption{font-size:.87rem}
svg{display:block;width:100%;height:5.5rem}
svg .bin{fill:var(--bar)}svg .in{fill:var(--in)}svg .edge{stroke:var(--edge);stroke-width:1.5;
vector-effect:non-scaling-stroke}
.ends{display:flex;justify-content:space-between;font-size:.8rem;color:var(--dim)}
pre{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.7rem .9rem;white-space:pre-wrap;
font-size:.87rem}
)";

} // namespace qcc::report

#endif // QCC_REPORT_LIB_STYLE_H
