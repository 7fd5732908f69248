"""A reading as `results` of one version of the Extract API. Pure: `shared.odoo_result` says what the features are."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from gateway.extract.credit_notes import as_entered
from gateway.extract.protocol import Version
from shared.contracts.odoo import OdooOutcome
from shared.contracts.reading import ReadField
from shared.money import parse_amount
from shared.odoo_result import odoo_result

_DATES = ("date", "due_date")
_MIDNIGHT = " 00:00:00"
_CANDIDATES, _WORDS = "candidates", "words"
_TAX, _OLD_TAX = "total_tax_amount", "global_taxes_amount"
_LINES = "invoice_lines"
_FLAT_LINE = ("description", "quantity", "unit_price", "subtotal", "total")
_OLD_NAME = "description"
_ONLY_OLD = ("supplier",)
"""Of an expense: older clients alone know them."""

_NOTHING = ReadField()

Feature = dict[str, Any]


def results_of(
    outcome: OdooOutcome, version: Version, perspective: Literal["client", "supplier"] = "client"
) -> list[dict[str, Any]]:
    """The list `results`, with its one object, as clients of a version read it (section 5).

    Every candidate has content, page and five coordinates, its numbers are floats; what was not found is left out. A
    credit note's amounts are positive.
    """
    result = odoo_result(as_entered(outcome.reading), outcome.full_text, perspective)
    if outcome.layout_id is not None:
        result["detected_layout_id"] = outcome.layout_id
    result = {name: _each_candidate(value, _plain) for name, value in result.items()}
    if version.kind == "expense" and not version.has_words:
        result = {name: value for name, value in result.items() if name not in _ONLY_OLD}
    if version.has_words:
        return [_old(result, outcome, version)]
    if version.has_flat_lines and _LINES in result:
        result[_LINES] = [_flat(line) for line in result[_LINES]]
    return [result]


def _each_candidate(value: Any, change: Callable[[Feature], Feature]) -> Any:
    """A feature, or a list of lines of features, with every candidate changed; what is neither stays."""
    if isinstance(value, list):
        return [{name: _each_candidate(feature, change) for name, feature in line.items()} for line in value]
    if not isinstance(value, Mapping):
        return value
    return {
        name: [change(each) for each in part] if isinstance(part, list) else change(part)
        for name, part in value.items()
    }


def _plain(candidate: Feature) -> Feature:
    """Numbers as floats, and coordinates within the page: a box may stick out of it by a rounding."""
    content = candidate["content"]
    if isinstance(content, int) and not isinstance(content, bool):
        content = float(content)
    *places, angle = map(float, candidate["coords"])
    return {**candidate, "content": content, "coords": [*(min(max(each, 0.0), 1.0) for each in places), angle]}


def _old(result: dict[str, Any], outcome: OdooOutcome, version: Version) -> dict[str, Any]:
    """As before 122: `words`, taxes under other names, dates with a time; an applicant's name under both its names."""
    shown = {_OLD_TAX if name == _TAX else name: value for name, value in result.items()}
    for name in _DATES:
        if name in shown:
            shown[name] = _each_candidate(shown[name], _timed)
    if rates := _tax_rates(outcome) or _rates_of_lines(shown.get(_LINES, [])):
        shown["global_taxes"] = {"selected_values": rates, _CANDIDATES: rates}
    if version.kind == "applicant" and "name" in shown:
        shown[_OLD_NAME] = shown["name"]
    return {name: _worded(value) for name, value in shown.items()}


def _timed(candidate: Feature) -> Feature:
    return {**candidate, "content": f"{candidate['content']}{_MIDNIGHT}"}


def _worded(value: Any) -> Any:
    if isinstance(value, list):
        return [{name: _worded(feature) for name, feature in line.items()} for line in value]
    if not isinstance(value, Mapping):
        return value
    return {_WORDS if name == _CANDIDATES else name: part for name, part in value.items()}


def _tax_rates(outcome: OdooOutcome) -> list[Feature]:
    """The rates of an invoice's table of taxes, as percents."""
    found: list[Feature] = []
    for row in outcome.reading.tables.get("taxes", ()):
        field = row.get("rate", _NOTHING)
        rate = parse_amount(field.value or "")
        if rate is not None:
            coords = list(field.box or (0.0,) * 5)
            shown = {"content": float(rate), "coords": coords, "page": field.page or 0, "amount_type": "percent"}
            found.append(_plain(shown))
    return found


def _rates_of_lines(lines: list[dict[str, Feature]]) -> list[Feature]:
    """The rates that lines show, each once: of an invoice that has no table of taxes."""
    shown = [rate for line in lines if "taxes" in line for rate in line["taxes"]["selected_values"]]
    return list({rate["content"]: rate for rate in reversed(shown)}.values())[::-1]


def _flat(line: Mapping[str, Feature]) -> dict[str, Any]:
    """A line as 123 has it: plain values, taxes as a list of numbers; no discount, product or unit."""
    shown = {name: line[name]["selected_value"]["content"] for name in _FLAT_LINE if name in line}
    if "taxes" in line:
        shown["taxes"] = [each["content"] for each in line["taxes"]["selected_values"]]
    return shown
