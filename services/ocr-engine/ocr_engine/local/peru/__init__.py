"""Peru's comprobantes (facturas, boletas and their notes): the code on them, their head, their lines and their sums."""
