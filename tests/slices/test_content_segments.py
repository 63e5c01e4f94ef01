"""SMS parts by 3GPP TS 23.038."""

import pytest

from rekindle.content.segments import measure


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),  # the pair may not be split: it opens the second part
        ("[x]", "GSM-7", 5, 1),
        ("é" * 70, "GSM-7", 70, 1),
        ("ê" * 70, "UCS-2", 70, 1),
        ("ê" * 71, "UCS-2", 71, 2),
        ("’" * 134, "UCS-2", 134, 2),
        ("🏡" * 35, "UCS-2", 70, 1),
        ("🏡" * 36, "UCS-2", 72, 2),
        ("🏡" * 67, "UCS-2", 134, 3),  # 33 a part: a surrogate pair is not split either
    ],
)
def test_parts(text: str, encoding: str, units: int, parts: int) -> None:
    size = measure(text)
    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)
