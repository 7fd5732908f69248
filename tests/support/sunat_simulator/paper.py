"""A document's XML as the simulator reads it, by itself and by nothing of the emitter's."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import NoReturn

from lxml import etree

_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
NS = {
    "cac": f"{_UBL}:CommonAggregateComponents-2",
    "cbc": f"{_UBL}:CommonBasicComponents-2",
    "ext": f"{_UBL}:CommonExtensionComponents-2",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "sac": "urn:sunat:names:specification:ubl:peru:schema:xsd:SunatAggregateComponents-1",
}


class Rejection(Exception):
    """SUNAT rejects the document by this code: its number is spent."""

    def __init__(self, codigo: int, mensaje: str) -> None:
        super().__init__(codigo)
        self.codigo, self.mensaje = codigo, mensaje


def reject(codigo: int, mensaje: str) -> NoReturn:
    """Reject.

    Raises:
        Rejection: always.
    """
    raise Rejection(codigo, mensaje)


class Node:
    """An element with what is below it."""

    def __init__(self, element: etree._Element) -> None:
        self.element = element

    @property
    def name(self) -> str:
        """Its name without a namespace."""
        return etree.QName(self.element).localname

    def all(self, path: str) -> list["Node"]:
        """The elements of a path such as `cac:Party/cbc:Name`."""
        return [Node(each) for each in self.element.findall(path, NS)]

    def one(self, path: str) -> "Node | None":
        """The first of them."""
        found = self.element.find(path, NS)
        return None if found is None else Node(found)

    def text(self, path: str = ".") -> str:
        """The first one's text, without blanks around it; empty where there is none."""
        return (self.element.findtext(path, "", NS) or "").strip()

    def attribute(self, path: str, name: str) -> str:
        """An attribute of the first one."""
        found = self.element.find(path, NS)
        return "" if found is None else found.get(name, "")

    def amount(self, path: str) -> Decimal | None:
        """The first one's number; None where there is none.

        Raises:
            Rejection: 2031 where it is no number.
        """
        text = self.text(path)
        if not text:
            return None
        try:
            return Decimal(text)
        except InvalidOperation:
            reject(2031, f"El dato ingresado no cumple con el formato establecido: {path}")

    def number(self, path: str) -> Decimal:
        """The same, with 0 where there is none."""
        return self.amount(path) or Decimal(0)

    def every(self) -> Iterator[etree._Element]:
        """Every element below it."""
        return self.element.iter("*")


def parse(xml: bytes) -> Node:
    """Read a document.

    Raises:
        ValueError: it is not XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        return Node(etree.fromstring(xml, parser))
    except etree.XMLSyntaxError as error:
        raise ValueError("not XML") from error
