"""Settings of the ocr-engine. Without any key it reads with the local engine alone."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, SecretStr, field_validator

from shared.settings import ServiceSettings

_Dollars = Annotated[Decimal, Field(ge=0, le=10_000)]
_URL = r"^https?://[^\s?#]+[^\s?#/]$"


class OcrEngineSettings(ServiceSettings):
    """Each field reads the environment variable of its name in upper case. Times are seconds."""

    gemini_api_key: SecretStr | None = Field(
        default=None, description="Key of the Gemini API; without it Gemini is left out"
    )
    gemini_model: str = Field(
        default="gemini-3.5-flash-lite",
        pattern=r"^[A-Za-z0-9._-]{1,80}$",
        description="Gemini model; gemini-2.5-flash-lite is a cheaper one. Requests suit the name's family",
    )
    gemini_base_url: str = Field(
        default="https://generativelanguage.googleapis.com", pattern=_URL, description="Where the Gemini API is"
    )
    gemini_seconds: float = Field(default=12.0, gt=0, le=120, description="Most time that Gemini gets for a document")
    openrouter_api_key: SecretStr | None = Field(
        default=None, description="Key of OpenRouter; without it OpenRouter is left out"
    )
    openrouter_model: str = Field(
        default="qwen/qwen3-vl-30b-a3b-instruct",
        pattern=r"^[A-Za-z0-9._:/-]{1,120}$",
        description="Vision model at OpenRouter that supports structured output",
    )
    openrouter_base_url: str = Field(default="https://openrouter.ai", pattern=_URL, description="Where OpenRouter is")
    openrouter_seconds: float = Field(
        default=9.0, gt=0, le=120, description="Most time that OpenRouter gets for a document"
    )
    model_most_tokens: int = Field(
        default=2048, ge=256, le=65_536, description="Limit of a model's answer; some models get more by themselves"
    )
    model_more_tokens: int = Field(
        default=8192, ge=256, le=65_536, description="Limit of the one more try after an answer was cut"
    )
    model_least_seconds: float = Field(
        default=3.0, gt=0, le=60, description="With less time left a hosted model is not asked"
    )
    model_most_pages: int = Field(
        default=10, ge=1, le=50, description="Most pages sent to a hosted model; more are not read by it"
    )
    extract_most_pages: int = Field(
        default=100, ge=1, le=2000, description="Most pages of a PDF for the Extract API; one of more is refused"
    )
    model_prices: dict[str, tuple[_Dollars, _Dollars]] = Field(
        default={},
        description="US dollars for a million tokens read and written, by model, as JSON: "
        '{"gemini-2.5-pro": [1.25, 10]}; goes before the list prices that are built in',
    )
    breaker_failures: int = Field(default=5, ge=1, description="Failures in a row after which a provider is left alone")
    breaker_seconds: float = Field(default=30.0, gt=0, description="How long a provider is left alone then")
    answer_margin_seconds: float = Field(
        default=2.0, ge=0, le=20, description="Time before answer_by that is left for the steps after the reading"
    )
    local_reserve_seconds: float = Field(
        default=8.0, ge=0, le=60, description="Time kept back from the hosted models for the local engine"
    )
    local_workers: int = Field(
        default=1, ge=1, le=64, description="Processes of the local engine that read, and as many that only look"
    )
    local_cpu_seconds: int = Field(
        default=20, ge=1, le=600, description="Processor time that one job of the local engine may take"
    )
    local_memory_mb: int = Field(
        default=2048, ge=512, le=65_536, description="Memory limit of each process of the local engine, MiB"
    )
    embedded_xml: bool = Field(
        default=True, description="Take what an invoice's attached XML (Factur-X, UBL) says over what is printed"
    )
    locate_values: bool = Field(
        default=True,
        description="Run OCR beside a hosted model on pictures, to give its values their places; costs processor time",
    )
    locate_at_once: int = Field(default=1, ge=1, le=64, description="Documents for which that OCR runs at a time")
    locate_wait_seconds: float = Field(
        default=3.0, ge=0, le=30, description="Longest wait for that OCR once the model has answered"
    )
    corrections_days: int = Field(
        default=365, ge=1, le=3650, description="Days for which users' corrections are kept, for the accuracy report"
    )
    layouts_days: int = Field(
        default=730, ge=1, le=3650, description="Days without a correction after which a supplier's layout is forgotten"
    )
    readings_days: int = Field(default=90, ge=1, le=3650, description="Days for which readings are kept")

    @field_validator("gemini_api_key", "openrouter_api_key")
    @classmethod
    def _clean_key(cls, key: SecretStr | None) -> SecretStr | None:
        """A key goes into a header: take off what came along with copying it, and refuse what no header can hold."""
        text = key.get_secret_value().strip() if key else ""
        if not text.isascii() or not text.isprintable():
            raise ValueError("holds characters that no key has")
        return SecretStr(text) if text else None
