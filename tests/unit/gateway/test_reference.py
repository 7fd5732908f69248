"""The reference pages name everything, lead nowhere outside, and show what they are made of as text."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from deploy.reference import pages
from gateway.asyncapi import asyncapi_text
from gateway.reference import events_page
from gateway.routes.families import FAMILIES
from shared.contracts.topology import EVENTS
from tests.support.gateway import Gateway

_VOID = frozenset({"meta", "link", "br", "img", "input"})


class Page(HTMLParser):
    """What a page holds; fails where a tag is left open or closed twice."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src", "action"}:
                self.links.append(value or "")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += f"{data} "


@pytest.fixture(scope="module")
def shown() -> dict[str, Page]:
    return {name: Page(text) for name, text in pages().items()}


@pytest.mark.parametrize("name", ["events.html", "http.html"])
def test_a_page_is_well_formed_and_each_link_leads_to_a_place_on_it(shown: dict[str, Page], name: str) -> None:
    page = shown[name]
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert page.links
    assert not page.tags & {"script", "img", "iframe", "link", "object"}


def test_every_event_has_its_place_with_its_fields(shown: dict[str, Page]) -> None:
    page = shown["events.html"]
    for row in EVENTS:
        assert row.event.NAME in page.ids
        assert f"model-{row.event.__name__}" in page.ids
        assert set(row.event.model_fields) <= set(re.findall(r"\w+", page.text))


def test_every_route_that_is_described_is_shown(shown: dict[str, Page]) -> None:
    text = shown["http.html"].text
    for family in FAMILIES:
        for route in family.routes:
            assert route.answer is None or f"{route.method} {route.path} " in text


def test_what_a_document_says_stays_text() -> None:
    document: dict[str, Any] = json.loads(asyncapi_text())
    bad = '<script>alert("1")</script>'
    document["info"]["description"] = bad
    document["components"]["schemas"]["Tag"]["description"] = bad
    document["components"]["schemas"]["Tag"]["properties"][bad] = {"type": bad, "description": bad}
    text = events_page(document, "")
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 5


async def test_the_gateway_serves_the_document_of_events_and_its_page(gateway: Gateway) -> None:
    document = await gateway.send("GET", "/asyncapi.json", user=None)
    assert (document.status, document.text) == (200, asyncapi_text())
    page = await gateway.send("GET", "/docs/events", user=None)
    assert page.status == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert {link for link in Page(page.text).links if not link.startswith("#")} == {"/docs/docs.css"}
