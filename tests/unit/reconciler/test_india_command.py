"""`reconciler check`: documents from a file, wherever they stand in it."""

import json
from pathlib import Path

import pytest

from reconciler import command

DATA = Path(__file__).parents[2] / "data" / "india"


def run(tmp_path: Path, text: str, *options: str) -> int:
    path = tmp_path / "file.json"
    path.write_text(text, encoding="utf-8")
    return command.main([str(path), *options])


def test_a_document_inside_a_models_answer_is_found_and_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(DATA / "v4_pasted_answer.json")]) == 0
    told = capsys.readouterr().out
    assert "Invoice ST/24-25/118 of 2024-08-09" in told
    assert "printed prices include tax" in told
    assert "Printed total 12,731.00: agrees." in told
    assert "GST 830.98" in told


def test_a_disagreement_is_told_with_its_size_and_its_own_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads((DATA / "v4_published_example.json").read_text())
    document["printed"]["grand_total"] = 10769.00
    assert run(tmp_path, json.dumps(document)) == 1
    assert "Printed total 10,769.00: off by 90.00." in capsys.readouterr().out


def test_json_alone_is_printed_as_it_came_one_document_or_a_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DATA / "v4_published_example.json").read_text()
    assert run(tmp_path, text, "--json") == 0
    assert json.loads(capsys.readouterr().out)["totals"]["grand_total"] == 10679
    assert run(tmp_path, f"[{text}, {text}]", "--json") == 0
    assert [each["totals"]["grand_total"] for each in json.loads(capsys.readouterr().out)] == [10679, 10679]


def test_lines_alone_are_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = '{"page": [{"items": [{"qty": 10, "rate_ex_tax": 100, "gst": {"rate": "18%"}}]}]}'
    assert run(tmp_path, text, "--json") == 0
    assert json.loads(capsys.readouterr().out)["totals"]["grand_total"] == 1180


def test_a_legacy_document_is_checked_by_its_own_schema(capsys: pytest.CaptureFixture[str]) -> None:
    path = str(DATA / "legacy_published_example.json")
    assert command.main([path, "--schema", "india_legacy"]) == 1
    assert "Total 12390.00, printed 11800.00: unmatched, off by 590.00." in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "no json", "{}", "[1, 2]", '{"a": {"b": []}}', "[" * 100_000])
def test_what_holds_no_document_is_unreadable(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, text) == 2
    assert capsys.readouterr().out == ""


def test_what_cannot_be_written_is_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = '"doc_level": {"supplier_name": "Ink \\ud800"}'
    assert run(tmp_path, f'{{{head}, "items": [{{"qty": 1e999999999}}]}}', "--json") == 1
    assert '"supplier_name": "Ink ?"' in capsys.readouterr().out


def test_a_file_that_is_not_there_is_unreadable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([str(tmp_path / "none.json")]) == 2
    assert "cannot be read" in capsys.readouterr().err
