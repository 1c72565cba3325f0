"""Where Alembic keeps what it needs: its scripts in this package, the database's version in the vault."""

from pathlib import Path
from typing import Final

SCRIPTS: Final = Path(__file__).parent
VERSION_TABLE: Final = "schema_version"
"""In the vault, since what it says must come back with a backup."""
