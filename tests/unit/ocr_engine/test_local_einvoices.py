"""The shared electronic invoices, where they lie beside the project: read from their text alone, and from their XML."""

import json
import re
import unicodedata
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ocr_engine.evidence import Evidence
from ocr_engine.local.document import inspected
from ocr_engine.local.invoice.reader import read_invoice
from ocr_engine.local.page import Document
from ocr_engine.validation import validate
from shared.contracts.reading import Reading
from shared.money import parse_amount
from tests.benchmarks.truth import DATA

FOLDER = DATA / "einvoices"
FLOORS = {"total": 0.92, "date": 0.93, "number": 0.95, "seller": 0.88, "tax": 0.92, "base": 0.93}
LEAST_LINES = 0.9

Truth = dict[str, Any]


@pytest.fixture(scope="module")
def papers() -> list[tuple[Document, Truth]]:
    """Every document with what its XML says of it."""
    path: Path = FOLDER / "truth.json"
    if not path.exists():
        pytest.skip("shared test data (../shared/data/einvoices) is not beside the project")
    truths = json.loads(path.read_text("utf-8"))
    return [(inspected((FOLDER / name).read_bytes()), truth) for name, truth in truths.items()]


def plain(text: str | None) -> str:
    return re.sub(r"[^A-Z0-9]", "", unicodedata.normalize("NFKD", (text or "").upper()))


def right(reading: Reading, truth: Truth) -> dict[str, bool]:
    """Which fields say what the truth says."""
    amounts = {"total": "total", "tax": "total_tax_amount", "base": "subtotal"}
    result = {key: parse_amount(reading.value(own) or "") == Decimal(truth[key]) for key, own in amounts.items()}
    result["date"] = truth["date"] is None or (reading.value("date") or "").replace("-", "") == truth["date"]
    result["number"] = reading.value("invoice_id") == truth["number"]
    result["seller"] = plain(reading.value("supplier")) == plain(truth["seller"])
    return result


def line_amounts(reading: Reading) -> Counter[Decimal]:
    amounts = (parse_amount(item["subtotal"].value or "") for item in reading.items)
    return Counter(amount for amount in amounts if amount is not None)


def test_the_text_alone_gives_nearly_every_field(papers: list[tuple[Document, Truth]]) -> None:
    counted: Counter[str] = Counter()
    for document, truth in papers:
        counted.update(key for key, ok in right(read_invoice(document), truth).items() if ok)
    shares = {key: counted[key] / len(papers) for key in FLOORS}
    assert all(shares[key] >= least for key, least in FLOORS.items()), shares


def test_the_text_alone_gives_nearly_every_line(papers: list[tuple[Document, Truth]]) -> None:
    found = wanted = matched = 0
    for document, truth in papers:
        lines = Counter(Decimal(line["total"]) for line in truth["lines"] if line["total"] is not None)
        if not lines:
            continue
        read = line_amounts(read_invoice(document))
        found, wanted, matched = found + read.total(), wanted + lines.total(), matched + (read & lines).total()
    assert 2 * matched / (found + wanted) >= LEAST_LINES


def test_the_xml_is_the_truth(papers: list[tuple[Document, Truth]]) -> None:
    for document, truth in papers:
        evidence = Evidence(document.pages, document.pages_read, xml=document.xml)
        reading = validate(read_invoice(document), evidence)
        told = right(reading, truth)
        if reading.fields["supplier"].source != "xml":  # an XML that does not name its seller
            del told["seller"]
        assert all(told.values()), (truth["source"], told)
