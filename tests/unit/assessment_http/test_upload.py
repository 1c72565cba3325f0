import pytest
from hypothesis import given, strategies

from assessment.http.upload import uploaded
from servicekit.problems import ProblemRaised

KIND = "multipart/form-data; boundary=b-1"


def _body(data: bytes, disposition: str = 'form-data; name="file"; filename="a.csv"') -> bytes:
    head = f"--b-1\r\nContent-Type: text/csv\r\nContent-Disposition: {disposition}\r\n\r\n".encode()
    return head + data + b"\r\n--b-1--\r\n"


@given(strategies.binary().filter(lambda data: b"\r\n--b-1" not in data))
def test_any_bytes_come_through(data: bytes) -> None:
    assert uploaded(_body(data), KIND).data == data


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="file"; filename="a b;c.csv"', "a b;c.csv"),
        ("form-data; name=file; filename=a.csv", "a.csv"),
        ('form-data; filename="a.csv"; name="file"', "a.csv"),
        ('form-data; name="file"; filename="x"; filename*=UTF-8\'\'%C3%BC.csv', "ü.csv"),
        ('form-data; name="file"; filename=""', ""),
        ('form-data; name="file"; filename="../../ü"', "../../ü"),
    ],
)
def test_the_name_is_taken_as_it_is_given(disposition: str, name: str) -> None:
    assert uploaded(_body(b"x", disposition), KIND).file_name == name


@pytest.mark.parametrize("kind", ["multipart/form-data; charset=x; boundary=b-1", 'Multipart/Form-Data;boundary="b-1"'])
def test_a_boundary_is_found(kind: str) -> None:
    assert bytes(uploaded(_body(b"x"), kind).data) == b"x"


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=b-1"])
def test_other_kinds_are_refused(kind: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        uploaded(_body(b"x"), kind)
    assert raised.value.body.status == 415


@pytest.mark.parametrize(
    "disposition",
    ['form-data; name="files"; filename="a"', 'form-data; name="file"', "attachment", 'form-data; filename="a"'],
)
def test_only_a_file_named_file_will_do(disposition: str) -> None:
    with pytest.raises(ProblemRaised) as raised:
        uploaded(_body(b"x", disposition), KIND)
    assert raised.value.body.status == 400


@given(strategies.binary())
def test_a_body_that_never_ends_its_part_is_refused(body: bytes) -> None:
    with pytest.raises(ProblemRaised) as raised:
        uploaded(b"--b-1\r\n" + body, KIND)
    assert raised.value.body.status == 400
