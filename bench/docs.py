"""Puts what was measured where docs/performance.md has room for it."""

import shutil

from workers import ROOT

PAGE = ROOT / "docs" / "performance.md"
PLOT = ROOT / "docs" / "cost-growth.svg"
NUMBERS = ROOT / "docs" / "performance.json"


def put(comparison, growth, results_file):
    page = PAGE.read_text(encoding="utf-8")
    page = replaced(page, "comparison", comparison)
    page = replaced(page, "growth", f"{growth}\n![Seconds of a step as each quantity grows]({PLOT.name})\n")
    PAGE.write_text(page, encoding="utf-8")
    shutil.copyfile(results_file, NUMBERS)


def replaced(page, name, text):
    """The page with `text` between the lines `<!-- NAME: begin -->` and `<!-- NAME: end -->`."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1 or page.index(begin) > page.index(end):
        raise ValueError(f"{PAGE} needs one line {begin.strip()!r} and, after it, one {end!r}")
    return page[: page.index(begin) + len(begin)] + "\n" + text + "\n" + page[page.index(end) :]
