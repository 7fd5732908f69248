"""One module per schema: what the reconciler makes of a reading under it."""
