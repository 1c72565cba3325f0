"""What clients write down, as the engine takes it, and the engine's answers as clients write them down."""

from eventrail.log.events import Append, Appended, ConditionFailed, ConditionItem, IdReused, NewEvent, Outcome, Replayed
from tests.kit.history import Acknowledged, Record, Refused, Sent


def append_of(call: Sent) -> Append:
    return Append(
        tuple(NewEvent(event.type, event.tags, event.data.encode(), event.id) for event in call.events),
        tuple(ConditionItem(item.types, item.tags, item.after) for item in call.condition),
    )


def answer_of(call: Sent, outcome: Outcome) -> Record:
    match outcome:
        case Appended(first, last):
            return Acknowledged(call.call, first, last, replayed=False)
        case Replayed(first, last):
            return Acknowledged(call.call, first, last, replayed=True)
        case ConditionFailed(position):
            return Refused(call.call, "condition", position)
        case IdReused(_, position):
            return Refused(call.call, "id", position)
        case _:
            return Refused(call.call)
