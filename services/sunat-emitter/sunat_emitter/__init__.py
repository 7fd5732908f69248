"""The sunat-emitter service."""
