"""A comprobante as UBL 2.1, in the order of elements that SUNAT's schemas want, without catalogue attributes.

SUNAT's catalogue attributes are optional, and each wrong one is an observation (4250-4261); none is written.
"""

from sunat_emitter.documents.ubl.document import build

__all__ = ["build"]
