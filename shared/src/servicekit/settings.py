"""Settings from an environment: a frozen Struct whose fields are read from prefixed variables."""

import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

FILE_SUFFIX: Final = "_FILE"

S = TypeVar("S", bound=msgspec.Struct)


class SettingsRefused(Exception):  # noqa: N818 - the name says what happened
    """A variable that is missing or unusable; the message names it and never shows its value."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def read_settings(model: type[S], environ: Mapping[str, str], prefix: str) -> S:
    """Fill `model` from `<prefix><FIELD>`, or from the file that `<prefix><FIELD>_FILE` names.

    A file's trailing newline is not part of the value, so a secret need not stand in the environment. An empty
    variable counts as absent. Tuples are separated by commas. Raises `SettingsRefused`.
    """
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(model):
        name = prefix + field.name.upper()
        text = _text(name, environ)
        if text is not None:
            values[field.name] = _value(name, text, field.type)
        elif field.required:
            raise SettingsRefused(name, "is needed and not set")
    return model(**values)


def unknown_names(model: type[msgspec.Struct], environ: Mapping[str, str], prefix: str) -> tuple[str, ...]:
    """Variables that carry the prefix and name no field: most likely misspelt, so worth a warning."""
    known = {prefix + field.name.upper() for field in msgspec.structs.fields(model)}
    known |= {name + FILE_SUFFIX for name in known}
    return tuple(sorted(name for name in environ if name.startswith(prefix) and name not in known))


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    direct = environ.get(name) or None
    file_name = environ.get(name + FILE_SUFFIX) or None
    if file_name is None:
        return direct
    if direct is not None:
        raise SettingsRefused(name, f"is set twice, directly and by {name + FILE_SUFFIX}")
    try:
        return Path(file_name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsRefused(name + FILE_SUFFIX, f"the file can't be read ({type(error).__name__})") from None


def _value(name: str, text: str, kind: Any) -> Any:
    source: Any = text
    if typing.get_origin(kind) is tuple:
        source = tuple(part.strip() for part in text.split(",") if part.strip())
    try:
        return msgspec.convert(source, kind, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise SettingsRefused(name, str(error)) from None


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise NotImplementedError(kind)
