"""Where each dialect of electronic invoice keeps its values: local names from the root, in whatever namespace."""

from collections.abc import Mapping
from dataclasses import dataclass

Places = tuple[str, ...]
"""Paths; the first that is set counts."""


@dataclass(frozen=True)
class PartyPlaces:
    """Where a party's values are, below `at`."""

    at: Places
    name: Places
    vat: Places
    ids: Places
    address: Places
    """Parts in the order in which an address is written."""
    country: Places = ()
    email: Places = ()


@dataclass(frozen=True)
class LinePlaces:
    """Where a line's values are, below `at`; `base` is the quantity for which its price holds."""

    at: Places
    name: Places
    code: Places
    quantity: Places
    unit: Places
    unit_price: Places
    base: Places
    discount: Places
    tax_rate: Places
    amount: Places


@dataclass(frozen=True)
class TaxPlaces:
    """Where the tax by rate is, below `at`."""

    at: Places
    rate: Places
    base: Places
    amount: Places


@dataclass(frozen=True)
class Dialect:
    """A kind of XML. A path that ends in `@name` names an attribute."""

    values: Mapping[str, Places]
    seller: PartyPlaces
    buyer: PartyPlaces
    line: LinePlaces
    orders: Places = ()
    tax: TaxPlaces | None = None


_CII_PARTY = {
    "name": ("Name",),
    "vat": ("SpecifiedTaxRegistration/ID[@schemeID='VA']",),
    "ids": ("SpecifiedTaxRegistration/ID", "SpecifiedLegalOrganization/ID"),
    "address": tuple(f"PostalTradeAddress/{part}" for part in ("LineOne", "LineTwo", "PostcodeCode", "CityName")),
    "country": ("PostalTradeAddress/CountryID",),
    "email": (
        "DefinedTradeContact/EmailURIUniversalCommunication/URIID",
        "DefinedTradeContact/EmailURIUniversalCommunication/CompleteNumber",
        "URIUniversalCommunication/URIID[@schemeID='EM']",
    ),
}
_SUMMATIONS = (
    ".//SpecifiedTradeSettlementHeaderMonetarySummation/",
    ".//SpecifiedTradeSettlementMonetarySummation/",
)


def _sums(name: str) -> Places:
    return tuple(f"{place}{name}" for place in _SUMMATIONS)


_PAYMENT = ".//SpecifiedTradeSettlementPaymentMeans/"

CII = Dialect(
    values={
        "number": ("ExchangedDocument/ID", "HeaderExchangedDocument/ID"),
        "type_code": ("ExchangedDocument/TypeCode", "HeaderExchangedDocument/TypeCode"),
        "date": (
            "ExchangedDocument/IssueDateTime/DateTimeString",
            "HeaderExchangedDocument/IssueDateTime/DateTimeString",
        ),
        "due_date": (".//SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString",),
        "currency": (".//InvoiceCurrencyCode",),
        "net": _sums("TaxBasisTotalAmount"),
        "tax": _sums("TaxTotalAmount"),
        "total": _sums("GrandTotalAmount"),
        "prepaid": _sums("TotalPrepaidAmount"),
        "due": _sums("DuePayableAmount"),
        "iban": (f"{_PAYMENT}PayeePartyCreditorFinancialAccount/IBANID",),
        "bic": (f"{_PAYMENT}PayeeSpecifiedCreditorFinancialInstitution/BICID",),
        "payment_ref": (
            ".//ApplicableHeaderTradeSettlement/PaymentReference",
            ".//ApplicableSupplyChainTradeSettlement/PaymentReference",
        ),
    },
    seller=PartyPlaces(at=(".//SellerTradeParty",), **_CII_PARTY),
    buyer=PartyPlaces(at=(".//BuyerTradeParty",), **_CII_PARTY),
    orders=(".//BuyerOrderReferencedDocument/IssuerAssignedID", ".//BuyerOrderReferencedDocument/ID"),
    tax=TaxPlaces(
        at=(
            ".//ApplicableHeaderTradeSettlement/ApplicableTradeTax",
            ".//ApplicableSupplyChainTradeSettlement/ApplicableTradeTax",
        ),
        rate=("RateApplicablePercent", "ApplicablePercent"),
        base=("BasisAmount",),
        amount=("CalculatedAmount",),
    ),
    line=LinePlaces(
        at=(".//IncludedSupplyChainTradeLineItem",),
        name=("SpecifiedTradeProduct/Name",),
        code=("SpecifiedTradeProduct/SellerAssignedID", "SpecifiedTradeProduct/GlobalID"),
        quantity=(".//BilledQuantity",),
        unit=(".//BilledQuantity@unitCode",),
        unit_price=(".//NetPriceProductTradePrice/ChargeAmount",),
        base=(".//NetPriceProductTradePrice/BasisQuantity",),
        discount=(".//SpecifiedTradeAllowanceCharge/CalculationPercent",),
        tax_rate=(".//ApplicableTradeTax/RateApplicablePercent", ".//ApplicableTradeTax/ApplicablePercent"),
        amount=(".//LineTotalAmount",),
    ),
)

_UBL_PARTY = {
    "name": ("PartyLegalEntity/RegistrationName", "PartyName/Name"),
    "vat": ("PartyTaxScheme/CompanyID",),
    "ids": ("PartyTaxScheme/CompanyID", "PartyLegalEntity/CompanyID", "PartyIdentification/ID"),
    "address": tuple(f"PostalAddress/{part}" for part in ("StreetName", "PostalZone", "CityName")),
    "country": ("PostalAddress/Country/IdentificationCode",),
    "email": ("Contact/ElectronicMail",),
}

UBL = Dialect(
    values={
        "number": ("ID",),
        "type_code": ("InvoiceTypeCode", "CreditNoteTypeCode"),
        "date": ("IssueDate",),
        "due_date": ("DueDate", "PaymentMeans/PaymentDueDate"),
        "currency": ("DocumentCurrencyCode",),
        "net": ("LegalMonetaryTotal/TaxExclusiveAmount",),
        "tax": ("TaxTotal/TaxAmount",),
        "total": ("LegalMonetaryTotal/TaxInclusiveAmount", "LegalMonetaryTotal/PayableAmount"),
        "prepaid": ("LegalMonetaryTotal/PrepaidAmount",),
        "due": ("LegalMonetaryTotal/PayableAmount",),
        "iban": ("PaymentMeans/PayeeFinancialAccount/ID",),
        "bic": (
            "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/ID",
            "PaymentMeans/PayeeFinancialAccount/FinancialInstitutionBranch/FinancialInstitution/ID",
        ),
        "payment_ref": ("PaymentMeans/PaymentID",),
    },
    seller=PartyPlaces(at=("AccountingSupplierParty/Party",), **_UBL_PARTY),
    buyer=PartyPlaces(at=("AccountingCustomerParty/Party",), **_UBL_PARTY),
    orders=("OrderReference/ID",),
    tax=TaxPlaces(
        at=("TaxTotal/TaxSubtotal",), rate=("TaxCategory/Percent",), base=("TaxableAmount",), amount=("TaxAmount",)
    ),
    line=LinePlaces(
        at=("InvoiceLine", "CreditNoteLine"),
        name=("Item/Name", "Item/Description"),
        code=("Item/SellersItemIdentification/ID", "Item/StandardItemIdentification/ID"),
        quantity=("InvoicedQuantity", "CreditedQuantity"),
        unit=("InvoicedQuantity@unitCode", "CreditedQuantity@unitCode"),
        unit_price=("Price/PriceAmount",),
        base=("Price/BaseQuantity",),
        discount=("AllowanceCharge/MultiplierFactorNumeric",),
        tax_rate=("Item/ClassifiedTaxCategory/Percent", "TaxTotal/TaxSubtotal/TaxCategory/Percent"),
        amount=("LineExtensionAmount",),
    ),
)

DGI = Dialect(
    values={
        "cufe": ("dId",),
        "dv": (".//gEmis/gRucEmi/dDV",),
        "number": (".//dNroDF",),
        "date": (".//dFechaEm",),
        "total": (".//gTot/dVTot",),
        "tax": (".//gTot/dTotITBMS",),
    },
    seller=PartyPlaces((".//gEmis",), ("dNombEm",), (), ("gRucEmi/dRuc",), ("dDirecEm",)),
    buyer=PartyPlaces((".//gDatRec",), ("dNombRec",), (), ("gRucRec/dRuc",), ("dDirecRec",)),
    line=LinePlaces(
        at=(".//gItem",),
        name=("dDescProd",),
        code=("dCodProd",),
        quantity=("dCantCodInt",),
        unit=("cUnidad",),
        unit_price=("gPrecios/dPrUnit",),
        base=(),
        discount=(),
        tax_rate=(),
        amount=("gPrecios/dPrItem",),
    ),
)

DIALECTS: Mapping[str, Dialect] = {
    "CrossIndustryInvoice": CII,
    "CrossIndustryDocument": CII,
    "Invoice": UBL,
    "CreditNote": UBL,
    "rFE": DGI,
}
"""Root element → dialect."""
