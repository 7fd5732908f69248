"""SUNAT's catalogues: their entries, and reading them over the bus."""
