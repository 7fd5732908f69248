"""What the reading benchmark counts, and the report that it writes."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.reading import ReadField, Reading
from tests.benchmarks.report import Entry, write_report
from tests.benchmarks.scoring import Score, compare
from tests.benchmarks.truth import comparable, papers, truth_of

RECEIPT = {"company": "BOOK TA .K (JB) SDN BHD", "date": "25/12/2018", "address": "1 JALAN", "total": "RM9.00"}
PANAMA: dict[str, Any] = {
    "ruc": "8-1-2",
    "dv": None,
    "total": 2.5,
    "products": [{"name": "Pan", "quantity": 1, "unit_price": 2.5, "total_price": 2.5}],
}


def read(confidence: float = 0.9, items: tuple[dict[str, str], ...] = (), **values: str) -> Reading:
    def field(value: str) -> ReadField:
        return ReadField(value=value, confidence=confidence, source="ocr", page=0, box=(0.5, 0.5, 0.1, 0.1, 0.0))

    return Reading(
        schema_name="any",
        provider="local",
        fields={key: field(value) for key, value in values.items()},
        items=tuple({key: field(value) for key, value in item.items()} for item in items),
    )


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ("date", "25/12/2018", "2018-12-25"),
        ("date", "05-02-18", "2018-02-05"),
        ("date", "7 MAY 2018", "2018-05-07"),
        ("date", "20180605", "2018-06-05"),
        ("total", "RM 1,007.5", "1007.50"),
        ("supplier", "Mr. D. I. Y. (M)", "MR DIY (M)"),
        ("name", "Café  Molido", "CAFE MOLIDO"),
        ("total", "", None),
    ],
)
def test_values_are_compared_by_what_they_mean(key: str, one: str, other: str | None) -> None:
    assert comparable(key, one) == comparable(key, other)


def test_a_receipt_is_whole_when_its_three_values_are_right() -> None:
    score = Score()
    right = read(total="9.00", date="2018-12-25", supplier="BOOK TA.K(JB) SDN BHD")
    assert compare(right, truth_of(RECEIPT), [score]) == []
    assert compare(read(total="9.00"), truth_of(RECEIPT), [score]) != []
    assert (score.papers, score.whole, score.right["total"], score.right["date"]) == (2, 1, 2, 1)


def test_a_field_that_is_absent_and_read_counts_as_invented() -> None:
    score = Score()
    line = {"name": "PAN", "quantity": "1", "unit_price": "2.50", "total_price": "2.50"}
    compare(read(ruc="8-1-2", total="2.50", items=(line,)), truth_of(PANAMA), [score])
    compare(read(ruc="8-1-2", dv="9", total="2.50", items=(line,)), truth_of(PANAMA), [score])
    assert (score.absent, score.absent_reported) == (4, 3)  # the number is absent too
    assert (score.whole, score.f1) == (1, 1.0)


def test_lines_are_scored_by_total_and_by_name() -> None:
    truth = truth_of({"number": "1", "lines": [{"name": "Chair", "total": "10.00"}, {"name": "Desk", "total": "5.00"}]})
    score = Score()
    misses = compare(read(items=({"description": "chair", "subtotal": "10"}, {"subtotal": "5"})), truth, [score])
    assert score.lines["total"].f1 == 1.0
    assert score.lines["name and total"].f1 == 0.5
    assert any("missed: DESK" in miss for miss in misses)


def test_a_paper_that_was_not_read_is_all_wrong() -> None:
    score = Score()
    compare(None, truth_of(RECEIPT), [score])
    assert (score.papers, score.whole, sum(score.right.values())) == (1, 0, 0)


def test_confidence_is_set_against_what_was_right() -> None:
    score = Score()
    compare(read(0.97, total="9.00"), truth_of(RECEIPT), [score])
    compare(read(0.97, total="8.00"), truth_of(RECEIPT), [score])
    compare(read(0.3, total="8.00"), truth_of(RECEIPT), [score])
    assert [(low, count, share) for low, _, count, share in score.buckets()] == [(0.0, 1, 0.0), (0.95, 2, 0.5)]


def test_a_folder_gives_its_papers_with_either_form_of_truth(tmp_path: Path) -> None:
    for name in ("one.jpg", "two.jpg", "three.pdf"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "one.json").write_text(json.dumps(RECEIPT), "utf-8")
    (tmp_path / "truth.json").write_text(json.dumps({"three.pdf": {"number": "7", "date": "20180605"}}), "utf-8")
    assert [(truth.path.name, truth.schema) for truth in papers(tmp_path)] == [
        ("one.jpg", "odoo_expense"),
        ("three.pdf", "odoo_invoice"),
    ]


def test_the_report_shows_what_was_read_and_harms_nobody(tmp_path: Path) -> None:
    truth = truth_of(RECEIPT, Path("folder/a.jpg"))
    reading = read(total="9.00", supplier="<script>alert(1)</script>")
    misses = compare(reading, truth, [Score()])
    text = write_report([Entry(truth, reading, misses, b"jpeg")], tmp_path).read_text("utf-8")
    assert "<script>" not in text
    assert "class=wrong" in text
    assert (tmp_path / "0000.jpg").read_bytes() == b"jpeg"
