"""What an append came to, as one word: metrics and traces give it the same name."""

from contracts.append import AppendResult
from contracts.problems import URN, Problem


def outcome_of(result: AppendResult | Problem) -> str:
    """`appended`, `replayed`, or the name of the problem."""
    if isinstance(result, Problem):
        return result.type.removeprefix(URN)
    return "replayed" if result.replayed else "appended"
