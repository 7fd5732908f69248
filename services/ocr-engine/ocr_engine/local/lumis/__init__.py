"""Rules of the schema `lumis`: an invoice of Panama, on a tape or a page."""
