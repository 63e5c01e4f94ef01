"""What a person enters so that e-mail comes in."""

from rekindle.decide.words import Channel
from rekindle.providers.mail.mailbox import Mailbox
from rekindle.providers.ports import Account, CallFailedError, Checked, Field

HELP = "Only for fetching from a mailbox; leave empty when your mail server posts to us."


class MailPlug:
    """Both ways in: posted by a mail server, or fetched from a mailbox."""

    provider = "mail"
    title = "E-mail in"
    fields = (
        Field("secret", "Secret of the mail hook", "What your mail server signs with.", secret=True, make=True),
        Field(
            "trusted_authserv",
            "Name your mail server puts in Authentication-Results",
            "Without it every sender counts as unproven.",
            required=False,
        ),
        Field(
            "reply_domain",
            "Domain of inbound mail",
            "All mail to it must reach us: answers to your e-mails go to it and so reach the lead's page.",
            required=False,
        ),
        Field("imap_host", "Mailbox server (IMAP)", HELP, required=False),
        Field("imap_port", "Port", "993 nearly everywhere; the connection is always encrypted.", required=False),
        Field("imap_user", "Mailbox user", "Often the whole address.", required=False),
        Field("imap_password", "Mailbox password", "An app password if yours has them.", secret=True, required=False),
        Field("imap_folder", "Folder", "INBOX when left empty.", required=False),
    )
    channels: frozenset[Channel] = frozenset()
    account_field = ""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def check(self, account: Account, *, deadline: float) -> Checked:
        """Opens the mailbox read-only; a posting mail server can only be waited for."""
        if not account.get("secret"):
            return Checked(ok=False, text="There is no secret yet: nothing that is posted can be believed.")
        if not account.get("imap_host"):
            text = "Ready for mail your server posts; whether it does, shows with the first one."
            return Checked(ok=True, text=text)
        try:
            count = await self._mailbox.count(account, deadline=deadline)
        except CallFailedError as error:
            return Checked(ok=False, text=f"The mailbox cannot be opened: {error.text}.")
        folder = account.get("imap_folder") or "INBOX"
        return Checked(ok=True, text=f"The mailbox opens; {folder} has {count} mails.", found=(("mails", str(count)),))
