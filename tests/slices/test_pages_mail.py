"""A reply's own words, apart from what hangs below them."""

import pytest

from rekindle.web.pages.mail import Parts, parts


@pytest.mark.parametrize(
    ("body", "said", "rest"),
    [
        ("Yes please", "Yes please", ""),
        ("Yes please\n\nhello@lakeside.example wrote:\n> Hi", "Yes please", "hello@lakeside.example wrote:\n> Hi"),
        ("No\n> Hi\n> there", "No", "> Hi\n> there"),
        ("On Tue, Nov 24, Lakeside wrote:\n> Hi", "On Tue, Nov 24, Lakeside wrote:\n> Hi", ""),
        ("Hi Ana,\n\nAll well?\n\n-- \nLakeside\n1 Lake St", "Hi Ana,\n\nAll well?", "-- \nLakeside\n1 Lake St"),
        ("two -- dashes inside\nstay", "two -- dashes inside\nstay", ""),
        ("", "", ""),
    ],
)
def test_what_somebody_wrote(body: str, said: str, rest: str) -> None:
    assert parts(body) == Parts(said, rest)
