"""Who signs, issues and receives."""

from sunat_emitter.documents.model import Cliente, Direccion, Emisor
from sunat_emitter.documents.ubl.tree import Element, group, leaf

SIGNATURE_ID = "SignatureSP"
"""`Id` of the document's ds:Signature."""


def signatory(parent: Element, emisor: Emisor) -> None:
    """`cac:Signature`: points at the digital signature."""
    signature = group(parent, "Signature")
    leaf(signature, "ID", emisor.ruc)
    party = group(signature, "SignatoryParty")
    leaf(group(party, "PartyIdentification"), "ID", emisor.ruc)
    leaf(group(party, "PartyName"), "Name", emisor.razon_social)
    reference = group(group(signature, "DigitalSignatureAttachment"), "ExternalReference")
    leaf(reference, "URI", f"#{SIGNATURE_ID}")


def supplier(parent: Element, emisor: Emisor) -> None:
    """`cac:AccountingSupplierParty`."""
    party = group(group(parent, "AccountingSupplierParty"), "Party")
    leaf(group(party, "PartyIdentification"), "ID", emisor.ruc, schemeID="6")
    if emisor.nombre_comercial:
        leaf(group(party, "PartyName"), "Name", emisor.nombre_comercial)
    entity = group(party, "PartyLegalEntity")
    leaf(entity, "RegistrationName", emisor.razon_social)
    _address(entity, emisor.direccion)


def _address(entity: Element, direccion: Direccion) -> None:
    address = group(entity, "RegistrationAddress")
    leaf(address, "ID", direccion.ubigeo)
    leaf(address, "AddressTypeCode", direccion.codigo_local)
    for name, text in (
        ("CitySubdivisionName", direccion.urbanizacion),
        ("CityName", direccion.provincia),
        ("CountrySubentity", direccion.departamento),
        ("District", direccion.distrito),
    ):
        if text:
            leaf(address, name, text)
    if direccion.direccion:
        leaf(group(address, "AddressLine"), "Line", direccion.direccion)
    leaf(group(address, "Country"), "IdentificationCode", "PE")


def customer(parent: Element, cliente: Cliente) -> None:
    """`cac:AccountingCustomerParty`."""
    party = group(group(parent, "AccountingCustomerParty"), "Party")
    leaf(group(party, "PartyIdentification"), "ID", cliente.numero_documento, schemeID=cliente.tipo_documento)
    entity = group(party, "PartyLegalEntity")
    leaf(entity, "RegistrationName", cliente.nombre)
    if cliente.direccion:
        address = group(entity, "RegistrationAddress")
        leaf(group(address, "AddressLine"), "Line", cliente.direccion)
