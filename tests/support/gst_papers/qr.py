"""The QR code of an e-invoice: a token of three parts, signed here by nobody."""

import base64
import hashlib
import json

from tests.support.gst_papers.invoice import Invoice


def token(invoice: Invoice) -> str:
    """The code's text, of the form that the invoice portal signs."""
    irn = hashlib.sha256(f"{invoice.seller.gstin}2024-25INV{invoice.number}".encode()).hexdigest()
    data = {
        "SellerGstin": invoice.seller.gstin,
        "BuyerGstin": invoice.buyer.gstin,
        "DocNo": invoice.number,
        "DocTyp": "INV",
        "DocDt": invoice.date.strftime("%d/%m/%Y"),
        "TotInvVal": float(invoice.total),
        "ItemCnt": len(invoice.goods),
        "MainHsnCode": invoice.goods[0].hsn,
        "Irn": irn,
        "IrnDt": invoice.date.strftime("%Y-%m-%d 10:15:00"),
    }
    head = {"alg": "RS256", "kid": "EDC57DE1358B300BA9F79340A6696831F3C85047", "typ": "JWT"}
    body = {"data": json.dumps(data, separators=(",", ":")), "iss": "NIC"}
    signature = hashlib.sha512(irn.encode()).digest() * 4
    return ".".join(_encoded(part) for part in (json.dumps(head).encode(), json.dumps(body).encode(), signature))


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
