"""Do the figures of a GST invoice agree? Ways of reading the page are tried, and the one that fits best is chosen."""
