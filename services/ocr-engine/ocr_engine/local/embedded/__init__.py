"""Electronic invoices that travel inside a PDF: CII (Factur-X, ZUGFeRD 1 and 2, XRechnung), UBL, and the DGI's own."""
