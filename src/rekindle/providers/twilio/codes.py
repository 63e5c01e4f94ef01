"""What Twilio's error codes mean for us, in words for people (https://www.twilio.com/docs/api/errors/<code>).

Meanings may change and codes are added: a code not listed here says nothing beyond its own message.
"""

from dataclasses import dataclass

from rekindle.providers.ports import Consequence, Fault


@dataclass(frozen=True)
class Delivery:
    """A code of a message that was taken and then did not arrive."""

    consequence: Consequence
    text: str

    @property
    def permanent(self) -> bool:
        return self.consequence is not Consequence.RETRY_ONCE


@dataclass(frozen=True)
class Refusal:
    """A code of a message that was not taken."""

    permanent: bool
    fault: Fault
    text: str


DELIVERY = {
    "30001": Delivery(Consequence.RETRY_ONCE, "Twilio's queue for our number was full"),
    "30002": Delivery(Consequence.STOP_SENDER, "the Twilio account is suspended"),
    "30003": Delivery(Consequence.RETRY_ONCE, "the phone was off or out of reach"),
    "30004": Delivery(Consequence.ALERT, "the carrier or the phone's owner blocked the message"),
    "30005": Delivery(Consequence.DEAD_ADDRESS, "the number does not exist or is not in use"),
    "30006": Delivery(Consequence.DEAD_ADDRESS, "the number is a landline or its carrier cannot be reached"),
    "30007": Delivery(Consequence.ALERT, "a carrier filtered the message as spam; the wording should be looked at"),
    "30008": Delivery(Consequence.RETRY_ONCE, "the carrier gave no reason"),
    "30034": Delivery(Consequence.STOP_SENDER, "our number is not registered for US texting (A2P 10DLC)"),
    "30036": Delivery(Consequence.NOTHING, "it could not be delivered in time and was dropped"),
    "30450": Delivery(Consequence.ALERT, "Twilio's protection against traffic pumping blocked the number"),
    "30500": Delivery(Consequence.RETRY_ONCE, "Twilio had an internal error"),
    "30610": Delivery(Consequence.ALERT, "Twilio's own quiet hours blocked the message"),
    "30640": Delivery(Consequence.OPTED_OUT, "the number is on a list of known litigators"),
    "21610": Delivery(Consequence.OPTED_OUT, "the person has opted out at Twilio"),
}

REQUEST = {
    "20003": Refusal(permanent=False, fault=Fault.ACCOUNT, text="Twilio does not accept our credentials"),
    "20404": Refusal(permanent=False, fault=Fault.ACCOUNT, text="Twilio does not know the account or its service"),
    "20429": Refusal(permanent=False, fault=Fault.BUSY, text="too many requests at once"),
    "21211": Refusal(permanent=True, fault=Fault.MESSAGE, text="the number is not a valid phone number"),
    "21212": Refusal(permanent=False, fault=Fault.ACCOUNT, text="our own number is not valid"),
    "21408": Refusal(permanent=True, fault=Fault.MESSAGE, text="texting to this country is not switched on at Twilio"),
    "21603": Refusal(permanent=False, fault=Fault.ACCOUNT, text="no number of ours to send from is set"),
    "21606": Refusal(permanent=False, fault=Fault.ACCOUNT, text="our number cannot send texts"),
    "21608": Refusal(permanent=False, fault=Fault.ACCOUNT, text="a trial account may text verified numbers only"),
    "21609": Refusal(permanent=False, fault=Fault.ACCOUNT, text="Twilio cannot reach our public address"),
    "21610": Refusal(permanent=True, fault=Fault.MESSAGE, text="the person has opted out at Twilio"),
    "21612": Refusal(permanent=True, fault=Fault.MESSAGE, text="the number cannot be reached from ours"),
    "21614": Refusal(permanent=True, fault=Fault.MESSAGE, text="the number is not a mobile phone"),
    "21617": Refusal(permanent=True, fault=Fault.MESSAGE, text="the text is longer than 1600 characters"),
    "21659": Refusal(permanent=False, fault=Fault.ACCOUNT, text="our number does not belong to the Twilio account"),
    "21660": Refusal(permanent=False, fault=Fault.ACCOUNT, text="our number belongs to another Twilio account"),
    "21701": Refusal(permanent=False, fault=Fault.ACCOUNT, text="the Messaging Service does not exist"),
    "21703": Refusal(permanent=False, fault=Fault.ACCOUNT, text="the Messaging Service has no number"),
}
