"""Settings of the reconciler."""

from pydantic import Field

from shared.settings import ServiceSettings


class ReconcilerSettings(ServiceSettings):
    """What the reconciler needs beside what every service needs."""

    incomplete_days: int = Field(
        default=30, ge=1, le=3650, description="Days that a reading with mandatory fields missing is kept"
    )
