"""What all projection tables belong to, whatever file describes them."""

from typing import Final

from sqlalchemy import MetaData

LIVE: Final = "live"
metadata: Final = MetaData(schema=LIVE)
