"""Comparing the books: what is held of each issuer's days against what SUNAT says; mended where it can be."""
