"""Decisions about drafts: only they change, get questions, or are deleted."""

from datetime import datetime

import msgspec

from assessment.domain.author_view import renewed
from assessment.domain.commands import CreateDraft, DeleteDraft, Duplicate, EditDraft, SetQuestions
from assessment.domain.content import MAX_QUESTIONS_DATA_BYTES, check_fits
from assessment.domain.decision import Decision, Events, Sealer
from assessment.domain.owned import own_assessment, own_draft
from assessment.domain.pools import attainable_milli
from assessment.domain.questions import Content, content_of
from assessment.domain.sealing import plain_keys
from assessment.domain.settings import changed, settings_of
from assessment.domain.state import AssessmentState, State
from contracts.events import AssessmentCreated, AssessmentDeleted, AssessmentEdited, QuestionsReplaced


def create_draft(command: CreateDraft) -> Decision:
    created = AssessmentCreated(
        assessment_id=command.assessment_id,
        employer_id=command.employer_id,
        settings=settings_of(command.settings),
        at=command.now,
    )
    return Events((created,))


def edit_draft(command: EditDraft, state: State) -> Decision:
    draft = own_draft(state, command.employer_id, command.assessment_id, command.expected_position)
    settings = changed(draft.settings, command.change)
    edited = AssessmentEdited(
        assessment_id=draft.id,
        employer_id=draft.employer_id,
        settings=settings,
        question_count=len(draft.questions),
        max_points_milli=attainable_milli(draft.questions, settings.pools),
        created_at=draft.created_at,
        at=command.now,
    )
    return Events((edited,))


def delete_draft(command: DeleteDraft, state: State) -> Decision:
    draft = own_draft(state, command.employer_id, command.assessment_id, command.expected_position)
    return Events((AssessmentDeleted(assessment_id=draft.id, employer_id=draft.employer_id, at=command.now),))


def set_questions(command: SetQuestions, state: State, sealer: Sealer) -> Decision:
    draft = own_draft(state, command.employer_id, command.assessment_id, command.expected_position)
    content = content_of(command.questions, command.question_ids, command.option_ids)
    version = draft.key_version + 1
    replaced = _replaced(draft.id, draft, version, content, sealer, command.now)
    return Events((msgspec.structs.replace(replaced, import_id=command.import_id),))


def duplicate(command: Duplicate, state: State, sealer: Sealer) -> Decision:
    """Make a draft of what the source holds now, whatever its status; without questions there is no list to record."""
    source = own_assessment(state, command.employer_id, command.source_id)
    created = AssessmentCreated(
        assessment_id=command.assessment_id,
        employer_id=command.employer_id,
        settings=source.settings,
        at=command.now,
        copied_from=source.id,
    )
    if not source.questions:
        return Events((created,))
    content = renewed(source.questions, source.keys, command.question_ids, command.option_ids)
    return Events((created, _replaced(command.assessment_id, source, 1, content, sealer, command.now)))


def _replaced(
    assessment_id: str, like: AssessmentState, key_version: int, content: Content, sealer: Sealer, now: datetime
) -> QuestionsReplaced:
    """Record a list and its sealed keys, under the settings of `like`; raises Refused where one event can't hold it."""
    questions, keys = content
    replaced = QuestionsReplaced(
        assessment_id=assessment_id,
        employer_id=like.employer_id,
        questions=questions,
        sealed_keys=sealer.seal_keys(assessment_id, plain_keys(keys)),
        key_version=key_version,
        at=now,
        max_points_milli=attainable_milli(questions, like.settings.pools),
    )
    check_fits(replaced, "$.questions", MAX_QUESTIONS_DATA_BYTES)
    return replaced
