"""The words other systems use for what a lead wants, how far it has come, and where it lives."""

from rekindle.decide.words import LeadKind, Stage
from rekindle.providers.csv_file.vocabulary import inverted, vocabulary

_KIND_OF = {word: LeadKind(kind) for word, kind in inverted(vocabulary()["kinds"]).items()}
_STAGE_OF = {word: Stage(stage) for word, stage in inverted(vocabulary()["stages"]).items()} | {
    stage.value.replace("_", " "): stage for stage in Stage
}
NO_TAGS = frozenset(vocabulary()["no_tags"])
NO_TEXT_TAGS = frozenset(vocabulary()["no_text_tags"])
NO_EMAIL_TAGS = frozenset(vocabulary()["no_email_tags"])

_STATES = (
    "AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|"
    "DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|"
    "KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi|"
    "MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|"
    "NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|PR Puerto Rico|"
    "RI Rhode Island|"
    "SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington|"
    "WV West Virginia|WI Wisconsin|WY Wyoming"
)
_STATE_OF = {key: entry[:2] for entry in _STATES.split("|") for key in (entry[:2].lower(), entry[3:].lower())}


def known_kind(text: str) -> LeadKind | None:
    """What the person wants; None when the words name nothing or more than one thing."""
    found = {
        kind
        for word in text.lower().replace("/", " ").replace(",", " ").split()
        if (kind := _KIND_OF.get(word.strip(".;&")))
    }
    return found.pop() if len(found) == 1 else None


def kind_by_tags(tags: str) -> LeadKind | None:
    """What a person tagged "buyer" wants; a tag that only holds the word ("listing alerts") says nothing."""
    found = {kind for tag in tags.lower().split(",") if (kind := _KIND_OF.get(tag.strip()))}
    return found.pop() if len(found) == 1 else None


def known_stage(text: str) -> Stage | None:
    """Our stage for theirs; None when the words are not known."""
    return _STAGE_OF.get(" ".join(text.lower().replace("-", " ").replace("_", " ").replace("+", " ").split()))


def state_code(text: str) -> str | None:
    """The two letters of a US state, by code or by name."""
    return _STATE_OF.get(text.strip(" .").lower())
