"""CloudEvents 1.0 as the event store takes and gives them: names of media types and attributes, and the JSON shape."""

from typing import Annotated, Final, Literal

import msgspec

from contracts.envelope import EventType
from contracts.wire import Message

CLOUD_EVENT: Final = "application/cloudevents+json"
CLOUD_EVENT_BATCH: Final = "application/cloudevents-batch+json"
SPEC_VERSION: Final = "1.0"
ID_ATTRIBUTE: Final = "eventrailid"
POSITION_ATTRIBUTE: Final = "eventrailposition"
TAGS_ATTRIBUTE: Final = "eventrailtags"

Text = Annotated[str, msgspec.Meta(min_length=1)]


class CloudEvent(Message, frozen=True):
    """An event in the JSON format of CloudEvents 1.0; any further member is an extension attribute.

    `data` and `data_base64` exclude each other. What the store gives carries `eventrailid`, `eventrailposition` (a
    text of digits) and, where the event has tags, `eventrailtags` (separated by commas).
    """

    specversion: Literal["1.0"]
    id: Text
    source: Annotated[str, msgspec.Meta(min_length=1, extra_json_schema={"format": "uri-reference"})]
    type: EventType
    subject: Text | msgspec.UnsetType = msgspec.UNSET
    time: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})] | msgspec.UnsetType = msgspec.UNSET
    datacontenttype: Text | msgspec.UnsetType = msgspec.UNSET
    dataschema: Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})] | msgspec.UnsetType = msgspec.UNSET
    data: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    data_base64: str | msgspec.UnsetType = msgspec.UNSET
