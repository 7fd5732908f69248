"""Validation against SUNAT's XML schemas, whose folder is a setting; a schema is compiled once in a process."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, cast

from lxml import etree

from sunat_emitter.documents.ubl.tree import Element

_FILES = {
    "Invoice": "2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "DebitNote": "2.1/maindoc/UBL-DebitNote-2.1.xsd",
    "ApplicationResponse": "2.1/maindoc/UBL-ApplicationResponse-2.1.xsd",
    "SummaryDocuments": "2.0/maindoc/UBL-SummaryDocuments-2.0.xsd",
    "VoidedDocuments": "2.0/maindoc/UBL-VoidedDocuments-2.0.xsd",
}
"""By a document's root element."""
_LOCK = Lock()


@dataclass(frozen=True)
class SchemaError:
    """Where a document breaks its schema, and how."""

    linea: int
    mensaje: str


def schema_errors(tree: Element, folder: Path) -> tuple[SchemaError, ...]:
    """What breaks the schema of the tree's root element; a document is valid once it is signed.

    Raises:
        ValueError: There is no schema for such a document.
        OSError: The folder does not hold it.
    """
    name = etree.QName(tree).localname
    if name not in _FILES:
        raise ValueError(f"no schema for {name}")
    schema = _compiled(folder / _FILES[name])
    # The log belongs to the schema, which threads share.
    with _LOCK:
        if schema.validate(tree):
            return ()
        return tuple(SchemaError(error.line, error.message) for error in cast("Iterable[Any]", schema.error_log))


@cache
def _compiled(path: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(path))
