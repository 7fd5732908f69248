"""The ledger's settings."""

from pydantic import Field

from shared.settings import ServiceSettings


class LedgerSettings(ServiceSettings):
    """Prices are in Lümis (Lumis API, section 7) and hold until an administrator sets others; times in seconds."""

    upload_price: int = Field(default=15, ge=1, description="Price of reading a document")
    retry_price: int = Field(default=5, ge=1, description="Price of reading missing fields from another picture")
    extract_price: int = Field(default=1, ge=1, description="Price of reading a document through the Extract API")
    hold_seconds: float = Field(default=600, gt=0, description="A hold older than this is given back")
    sweep_seconds: float = Field(default=15, gt=0, description="Time between two looks for old holds")
    check_seconds: float = Field(default=3600, gt=0, description="Time between two checks of the whole ledger")
    max_open_holds: int = Field(default=10_000, ge=1, description="Open holds of one account; bounds its document")
