"""What a person enters to send through their own mail server."""

import ssl

from rekindle.decide.words import Channel
from rekindle.providers.ports import Account, Checked, Field, SendRefusedError, SendUncertainError
from rekindle.providers.smtp import server, session, talk


class SmtpPlug:
    """Any mail server that speaks SMTP with STARTTLS or TLS."""

    provider = "smtp"
    title = "Own mail server (SMTP)"
    fields = (
        Field("host", "Outgoing mail server", "For example smtp.office.example."),
        Field("port", "Port", "587 for starttls, 465 for tls; filled in when left empty.", required=False),
        Field("security", "Encryption", "starttls or tls; none only for a server on this machine.", default="starttls"),
        Field("username", "User name", "Often the whole address.", required=False),
        Field("password", "Password", "An app password where yours has them.", secret=True, required=False),
        Field("from_domain", "Your mail domain", "What stands behind the @ of your office's address."),
        Field(
            "bounce_domain",
            "Domain for returned mail",
            "All mail to it must reach the mail hook; without it returned mail goes to the sender's mailbox.",
            required=False,
        ),
        Field("notify_from", "Sender of notices to staff", "rekindle@ your domain when empty.", required=False),
        Field("per_minute", "Mails a minute", "What your mail server allows.", required=False, default="60"),
    )
    channels = frozenset({Channel.EMAIL})
    account_field = ""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Connects, encrypts and logs in; sends nothing."""
        try:
            through = server.read(account)
            await talk.run(lambda attempt: session.look(through, self._tls, attempt, deadline), deadline=deadline)
        except server.FieldsError as error:
            return Checked(ok=False, text=f"This cannot work yet: {error}.")
        except SendRefusedError as error:
            return Checked(ok=False, text=f"The mail server did not let us in: {error.text}.")
        except SendUncertainError as error:
            return Checked(ok=False, text=f"The mail server did not answer: {error}.")
        how = "with a valid certificate" if through.security != server.NONE else "without encryption, on this machine"
        who = "and knows our login" if through.username else "and asks for no login"
        return Checked(ok=True, text=f"{through.host} answers {how} {who}. Nothing was sent.")
