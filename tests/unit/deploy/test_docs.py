"""Every page can be found from the index, and leads nowhere that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kubernetes import ROWS

ROOT = Path(__file__).parents[3]
INDEX = ROOT / "docs" / "README.md"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")


def _links(page: Path) -> Iterator[tuple[Path, str | None]]:
    """Files of the tree that a page links, each with the heading it names."""
    for found in _LINK.finditer(page.read_text(encoding="utf-8")):
        yield (page.parent / found[1]).resolve() if found[1] else page, found[2]


def _anchors(page: Path) -> set[str]:
    """Headings as they are named in links: small letters, hyphens for blanks, no other marks."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target, anchor in _links(page):
        assert target.exists(), f"{target} is not there"
        assert anchor is None or anchor in _anchors(target), f"{target} has no heading {anchor}"


def test_every_page_is_in_the_index() -> None:
    linked = {target for target, _ in _links(INDEX)}
    missing = [page for page in PAGES if page != INDEX and not {page, page.parent} & linked and page.parent != ROOT]
    assert missing == []


def test_the_page_on_kubernetes_makes_every_secret_that_a_pod_mounts() -> None:
    page = (ROOT / "docs" / "how-to" / "deploy-on-kubernetes.md").read_text(encoding="utf-8")
    made = re.search(r"create secret generic lumis-secrets \$\(for name in ([\w\s\\]+);", page)
    assert made is not None
    assert {name for row in ROWS for name in row.secrets} <= set(made[1].replace("\\", " ").split())


def test_no_published_document_cites_what_its_readers_do_not_have() -> None:
    published = [*(ROOT / "docs").glob("*api.json"), *(ROOT / "docs" / "schemas").glob("*.json")]
    assert [path.name for path in published if "Lumis API, section" in path.read_text(encoding="utf-8")] == []
