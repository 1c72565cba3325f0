import pytest

from eventrail.http import access
from eventrail.http.access import MAX_KNOWN_BYTES, VerifiedTokens
from servicekit.tokens import Grant, Grants, digest

TOKEN = "t" * 43
HEADER = b"Bearer " + TOKEN.encode()


class Counted(Grants):
    def __init__(self, *scopes: str) -> None:
        super().__init__([Grant("one", digest(TOKEN), frozenset(scopes))])
        self.searches = 0

    def find(self, token: str) -> Grant | None:
        self.searches += 1
        return super().find(token)


def test_a_good_token_is_searched_once_and_a_bad_one_each_time() -> None:
    grants = Counted("append")
    tokens = VerifiedTokens(grants)
    assert [tokens.may(HEADER, "append") for _ in range(3)] == [True] * 3
    assert grants.searches == 1
    assert [tokens.may(HEADER + b"x", "append") for _ in range(2)] == [False] * 2
    assert grants.searches == 3


@pytest.mark.parametrize(("scopes", "may"), [(("append",), False), (("read",), True), (("admin",), True), ((), False)])
def test_a_scope_is_asked_for_each_time(scopes: tuple[str, ...], *, may: bool) -> None:
    tokens = VerifiedTokens(Counted(*scopes))
    assert [tokens.may(HEADER, "read") for _ in range(2)] == [may, may]


@pytest.mark.parametrize("header", [None, b"", b"Basic " + TOKEN.encode(), TOKEN.encode(), b"Bearer \xff"])
def test_what_is_no_token_is_left_to_the_application(header: bytes | None) -> None:
    assert not VerifiedTokens(Counted("admin")).may(header, "read")


@pytest.mark.parametrize(("beyond", "may"), [(-1, True), (0, True), (1, False)])
def test_a_longer_header_is_left_to_the_application(beyond: int, *, may: bool) -> None:
    header = HEADER.replace(b" ", b" " * (MAX_KNOWN_BYTES + beyond - len(HEADER) + 1))
    assert len(header) == MAX_KNOWN_BYTES + beyond
    assert VerifiedTokens(Counted("read")).may(header, "read") is may


@pytest.mark.parametrize(("beyond", "searches"), [(-1, 0), (0, 0), (1, 1)])
def test_so_many_ways_of_sending_it_are_kept(monkeypatch: pytest.MonkeyPatch, beyond: int, searches: int) -> None:
    monkeypatch.setattr(access, "MAX_KNOWN_HEADERS", 3)
    grants = Counted("read")
    tokens = VerifiedTokens(grants)
    headers = [HEADER + b" " * number for number in range(3 + beyond)]
    assert all(tokens.may(header, "read") for header in headers)
    before = grants.searches
    assert all(tokens.may(header, "read") for header in headers)
    assert grants.searches == before + searches
