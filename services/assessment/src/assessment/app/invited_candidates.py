"""Whom an invite leads to an assessment already; read after the candidates' rows were locked.

Every invite is created by a command that locks its candidate's row, so that nobody is invited by two files at once.
"""

from assessment.domain.commands import Command, InviteFromFile
from assessment.read_models.connections import Connection
from assessment.read_models.queries_invites import INVITED


async def read_invited(connection: Connection, command: Command) -> frozenset[str]:
    """The candidates of a file who need no other invite; nothing else looks at them."""
    if not isinstance(command, InviteFromFile) or not command.orders:
        return frozenset()
    arguments = INVITED.arguments(
        employer_id=command.employer_id,
        assessment_id=command.assessment_id,
        ids=[order.candidate_id for order in command.orders],
        now=command.now,
    )
    return frozenset(row["candidate_id"] for row in await connection.fetch(INVITED.text, *arguments))
