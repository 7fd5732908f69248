"""The sunat-emitter's settings."""

from shared.settings import ServiceSettings


class SunatEmitterSettings(ServiceSettings):
    """What every service needs; the catalogues need no more."""
