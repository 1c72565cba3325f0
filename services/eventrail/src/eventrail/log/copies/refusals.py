# ruff: noqa: N818 - a refusal is named after the fact that it states, and reads so in an except clause
"""Why a backup, a restore or a repair is not made; each is one sentence for an operator."""

from pathlib import Path

from eventrail.log.errors import LogError


class TargetRefused(LogError):
    """The directory that is to be written is not the one for this: not empty, of another log, or further on."""

    def __init__(self, directory: Path, reason: str) -> None:
        super().__init__(f"{directory} {reason}; nothing was written there")
        self.directory = directory
        self.reason = reason


class CopyFailed(LogError):
    """What was written is not what was read, although the source is sound; it was not put into its place."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"the copy {file} is not what was read: {reason}")
        self.file = file
        self.reason = reason


class Unrepairable(LogError):
    """Neither the log nor the source holds what would close the chain; the damaged file was left as it is."""

    def __init__(self, file: Path, position: int, reason: str) -> None:
        super().__init__(f"{file} can't be repaired: position {position}: {reason}")
        self.file = file
        self.position = position
        self.reason = reason
