"""The offline reading engine: from bytes to a reading, with no key and no network."""
