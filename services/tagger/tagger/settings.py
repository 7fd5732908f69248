"""The tagger's settings."""

from pydantic import Field

from shared.settings import ServiceSettings


class TaggerSettings(ServiceSettings):
    """What the tagger needs beside what every service needs."""

    catalogue_check_seconds: float = Field(
        default=5.0, ge=0, description="How long the catalogue is used before the database is asked whether it changed"
    )
    retag_per_second: float = Field(
        default=50.0, gt=0, description="How many invoices a second are tagged anew after the catalogue changed"
    )
