"""Lines whose hashes close over what was changed in them: as a writer with a fault, or a forger, would leave them."""

from hashlib import sha256

from eventrail.log.line import HASH_SUFFIX_BYTES


def hashed_anew(lines: bytes, hash_before: str) -> bytes:
    """The same lines, each with the hash that it must have behind `hash_before` and those before it."""
    found, line_hash = [], hash_before
    for raw in lines.split(b"\n")[:-1]:
        covered = raw[:-HASH_SUFFIX_BYTES]
        line_hash = sha256(line_hash.encode() + covered).hexdigest()
        found.append(covered + b',"hash":"' + line_hash.encode() + b'"}\n')
    return b"".join(found)
