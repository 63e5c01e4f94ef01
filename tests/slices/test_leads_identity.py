"""One spelling per address and name, out of what real exports hold."""

import pytest

from rekindle.leads import identity, names


@pytest.mark.parametrize(
    "text",
    [
        "3125550142",
        "(312) 555-0142",
        "+1 312.555.0142",
        "1-312-555-0142 x12",
        "312-555-0142 ext. 5",
        "312-555-0142x77",
        "tel:+13125550142",
        "Cell: 312 555 0142",
        "312 555 0142 (home)",
        "312/555-0142",
        "3125550142.0",
        "001 312 555 0142",
    ],
)
def test_one_number_in_every_format(text: str) -> None:
    assert identity.phone(text) == "+13125550142"
    assert identity.phones(text) == ["+13125550142"]


@pytest.mark.parametrize(
    "text",
    ["", "N/A", "none", "call me", "12345", "312-555", "3.12555E+09", "911-555-0142", "0000000000", "1111111111"],
)
def test_what_is_no_number(text: str) -> None:
    assert identity.phone(text) is None
    assert identity.phones(text) == []


@pytest.mark.parametrize("text", ["2222222222", "5555555555", "+1 111 111 1111"])
def test_one_digit_over_and_over_is_no_number(text: str) -> None:
    assert identity.phones(text) == []


def test_other_countries_keep_their_country() -> None:
    assert identity.phone("+44 20 7946 0958") == "+442079460958"
    assert identity.phone("011 44 20 7946 0958") == "+442079460958"
    assert identity.phone("+52 312 555 0142") == "+523125550142"  # not the Chicago number inside it
    assert identity.phone("020 7946 0958", region="GB") == "+442079460958"


@pytest.mark.parametrize(
    "cell",
    [
        "312-555-0142 / 773-555-0101",
        "h: 312-555-0142, c: 773-555-0101 x4",
        "3125550142 7735550101",
        "312/555-0142 or 773/555-0101",
        "(312) 555-0142;(773) 555-0101;3125550142",
        "312-555-0142 & N/A\n773-555-0101",
    ],
)
def test_several_numbers_in_one_cell(cell: str) -> None:
    assert identity.phones(cell) == ["+13125550142", "+17735550101"]


def test_a_foreign_number_beside_a_home_one() -> None:
    assert identity.phones("+44 20 7946 0958; 312-555-0142") == ["+442079460958", "+13125550142"]
    assert identity.phones("312-555-0142/+442079460958") == ["+13125550142", "+442079460958"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ann Lee <ANN@Lake.Example>", "ann@lake.example"),
        ("mailto:ann@lake.example?subject=x", "ann@lake.example"),
        (" a.b+c@x.example. ", "a.b+c@x.example"),
        ("ann@münchen.example", "ann@xn--mnchen-3ya.example"),
        ("none@none.com", None),
        ("noemail@noemail.com", None),
        ("a@b", None),
        ("a..b@x.example", None),
        ("n/a", None),
        ("a@x.example b@x.example", None),
        ("x" * 250 + "@x.example", None),
    ],
)
def test_one_address(text: str, address: str | None) -> None:
    assert identity.email(text) == address


@pytest.mark.parametrize(
    "cell",
    ["a@x.example; B@y.example", "Ann <a@x.example>, Bob <b@y.example>", "a@x.example/b@y.example,A@X.example"],
)
def test_several_addresses_in_one_cell(cell: str) -> None:
    assert identity.emails(cell) == ["a@x.example", "b@y.example"]


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        (("ANN MCDONALD", "", ""), ("Ann McDonald", "Ann", "McDonald")),
        (("Ronald McDonald", "", ""), ("Ronald McDonald", "Ronald", "McDonald")),
        (("o'neil, sean", "", ""), ("Sean O'Neil", "Sean", "O'Neil")),
        (("maria de la cruz", "", ""), ("Maria de la Cruz", "Maria", "de la Cruz")),
        (("DeShawn LaRue", "", ""), ("DeShawn LaRue", "DeShawn", "LaRue")),
        (("John Smith, Jr.", "", ""), ("John Smith Jr.", "John", "Smith")),
        (("John & Mary Smith", "", ""), ("John & Mary Smith", "John & Mary", "Smith")),
        (("", "JP", "MORGAN"), ("JP Morgan", "JP", "Morgan")),
        (("", "Ann Lee", ""), ("Ann Lee", "Ann", "Lee")),
        (("JEAN-LUC PICARD", "", ""), ("Jean-Luc Picard", "Jean-Luc", "Picard")),
        (("MARÍA JOSÉ GARCÍA", "", ""), ("María José García", "María", "García")),
        (("Ann", "Ann", "Lee"), ("Ann Lee", "Ann", "Lee")),
        (("Sarah 🏡", "", ""), ("Sarah", "Sarah", "")),
        (("ann@x.example", "", ""), ("", "", "")),
        (("N/A", "unknown", "none"), ("", "", "")),
        (("Cher", "", ""), ("Cher", "Cher", "")),
    ],
)
def test_names(given: tuple[str, str, str], settled: tuple[str, str, str]) -> None:
    assert names.settle(*given) == settled
