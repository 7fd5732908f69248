"""QR codes on a picture."""

import numpy as np
import zxingcpp
from PIL import Image

from ocr_engine.local.picture import Pixels

_LONGEST = 4096
"""Characters; a DGI address has about 500."""

_ENLARGED_BELOW = 1600
"""Pixels; a dense code on a smaller picture is looked for once more at twice the size."""


def read_qr(pixels: Pixels) -> tuple[str, ...]:
    """The texts of the QR codes on the picture in any orientation, best tried at its full size."""
    grey = Image.fromarray(pixels).convert("L")
    found = _texts(grey)
    if not found and max(grey.size) < _ENLARGED_BELOW:
        found = _texts(grey.resize((grey.width * 2, grey.height * 2), Image.Resampling.BICUBIC))
    return found


def _texts(grey: Image.Image) -> tuple[str, ...]:
    codes = zxingcpp.read_barcodes(np.asarray(grey), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return tuple(dict.fromkeys(code.text for code in codes if code.valid and len(code.text) <= _LONGEST))
