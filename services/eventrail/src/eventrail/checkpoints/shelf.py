"""The directory `checkpoints/` beside the segments: one file for each checkpoint, and the public key."""

import re
from pathlib import Path
from typing import Final

import msgspec

from contracts.checkpoint import Checkpoint
from eventrail.checkpoints.statement import read_checkpoint
from eventrail.log.files import Files, SystemFiles
from eventrail.log.transfer import replace_file

DIRECTORY_NAME: Final = "checkpoints"
PUBLIC_KEY_NAME: Final = "public_key.pem"
_NAME: Final = re.compile(r"[0-9]{20}\.json")
_SYSTEM_FILES: Final = SystemFiles()


class Shelf:
    """Checkpoints by position; all methods are for one thread at a time and raise `OSError`."""

    def __init__(self, log_directory: Path, files: Files = _SYSTEM_FILES) -> None:
        self.directory = log_directory / DIRECTORY_NAME
        self._files = files

    def put(self, checkpoint: Checkpoint, public_key: bytes) -> None:
        """Durable when this returns: at any moment the file is whole or not there."""
        if not self.directory.is_dir():
            self._files.make_directory(self.directory)
            self._files.sync_directory(self.directory.parent)
        key_file = self.directory / PUBLIC_KEY_NAME
        if not key_file.exists() or key_file.read_bytes() != public_key:
            replace_file(self._files, key_file, public_key)
        name = f"{checkpoint.position:020}.json"
        replace_file(self._files, self.directory / name, msgspec.json.encode(checkpoint) + b"\n")

    def newest(self) -> Checkpoint | None:
        """The checkpoint of the highest position. Raises `CheckpointRefused` where its file is damaged."""
        if not self.directory.is_dir():
            return None
        names = [name for name in self._files.list_directory(self.directory) if _NAME.fullmatch(name)]
        return read_checkpoint((self.directory / max(names)).read_bytes()) if names else None
