"""Requests nobody sane sends, made from a seed: what strangers may throw at a hook, and nonsense rightly signed."""

import gzip
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import orjson

from rekindle.providers.ports import Request
from tests.providers.contract import Adapter, Sample
from tests.providers.hook_site import BASE

METHODS = ("POST",) * 60 + ("GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "post", "BREW")
OFFICES = ("lakeside",) * 40 + ("-", "nobody", "", "%00", "..", "%2e%2e", "LAKESIDE", "%F0%9F%94%A5", "é", "l" * 3000)
TAILS = ("", "", "", "/", "/%00", "/../../health/ready", "//", "/%ff%fe", "/status/x", "/%ED%A0%80", "/" + "t" * 3000)
QUERIES = ("", "", "", "?", "?%00=%ff", "?a=1&a=2&=", "?bodySHA256=" + "0" * 64, "?" + "q" * 20_000, "?x=%zz&;;;",
           "?hub.mode=subscribe&hub.challenge=1&hub.verify_token=%00")  # fmt: skip
VALUES = (
    b"",
    b" ",
    b"\xff\xfe\xe9",
    b"N/A",
    b"v1,",
    b"v1,,v1a,",
    b"sha256=",
    b"sha256=" + b"z" * 64,
    b"=" * 44,
    b"-1",
    b"1e400",
    b"9" * 5000,
    b"\t\t",
    b'a,b;c="d',
    b"a" * 30_000,
    "١٢٣".encode(),
    b"whsec_",
    b"\x85",
)
TYPES = (
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"message/rfc822",
    b"multipart/form-data",
    b"multipart/form-data; boundary=" + b"b" * 5000,
    b"text/xml; charset=\xff",
    b"",
    b";;;",
    b"application/json; charset=utf-16",
    b'multipart/form-data; boundary=""',
)
STRANGE = (
    b"x-forwarded-for: \xff, ::1, ,",
    b"forwarded: for=;;",
    b"content-encoding: gzip",
    b"expect: 100-continue",
    b"transfer-encoding: gzip, chunked",
    b"content-length: -5",
    b"content-length: 99999999999999999999",
    b"cookie: =;",
    b"host: [::",
    b"upgrade: h2c\r\nconnection: upgrade",
    b": nameless",
    b"no colon at all",
    b"x" * 9000 + b": y",
    b"authorization: Basic \xff",
    b"x-forwarded-for: 1.2.3.4%00",
    b"range: bytes=0-",
    b"te: trailers",
)
LEAVES: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    2**63,
    1e308,
    "",
    "\x00",
    "a\x00b",
    "\u202e",
    "💥" * 300,
    "x" * 20_000,
    [],
    {},
    [[]] * 3,
    {"": None},
    "9" * 400,
    "-0",
    "2026-13-45T99:99:99Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-14:00",
    "1e999",
    "NaN",
    "+1" + "5" * 300,
    "@",
    "a@b@c",
    "<script>",
    "'; drop table lead; --",
    "%00",
    "../..",
    ["a", None, {"b": []}],
)


def deep(levels: int = 60_000) -> bytes:
    """JSON nobody's stack holds."""
    return b"[" * levels + b"]" * levels


def multipart(rng: random.Random) -> bytes:
    """Thousands of parts, or few without an end."""
    part = b'--x\r\nContent-Disposition: form-data; name="a%d"; filename="\xff"\r\n\r\n\r\n'
    return b"".join(part % number for number in range(rng.choice((1, 50, 5000)))) + rng.choice(
        (b"", b"--x--\r\n", b"--x--")
    )


def body(rng: random.Random, genuine: bytes) -> bytes:
    """Anything: of a genuine one, or of nobody."""
    made: tuple[Callable[[], bytes], ...] = (
        lambda: genuine,
        lambda: genuine[: rng.randrange(len(genuine) + 1)],
        lambda: scratched(rng, genuine),
        lambda: gzip.compress(genuine * 50),
        lambda: rng.randbytes(rng.choice((0, 1, 100, 5000))),
        deep,
        lambda: multipart(rng),
        lambda: urlencode([("a" * rng.randrange(9), "\x00")] * rng.choice((1, 3000))).encode(),
        lambda: b'{"a":' * 3000,
        lambda: b"x" * rng.choice((1000, 1000, 2**21)),
        lambda: b"\xef\xbb\xbf" + genuine,
        lambda: genuine.decode("latin-1").encode("utf-16"),
    )
    return rng.choice(made)()


def scratched(rng: random.Random, given: bytes) -> bytes:
    """A few bytes of it are others."""
    changed = bytearray(given)
    for _ in range(rng.randrange(1, 6)):
        if changed:
            changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def request(rng: random.Random, adapters: tuple[Adapter, ...]) -> bytes:
    """One request as bytes on the wire, never rightly signed, now and then no HTTP at all."""
    adapter = rng.choice(adapters)
    sample = rng.choice(adapter.samples)
    genuine = adapter.genuine(sample)
    mine = f"/{sample.tail}" if sample.tail and not adapter.by_url else ""
    source = rng.choice((adapter.inbound.source,) * 40 + ("", "%00", "unheard", "é", adapter.inbound.source.upper()))
    path = f"/hooks/{rng.choice(OFFICES)}/{source}{rng.choice((mine,) * 20 + TAILS)}{rng.choice(QUERIES)}"
    payload = body(rng, genuine.body)
    lines = [f"{rng.choice(METHODS)} {path} HTTP/1.{rng.choice('1110')}".encode(), b"host: rekindle.example"]
    lines.append(b"content-type: " + rng.choice((sample.content_type.encode(), *TYPES)))
    for name, value in genuine.headers.items():
        if name != "content-type":
            forged = rng.choice(((b"A" if value[:1] != "A" else b"B") + value[1:].encode("latin-1"), *VALUES))
            lines += [name.encode() + b": " + forged] * rng.choice((1, 1, 1, 2, 0))
    lines += rng.sample(STRANGE, rng.choice((0,) * 8 + (1, 2)))
    framed = rng.choice(
        (b"content-length: %d" % len(payload),) * 6 + (b"transfer-encoding: chunked", b"connection: close")
    )
    if framed.startswith(b"transfer"):
        payload = b"%x\r\n%b\r\n" % (len(payload), payload) + rng.choice((b"0\r\n\r\n", b"zz\r\n", b""))
    whole = b"\r\n".join([*lines, framed, b"", payload])
    return rng.choice((whole,) * 20 + (whole[: rng.randrange(len(whole))], scratched(rng, whole[:200]) + whole[200:]))


def nonsense(rng: random.Random, adapter: Adapter) -> Request:
    """A body that makes no sense, signed as the provider would."""
    sample = rng.choice(adapter.samples)
    return adapter.genuine(replace(sample, body=_senseless(rng, sample)[: adapter.inbound.limit]))


def _senseless(rng: random.Random, sample: Sample) -> bytes:
    way = rng.random()
    if way < 0.15:
        return rng.choice(
            (b"", b"null", b"[]", b"{}", b'{"a":"\\ud800"}', b"\x00", deep(), multipart(rng), b"1" * 5000)
        )
    if way < 0.3:
        return scratched(rng, sample.body)
    if "json" in sample.content_type:
        return _with_junk_leaves(rng, orjson.loads(sample.body))
    if "urlencoded" in sample.content_type:
        fields = [(name, junk(rng, value)) for name, value in parse_qsl(sample.body.decode(), keep_blank_values=True)]
        return urlencode(fields + fields[: rng.randrange(3)], errors="surrogatepass").encode()
    lines = sample.body.split(b"\r\n")
    for _ in range(rng.randrange(1, 5)):
        place = rng.randrange(len(lines))
        lines[place] = rng.choice((b"", b"\xff\x00\xfe", b"x" * 9000, lines[place] * 3, scratched(rng, lines[place]),
                                   lines[place].split(b":")[0] + b": =?utf-8?b?/w==?= \xff"))  # fmt: skip
    return b"\r\n".join(lines)


def junk(rng: random.Random, value: str) -> str:
    """Mostly the value, sometimes none."""
    texts = [leaf for leaf in (*LEAVES, "\ud800") if isinstance(leaf, str)]
    return rng.choice(texts) if rng.random() < 0.3 else value


def _with_junk_leaves(rng: random.Random, whole: Any) -> bytes:
    """Some leaves of a JSON document are of another kind; numbers may be longer than any machine's."""
    share = rng.choice((0.05, 0.2, 0.6))

    def changed(value: Any) -> Any:
        if rng.random() < share / 3:
            return rng.choice(LEAVES)
        if isinstance(value, dict):
            return {key: changed(inner) for key, inner in value.items() if rng.random() > share / 5}
        if isinstance(value, list):
            return [changed(inner) for inner in value] * rng.choice((1, 1, 1, 2))
        return rng.choice(LEAVES) if rng.random() < share else value

    return orjson.dumps(changed(whole)).replace(b"1e+308", rng.choice((b"1e308", b"1" * 500, b'"\\ud800"')))


def unsigned(source: str, tail: str, headers: dict[str, str], content: bytes) -> Request:
    """A post of anything to a source of the test office."""
    return Request("POST", f"{BASE}/hooks/lakeside/{source}{tail}", tail, headers, content, None)  # type: ignore[arg-type]
