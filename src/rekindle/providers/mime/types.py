"""One e-mail, decoded."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Attachment:
    """A part that is not the text: its bytes decoded, `size` in bytes.

    Of a mail within the mail only its headers and plain text are kept.
    """

    name: str
    content_type: str
    size: int
    body: bytes


@dataclass(frozen=True)
class Mail:
    """What we keep of an e-mail. `to` is every address it was meant for: To, Cc, Delivered-To and their like.

    `text` is never empty when there is only HTML: it is made from that. Header names are in lower case, in the
    order of the mail. `authentic`: a server we trust vouches that the sender's own domain sent it.
    """

    message_id: str
    sender: str
    sender_name: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    headers: tuple[tuple[str, str], ...]
    date: datetime | None
    authentic: bool
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        """The first header of this name (in lower case); empty when there is none."""
        return next((value for key, value in self.headers if key == name), "")
