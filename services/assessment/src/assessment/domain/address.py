"""E-mail addresses: one form for each, so that an address has one candidate.

Taken without space around it, in NFC; local part and domain are case folded; the domain's labels are written as
A-labels (`xn--…`), so that `Müller@MÜLLER.example` and `müller@xn--mller-kva.example` are the same. Quoted local parts
and address literals are refused.
"""

import re
import unicodedata
from typing import Final

from assessment.domain.decision import Reason, Refused
from assessment.domain.text import accepted_line
from contracts.assessment.limits import MAX_EMAIL_CHARACTERS

MAX_LOCAL_BYTES: Final = 64
MAX_LABEL_CHARACTERS: Final = 63
MAX_DOMAIN_CHARACTERS: Final = 253
MAX_ADDRESS_BYTES: Final = 254

_A_LABEL: Final = "xn--"
_LOCAL: Final = re.compile(r"[^\s@.\"(),:;<>\[\]\\]+(?:\.[^\s@.\"(),:;<>\[\]\\]+)*")
_PLAIN_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


def normalized_address(value: str, at: str) -> str:
    """Give the one form of an address; raises Refused where it is none."""
    line = _folded(accepted_line(value, at, max_characters=MAX_EMAIL_CHARACTERS))
    local, separator, domain = line.partition("@")
    labels = [_a_label(label) for label in domain.split(".")]
    whole = ".".join(label or "" for label in labels)
    if not (separator and _is_local(local) and len(labels) > 1 and all(labels) and len(whole) <= MAX_DOMAIN_CHARACTERS):
        raise Refused(Reason.MALFORMED, "This is not an e-mail address", at=at, seen=line)
    address = f"{local}@{whole}"
    if len(address.encode()) > MAX_ADDRESS_BYTES:
        raise Refused(Reason.MALFORMED, f"The address is longer than {MAX_ADDRESS_BYTES} bytes", at=at, seen=line)
    return address


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _is_local(local: str) -> bool:
    """Tell whether the part before the @ is sensible; nothing in it is invisible."""
    return (
        _LOCAL.fullmatch(local) is not None
        and len(local.encode()) <= MAX_LOCAL_BYTES
        and not any(unicodedata.category(character)[0] in "CZ" for character in local)
    )


def _a_label(label: str) -> str | None:
    """Give a domain's label in ASCII; None where it is no label."""
    if label.startswith(_A_LABEL):
        return _decoded_and_back(label)
    if not label.isascii():
        label = _punycode(label)
    is_label = _PLAIN_LABEL.fullmatch(label) is not None and len(label) <= MAX_LABEL_CHARACTERS
    return label if is_label else None


def _punycode(label: str) -> str:
    """Write a label of letters, marks and digits as an A-label; empty where it holds anything else."""
    kinds = {unicodedata.category(character)[0] for character in label if character != "-"}
    is_plain = kinds <= {"L", "M", "N"} and unicodedata.normalize("NFKC", label) == label
    edges_fit = not (label.startswith("-") or label.endswith("-"))
    return _A_LABEL + label.encode("punycode").decode("ascii") if is_plain and edges_fit else ""


def _decoded_and_back(label: str) -> str | None:
    """Take an A-label only if it is the one form of the letters that it stands for."""
    try:
        letters = label.removeprefix(_A_LABEL).encode("ascii").decode("punycode")
    except UnicodeError:
        return None
    return _a_label(_folded(letters)) if letters and not letters.isascii() else None
