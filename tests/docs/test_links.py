"""Every link of every page leads somewhere, and the index knows every page."""

import re
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
PAGES = [ROOT / name for name in TRACKED.splitlines()]
INDEX = ROOT / "docs/README.md"


def links(page: Path) -> list[str]:
    """Where links and pictures of a page lead, but those to other sites."""
    inline = [child for token in MarkdownIt().parse(page.read_text()) for child in token.children or ()]
    found = [child.attrGet("href") or child.attrGet("src") for child in inline if child.type in {"link_open", "image"}]
    return [str(link) for link in found if link and not re.match("[a-z]+:", str(link))]


def anchors(page: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    tokens = MarkdownIt().parse(page.read_text())
    titles = [after.content for token, after in pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), f"{page.relative_to(ROOT)} links to {link}"
        assert not anchor or anchor in anchors(target), f"{page.relative_to(ROOT)} links to {link}"


def test_the_index_knows_every_page():
    known = {(INDEX.parent / link).resolve() for link in links(INDEX)}
    assert [page for page in (ROOT / "docs").glob("*.md") if page != INDEX and page not in known] == []
