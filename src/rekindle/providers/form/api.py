"""Enquiries handed in through the JSON API: the caller was known by its key, the body is read as a form's is."""

from rekindle.providers.form.source import FormInbound


class ApiInbound(FormInbound):
    """The source `api`. No office has a secret of this kind, so there is no webhook for it."""

    source = "api"
    secret_kind = "api"  # noqa: S105 the kind's name, not a secret
