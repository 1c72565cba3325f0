"""Where the projection tables are gathered: the metadata of schema `live`."""

from typing import Final

from sqlalchemy import MetaData

LIVE: Final = "live"
metadata: Final = MetaData(schema=LIVE)
