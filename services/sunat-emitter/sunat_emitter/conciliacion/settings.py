"""How legal times are watched, and how what we hold is compared with what SUNAT says; from the environment."""

from datetime import timedelta

from pydantic import Field

from shared.settings import Settings


class ConciliacionSettings(Settings):
    """Times in seconds where nothing else is said."""

    sunat_warning_hours: float = Field(
        default=24, gt=0, description="A file that SUNAT does not have is told this long before its legal time ends"
    )
    sunat_watch_seconds: float = Field(default=60, gt=0, description="Time between two looks at the legal times")

    sunat_conciliacion_days: int = Field(
        default=8,
        ge=0,
        le=366,
        description="Days of issue that the daily reconciliation looks back at; 0: none is done",
    )
    sunat_conciliacion_hour: int = Field(default=3, ge=0, le=23, description="Hour of Lima from which on it is done")
    sunat_conciliacion_per_second: float = Field(
        default=2, gt=0, le=100, description="Questions to SUNAT in a second, of each process"
    )
    sunat_conciliacion_look_seconds: float = Field(
        default=300, gt=0, description="Time between two looks whether a reconciliation is due"
    )

    @property
    def warning(self) -> timedelta:
        """How long before the end of a legal time it is told."""
        return timedelta(hours=self.sunat_warning_hours)
