"""multipart/form-data (RFC 7578) taken apart, within bounds."""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

MOST = 1000  # parts; SendGrid sends some twenty fields and one for each attachment


class MultipartError(Exception):
    """The body is no whole form; the message says why."""


@dataclass(frozen=True)
class Part:
    """One field of the form, or one file."""

    name: str
    filename: str
    content_type: str
    body: bytes


@dataclass
class _Pile:
    """What the parser's callbacks fill."""

    parts: list[Part] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    name: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)
    body: list[bytes] = field(default_factory=list)
    ended: bool = False

    def header_ends(self) -> None:
        self.headers[bytes(self.name).lower()] = bytes(self.value)
        self.name.clear()
        self.value.clear()

    def part_ends(self) -> None:
        if len(self.parts) >= MOST:
            raise MultipartError("the form has too many parts")
        _, options = parse_options_header(self.headers.get(b"content-disposition"))
        kind, _ = parse_options_header(self.headers.get(b"content-type"))
        named, filename = (options.get(key, b"").decode("utf-8", "replace") for key in (b"name", b"filename"))
        self.parts.append(Part(named, filename, kind.decode("latin-1"), b"".join(self.body)))
        self.headers.clear()
        self.body.clear()

    def end(self) -> None:
        self.ended = True


def read(body: bytes, content_type: str) -> tuple[Part, ...]:
    """The parts in order; raises MultipartError and nothing else."""
    try:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise MultipartError("it is not multipart/form-data")
        pile = _Pile()
        parser = MultipartParser(
            boundary,
            {
                "on_header_field": lambda data, start, end: pile.name.extend(data[start:end]),
                "on_header_value": lambda data, start, end: pile.value.extend(data[start:end]),
                "on_header_end": pile.header_ends,
                "on_part_data": lambda data, start, end: pile.body.append(data[start:end]),
                "on_part_end": pile.part_ends,
                "on_end": pile.end,
            },
        )
        parser.write(body)
        parser.finalize()
    except (FormParserError, UnicodeError) as error:
        raise MultipartError(f"it cannot be taken apart ({type(error).__name__})") from error
    if not pile.ended:
        raise MultipartError("it ends in the middle")
    # SendGrid's boundary is always the same: a mail that writes it itself could end the form and hide what follows.
    _, _, after = body.partition(b"\r\n--" + boundary + b"--")
    if after.strip():
        raise MultipartError("something follows its end")
    return tuple(pile.parts)
