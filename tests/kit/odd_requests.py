"""Raw requests to the hot routes, plain ones and every oddity that was thought of, in chance combinations."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.kit.logs import numbered_id
from tests.kit.services import ADMIN_TOKEN, APPEND_TOKEN, READ_TOKEN

BEARER = b"Bearer " + ADMIN_TOKEN.encode()
AUTHORIZATIONS = (
    *(BEARER, b"bearer " + ADMIN_TOKEN.encode(), b"Bearer   " + ADMIN_TOKEN.encode() + b"  "),
    *(b"Bearer " + APPEND_TOKEN.encode(), b"Bearer " + READ_TOKEN.encode()),
    *(b"Bearer unknown", b"Bearer", b"Basic YTpi", ADMIN_TOKEN.encode(), b"Bearer a b", b"Bearer " + b"x" * 600),
    *(b"Bearer \xff", BEARER + b"\t", b""),
)
TARGETS = (
    *(b"/append", b"/append/", b"//append", b"/append?", b"/append?x=1", b"/append#a", b"/Append", b"/%61ppend"),
    *(
        b"/events",
        b"/events?",
        b"/events?type=a.b&tag=x:1&tag=y:2",
        b"/events?type=A",
        b"/events?tag=x",
        b"/events?a=1",
    ),
    *(b"/events?type=a&type=b", b"/events?type=%61", b"/events?type=a+b", b"/events?type=a#b", b"/events?tag=a%3Ab"),
    *(b"/events?id=" + numbered_id(7).encode(), b"/events?id=7", b"/events?tag=%ff:1", b"/events?&", b"/events?type"),
    *(b"/events?" + b"&".join([b"tag=a:%d" % n for n in range(17)]), b"/events?type=" + b"a" * 129, b"/events?type="),
    *(b"http://a/append", b"/events/stream/x", b"*", b"/", b"/events?type={}", b"/events?type=~"),
)
PLAIN_TARGETS = (b"/events", b"/events?type=a.b&tag=x:1&tag=y:2", b"/events?type=%61")
BROKEN_TARGETS = (b"http://a/append", b"append", b"/events?type=a\x7f", b"/events?type=\xff", b"")
KINDS = (
    *(b"application/json", b"application/json; charset=utf-8", b"APPLICATION/JSON", b"text/plain", b""),
    *(b"application/x-www-form-urlencoded", b"application/x-ndjson", b"application/cloudevents+json"),
    *(b"application/cloudevents-batch+json", b"multipart/form-data; boundary=x", b"application/cloudevents+xml"),
)
EXTRAS = (
    *(b"X-Request-Id: mine-1.2_3", b"X-Request-Id: not mine", b"X-Request-Id: a\r\nX-Request-Id: b", b"Accept: */*"),
    *(b"Accept: application/json", b"Accept: text/html", b"Accept: application/cloudevents+json", b"Accept: */*;q=0"),
    *(b"User-Agent: t", b"Accept-Encoding: gzip, br", b"Content-Encoding: gzip", b"Content-Encoding: identity"),
    *(b"Connection: keep-alive", b"Connection: close", b"Connection: upgrade\r\nUpgrade: websocket", b"Host: b"),
    *(
        b"Connection: upgrade\r\nUpgrade: h2c",
        b"TE: trailers",
        b"Range: bytes=0-1",
        b"If-None-Match: *",
        b"Cookie: a=b",
    ),
    *(b'If-None-Match: "0"', b"traceparent: 00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"),
    *(b"traceparent: 00-0-0-0", b"tracestate: a=1", b"ce-specversion: 1.0", b"ce-id: 1", b"Origin: http://a"),
    *(b"Authorization: " + BEARER, b"Content-Type: text/plain", b"X-Forwarded-For: ::1", b"Accept: \xff", b"X-Y:"),
    *(
        b"Accept-Language: de",
        b"Proxy-Connection: close",
        b"Keep-Alive: timeout=1",
        b"Bad Name: 1",
        b"Transfer-Encoding: x",
    ),
)
EVENTS = (
    *(b'{"data":1}', b'{"data":{"a":"\xf0\x9f\x8c\x8d"},"type":"a.b","tags":["x:1"]}', b'{"data" : [ 1 , 2 ] }'),
    *(b'{"data":1,"meta":{"a":1}}', b'{"data":1,"meta":[]}', b'{"data":1,"meta":{"traceparent":"x"}}', b'{"type":"a"}'),
    *(b'{"data":1,"type":"A"}', b'{"data":1,"type":""}', b'{"data":1,"type":"a\\n"}', b'{"data":1,"tags":["x"]}'),
    *(
        b'{"data":1,"tags":"x:1"}',
        b'{"data":1,"x":1}',
        b'{"data":1,"id":"7"}',
        b'{"data":1,"id":null}',
        b'{"data":NaN}',
    ),
    *(
        b'{"data":1e999}',
        b'{"data":123456789012345678901234567890.5e400}',
        b'{"data":{"a":1,"a":2}}',
        b'{"data":"\xff"}',
    ),
    *(b'{"data":{"a":1,"\\u0061":2}}', b'{"data":"\\ud800"}', b'{"data":"\\ud83c\\udf0d"}', b'{"data":"\\u0000"}'),
    *(b'{"data":' + b"[" * 64 + b"]" * 64 + b"}", b'{"data":' + b"[" * 65 + b"]" * 65 + b"}", b'{"data":-0.0e-0}'),
    *(
        b'{"data":1,"tags":[' + b",".join([b'"a:%d"' % n for n in range(17)]) + b"]}",
        b'{"data":1,"data":2}',
        b"1",
        b"{}",
    ),
    b'{"data":1,"type":"' + b"a" * 129 + b'"}',
)
CONDITIONS = (
    *(b"null", b"{}", b'{"fail_if_events_match":[]}', b'{"fail_if_events_match":[{}]}'),
    *(b'{"fail_if_events_match":[{"tags":["x:1"]}]}', b'{"fail_if_events_match":[{"types":["no.such"]}]}'),
    *(b'{"fail_if_events_match":[{"after":99999999}]}', b'{"fail_if_events_match":[{"after":-1}]}'),
    *(b'{"fail_if_events_match":[{"tags":["x"]}]}', b'{"fail_if_events_match":[{"after":"1"}]}', b"1"),
    *(b'{"fail_if_events_match":[' + b",".join([b'{"types":["no.such"]}'] * 17) + b"]}", b'{"x":1}'),
)
DOCUMENTS = (
    *(b"1", b'{"hello":"\xf0\x9f\x8c\x8d"}', b" [1, 2]\n", b"", b"nul", b'"\xff"', b"{", b"[" * 65 + b"]" * 65, b"1 2"),
    *(b'{"a":1,"a":1}', b"\xef\xbb\xbf1", b"NaN", b'"\\ud800"', b"hello=world", b"null", b'"' + b"x" * 130_000 + b'"'),
    b'"' + b"x" * (960 * 1024) + b'"',
)

GENTLE = ("target", "auth", "kind")
ODDITIES = (*GENTLE, "method", "extra", "framing", "version", "broken")
"""What only GENTLE is leaves the connection in order: behind anything else, what is on its way may or may not count."""


@dataclass(frozen=True, slots=True)
class Odd:
    """One request as it is sent, and where it is cut into pieces."""

    raw: bytes
    cuts: tuple[int, ...] = ()

    def parts(self) -> list[bytes]:
        ends = [0, *self.cuts, len(self.raw)]
        return [self.raw[begin:end] for begin, end in itertools.pairwise(ends) if begin < end]


def plain(
    method: bytes, target: bytes, body: bytes | None = None, *more: bytes, kind: bytes = b"application/json"
) -> bytes:
    """A request as most clients send it."""
    head = [b"Host: a", b"Authorization: " + BEARER, *more]
    if body is not None:
        head += [b"Content-Type: " + kind, b"Content-Length: %d" % len(body)]
    return b"%b %b HTTP/1.1\r\n%b\r\n\r\n%b" % (method, target, b"\r\n".join(head), body or b"")


def odd_requests(chance: random.Random, count: int) -> Iterator[tuple[Odd, ...]]:
    """So many connections, each with what is sent on it: one request, several, or the same again and one more."""
    for _ in range(count):
        together = chance.choice((1, 1, 1, 2, 3))
        requests = [_odd(chance, GENTLE if together > 1 else ODDITIES) for _ in range(together)]
        again = chance.choice((0, 1, 2)) if together > 1 else 0
        yield (*[requests[0]] * again, *requests)


def _odd(chance: random.Random, oddities: Sequence[str]) -> Odd:
    """Most of it plain, one or two things odd: so that an oddity decides, and not the one before it."""
    method, target, body, known = _asked(chance)
    kind = b"application/json"
    if target == b"/append" and chance.random() < 0.3:
        kind = b"application/x-ndjson"
        body = chance.choice((b"\n", b"\r\n", b"\n\n")).join(
            _append(chance, known) for _ in range(chance.randint(0, 4))
        )
    odd = chance.sample(oddities, chance.choice((0, 1, 1, 2)))
    if "method" in odd:
        method = chance.choice((b"PUT", b"HEAD", b"GET", b"POST", b"OPTIONS", b"post", b"DELETE", b"TRACE", b"FOO"))
    if "target" in odd:
        more = (b"/events/" + known.upper(), b"/events/" + known + b"/", b"/events/" + known + b"?")
        target = chance.choice((*TARGETS, *more))
    if "broken" in odd:
        target = chance.choice(BROKEN_TARGETS)
    head = [b"Host: a"]
    if "auth" not in odd or chance.random() < 0.8:
        head.append(b"Authorization: " + (chance.choice(AUTHORIZATIONS) if "auth" in odd else BEARER))
    if body is not None and ("kind" not in odd or chance.random() < 0.8):
        head.append(b"Content-Type: " + (chance.choice(KINDS) if "kind" in odd else kind))
    if "extra" in odd:
        head += [chance.choice(EXTRAS) for _ in range(chance.choice((1, 1, 2)))]
    length, framed = _framed(chance, body, is_odd="framing" in odd)
    head += length
    chance.shuffle(head)
    version = chance.choice((b"HTTP/1.0", b"HTTP/1.1", b"HTTP/2.0", b"HTTP/1.1 ")) if "version" in odd else b"HTTP/1.1"
    raw = b"%b %b %b\r\n%b\r\n\r\n%b" % (method, target, version, b"\r\n".join(head), framed)
    cuts = sorted(chance.sample(range(1, len(raw)), min(3, len(raw) - 1))) if chance.random() < 0.2 else ()
    return Odd(raw, tuple(cuts))


def _asked(chance: random.Random) -> tuple[bytes, bytes, bytes | None, bytes]:
    known = numbered_id(chance.randrange(40)).encode()
    what = chance.random()
    if what < 0.2:
        return b"GET", b"/events/" + known, None, known
    if what < 0.45:
        return (
            b"POST",
            chance.choice(PLAIN_TARGETS),
            chance.choice(DOCUMENTS if chance.random() < 0.5 else DOCUMENTS[:3]),
            known,
        )
    return b"POST", b"/append", _append(chance, known), known


def _append(chance: random.Random, known: bytes) -> bytes:
    count = chance.choice((1, 1, 1, 2, 3, 0))
    events = [chance.choice(EVENTS if chance.random() < 0.25 else EVENTS[:4]) for _ in range(count)]
    if chance.random() < 0.4:
        events = [b'{"id":"%b",' % known + event[1:] if event.startswith(b'{"') else event for event in events]
    body = b'{"events":[' + b",".join(events) + b"]"
    if chance.random() < 0.3:
        body += b',"condition":' + chance.choice(CONDITIONS)
    return body + chance.choice((*[b"}"] * 12, b"}\n", b"}x", b',"x":1}', b""))


def _framed(chance: random.Random, body: bytes | None, *, is_odd: bool) -> tuple[list[bytes], bytes]:
    if body is None:
        return ([b"Content-Length: 0"], b"") if is_odd else ([], b"")
    length = b"Content-Length: %d" % len(body)
    if not is_odd:
        return [length], body
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    choices: Sequence[tuple[list[bytes], bytes]] = (
        ([b"Transfer-Encoding: chunked"], chunked),
        ([b"Transfer-Encoding: chunked", length], chunked),
        ([length, b"Expect: 100-continue"], body),
        ([length, b"Expect: something"], body),
        ([length, length], body),
        ([b"Content-Length: %d" % (len(body) + 9)], body),
        ([b"Content-Length: +1"], body),
        ([b"content-length:%d" % len(body)], body),
        ([], b""),
    )
    return chance.choice(choices)
