"""Question banks as Kahoot's, Wayground's and Moodle's own templates lay them out."""

from collections.abc import Sequence
from typing import Final

from tests.kit.workbooks import Rows, comma_separated, xlsx

KAHOOT_HEADER: Final = (
    "Question - max 120 characters",
    "Answer 1 - max 75 characters",
    "Answer 2 - max 75 characters",
    "Answer 3 - max 75 characters",
    "Answer 4 - max 75 characters",
    "Time limit (sec) \N{EN DASH} 5, 10, 20, 30, 60, 90, 120, or 240 secs",
    "Correct answer(s) - choose at least one",
)
OLD_KAHOOT_HEADER: Final = (
    "Question - max 95 characters",
    "Answer 1 - max 60 characters",
    "Answer 2 - max 60 characters",
    "Answer 3 - max 60 characters",
    "Answer 4 - max 60 characters",
    "Time limit (sec) - 5,10,20,30,60,90 or 120 secs",
    "Correct answer(s) - choose at least one",
)
KAHOOT_TOP: Final = {
    2: "Quiz template",
    3: "Add questions, at least two answer alternatives, time limit and choose correct answers (at least one).",
    4: "Remember: questions have a limit of 120 characters and answers can have 75 characters max.",
    5: "See an example question below (don't forget to overwrite this with your first question!)",
    6: "And remember, if you're not using Excel you need to export to .xlsx format before you upload.",
}
KAHOOT_HEADER_ROW: Final = 8
KAHOOT_NUMBERED_ROWS: Final = 100
WAYGROUND_HEADER: Final = (
    "Question Text",
    "Question Type",
    *(f"Option {number}" for number in range(1, 6)),
    "Correct Answer",
    "Time in seconds",
    "Image Link",
    "Answer explanation",
)
WAYGROUND_INSTRUCTIONS: Final = (
    "Text of the question\n\n(required)\n\n\n",
    "Question Type\n\n(default is Multiple Choice)\n\n",
    "Text for option 1\n\n(required in all cases except open-ended & draw questions)",
    "Text for option 2\n\n(required in all cases except open-ended & draw questions)",
    *(f"Text for option {number}\n\n(optional)\n\n\n" for number in range(3, 6)),
    'The correct option choice (between 1-5).\n\nLeave blank for "Open-Ended", "Poll", "Draw" and "Fill-in-the-Blank".',
    "Time in seconds\n\n(optional, default value is 30 seconds)\n",
    "Link of the image\n\n(optional)\n\n\n",
    "Explanation for the answer\n(optional)\n\n\n",
)
MOODLE_HEADER: Final = ("questionname", "questiontext", "A", "B", "C", "D", "Answer 1", "Answer 2")
MOODLE_MORE: Final = (
    " answernumbering",
    " correctfeedback",
    " partiallycorrectfeedback",
    " incorrectfeedback",
    " defaultmark",
)


def kahoot_bank(rows: Rows, header: Sequence[str] = KAHOOT_HEADER) -> bytes:
    """Lay rows out from B9 on, below the titles, with column A numbered to a hundred as the template has it."""
    top: list[list[object]] = [[None, KAHOOT_TOP.get(row)] for row in range(1, KAHOOT_HEADER_ROW)]
    blank: list[tuple[object, ...]] = [()] * (KAHOOT_NUMBERED_ROWS - len(rows))
    numbered = [[number, *row] for number, row in enumerate([*rows, *blank], start=1)]
    return xlsx([*top, [None, *header], *numbered])


def wayground_bank(rows: Rows, *, more: Sequence[str] = ()) -> bytes:
    """Lay rows out below the header and the row of instructions."""
    return xlsx([(*WAYGROUND_HEADER, *more), WAYGROUND_INSTRUCTIONS, *rows])


def moodle_bank(rows: Rows, *, extended: bool = False) -> bytes:
    """Write CSV as Moodle's plugin exports it, spaces in the header included."""
    return comma_separated([(*MOODLE_HEADER, *(MOODLE_MORE if extended else ())), *rows])
