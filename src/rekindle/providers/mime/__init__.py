"""E-mail read into our words; shared by every source that carries e-mail, and no provider itself."""

from rekindle.providers.mime.reading import read
from rekindle.providers.mime.types import Attachment, Mail
from rekindle.providers.mime.words import words

__all__ = ["Attachment", "Mail", "read", "words"]
