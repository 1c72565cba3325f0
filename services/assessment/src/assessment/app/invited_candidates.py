"""Whom an invite leads to an assessment already, or ever did; read after the candidates' rows were locked.

Every invite is created by a command that locks its candidate's row, so that nobody is invited by two files at once.
"""

from assessment.domain.commands import Command, InviteFromFile, JoinPublicLink
from assessment.read_models.connections import Connection
from assessment.read_models.queries_invites import EVER_INVITED, INVITED


async def read_invited(connection: Connection, command: Command) -> frozenset[str]:
    """Of a file, who needs no other invite; by a public link, who comes back; nothing else looks at them."""
    if isinstance(command, JoinPublicLink):
        return await _ever_invited(connection, command)
    if not isinstance(command, InviteFromFile) or not command.orders:
        return frozenset()
    arguments = INVITED.arguments(
        employer_id=command.employer_id,
        assessment_id=command.assessment_id,
        ids=[order.candidate_id for order in command.orders],
        now=command.now,
    )
    return frozenset(row["candidate_id"] for row in await connection.fetch(INVITED.text, *arguments))


async def _ever_invited(connection: Connection, command: JoinPublicLink) -> frozenset[str]:
    if not command.proved:
        return frozenset()
    arguments = EVER_INVITED.arguments(
        employer_id=command.employer_id,
        assessment_id=command.assessment_id,
        candidate_id=command.order.candidate_id,
    )
    return frozenset(row["candidate_id"] for row in await connection.fetch(EVER_INVITED.text, *arguments))
