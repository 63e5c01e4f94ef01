"""Notices to the office's own people by e-mail, through the same account."""

from dataclasses import dataclass

from rekindle.providers.ports import Account, CallFailedError, Fault, Limit, StaffNotice
from rekindle.providers.sendgrid import PROVIDER, letter
from rekindle.providers.sendgrid.requests import SendGridRequests

LIMIT = Limit("notices", 60, 60)


@dataclass(frozen=True)
class SendGridNotifier:
    """From the account's own address; nothing in it is tracked."""

    requests: SendGridRequests
    provider: str = PROVIDER

    def limits(self, account: Account) -> tuple[Limit, ...]:  # noqa: ARG002 ours, so that a flood stays small
        """What this account may send at most."""
        return (LIMIT,)

    async def tell(self, notice: StaffNotice, account: Account, *, deadline: float) -> None:
        """One mail, each person addressed alone; raises CallFailedError."""
        sender = account.get("from_email").strip()
        if not sender:
            raise CallFailedError("no-sender", "no sending address is entered for SendGrid", fault=Fault.ACCOUNT)
        if not notice.emails:
            return
        said = {
            "personalizations": [{"to": [letter.person(address)]} for address in dict.fromkeys(notice.emails)],
            "from": letter.person(sender, notice.office),
            "subject": notice.title,
            "content": [{"type": "text/plain", "value": f"{notice.text}\n\n{notice.url}\n".lstrip()}],
            "tracking_settings": letter.tracking(Account(account.office_id, account.provider, {})),
        }
        await self.requests.post("/v3/mail/send", account, said, deadline=deadline)
