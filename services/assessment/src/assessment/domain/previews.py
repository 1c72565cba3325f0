"""A preview: what a first attempt with some seed is asked, and how its answers would be scored. It makes no fact.

Every rule is the candidate's own: this only puts them together without a candidate. What could not be published is
refused as publishing refuses it, since no candidate would ever see it so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from assessment.domain.content import check_records_fit
from assessment.domain.pools import asked_with_keys, drawn
from assessment.domain.publishing import publishable_points_milli
from assessment.domain.questions import Content
from assessment.domain.scoring import Scored, score
from assessment.domain.submissions import ANSWERS, fitting_answers
from contracts.assessment.take import GivenAnswer
from contracts.questions import Question, Settings

FIRST_ATTEMPT: Final = 1


def previewed(questions: Sequence[Question], settings: Settings, seed: int) -> tuple[str, ...]:
    """Give the ids of what is asked, as the start of a sitting records them."""
    publishable_points_milli(questions, settings.pools)
    return drawn(questions, settings.pools, seed, FIRST_ATTEMPT)


def scored_preview(
    content: Content, settings: Settings, seed: int, answers: Mapping[str, GivenAnswer]
) -> tuple[Content, Scored]:
    """Give what was asked with its keys, and how the answers score."""
    asked = asked_with_keys(content, previewed(content[0], settings, seed))
    scored = score(*asked, fitting_answers(asked[0], answers), settings.passing_percent)
    check_records_fit(scored.records, ANSWERS)
    return asked, scored
