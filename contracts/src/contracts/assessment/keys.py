"""API keys: what an employer's programs and people ask with, each with a role."""

from typing import Literal

Role = Literal["reviewer", "author", "owner"]
"""What a key may do, each role all that the one before it may: read; write and invite; and the keys themselves."""
