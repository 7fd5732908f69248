"""Development tokens (HS256), and Lümis for their users: as the command `lumis` makes them."""

from lumis_operator.credits import grant_over
from lumis_operator.tokens import LIFETIME_SECONDS, make_token

__all__ = ["LIFETIME_SECONDS", "grant_over", "make_token"]
