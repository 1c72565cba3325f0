import uuid

import pytest

from assessment.domain.derived_ids import derived_id, derived_ids
from assessment.http.identities import resource_id

KEY = "01890000-0000-7000-8000-00000000abcd"


@pytest.mark.parametrize("name", ["", "assessment", "0", "größer\n\U0001f600", "x" * 5_000])
@pytest.mark.parametrize("key", [KEY, *(str(uuid.UUID(int=(1 << 128) - 1 - 7**power)) for power in range(0, 45, 4))])
def test_an_id_is_what_the_standard_derives(key: str, name: str) -> None:
    assert derived_id(key, name) == str(uuid.uuid5(uuid.UUID(key), name))


@pytest.mark.parametrize("key", ["", "x", KEY[:-1], KEY + "00", KEY.replace("a", "g")])
def test_only_a_uuid_has_ids_under_it(key: str) -> None:
    with pytest.raises(ValueError):
        derived_id(key, "assessment")


def test_many_at_once_are_others_under_each_name() -> None:
    ids = derived_ids(KEY, "option", 5_000)
    assert ids[:10] == derived_ids(KEY, "option", 10)
    assert len(set(ids)) == 5_000
    assert not set(ids) & set(derived_ids(KEY, "question", 5_000))
    for one in ids:
        assert resource_id(one) == one
        assert (uuid.UUID(one).version, uuid.UUID(one).variant) == (8, uuid.RFC_4122)
