"""`reconciler check FILE`: reconciles documents that a model has read, without a server."""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from reconciler.india.engine import reconcile
from reconciler.india.explanation import disagrees, explain, explain_legacy
from reconciler.schemas.india_legacy import complete
from shared.contracts.india import INDIA_GST_V4, INDIA_LEGACY, LegacyDocument, V4Document

CLEAN, DISAGREES, UNREADABLE = 0, 1, 2
"""Exit statuses."""

_DEEPEST = 50
_MOST_STARTS = 1000
_OBJECT = re.compile(r"[{\[]")
_MARKS: Mapping[str, frozenset[str]] = {
    INDIA_GST_V4: frozenset(("doc_level", "voucher_info", "printed", "totals", "header_discounts", "charges")),
    INDIA_LEGACY: frozenset(("voucher", "party")),
}
"""Keys by which a document is known wherever it stands in pasted JSON."""
_LINE_MARKS: Mapping[str, frozenset[str]] = {
    INDIA_GST_V4: frozenset(("qty", "raw", "gst", "rate_ex_tax")),
    INDIA_LEGACY: frozenset(("quantity", "price", "hsn_sac_code")),
}
"""Keys by which a document of lines alone is known."""


def main(arguments: Sequence[str]) -> int:
    """Check a file and print the reasoning, or the documents. Returns 0 clean, 1 disagreements, 2 unreadable input."""
    options = _parser().parse_args(arguments)
    try:
        text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return _refuse(f"{options.file} cannot be read: {type(error).__name__}")
    is_list = text.lstrip().startswith("[")
    try:
        found = find_documents(text, options.schema)
    except RecursionError:
        return _refuse(f"{options.file} is nested too deeply")
    if not found:
        return _refuse(f"{options.file} holds no document of {options.schema}")
    results = [_check(each, options.schema) for each in found]
    if options.json:
        documents = [document for document, _, _ in results]
        shown = documents if is_list or len(documents) > 1 else documents[0]
        sys.stdout.write(json.dumps(shown, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n\n".join(told for _, told, _ in results) + "\n")
    return DISAGREES if any(odd for _, _, odd in results) else CLEAN


def find_documents(text: str, schema: str) -> list[Mapping[str, Any]]:
    """The documents in JSON, or in JSON inside other text, however deep; a string that holds JSON is looked into."""
    return [document for value in _values(text) for document in _documents(value, schema, _DEEPEST)]


def _check(document: Mapping[str, Any], schema: str) -> tuple[dict[str, Any], str, bool]:
    if schema == INDIA_LEGACY:
        legacy = complete(LegacyDocument.model_validate(document))
        odd = legacy.voucher.reconciliation.status == "unmatched"
        return legacy.to_json(), explain_legacy(legacy), odd
    result = reconcile(V4Document.model_validate(document))
    return result.document.to_json(), explain(result), disagrees(result)


def _values(text: str) -> Iterator[Any]:
    """What the text holds: one JSON value, or each object or list that begins somewhere in it."""
    try:
        yield json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    except ValueError:
        pass
    else:
        return
    decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal, parse_constant=lambda _: None)
    end = 0
    for count, start in enumerate(_OBJECT.finditer(text)):
        if count > _MOST_STARTS:
            return
        if start.start() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, start.start())
        except ValueError:
            continue
        yield value


def _is_document(value: Mapping[str, Any], schema: str) -> bool:
    lines = value.get("items")
    first = lines[0] if isinstance(lines, list) and lines and isinstance(lines[0], Mapping) else {}
    return bool(_MARKS[schema] & value.keys() or _LINE_MARKS[schema] & first.keys())


def _documents(value: object, schema: str, depth: int) -> Iterator[Mapping[str, Any]]:
    if depth == 0:
        return
    if isinstance(value, Mapping):
        if _is_document(value, schema):
            yield value
            return
        for each in value.values():
            yield from _documents(each, schema, depth - 1)
    elif isinstance(value, list):
        for each in value:
            yield from _documents(each, schema, depth - 1)
    elif isinstance(value, str) and "{" in value:
        for inner in _values(value):
            if not isinstance(inner, str):
                yield from _documents(inner, schema, depth - 1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="reconciler check", description="Reconcile invoices that a model has read.")
    parser.add_argument("file", metavar="FILE.json", help="a document, several, or JSON that holds some; - for stdin")
    parser.add_argument("--schema", choices=(INDIA_GST_V4, INDIA_LEGACY), default=INDIA_GST_V4)
    parser.add_argument("--json", action="store_true", help="print the reconciled documents alone")
    return parser


def _refuse(message: str) -> int:
    sys.stderr.write(message + "\n")
    return UNREADABLE
