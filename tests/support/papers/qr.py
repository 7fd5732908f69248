"""Draws a QR code of dark squares on a PDF page."""

import qrcode
from qrcode.constants import ERROR_CORRECT_L
from reportlab.pdfgen.canvas import Canvas


def draw_qr(canvas: Canvas, words: str, *, left: float, bottom: float, side: float) -> None:
    """Draw the code into a square of `side` points."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_L, border=0)
    code.add_data(words)
    code.make(fit=True)
    matrix = code.get_matrix()
    step = side / len(matrix)
    path = canvas.beginPath()
    for down, row in enumerate(matrix):
        for across, dark in enumerate(row):
            if dark:
                path.rect(left + across * step, bottom + side - (down + 1) * step, step, step)
    canvas.drawPath(path, stroke=0, fill=1)
