"""The layouts that are read, each told by the titles of its columns, with what it means by them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from contracts.assessment.limits import MAX_OPTIONS

OPTION_COLUMNS: Final = tuple(f"option_{number}" for number in range(1, MAX_OPTIONS + 1))
COLUMNS: Final = ("question", "type", *OPTION_COLUMNS, "correct", "points", "explanation", "tags", "external_id")
DELIVERY_COLUMNS: Final = ("pool", "keep_last", "keep_place")
"""How a question is drawn and shown; the template does without, and an export has those that say something."""

PASSED_OVER: Final = ("row", "problem")
"""What the download of error rows adds to a file, so that it can be corrected and sent again as it is."""

_IGNORED: Final = re.compile(r"[\s_\-\u200b-\u200d\u2060\ufeff]+")
_REMARK: Final = re.compile(r"\s+[-\u2010-\u2015]\s*.*|\s*[-\u2010-\u2015]\s+.*", re.DOTALL)
Names = frozenset[str]


class Naming(Enum):
    """What a layout's own program takes a correct answer for, before anything else that it could mean."""

    ANY = auto()
    NUMBER = auto()
    LETTER = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """titles: our name of each column by its folded title.

    is_strict: an unknown column is an error; not_kept: columns that are known and have no place in an assessment;
    has_remarks: a title ends in a dash and a remark; instruction: how a row of instructions below the header begins.
    """

    name: str
    titles: Mapping[str, str]
    signatures: tuple[Names, ...]
    required: tuple[str, ...]
    naming: Naming = Naming.ANY
    not_kept: Names = frozenset()
    is_strict: bool = False
    has_remarks: bool = False
    instruction: str = ""
    incidental: Names = field(default=frozenset({"type", "time_limit"}))
    """Columns that templates fill in beforehand: a row with nothing else is blank."""

    def column_name(self, title: str) -> str | None:
        """Give our name for a header, whatever its case, spaces, hyphens and underscores."""
        return self.titles.get(folded(_REMARK.sub("", title) if self.has_remarks else title))

    def is_header(self, titles: Iterable[str]) -> bool:
        """Tell a header row of this layout, even one that lacks or doubles a column."""
        names = {self.column_name(title) for title in titles}
        return any(signature <= names for signature in self.signatures)

    def keeps(self, name: str | None) -> bool:
        """Tell whether a column's values become part of a question."""
        return name is not None and name not in self.not_kept and name not in PASSED_OVER


def folded(text: str) -> str:
    """Give the form in which titles are compared."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


def _titles(names: dict[str, str], *, options: Iterable[str]) -> Mapping[str, str]:
    numbered = dict(zip(options, OPTION_COLUMNS, strict=True))
    return {folded(title): name for title, name in ({one: one for one in PASSED_OVER} | numbered | names).items()}


def _signature(*names: str) -> Names:
    return frozenset(names)


_NUMBERS: Final = range(1, MAX_OPTIONS + 1)

STANDARD: Final = Layout(
    name="standard",
    titles=_titles({name: name for name in (*COLUMNS, *DELIVERY_COLUMNS)}, options=OPTION_COLUMNS),
    signatures=(_signature("question", "type"), _signature("question", "correct"), _signature("question", "option_1")),
    required=("question", "type"),
    not_kept=frozenset({"tags"}),
    is_strict=True,
)
KAHOOT: Final = Layout(
    name="kahoot",
    titles=_titles(
        {
            "Question": "question",
            "Correct answer(s)": "correct",
            "Correct answers": "correct",
            "Time limit (sec)": "time_limit",
        },
        options=(f"Answer {number}" for number in _NUMBERS),
    ),
    signatures=(_signature("question", "option_1", "correct"), _signature("question", "option_1", "time_limit")),
    required=("question", "option_1", "option_2", "correct"),
    naming=Naming.NUMBER,
    not_kept=frozenset({"time_limit"}),
    has_remarks=True,
)
WAYGROUND: Final = Layout(
    name="wayground",
    titles=_titles(
        {
            "Question Text": "question",
            "Question Type": "type",
            "Correct Answer": "correct",
            "Time in seconds": "time_limit",
            "Image Link": "image",
            "Answer explanation": "explanation",
        },
        options=(f"Option {number}" for number in _NUMBERS),
    ),
    signatures=(
        _signature("question", "type", "option_1"),
        _signature("question", "type", "correct"),
        _signature("question", "option_1", "correct"),
    ),
    required=("question", "type", "option_1", "option_2", "correct"),
    naming=Naming.NUMBER,
    not_kept=frozenset({"time_limit", "image"}),
    instruction="textofthequestion",
)
MOODLE: Final = Layout(
    name="moodle",
    titles=_titles(
        {
            "questionname": "name",
            "questiontext": "question",
            "Answer 1": "correct",
            "Answer 2": "correct_2",
            "answernumbering": "numbering",
            "correctfeedback": "feedback_correct",
            "partiallycorrectfeedback": "feedback_partial",
            "incorrectfeedback": "feedback_incorrect",
            "defaultmark": "points",
        },
        options=(chr(ord("A") + number - 1) for number in _NUMBERS),
    ),
    signatures=(_signature("question", "option_1", "correct"), _signature("name", "question", "option_1")),
    required=("question", "option_1", "option_2", "correct"),
    naming=Naming.LETTER,
    not_kept=frozenset({"name", "numbering", "feedback_correct", "feedback_partial", "feedback_incorrect"}),
)
LAYOUTS: Final = (STANDARD, KAHOOT, WAYGROUND, MOODLE)


def layout_of(titles: Iterable[str]) -> Layout | None:
    """Find the layout whose header row these titles are."""
    written = tuple(titles)
    return next((layout for layout in LAYOUTS if layout.is_header(written)), None)
