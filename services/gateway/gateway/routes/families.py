"""Every family that the gateway serves: a new one is one row here."""

from gateway.http import Family
from gateway.routes import lumimatch, lumis_v4, ocr_structured, ocr_structured_v4, odoo_extract, pages, sunat

FAMILIES: tuple[Family, ...] = (
    lumis_v4.FAMILY,
    lumimatch.FAMILY,
    ocr_structured.FAMILY,
    ocr_structured_v4.FAMILY,
    odoo_extract.FAMILY,
    sunat.FAMILY,
    sunat.FILES,
    pages.FAMILY,
)
