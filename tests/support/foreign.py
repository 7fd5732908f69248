"""Documents as other systems issue and sign them: other prefixes, encodings, places and algorithms than ours."""

import io
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree

from tests.support.comprobantes import EMISOR, private_key, signing_key
from tests.support.sunat_simulator.receipts import Receipt, pack

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_PERU = "urn:sunat:names:specification:ubl:peru:schema:xsd:"
_DS = "http://www.w3.org/2000/09/xmldsig#"
_CAC, _CBC, _EXT = (
    f"{_UBL}CommonAggregateComponents-2",
    f"{_UBL}CommonBasicComponents-2",
    f"{_UBL}CommonExtensionComponents-2",
)
_SHA: Mapping[str, tuple[type[hashes.HashAlgorithm], str, str]] = {
    "sha1": (hashes.SHA1, f"{_DS}sha1", f"{_DS}rsa-sha1"),
    "sha256": (
        hashes.SHA256,
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    ),
}
_VERSIONS = {"SummaryDocuments": "1.1", "VoidedDocuments": "1.0"}
_C14N = {False: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", True: "http://www.w3.org/2001/10/xml-exc-c14n#"}


@dataclass(frozen=True)
class Style:
    """How a system writes."""

    cac: str = "cac"
    cbc: str = "cbc"
    ext: str = "ext"
    root: str = ""
    """The root's own prefix; empty where its namespace is the default one."""
    encoding: str = "UTF-8"
    sha: str = "sha1"
    exclusive: bool = False
    width: int = 0
    """Digits that numbers are padded to."""
    tax_scheme_party: bool = False
    """The RUC stands in PartyTaxScheme, as SUNAT's own portal writes it."""
    break_lines: bool = False
    extra: bool = False
    """With catalogue attributes, comments and elements that nobody asked for."""


GREENTER_LIKE = Style(break_lines=True)
OPENUBL_LIKE = Style(sha="sha256", width=8, extra=True)
PORTAL_LIKE = Style(cac="n1", cbc="n2", ext="n3", root="doc", encoding="ISO-8859-1", tax_scheme_party=True)
EXCLUSIVE = Style(exclusive=True, sha="sha256", encoding="ISO-8859-1")
STYLES = {
    "greenter": GREENTER_LIKE,
    "openubl": OPENUBL_LIKE,
    "portal": PORTAL_LIKE,
    "exclusive": EXCLUSIVE,
}


@dataclass(frozen=True)
class Sale:
    """What is sold: one taxed line, and what stands about it. Amounts as texts, exactly as the XML shows them."""

    tipo: str = "01"
    serie: str = "F001"
    numero: int = 88
    fecha: date = date(2026, 3, 2)
    ruc: str = EMISOR.ruc
    cantidad: str = "2"
    valor_unitario: str = "50.00"
    base: str = "100.00"
    igv: str = "18.00"
    total: str = "118.00"
    cliente: tuple[str, str, str] = ("6", "20456789120", "PEÑA & HIJOS S.R.L.")
    changes: tuple[str, str] | None = None
    """Of a note: the type and number of what it changes."""

    @property
    def name(self) -> str:
        """`RUC-TT-SERIE-NUM`."""
        return f"{self.ruc}-{self.tipo}-{self.serie}-{self.numero}"

    @property
    def number(self) -> str:
        """`F001-88`."""
        return f"{self.serie}-{self.numero}"


_KINDS = {
    "01": ("Invoice", "InvoiceLine", "InvoicedQuantity", "LegalMonetaryTotal"),
    "03": ("Invoice", "InvoiceLine", "InvoicedQuantity", "LegalMonetaryTotal"),
    "07": ("CreditNote", "CreditNoteLine", "CreditedQuantity", "LegalMonetaryTotal"),
    "08": ("DebitNote", "DebitNoteLine", "DebitedQuantity", "RequestedMonetaryTotal"),
}


def comprobante(sale: Sale, style: Style = GREENTER_LIKE) -> bytes:
    """The signed XML of a sale."""
    root, line, quantity, sums = _KINDS[sale.tipo]
    number = f"{sale.serie}-{sale.numero:0{style.width}d}"
    kind = f'<cbc:InvoiceTypeCode listID="0101"{_listed(style)}>{sale.tipo}</cbc:InvoiceTypeCode>'
    remark = "<!-- hecho por otro sistema -->" if style.extra else ""
    body = (
        f"<cbc:UBLVersionID>2.1</cbc:UBLVersionID><cbc:CustomizationID>2.0</cbc:CustomizationID>"
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>{sale.fecha}</cbc:IssueDate>"
        f"<cbc:IssueTime>10:11:12{'.0' if style.extra else ''}</cbc:IssueTime>"
        f"{kind if root == 'Invoice' else ''}{remark}"
        f'<cbc:Note languageLocaleID="1000">SON CIENTO DIECIOCHO CON 00/100 SOLES</cbc:Note>'
        f"<cbc:DocumentCurrencyCode{_listed(style)}>PEN</cbc:DocumentCurrencyCode>"
        f"{_changes(sale)}{_parties(sale, style)}{_payment(sale)}{_taxes(sale)}"
        f'<cac:{sums}><cbc:LineExtensionAmount currencyID="PEN">{sale.base}</cbc:LineExtensionAmount>'
        f'<cbc:TaxInclusiveAmount currencyID="PEN">{sale.total}</cbc:TaxInclusiveAmount>'
        f'<cbc:PayableAmount currencyID="PEN">{sale.total}</cbc:PayableAmount></cac:{sums}>'
        f"<cac:{line}><cbc:ID>1</cbc:ID>"
        f'<cbc:{quantity} unitCode="NIU">{sale.cantidad}</cbc:{quantity}>'
        f'<cbc:LineExtensionAmount currencyID="PEN">{sale.base}</cbc:LineExtensionAmount>'
        f"<cac:PricingReference><cac:AlternativeConditionPrice>"
        f'<cbc:PriceAmount currencyID="PEN">{Decimal(sale.total) / Decimal(sale.cantidad)}</cbc:PriceAmount>'
        f"<cbc:PriceTypeCode>01</cbc:PriceTypeCode></cac:AlternativeConditionPrice></cac:PricingReference>"
        f'{_taxes(sale, afectacion="10")}<cac:Item><cbc:Description><![CDATA[Caño 1/2" & codo]]></cbc:Description>'
        f"<cac:SellersItemIdentification><cbc:ID>C-1</cbc:ID></cac:SellersItemIdentification></cac:Item>"
        f'<cac:Price><cbc:PriceAmount currencyID="PEN">{sale.valor_unitario}</cbc:PriceAmount></cac:Price></cac:{line}>'
    )
    return sign(_whole(root, f"{_UBL}{root}-2", body, style), style)


def summary(ident: str, day: date, lines: str, style: Style = GREENTER_LIKE) -> bytes:
    """A signed RC; `lines` as `summary_line` makes them."""
    return _batch("SummaryDocuments", ident, day, lines, style)


def voiding(ident: str, day: date, lines: str, style: Style = GREENTER_LIKE) -> bytes:
    """A signed RA; `lines` as `voiding_line` makes them."""
    return _batch("VoidedDocuments", ident, day, lines, style)


def summary_line(sale: Sale, condition: int = 1) -> str:
    """A boleta's line in an RC."""
    return (
        f"<sac:SummaryDocumentsLine><cbc:LineID>1</cbc:LineID><cbc:DocumentTypeCode>{sale.tipo}</cbc:DocumentTypeCode>"
        f"<cbc:ID>{sale.number}</cbc:ID><cac:AccountingCustomerParty>"
        f"<cbc:CustomerAssignedAccountID>{sale.cliente[1]}</cbc:CustomerAssignedAccountID>"
        f"<cbc:AdditionalAccountID>{sale.cliente[0]}</cbc:AdditionalAccountID></cac:AccountingCustomerParty>"
        f"<cac:Status><cbc:ConditionCode>{condition}</cbc:ConditionCode></cac:Status>"
        f'<sac:TotalAmount currencyID="PEN">{sale.total}</sac:TotalAmount>'
        f'<sac:BillingPayment><cbc:PaidAmount currencyID="PEN">{sale.base}</cbc:PaidAmount>'
        f"<cbc:InstructionID>01</cbc:InstructionID></sac:BillingPayment>{_taxes(sale)}</sac:SummaryDocumentsLine>"
    )


def voiding_line(sale: Sale, motivo: str = "Error en el pedido") -> str:
    """A factura's line in an RA."""
    return (
        f"<sac:VoidedDocumentsLine><cbc:LineID>1</cbc:LineID><cbc:DocumentTypeCode>{sale.tipo}</cbc:DocumentTypeCode>"
        f"<sac:DocumentSerialID>{sale.serie}</sac:DocumentSerialID>"
        f"<sac:DocumentNumberID>{sale.numero}</sac:DocumentNumberID>"
        f"<sac:VoidReasonDescription>{motivo}</sac:VoidReasonDescription></sac:VoidedDocumentsLine>"
    )


def receipt(name: str, codigo: int = 0, *, beta: bool = False, observaciones: tuple[str, ...] = ()) -> bytes:
    """SUNAT's receipt of a document by its name."""
    referencia = name.split("-", 1)[1] if name.split("-")[1] in {"RC", "RA"} else name.split("-", 2)[2]
    said = f"El comprobante numero {referencia}, ha sido {'rechazado' if codigo else 'aceptado'}"
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    return pack(Receipt(name, referencia, codigo, said, moment, observaciones), beta=beta)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def pair(sale: Sale, style: Style = GREENTER_LIKE, codigo: int = 0) -> dict[str, bytes]:
    """A document's two files, as SUNAT names them."""
    return {f"{sale.name}.xml": comprobante(sale, style), f"R-{sale.name}.zip": receipt(sale.name, codigo)}


def sign(xml: bytes, style: Style) -> bytes:
    """Put an enveloped signature into the place for it."""
    tree = etree.fromstring(xml)
    content = next(tree.iter(f"{{{_EXT}}}ExtensionContent"))
    algorithm, digest_uri, signature_uri = _SHA[style.sha]
    form = _C14N[style.exclusive]
    digest = hashes.Hash(algorithm())
    digest.update(etree.tostring(tree, method="c14n", exclusive=style.exclusive, with_comments=False))
    also = f'<ds:Transform Algorithm="{form}"/>' if style.exclusive else ""
    signature = etree.fromstring(
        f'<ds:Signature xmlns:ds="{_DS}" Id="SignSUNAT"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{form}"/><ds:SignatureMethod Algorithm="{signature_uri}"/>'
        f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{_DS}enveloped-signature"/>{also}'
        f"</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{digest_uri}"/>'
        f"<ds:DigestValue>{b64encode(digest.finalize()).decode()}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        f"<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{signing_key().certificate}"
        f"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    content.append(signature)
    info = etree.fromstring(etree.tostring(signature[0], with_tail=False))
    signed = etree.tostring(info, method="c14n", exclusive=style.exclusive, with_comments=False)
    signature[1].text = b64encode(private_key().sign(signed, PKCS1v15(), algorithm())).decode()
    whole = io.BytesIO()
    tree.getroottree().write(whole, encoding=style.encoding, xml_declaration=True)
    return whole.getvalue()


def _whole(root: str, namespace: str, body: str, style: Style) -> bytes:
    place = (
        "<ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent></ext:ExtensionContent>"
        "</ext:UBLExtension></ext:UBLExtensions>"
    )
    own = f"{style.root}:" if style.root else ""
    text = f"{place}{body}"
    for prefix, wanted in (("cac", style.cac), ("cbc", style.cbc), ("ext", style.ext)):
        text = text.replace(f"<{prefix}:", f"<{wanted}:").replace(f"</{prefix}:", f"</{wanted}:")
    if style.break_lines:
        text = text.replace("><", ">\n  <")
    declared = f'xmlns{f":{style.root}" if style.root else ""}="{namespace}"'
    return (
        f'<{own}{root} {declared} xmlns:{style.cac}="{_CAC}" xmlns:{style.cbc}="{_CBC}" xmlns:{style.ext}="{_EXT}"'
        f' xmlns:sac="{_PERU}SunatAggregateComponents-1">{text}</{own}{root}>'
    ).encode()


def _batch(root: str, ident: str, day: date, lines: str, style: Style) -> bytes:
    generated = f"{ident[3:7]}-{ident[7:9]}-{ident[9:11]}"
    body = (
        f"<cbc:UBLVersionID>2.0</cbc:UBLVersionID><cbc:CustomizationID>{_VERSIONS[root]}</cbc:CustomizationID>"
        f"<cbc:ID>{ident}</cbc:ID><cbc:ReferenceDate>{day}</cbc:ReferenceDate>"
        f"<cbc:IssueDate>{generated}</cbc:IssueDate><cac:AccountingSupplierParty>"
        f"<cbc:CustomerAssignedAccountID>{EMISOR.ruc}</cbc:CustomerAssignedAccountID>"
        f"<cbc:AdditionalAccountID>6</cbc:AdditionalAccountID></cac:AccountingSupplierParty>{lines}"
    )
    return sign(_whole(root, f"{_PERU}{root}-1", body, style), style)


def _listed(style: Style) -> str:
    return ' listAgencyName="PE:SUNAT"' if style.extra else ""


def _changes(sale: Sale) -> str:
    if sale.changes is None:
        return ""
    tipo, number = sale.changes
    return (
        f"<cac:DiscrepancyResponse><cbc:ReferenceID>{number}</cbc:ReferenceID><cbc:ResponseCode>01</cbc:ResponseCode>"
        f"<cbc:Description>Anulación de la operación</cbc:Description></cac:DiscrepancyResponse>"
        f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{number}</cbc:ID>"
        f"<cbc:DocumentTypeCode>{tipo}</cbc:DocumentTypeCode></cac:InvoiceDocumentReference></cac:BillingReference>"
    )


def _parties(sale: Sale, style: Style) -> str:
    kind, number, name = sale.cliente
    name = name.replace("&", "&amp;")
    if style.tax_scheme_party:
        supplier = (
            f"<cac:PartyTaxScheme><cbc:RegistrationName>MI EMPRESA SAC</cbc:RegistrationName>"
            f'<cbc:CompanyID schemeID="6">{sale.ruc}</cbc:CompanyID></cac:PartyTaxScheme>'
        )
        customer = (
            f"<cac:PartyTaxScheme><cbc:RegistrationName>{name}</cbc:RegistrationName>"
            f'<cbc:CompanyID schemeID="{kind}">{number}</cbc:CompanyID></cac:PartyTaxScheme>'
        )
    else:
        supplier = (
            f'<cac:PartyIdentification><cbc:ID schemeID="6">{sale.ruc}</cbc:ID></cac:PartyIdentification>'
            f"<cac:PartyLegalEntity><cbc:RegistrationName>MI EMPRESA SAC</cbc:RegistrationName>"
            f"<cac:RegistrationAddress><cbc:ID>150101</cbc:ID><cbc:AddressTypeCode>0000</cbc:AddressTypeCode>"
            f"<cac:AddressLine><cbc:Line>Av. Principal 123</cbc:Line></cac:AddressLine></cac:RegistrationAddress>"
            f"</cac:PartyLegalEntity>"
        )
        customer = (
            f'<cac:PartyIdentification><cbc:ID schemeID="{kind}">{number}</cbc:ID></cac:PartyIdentification>'
            f"<cac:PartyLegalEntity><cbc:RegistrationName>{name}</cbc:RegistrationName></cac:PartyLegalEntity>"
        )
    return (
        f"<cac:AccountingSupplierParty><cac:Party>{supplier}</cac:Party></cac:AccountingSupplierParty>"
        f"<cac:AccountingCustomerParty><cac:Party>{customer}</cac:Party></cac:AccountingCustomerParty>"
    )


def _payment(sale: Sale) -> str:
    if sale.tipo != "01":
        return ""
    return (
        "<cac:PaymentTerms><cbc:ID>FormaPago</cbc:ID><cbc:PaymentMeansID>Contado</cbc:PaymentMeansID>"
        "</cac:PaymentTerms>"
    )


def _taxes(sale: Sale, afectacion: str = "") -> str:
    own = (
        f"<cbc:Percent>18.00</cbc:Percent><cbc:TaxExemptionReasonCode>{afectacion}</cbc:TaxExemptionReasonCode>"
        if afectacion
        else ""
    )
    return (
        f'<cac:TaxTotal><cbc:TaxAmount currencyID="PEN">{sale.igv}</cbc:TaxAmount><cac:TaxSubtotal>'
        f'<cbc:TaxableAmount currencyID="PEN">{sale.base}</cbc:TaxableAmount>'
        f'<cbc:TaxAmount currencyID="PEN">{sale.igv}</cbc:TaxAmount><cac:TaxCategory>{own}<cac:TaxScheme>'
        f"<cbc:ID>1000</cbc:ID><cbc:Name>IGV</cbc:Name><cbc:TaxTypeCode>VAT</cbc:TaxTypeCode></cac:TaxScheme>"
        f"</cac:TaxCategory></cac:TaxSubtotal></cac:TaxTotal>"
    )
