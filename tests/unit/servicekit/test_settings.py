from pathlib import Path
from typing import Annotated

import msgspec
import pytest

from servicekit.settings import SettingsRefused, read_settings, unknown_names


class Example(msgspec.Struct, frozen=True):
    needed: str
    port: Annotated[int, msgspec.Meta(ge=1, le=65_535)] = 80
    origins: tuple[str, ...] = ()
    directory: Path = Path("here")
    eager: bool = False
    ratio: float | None = None


def test_defaults_stand_where_nothing_is_said() -> None:
    assert read_settings(Example, {"X_NEEDED": "a"}, "X_") == Example("a")


def test_every_kind_of_field_is_read() -> None:
    environ = {
        "X_NEEDED": "a b",
        "X_PORT": "65535",
        "X_ORIGINS": "http://a, http://b,",
        "X_DIRECTORY": "/there",
        "X_EAGER": "true",
        "X_RATIO": "0.5",
        "Y_PORT": "nonsense",
    }
    wanted = Example("a b", 65_535, ("http://a", "http://b"), Path("/there"), eager=True, ratio=0.5)
    assert read_settings(Example, environ, "X_") == wanted


def test_a_value_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pass word\n")
    assert read_settings(Example, {"X_NEEDED_FILE": str(tmp_path / "secret")}, "X_").needed == "pass word"


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "X_NEEDED"),
        ({"X_NEEDED": ""}, "X_NEEDED"),
        ({"X_NEEDED": "a", "X_PORT": "0"}, "X_PORT"),
        ({"X_NEEDED": "a", "X_PORT": "65536"}, "X_PORT"),
        ({"X_NEEDED": "a", "X_PORT": "hidden"}, "X_PORT"),
        ({"X_NEEDED": "a", "X_EAGER": "maybe"}, "X_EAGER"),
        ({"X_NEEDED_FILE": "nowhere"}, "X_NEEDED_FILE"),
        ({"X_NEEDED": "a", "X_NEEDED_FILE": "nowhere"}, "X_NEEDED"),
    ],
)
def test_what_is_wrong_is_named_and_not_shown(environ: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        read_settings(Example, environ, "X_")
    assert refused.value.name == name
    assert str(refused.value).startswith(f"{name}: ")
    assert "hidden" not in str(refused.value)


def test_names_that_mean_nothing_are_found() -> None:
    environ = {"X_NEEDED": "", "X_PORT_FILE": "", "X_PROT": "", "OTHER": ""}
    assert unknown_names(Example, environ, "X_") == ("X_PROT",)
