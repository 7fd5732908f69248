"""When boletas that wait for a daily summary are summarised; from the environment."""

from pydantic import Field

from shared.settings import Settings
from sunat_emitter.deps import Nightly


class NightlySettings(Settings):
    """One hour for all issuers that say none of their own."""

    sunat_nightly: bool = Field(
        default=True, description="Whether summaries are made by night of boletas that wait for one"
    )
    sunat_nightly_time: str = Field(
        default="23:50",
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="When, by the clock of Lima, for issuers that say no hour of their own",
    )
    sunat_nightly_look_seconds: float = Field(
        default=60, gt=0, description="Time between two looks for issuers whose hour has come"
    )

    @property
    def nightly(self) -> Nightly | None:
        """None where no summaries are made by night."""
        return Nightly(self.sunat_nightly_time, self.sunat_nightly_look_seconds) if self.sunat_nightly else None
