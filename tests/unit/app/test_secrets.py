import re
import uuid

import pytest

from assessment.app.sealing import SealBroken, seal, unseal
from assessment.app.secrets import SLUG_CHARACTERS, Secrets, digest
from assessment.app.vault import CandidateErased, VaultSealer, open_keys
from contracts.sealed import SEALED_PATTERN

ONE, OTHER = Secrets(b"1" * 32), Secrets(b"2" * 32)
ID = "0198c0de-0000-7000-8000-000000000001"
KEY = b"k" * 32


def test_what_is_derived_is_the_same_again_and_another_for_each_purpose_and_secret() -> None:
    def derived() -> list[str]:
        keys = [ONE.api_key(ID, 1), ONE.api_key(ID, 2), ONE.api_key(ID, 3), OTHER.api_key(ID, 1)]
        return [*keys, ONE.invite_token(ID, 1), ONE.invite_token(ID, 2), ONE.slug(ID)]

    assert derived() == derived()
    assert len(set(derived())) == len(derived())
    assert re.fullmatch(rf"[a-z2-7]{{{SLUG_CHARACTERS}}}", ONE.slug(ID))
    assert len(ONE.invite_token(ID, 1)) == 43


def test_a_candidates_id_is_a_uuid_of_version_8_that_depends_on_employer_and_address() -> None:
    found = uuid.UUID(ONE.candidate_id(ID, "grace@example.org"))
    assert (found.version, found.variant) == (8, uuid.RFC_4122)
    others = {ONE.candidate_id("e", "grace@example.org"), ONE.candidate_id(ID, "g"), OTHER.candidate_id(ID, "g")}
    assert len(others | {str(found)}) == 4


def test_a_secret_of_another_length_is_refused() -> None:
    for size in (31, 33):
        with pytest.raises(AssertionError):
            Secrets(b"x" * size)


def test_a_digest_is_that_of_the_tokens_bytes() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("plain", [b"", b"\0", "Grace 🚀".encode(), bytes(100_000)])
def test_what_is_sealed_opens_and_seals_alike_again(plain: bytes) -> None:
    sealed = seal(KEY, "a context", plain)
    assert re.fullmatch(SEALED_PATTERN, sealed)
    assert seal(KEY, "a context", plain) == sealed
    assert unseal(KEY, "a context", sealed) == plain


def test_context_plain_value_and_key_each_change_the_nonce() -> None:
    nonces = {seal(key, context, plain)[:21] for key in (KEY, b"l" * 32) for context in "ab" for plain in (b"c", b"d")}
    assert len(nonces) == 8


@pytest.mark.parametrize(
    ("key", "context", "change"),
    [
        (b"l" * 32, "a", str),
        (KEY, "b", str),
        (KEY, "a", lambda sealed: sealed[:-2] + ("AA" if sealed[-2:] != "AA" else "BB")),
        (KEY, "a", lambda sealed: sealed.replace("gcm1", "gcm2")),
        (KEY, "a", lambda sealed: sealed[:10]),
        (KEY, "a", lambda sealed: f"{sealed}é"),
    ],
    ids=["key", "context", "bytes", "scheme", "short", "not base64"],
)
def test_what_was_changed_does_not_open(key: bytes, context: str, change: object) -> None:
    assert callable(change)
    sealed = change(seal(KEY, "a", b"plain"))
    with pytest.raises(SealBroken):
        unseal(key, context, sealed)


def test_answer_keys_are_sealed_for_their_assessment() -> None:
    sealer = VaultSealer(ONE, {})
    sealed = sealer.seal_keys("a1", b"keys")
    assert open_keys(ONE, "a1", sealed) == b"keys"
    with pytest.raises(SealBroken):
        open_keys(ONE, "a2", sealed)


def test_nothing_is_sealed_for_an_erased_candidate() -> None:
    sealer = VaultSealer(ONE, {"c1": KEY})
    assert unseal(KEY, "x", sealer.seal_for_candidate("c1", "x", b"name")) == b"name"
    with pytest.raises(CandidateErased):
        sealer.seal_for_candidate("c2", "x", b"name")
