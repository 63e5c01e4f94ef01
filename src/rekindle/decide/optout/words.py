"""The closed word lists of the opt-out grammar. A word is here because somebody may end a thread with it."""

from typing import Final


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in " ".join(text.split()).split(","))


# Alone, these revoke by law or by carrier rule: no context, no model, no person (47 CFR 64.1200(a)(10); COMPLIANCE T6).
ALONE: Final = frozenset(
    _phrases("""
    stop, quit, end, revoke, opt out, cancel, unsubscribe, stopall, stop all, optout, opt-out, remove, unsub, arret,
    alto, basta, baja, parar, pare, paren, cancelar, td, unsubscribe all, unenroll, opt me out, remove me,
    dnc, no mas, desuscribir, detener, alto ya, basta ya, baja ya, dar de baja, darse de baja, darme
    de baja, stopp, no texts, no text, opting out, opted out, cancel all, end all, quit all, stop it, enough, ya
    basta, ya no, ya paren, discontinue, cease, stop now, desist, cese, terminar, eliminar, borrar, salir, quitar
    """),
)

# Words near enough to one of these count when hardly anything else is said, unless they are words themselves.
MISSPELT: Final = _phrases("stop, quit, cancel, unsubscribe, revoke, remove, optout, stopall, parar, basta, cancelar")
IN_THEIR_OWN_RIGHT: Final = frozenset(
    _phrases("""
    shop, step, spot, top, stoop, slop, stow, stomp, atop, stops, tops, strop, stock, soup, quite, quiet, suit,
    quilt, quid, quiz, quip, unit, quits, cancels, cancer, removed, removes, remote, remover, evoke, invoke,
    revoked, basta, pasta, hasta, vasta, casta, para, parra, pasar, parear, tomar, canceled, chancel, panel,
    subscribe, comprar, stopped, stole, store, crop, drop, prop, chop, ship, tip, pagar, mirar, lost, story, shops,
    steps, spots, opt, outlet, parcel, parking, past
    """),
)

# What may surround a word that stands alone without changing it.
FILLERS: Final = frozenset(
    _phrases("""
    please, thanks, thank, you, hi, hello, hey, ok, okay, yes, yeah, sorry, sir, maam, now, asap, immediately, and,
    so, much, just, kindly, all, me, guys, already, omg, lol, the, hell, fuck, fucking, god, for, love, of, jesus,
    christ, damn, ffs, por, favor, gracias, ya, hola, yo, bro, dude, man, texts, text, messages, message, msg, thx,
    everything, i, said, again, today, right, bye, goodbye, a, good, day, too, very, number, told
    """),
)

_SHORTHAND: Final = """
    u=you ur=your r=are pls=please plz=please plez=please pleas=please thx=thanks ty=thanks tks=thanks txt=text
    txts=texts txting=texting txtn=texting txtin=texting textin=texting texs=texts tect=text tex=text msg=message
    msgs=messages mssg=message mssgs=messages mesages=messages msging=messaging messagin=messaging rmv=remove
    rmove=remove remov=remove cancle=cancel cancell=cancel quitt=quit sttop=stop stpo=stop sotp=stop stahp=stop
    stawp=stop stopp=stop unsuscribe=unsubscribe unsubcribe=unsubscribe unsubscirbe=unsubscribe unsub=unsubscribe
    spammin=spamming callin=calling hittin=hitting sendin=sending nomore=no_more anymor=anymore dnt=dont
    donot=do_not gonna=going_to wanna=want_to b4=before num=number numbr=number nummber=number numer=number
    nbr=number #=number fone=phone ph=phone b=be k=ok adress=address contct=contact e-mail=email e-mails=emails
    e-mailing=emailing kno=know ppl=people rn=right_now tmrw=tomorrow tmw=tomorrow w/o=without w/=with w=with
    bc=because thru=through q=que xq=porque pq=porque xfa=por_favor porfa=por_favor porfavor=por_favor msj=mensaje
    msjs=mensajes tel=telefono
    """
SHORTHAND: Final = {
    short: full.replace("_", " ") for short, _, full in (pair.partition("=") for pair in _SHORTHAND.split())
}
