"""The HTTP families: one file each."""
