"""Electronic documents of Peru, pure: figures, UBL 2.1, SUNAT's rules, signature, and what is printed."""
