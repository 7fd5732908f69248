"""How legal times are watched, and how what we hold is compared with what SUNAT says; from the environment."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConciliacionSettings(BaseSettings):
    """Times in seconds where nothing else is said."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    sunat_warning_hours: float = Field(
        default=24, gt=0, description="A file that SUNAT does not have is told this long before its legal time ends"
    )
    sunat_watch_seconds: float = Field(default=60, gt=0, description="Time between two looks at the legal times")

    @property
    def warning(self) -> timedelta:
        """How long before the end of a legal time it is told."""
        return timedelta(hours=self.sunat_warning_hours)
