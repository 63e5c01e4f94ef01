"""What the pages on Meta, Follow Up Boss, Cal.com, Zillow and Standard Webhooks say is what there is."""

import re
from pathlib import Path

import pytest

from rekindle.providers.calcom.plug import CalcomPlug
from rekindle.providers.form.plug import FormPlug
from rekindle.providers.fub.plug import FubPlug
from rekindle.providers.meta.plug import MetaPlug
from rekindle.providers.ports import Plug
from rekindle.providers.zillow.plug import ZillowPlug

ROOT = Path(__file__).parents[2]
PAGES = {
    "calcom": CalcomPlug,
    "fub": FubPlug,
    "meta": MetaPlug,
    "standard-webhooks": FormPlug,
    "zillow": ZillowPlug,
}


def page(name: str) -> str:
    return (ROOT / "docs" / "providers" / f"{name}.md").read_text(encoding="utf-8")


def source(name: str) -> str:
    folder = ROOT / "src" / "rekindle" / "providers" / name
    return "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.py")))


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leads_through_in_steps_and_says_what_goes_wrong(name: str) -> None:
    text = page(name)
    for heading in ("Connect it", "When something is wrong"):
        assert f"\n## {heading}\n" in text
    assert re.search(r"^1\. .+\n(.*\n)*?2\. ", text, re.MULTILINE)
    assert "!" not in text


PARTS = {
    "how to connect it": r"Connect it|[AB]\. .+",
    "what we store": r"What we (send and )?store( of your account)?",
    "limits": r"(Known l|L)imits( of what goes out)?",
    "what errors mean": r"Errors( when sending)?|When something (is|goes|fails).*|What each (error|answer) means",
}


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "providers").glob("*.md")), ids=lambda path: path.stem)
def test_every_page_says_how_to_connect_what_is_stored_the_limits_and_what_errors_mean(path: Path) -> None:
    headings = re.findall(r"^###? (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    missing = [what for what, form in PARTS.items() if not any(re.fullmatch(form, heading) for heading in headings)]
    # The sandbox is no provider that anybody connects: it is there with the first `make up`.
    assert missing == (list(PARTS) if path.stem == "sandbox" else [])


@pytest.mark.parametrize("name", ["calcom", "fub", "meta", "zillow"])
def test_every_setting_stands_on_its_page_and_no_other(name: str) -> None:
    assert set(re.findall(r"`(REKINDLE_[A-Z_]+)`", page(name))) == set(
        re.findall(r'"(REKINDLE_[A-Z_]+)"', source(name))
    )


@pytest.mark.parametrize(("name", "plug"), PAGES.items(), ids=PAGES.keys())
def test_a_page_calls_the_form_and_its_address_as_the_engine_does(name: str, plug: type[Plug]) -> None:
    text = page(name).replace("\n", " ")
    assert plug.title.split(" (")[0].removesuffix(" bookings") in text
    assert re.search(rf"/hooks/[^ ]+/{plug.provider}[/`\"]", text)
    assert all(field.help.endswith(".") for field in plug.fields)
