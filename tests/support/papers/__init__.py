"""Drawn Panamanian invoices with their truth: issuers and customers are invented, every figure and check digit fits.

`draw(Paper(kind="tape", seed=7, quality="poor"))` gives a picture and what stands on it, the same for the same paper.
"""

from tests.support.papers.draw import Drawing, draw
from tests.support.papers.invoice import Invoice, Line, Paper, make_invoice
from tests.support.papers.taxpayer import Till, make_cufe, qr_address

__all__ = ["Drawing", "Invoice", "Line", "Paper", "Till", "draw", "make_cufe", "make_invoice", "qr_address"]
