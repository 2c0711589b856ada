"""A web page of its own: no network, no script, light and dark."""

from __future__ import annotations

from html import escape

_STYLE = """
:root {
  color-scheme: light dark;
  --ground: #fbfbf9; --ink: #1c1e21; --faint: #6a6f76; --line: #dcdcd6; --card: #ffffff;
  --good: #1a7f4b; --good-ground: #e3f4ea; --bad: #b3261e; --bad-ground: #fbe5e3;
  --warn: #8a5a00; --warn-ground: #fbf0d9; --none: #ecece7;
  --one: #2b5fb8; --two: #b2560d; --band: #2b5fb83a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #15171a; --ink: #e8e8e4; --faint: #9aa0a8; --line: #33373d; --card: #1c1f23;
    --good: #6fd19c; --good-ground: #17382a; --bad: #ff9a90; --bad-ground: #48201d;
    --warn: #f0c674; --warn-ground: #3b3019; --none: #2a2d32;
    --one: #82aef5; --two: #f0a468; --band: #82aef540;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; letter-spacing: -0.01em; margin: 0 0 1rem; }
.verdict { font-size: 1.05rem; font-weight: 600; padding: .8rem 1.1rem; border-radius: 8px;
  border-left: 5px solid; margin: 0 0 1.5rem; }
.good { color: var(--good); background: var(--good-ground); }
.bad { color: var(--bad); background: var(--bad-ground); }
.warn { color: var(--warn); background: var(--warn-ground); }
figure, .scroll { margin: 0 0 1.5rem; padding: 1.1rem 1.25rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
figcaption, caption { font-weight: 600; text-align: left; margin-bottom: .6rem;
  padding: 0 0 .5rem; caption-side: top; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
svg text.faint { fill: var(--faint); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
th { color: var(--faint); font-weight: 500; white-space: nowrap; }
th, td { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td { overflow-wrap: break-word; white-space: pre-wrap; }
p:not(.verdict) { max-width: 46rem; }
.verdict, h1 { overflow-wrap: anywhere; }
@media (max-width: 600px) {
  main { padding: 1.25rem .6rem 2rem; }
  h1 { font-size: 1.3rem; }
  figure, .scroll { padding: .7rem .75rem; }
  table { font-size: .75rem; }
  th { white-space: normal; vertical-align: bottom; }
  th, td { padding-right: .55rem; }
}
"""


def document(title: str, body: str) -> str:
    """Return a whole page around a body."""
    body = body.replace("<table>", '<div class="scroll"><table>').replace(
        "</table>", "</table></div>"
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )
