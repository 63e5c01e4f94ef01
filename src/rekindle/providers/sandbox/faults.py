"""What goes wrong with a message: drawn for the address and the request, or told by a script."""

from rekindle.decide.words import Channel
from rekindle.providers.sandbox import codes
from rekindle.providers.sandbox.chance import Dice, pick_weighted
from rekindle.providers.sandbox.codes import Code
from rekindle.providers.sandbox.rates import Rates
from rekindle.providers.sandbox.story import Fault, History, Post, Refused, Script

SMS_LIMIT = 1600
LONGEST_WAIT = 3


def fault_of(dice: Dice, history: History, script: Script | None, *, rates: Rates) -> Fault:
    """The fault of this request; a scripted address does what its script says and nothing else."""
    if script is not None:
        return script.fault if history.attempts < script.times else Fault.NONE
    passing = _draw(
        dice.roll(history.attempts, "request"),
        (rates.busy, Fault.BUSY),
        (rates.lose, Fault.LOSE),
        (rates.fail, Fault.FAIL),
        (rates.hold, Fault.HOLD),
    )
    if passing is not Fault.NONE:
        return passing
    return _draw(
        dice.roll("address"),
        (rates.invalid, Fault.INVALID),
        (rates.unreachable, Fault.UNREACHABLE),
        (rates.landline, Fault.LANDLINE),
    )


def _draw(share: float, *faults: tuple[float, Fault]) -> Fault:
    return pick_weighted((*faults, (1 - sum(weight for weight, _ in faults), Fault.NONE)), share)


def refusal(dice: Dice, post: Post, history: History, fault: Fault) -> Refused | None:
    """Why the message is not taken; None when it is."""
    if fault is Fault.BUSY:
        return Refused(429, codes.BUSY, retry_after=1 + int(LONGEST_WAIT * dice.roll(history.attempts, "wait")))
    if fault is Fault.LOSE:
        return Refused(500, None)
    if post.channel is Channel.SMS:
        if fault is Fault.INVALID:
            return Refused(400, codes.INVALID_NUMBER)
        if history.blocked and history.confirmed:
            return Refused(400, codes.OPTED_OUT)
        if len(post.body) > SMS_LIMIT:
            return Refused(400, codes.TOO_LONG)
    return None


def delivery_code(channel: Channel, fault: Fault) -> Code | None:
    """Why a message that was taken does not arrive; None when it does."""
    if channel is Channel.EMAIL:
        return {Fault.INVALID: codes.NO_MAILBOX, Fault.UNREACHABLE: codes.MAILBOX_FULL}.get(fault)
    return {Fault.UNREACHABLE: codes.UNREACHABLE, Fault.LANDLINE: codes.LANDLINE}.get(fault)
