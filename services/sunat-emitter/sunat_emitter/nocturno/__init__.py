"""Boletas that wait for a daily summary, summarised by night, or now where an operator says so."""
