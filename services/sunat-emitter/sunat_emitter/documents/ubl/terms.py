"""How a document is paid: `PaymentMeans` and `PaymentTerms`."""

from sunat_emitter.documents.model import Detraccion, FormaPago
from sunat_emitter.documents.ubl.tree import Element, amount, group, leaf

_FORMA_PAGO, _DETRACCION = "FormaPago", "Detraccion"


def deposit_means(parent: Element, detraccion: Detraccion) -> None:
    """Where the deposit is paid."""
    means = group(parent, "PaymentMeans")
    leaf(means, "ID", _DETRACCION)
    leaf(means, "PaymentMeansCode", detraccion.medio_pago)
    leaf(group(means, "PayeeFinancialAccount"), "ID", detraccion.cuenta)


def deposit_terms(parent: Element, detraccion: Detraccion) -> None:
    """What the deposit is on, and its amount in soles."""
    terms = group(parent, "PaymentTerms")
    leaf(terms, "ID", _DETRACCION)
    leaf(terms, "PaymentMeansID", detraccion.codigo)
    leaf(terms, "PaymentPercent", f"{detraccion.porcentaje:f}")
    amount(terms, "Amount", detraccion.monto, "PEN")


def payment_terms(parent: Element, forma: FormaPago, currency: str) -> None:
    """Cash, or credit with its instalments."""
    terms = group(parent, "PaymentTerms")
    leaf(terms, "ID", _FORMA_PAGO)
    if not forma.credito:
        leaf(terms, "PaymentMeansID", "Contado")
        return
    leaf(terms, "PaymentMeansID", "Credito")
    amount(terms, "Amount", forma.pendiente, currency)
    for number, cuota in enumerate(forma.cuotas, 1):
        instalment = group(parent, "PaymentTerms")
        leaf(instalment, "ID", _FORMA_PAGO)
        leaf(instalment, "PaymentMeansID", f"Cuota{number:03}")
        amount(instalment, "Amount", cuota.monto, currency)
        leaf(instalment, "PaymentDueDate", cuota.vencimiento.isoformat())
