"""Content negotiation: which of the representations a resource has the Accept header prefers."""

from collections.abc import Sequence

from contracts.problems import ProblemType, problem
from servicekit.problems import ProblemRaised


def choose(accept: bytes | None, offered: Sequence[bytes]) -> bytes:
    """The offer with the highest quality, the earlier one among equals. Raises 406 where none is accepted."""
    if accept is None:
        return offered[0]
    ranges = [_range(part) for part in accept.lower().split(b",") if part.strip()]
    best = max(offered, key=lambda offer: _quality(offer, ranges))
    if not ranges or _quality(best, ranges) > 0:
        return best
    names = ", ".join(offer.decode() for offer in offered)
    seen = accept[:80].decode("ascii", "replace")
    raise ProblemRaised(problem(ProblemType.NOT_ACCEPTABLE, f"there is {names}", at="Accept", seen=seen))


def media_type(content_type: bytes | None) -> bytes | None:
    """A Content-Type without its parameters, in lower case."""
    return content_type.split(b";", 1)[0].strip().lower() if content_type is not None else None


def _range(part: bytes) -> tuple[bytes, float]:
    name, *parameters = (piece.strip() for piece in part.split(b";"))
    for parameter in parameters:
        if parameter.startswith(b"q="):
            try:
                return name, min(1.0, max(0.0, float(parameter[2:])))
            except ValueError:
                return name, 0.0
    return name, 1.0


def _quality(offer: bytes, ranges: Sequence[tuple[bytes, float]]) -> float:
    """The most specific range that fits decides: `type/subtype` before `type/*` before `*/*`."""
    main = offer.split(b"/", 1)[0]
    for pattern in (offer, main + b"/*", b"*/*"):
        for name, quality in ranges:
            if name == pattern:
                return quality
    return 0.0
