"""Settings are read once and refused by name."""

import base64

import pytest

from rekindle.kit import keys, settings
from rekindle.kit.crypto import CryptoError, Keyring
from rekindle.kit.settings import SettingsError

PRODUCTION = {
    "REKINDLE_ENV": "production",
    "DATABASE_URL": "postgresql://db.example/rekindle",
    "REKINDLE_SECRET_KEY": base64.b64encode(b"k" * 32).decode(),
    "REKINDLE_BASE_URL": "https://rekindle.example",
}


def test_production_with_everything_it_needs_starts() -> None:
    assert settings.read(PRODUCTION).production


@pytest.mark.parametrize("missing", ["DATABASE_URL", "REKINDLE_SECRET_KEY", "REKINDLE_BASE_URL"])
def test_production_without_a_secret_names_it(missing: str) -> None:
    with pytest.raises(SettingsError, match=missing):
        settings.read({k: v for k, v in PRODUCTION.items() if k != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REKINDLE_PORT", "http"),
        ("REKINDLE_PORT", "0"),
        ("REKINDLE_WORKERS", "-1"),
        ("REKINDLE_ENV", "staging"),
        ("REKINDLE_TRUSTED_PROXIES", "proxy.example"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.read({name: value})


def test_a_development_key_is_made_once_and_only_its_owner_reads_it(home: object) -> None:
    chosen = settings.read({"REKINDLE_HOME": str(home)})
    first = keys.keyring(chosen)
    assert keys.keyring(chosen) == first
    assert (chosen.home / keys.FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(b"short").decode()])
def test_a_malformed_key_is_refused(text: str) -> None:
    with pytest.raises(CryptoError, match="REKINDLE_SECRET_KEY"):
        Keyring.from_text(text)


def test_a_sealed_secret_opens_only_with_its_key_and_for_its_purpose() -> None:
    ring = Keyring(b"a" * 32)
    sealed = ring.seal(b"secret", purpose="office:form")
    assert ring.open(sealed, purpose="office:form") == b"secret"
    for other, purpose in ((ring, "office:sandbox"), (Keyring(b"b" * 32), "office:form")):
        with pytest.raises(CryptoError):
            other.open(sealed, purpose=purpose)
