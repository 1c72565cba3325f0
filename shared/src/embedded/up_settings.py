"""What one start of the whole system is told: where its data is, its two public ports, and its commands."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

EVENTRAIL_PORT = 4100
ASSESSMENT_PORT = 4200
HIGHEST_PORT = 65_535


class BadSetting(Exception):  # noqa: N818 - the name says what happened
    """A variable of the environment that can't be meant; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Commands:
    """How the services are started; they are never imported."""

    eventrail: tuple[str, ...] = (sys.executable, "-m", "eventrail.cli", "serve")
    migrate: tuple[str, ...] = (sys.executable, "-m", "assessment.cli", "migrate")
    web: tuple[str, ...] = (sys.executable, "-m", "assessment.cli", "serve")
    projector: tuple[str, ...] = (sys.executable, "-m", "assessment.cli", "project")


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the data is, the two public ports, and the environment that the services inherit."""

    directory: Path
    eventrail_port: int
    assessment_port: int
    environment: Mapping[str, str]
    commands: Commands

    @property
    def credentials_file(self) -> Path:
        return self.directory / "credentials.json"

    @classmethod
    def read(cls, environment: Mapping[str, str], commands: Commands) -> Self:
        """From LOCAL_DIRECTORY, EVENTRAIL_PORT and ASSESSMENT_PORT. Raises BadSetting."""
        settings = cls(
            directory=Path(environment.get("LOCAL_DIRECTORY") or ".local").absolute(),
            eventrail_port=_port(environment, "EVENTRAIL_PORT", EVENTRAIL_PORT),
            assessment_port=_port(environment, "ASSESSMENT_PORT", ASSESSMENT_PORT),
            environment=dict(environment),
            commands=commands,
        )
        if settings.eventrail_port == settings.assessment_port:
            raise BadSetting(f"EVENTRAIL_PORT and ASSESSMENT_PORT are both {settings.eventrail_port}")
        return settings

    @property
    def logs(self) -> Path:
        return self.directory / "logs"


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= HIGHEST_PORT):
        raise BadSetting(f"{name} is {text!r}: a number from 1 to {HIGHEST_PORT} is needed")
    return int(text)
