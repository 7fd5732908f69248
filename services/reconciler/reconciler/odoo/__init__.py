"""Readings under the schemas of the Extract API: their figures compared, and completed where they lead to another."""
