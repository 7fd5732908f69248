"""The printed form of comprobantes: A4 and 80 mm ticket, typeset by typst out of plain data."""
