"""Kinds of text in requests, bounded in characters."""

from typing import Annotated

from msgspec import Meta

from contracts.assessment import limits

Name = Annotated[str, Meta(min_length=1, max_length=limits.MAX_NAME_CHARACTERS)]
Email = Annotated[str, Meta(min_length=3, max_length=limits.MAX_EMAIL_CHARACTERS)]
Title = Annotated[str, Meta(min_length=1, max_length=limits.MAX_TITLE_CHARACTERS)]
Instructions = Annotated[str, Meta(max_length=limits.MAX_INSTRUCTIONS_CHARACTERS)]
Prompt = Annotated[str, Meta(min_length=1, max_length=limits.MAX_PROMPT_CHARACTERS)]
OptionText = Annotated[str, Meta(min_length=1, max_length=limits.MAX_OPTION_CHARACTERS)]
Explanation = Annotated[str, Meta(max_length=limits.MAX_EXPLANATION_CHARACTERS)]
ExternalId = Annotated[str, Meta(min_length=1, max_length=limits.MAX_EXTERNAL_ID_CHARACTERS)]
PoolName = Annotated[str, Meta(min_length=1, max_length=limits.MAX_POOL_CHARACTERS)]
Note = Annotated[str, Meta(max_length=limits.MAX_NOTE_CHARACTERS)]
Reason = Annotated[str, Meta(min_length=1, max_length=limits.MAX_REASON_CHARACTERS)]
