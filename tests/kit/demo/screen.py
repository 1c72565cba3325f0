"""What the audience reads: numbered steps, tables in columns, nothing wider than a screen."""

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence

WIDTH = 110
BOLD, DIM, PLAIN = ("\x1b[1m", "\x1b[2m", "\x1b[0m")


class Screen:
    """Plain text; bold and dim only on a terminal that wants them."""

    def __init__(self) -> None:
        self._styled = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._steps = 0

    def step(self, title: str) -> None:
        self._steps += 1
        self._write(f"\n{self._style(BOLD)}{self._steps}. {title}{self._style(PLAIN)}\n")

    def wrapped(self, text: str, lines: int) -> None:
        """The beginning of a long text, over at most so many lines."""
        for start in range(0, min(len(text), lines * WIDTH), WIDTH):
            self._write(f"   {text[start : start + WIDTH]}\n")
        if len(text) > lines * WIDTH:
            self.aside(f"… {len(text)} characters in all")

    def say(self, text: str) -> None:
        for line in text.splitlines():
            self._write(f"   {cut(line, WIDTH)}\n")

    def aside(self, text: str) -> None:
        self._write(f"   {self._style(DIM)}{cut(text, WIDTH)}{self._style(PLAIN)}\n")

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Left-aligned columns as wide as what stands in them."""
        shown = [[one_line(str(cell)) for cell in row] for row in rows]
        widths = [max(columns(cells[number]) for cells in [header, *shown]) for number in range(len(header))]
        self.aside(_line(header, widths))
        for row in shown:
            self.say(_line(row, widths))

    def _style(self, code: str) -> str:
        return code if self._styled else ""

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()


def columns(text: str) -> int:
    """How wide a terminal shows a text: two columns for what is drawn wide, none for what combines."""
    return sum(
        0 if unicodedata.combining(character) else 1 + (unicodedata.east_asian_width(character) in "WF")
        for character in text
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - columns(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()


def one_line(text: str) -> str:
    return text.replace("\r", "").replace("\n", " ⏎ ")


def cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
