"""Who issued and who received somebody else's document."""

from sunat_emitter.documents.model import Cliente, Direccion, Emisor
from sunat_emitter.documents.ubl.tree import Element
from sunat_emitter.importacion.nodes import Unreadable, attribute, every, text

_NOBODY = "-"
_ID = "cac:Party/cac:PartyIdentification/cbc:ID"
_TAX_ID = "cac:Party/cac:PartyTaxScheme/cbc:CompanyID"
_OLD_ID = "cbc:CustomerAssignedAccountID"
"""UBL 2.0's place, which summaries still have."""
_NAMES = (
    "cac:Party/cac:PartyLegalEntity/cbc:RegistrationName",
    "cac:Party/cac:PartyTaxScheme/cbc:RegistrationName",
    "cac:Party/cac:PartyName/cbc:Name",
)
_ADDRESSES = (
    "cac:Party/cac:PartyLegalEntity/cac:RegistrationAddress",
    "cac:Party/cac:PartyTaxScheme/cac:RegistrationAddress",
    "cac:Party/cac:PostalAddress",
)
_LINES = ("cac:AddressLine/cbc:Line", "cbc:StreetName")


def ruc_of(document: Element) -> str:
    """The issuer's RUC; empty where it does not say."""
    return text(document, *(f"cac:AccountingSupplierParty/{path}" for path in (_ID, _TAX_ID, _OLD_ID)))


def issuer(document: Element) -> Emisor:
    """The issuer. Raises Unreadable: there is none."""
    party = _party(document, "AccountingSupplierParty", "emisor")
    address = _address(party)
    return Emisor(
        ruc=ruc_of(document),
        razon_social=text(party, *_NAMES),
        nombre_comercial=text(party, "cac:Party/cac:PartyName/cbc:Name"),
        direccion=Direccion(
            ubigeo=text(address, "cbc:ID"),
            direccion=text(address, *_LINES),
            departamento=text(address, "cbc:CountrySubentity"),
            provincia=text(address, "cbc:CityName"),
            distrito=text(address, "cbc:District"),
            urbanizacion=text(address, "cbc:CitySubdivisionName"),
            codigo_local=text(address, "cbc:AddressTypeCode") or "0000",
        ),
        telefono=text(party, "cac:Party/cac:Contact/cbc:Telephone"),
        email=text(party, "cac:Party/cac:Contact/cbc:ElectronicMail"),
    )


def customer(document: Element) -> Cliente:
    """The customer. Raises Unreadable: there is none."""
    party = _party(document, "AccountingCustomerParty", "adquirente")
    place = next((path for path in (_ID, _TAX_ID, _OLD_ID) if text(party, path)), _ID)
    kind = attribute(party, place, "schemeID") or text(party, "cbc:AdditionalAccountID")
    address = _address(party)
    return Cliente(
        tipo_documento=kind or _NOBODY,
        numero_documento=text(party, place) or _NOBODY,
        nombre=text(party, *_NAMES),
        direccion=text(address, *_LINES),
        telefono=text(party, "cac:Party/cac:Contact/cbc:Telephone"),
        email=text(party, "cac:Party/cac:Contact/cbc:ElectronicMail"),
    )


def _party(document: Element, name: str, whose: str) -> Element:
    for found in every(document, f"cac:{name}"):
        return found
    raise Unreadable(f"no dice quién es el {whose} ({name})")


def _address(party: Element) -> Element:
    """The first address that there is; the party itself, which has no such parts, where there is none."""
    for path in _ADDRESSES:
        for found in every(party, path):
            return found
    return party
