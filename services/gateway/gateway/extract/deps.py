"""What the Extract API's routes are given beside the gateway's other parts."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.extract.documents import Documents
from gateway.extract.tokens import AccountTokens
from gateway.limits import RateLimits


@dataclass(frozen=True)
class Extract:
    """Documents, tokens, and how much and how long."""

    documents: Documents
    tokens: AccountTokens
    rates: RateLimits
    """Documents of an account."""
    strangers: RateLimits
    """Of an address: test documents, and tokens and numbers that do not exist."""
    patience: timedelta
    """From a document's reception until it counts as failed: nobody waits at the other end."""
    kept_for: timedelta
    """How long results can be read."""
