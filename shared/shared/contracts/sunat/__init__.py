"""Calls to sunat-emitter, a file per subject. Words are those of the API and of SUNAT; every call names its tenant."""
