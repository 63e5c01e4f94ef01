"""Enquiries handed in through the JSON API: the caller was known by its key, the body is read as a form's is."""

from rekindle.providers.form.source import FormInbound


class ApiInbound(FormInbound):
    """The source `api`. No office has an account of this name, so there is no webhook for it."""

    source = "api"
    provider = "api"
