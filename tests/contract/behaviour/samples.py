"""JSON documents that are kept to the byte, and others that are refused."""

KEPT = {
    "four-byte characters": '{"name":"🌍🧪","𓀀𓀁":"漢字 é ñ"}'.encode(),
    "escapes as they are": rb'{"pair":"\ud83c\udf0d","nul":"\u0000","slash":"\/","quote":"\"","tab":"\t"}',
    "an escaped backslash before d800": rb'"\\ud800"',
    "numbers as they are": b"[1.0,-0,1e400,0.1000,123456789012345678901234567890,1E+2]",
    "null": b"null",
    "true": b"true",
    "a text": '"🌍"'.encode(),
    "an empty object": b"{}",
    "a key twice": b'{"a":1,"a":2}',
    "64 levels": b"[" * 64 + b"]" * 64,
    "brackets in a text": b'"' + b"[{" * 100 + b'"',
    "many shallow lists": b"[" + b",".join([b"[]"] * 200) + b"]",
    "a separator of lines": '"\u2028\u2029\u0085"'.encode(),
    "what looks like a line's end": rb'{"x":",\"commit\":1,\"synced\":1,\"hash\":\"00\"}"}',
}
REFUSED = {
    "nothing": b"",
    "NaN": b"NaN",
    "minus infinity": b"-Infinity",
    "a leading zero": b"01",
    "a bare point": b"1.",
    "a plus": b"+1",
    "a trailing comma": b"[1,]",
    "a line feed in a text": b'"a\nb"',
    "a NUL in a text": b'"a\x00b"',
    "a byte that is not UTF-8": b'"\xff"',
    "a surrogate in UTF-8": b'"\xed\xa0\x80"',
    "an overlong form": b'"\xc0\xaf"',
    "a lone high surrogate": rb'"\ud800"',
    "a lone low surrogate": rb'"\udc00"',
    "a high surrogate before another": rb'"\ud800\ud800"',
    "65 levels": b"[" * 65 + b"]" * 65,
    "65 levels of objects": b'{"a":' * 65 + b"1" + b"}" * 65,
    "100,000 levels": b"[" * 100_000 + b"]" * 100_000,
    "an unknown escape": rb'"\x"',
    "single quotes": b"'a'",
    "a cut document": b'{"a":',
}
TYPES_REFUSED = ("", "A", "a..b", ".a", "a.", "a-b", "a b", "é", "a\n", "a" * 129)
TAGS_REFUSED = ("", "a", "a:", ":a", "é:b", "a:b c", "a:b\n", "a:" + "b" * 127)
