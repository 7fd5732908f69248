"""Rules on a document's XML that no `Comprobante` can break: currencies, attributes, the place of the signature."""

from collections.abc import Iterator, Mapping

from sunat_emitter.documents.rules.rule import Violation, severidad
from sunat_emitter.documents.ubl.tree import CAC, CBC, EXT, Element

_CATALOG_ATTRIBUTES: Mapping[str, str] = {
    "listAgencyName": "4251",
    "listName": "4252",
    "listURI": "4253",
    "schemeName": "4255",
    "schemeAgencyName": "4256",
    "schemeURI": "4257",
    "unitCodeListID": "4258",
    "unitCodeListAgencyName": "4259",
    "name": "4260",
    "listSchemeURI": "4261",
}
"""Optional attributes; one that is not written cannot be wrong."""
_CAC, _CBC = f"{{{CAC}}}", f"{{{CBC}}}"
_NS = {"cac": CAC, "cbc": CBC, "ext": EXT}


def tree_violations(tree: Element) -> tuple[Violation, ...]:
    """What SUNAT would hold against the XML itself; empty for what `ubl.build` makes."""
    return tuple(
        Violation(code, message, severidad(code)) for code, message in (*_signature(tree), *_money(tree), *_extra(tree))
    )


def _signature(tree: Element) -> Iterator[tuple[str, str]]:
    issuer = tree.findtext("cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID", "", _NS)
    signer = tree.findtext("cac:Signature/cac:SignatoryParty/cac:PartyIdentification/cbc:ID", "", _NS)
    if not tree.findtext("cac:Signature/cbc:ID", "", _NS):
        yield "2076", "cac:Signature/cbc:ID - Falta el identificador de la firma"
    if signer != issuer:
        yield (
            "2078",
            "cac:Signature/cac:SignatoryParty/cac:PartyIdentification/cbc:ID - Debe ser igual al RUC del emisor",
        )
    if len(tree.findall("cac:TaxTotal", _NS)) != 1:
        yield "3024", "El tag cac:TaxTotal no debe repetirse a nivel de totales"


def _money(tree: Element) -> Iterator[tuple[str, str]]:
    currency = tree.findtext("cbc:DocumentCurrencyCode", "", _NS)
    for element in tree.iter():
        own = element.get("currencyID")
        if own is None:
            continue
        parent = element.getparent()
        if parent is not None and parent.tag == f"{_CAC}PaymentTerms" and _is_deposit(parent):
            if own != "PEN":
                yield "3208", "La moneda del monto de la detracción debe ser PEN"
        elif own != currency:
            yield "2071", "La moneda debe ser la misma en todo el documento"


def _is_deposit(terms: Element) -> bool:
    return terms.findtext("cbc:ID", "", _NS) == "Detraccion"


def _extra(tree: Element) -> Iterator[tuple[str, str]]:
    for element in tree.iter(f"{_CBC}*"):
        for attribute, code in _CATALOG_ATTRIBUTES.items():
            if attribute in element.attrib:
                yield code, f"El dato ingresado como atributo @{attribute} es incorrecto"
