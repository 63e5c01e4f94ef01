"""What an installation may set for HighLevel."""

import pytest

from rekindle.kit.settings import SettingsError
from rekindle.providers.ghl import settings
from rekindle.providers.ghl.source import GhlInbound
from tests.providers.adapters_ghl import (
    NEW_CONTACT,
    PUBLIC,
)
from tests.providers.test_ghl_verify import OLD_KEY, believed, genuine, public


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REKINDLE_GHL_PUBLIC_KEYS", "not base64"),
        ("REKINDLE_GHL_PUBLIC_KEYS", ","),
        ("REKINDLE_GHL_PUBLIC_KEYS", "AAAA"),
        ("REKINDLE_GHL_PUBLIC_KEYS", public(OLD_KEY)),
        ("REKINDLE_GHL_RSA", "yes"),
        ("REKINDLE_GHL_RSA_KEYS", PUBLIC),
        ("REKINDLE_GHL_URL", "services.example"),
        ("REKINDLE_GHL_MARKETPLACE_URL", "ftp://x"),
        ("REKINDLE_GHL_REDIRECT_URL", "https://["),
        ("REKINDLE_GHL_CLIENT_ID", "without a secret"),
    ],
)
def test_a_malformed_setting_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        settings.read({"REKINDLE_GHL_RSA": "on", name: value})


def test_a_key_may_be_given_as_pem_and_the_secret_is_never_shown() -> None:
    pem = f"-----BEGIN PUBLIC KEY-----\\n{PUBLIC}\\n-----END PUBLIC KEY-----"
    made = settings.read(
        {
            "REKINDLE_GHL_PUBLIC_KEYS": pem,
            "REKINDLE_GHL_CLIENT_ID": "id",
            "REKINDLE_GHL_CLIENT_SECRET": "not-a-real-one",
        }
    )
    assert believed(genuine(NEW_CONTACT), GhlInbound(made))
    assert "not-a-real-one" not in repr(made)
