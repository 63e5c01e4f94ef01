"""What the sandbox does with one message: pure, so that a seed and the same messages always make the same story."""

from dataclasses import replace

from rekindle.decide.words import MessageState
from rekindle.providers.sandbox import answering, faults
from rekindle.providers.sandbox.chance import Dice, between
from rekindle.providers.sandbox.codes import Code
from rekindle.providers.sandbox.rates import Rates
from rekindle.providers.sandbox.story import Answer, Fault, History, LateReceipt, Post, Refused, Script, Taken

ON_THE_WAY = (0.3, 2.0)  # seconds until a message has left
ARRIVING = (0.5, 6.0)  # and from then until it is there
LATE = (20.0, 90.0)
AGAIN = (1.0, 15.0)
SAME_ID = 0.5  # share of doubled receipts that come under their first id


def respond(post: Post, history: History, script: Script | None, *, seed: int, rates: Rates) -> Refused | Taken:
    """The sandbox's whole answer to one message."""
    dice = Dice((seed, post.channel, post.to))
    fault = faults.fault_of(dice, history, script, rates=rates)
    refused = faults.refusal(dice, post, history, fault)
    if refused is not None:
        return refused
    here = dice.about_to(history.received)
    sent = between(*ON_THE_WAY, here.roll("sent"))
    done = sent + between(*ARRIVING, here.roll("done"))
    if here.roll("late") < rates.late:
        done += between(*LATE, here.roll("later"))
    code = faults.delivery_code(post.channel, fault)
    settled = MessageState.UNDELIVERED if code else MessageState.DELIVERED
    reply = None if code else answering.reply(dice, post.channel, history, script, rates=rates)
    return Taken(
        answer={Fault.FAIL: Answer.FAIL, Fault.HOLD: Answer.HOLD}.get(fault, Answer.OK),
        sent_after=sent,
        settled_after=done,
        settled=settled,
        code=code,
        receipts=_receipts(here, sent, done, settled, code, rates=rates),
        reply=replace(reply, after=done + reply.after) if reply else None,
    )


def _receipts(
    dice: Dice, sent: float, done: float, settled: MessageState, code: Code | None, *, rates: Rates
) -> tuple[LateReceipt, ...]:
    first, second = (done, sent) if dice.roll("swapped") < rates.swapped else (sent, done)
    receipts = [LateReceipt(first, MessageState.SENT, None), LateReceipt(second, settled, code)]
    for receipt in tuple(receipts):
        if dice.roll(receipt.state, "doubled") < rates.doubled:
            again = receipt.after + between(*AGAIN, dice.roll(receipt.state, "again"))
            same_id = dice.roll(receipt.state, "same") < SAME_ID
            receipts.append(replace(receipt, after=again, copy=1, same_id=same_id))
    return tuple(sorted(receipts, key=lambda r: r.after))
