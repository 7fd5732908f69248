"""Elements in UBL's namespaces, and how SUNAT writes numbers."""

from decimal import Decimal
from typing import cast

from lxml import etree

from sunat_emitter.documents.text import writable

Element = etree._Element  # noqa: SLF001  lxml has no public name for the type

CAC = "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
CBC = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
EXT = "urn:oasis:names:specification:ubl:schema:xsd:CommonExtensionComponents-2"
DS = "http://www.w3.org/2000/09/xmldsig#"
NAMESPACES = {"cac": CAC, "cbc": CBC, "ext": EXT, "ds": DS}
_CAC, _CBC = f"{{{CAC}}}", f"{{{CBC}}}"


def root(name: str, namespace: str, **more: str) -> Element:
    """A document's root with a place for its signature (the first `ExtensionContent`); `more` namespaces by prefix."""
    prefixes = cast("dict[str, str]", {None: namespace, **NAMESPACES, **more})  # the stubs know no default namespace
    element = etree.Element(f"{{{namespace}}}{name}", nsmap=prefixes)
    extensions = etree.SubElement(element, f"{{{EXT}}}UBLExtensions")
    extension = etree.SubElement(extensions, f"{{{EXT}}}UBLExtension")
    etree.SubElement(extension, f"{{{EXT}}}ExtensionContent")
    return element


def group(parent: Element, name: str) -> Element:
    """A new aggregate (`cac:`) under the parent."""
    return etree.SubElement(parent, _CAC + name)


def leaf(parent: Element, name: str, text: str, **attributes: str) -> None:
    """A new basic element (`cbc:`) under the parent; what XML cannot hold is left out of its text."""
    element = etree.SubElement(parent, _CBC + name, attributes)
    try:
        element.text = text
    except ValueError:
        element.text = writable(text)


def amount(parent: Element, name: str, value: Decimal, currency: str) -> None:
    """An amount with two decimals and its currency."""
    leaf(parent, name, f"{value:.2f}", currencyID=currency)


def price(parent: Element, name: str, value: Decimal, currency: str) -> None:
    """A unit price, up to ten decimals, and its currency."""
    leaf(parent, name, f"{value:f}", currencyID=currency)
