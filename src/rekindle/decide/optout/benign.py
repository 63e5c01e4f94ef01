"""Turns of phrase that look like an opt-out and cannot be one; they are cut before the grammar looks."""

from rekindle.decide.optout.normalise import squeeze
from rekindle.decide.optout.rule import rule

_KEEP = r"(?:dont|do_not|never|cant|cannot|wont|didnt|not|no_puedo)"
_KINDS = (
    r"""
        (?:condos?|town_?ho\w+|ones|houses?|homes?|apartments?|duplex\w*|lots?|land|fixer\w*|ranch\w*|mobile
        |foreclosures?
    """
    r"|places?|properties|two_stor\w+|studios?|casas|condominios|departamentos|terrenos)"
)
_LIMITS = r"(?:over|under|above|below|in|with|without|that|near|outside|on|around|like|past)"
_BUSINESS = (
    r"""
        (?:offer|contract|deed|title|lease|loan|mortgage|deal|agreement|inspection|appraisal|showing|contingency|closing
    """
    r"""
        |listing_agreement|thread|escrow|warranty|home_warranty|hoa|insurance|application|listing|walk_?through|tour
        |counter
    """
    r"|meeting|appointment|visit|cita|visita|oferta|contrato|inspeccion)"
)

BENIGN = tuple(
    r.pattern
    for r in (
        # the verb to stop in other senses
        rule(
            "stop-by",
            r"""
            \bstop(?:ped|ping|s)?_(?:by|in|at|over|off|on|along|near|next|there|here|and_see|to_see)\b
        """,
        ),
        rule(
            "a-stop",
            r"""
            \b(?:bus|train|pit|truck|rest|metro|transit|first|last|next|quick|non|full|way|one|front|a|an|the|my|our
        """
            r"|that|whats_the)[_-]stop\b(?!_(?:texting|messag|send|contact|call|it|please))",
        ),
        rule("stop-noun", r"\bstop_(?:date|light|sign|loss|order|work|payment|gap|and_go|watch)s?\b"),
        rule("trains-stop", r"\bdo(?:es)?_(?:the_)?\w+_stop\b"),
        rule("typed-stop", r"\b(?:typed|type|changed|meant|autocorrect\w*|wrote)_(?:\w+_){0,3}stop\b"),
        rule("whats-stopping", r"\bstopping_(?:them|us|you|him|her|me)\b"),
        rule(
            "keep-going",
            rf"""
            (?<!if_you_)(?<!if_u_)(?<!if_they_)\b{_KEEP}_(?:ever_|just_|yet_|please_|to_)?(?:stop|parar|paren)\b[^.!?,;\n]*
        """,
        ),
        rule(
            "why-stopped",
            r"""
            \b(?:did|why_did|why_do|when_did|have|has)_(?:you|u|they|it|the_\w+|these|those)(?:_\w+)?
        """
            r"_(?:stop|stopped|quit|end|cancel)\b[^.!?,;\n]*",
        ),
        rule(
            "they-quit",
            r"""
            \b(?:they|he|she|rain|snow|seller|agent|realtor|lender|builder|owner|landlord)_(?:will_|has_|have_)?(?:quit|stop
            |stops|stopped|cease)
        """
            r"\b(?:_\w+)?",
        ),
        rule(
            "stop-living",
            r"""
            \bstop_(?:renting|paying|wasting|living|playing|kidding|lying|commuting|working|(?:the_|my_)?foreclosure
            |guessing|worrying)\b
        """,
        ),
        rule("keep-these", r"\b(?:want|like|love)_to_keep_(?:getting|receiving|seeing)\b"),
        # end, quit, cancel, remove, take off: property and appointments
        rule(
            "the-end",
            r"""
            \b(?:end_of|at_the_end|end_unit|dead_end|(?:west|east|north|south|high|low|back|front|rear|week|year|month)
        """
            r"_?end)\b",
        ),
        rule(
            "things-end",
            r"""
            \b(?:lease|contract|year|month|season|summer|school|agreement|it|this|they)_(?:does_)?ends?\b
        """,
        ),
        rule(
            "quit-job",
            r"""
            \bquit(?:s|ting)?_(?:my|his|her|our|their|the|a|smoking|negotiating|claim|work)(?:_(?:job|lease|work))?
        """
            r"|\bquit_?claim\b",
        ),
        rule(
            "business",
            rf"""
            \b(?:cancel|end|remove|delete|revoke|quit|terminate|withdraw|rescind|stop|cancelar|quitar)
        """
            rf"(?:ed|ing|ling|led|s)?_(?:\w+_){{0,3}}?{_BUSINESS}\b",
        ),
        rule(
            "off-business",
            rf"""
            \b(?:take|remove|get|pull|drop)_(?:\w+_){{0,4}}?(?:off|out|from)_(?:of_)?(?:the|that|this|our|my|his
        """
            rf"|her)_{_BUSINESS}\b",
        ),
        rule("opt-out-business", rf"\bopt(?:ing|ed)?_out_of_(?:the_|a_|my_|our_)?(?:\w+_)?{_BUSINESS}\b"),
        rule(
            "not-ours",
            r"""
            \bunsubscribe_from_(?:the_|my_)?(?:hoa|pool|zillow|redfin|realtor|gym|bank|lender)\b[^.!?\n]*
        """,
        ),
        rule("take-it-off", r"\b(?:took|take|taking)_(?:it|that|\d+k?|the_\w+|\$?\d[\d,]*)_off\b|\btake_\d+k?_off\b"),
        rule("take-me-to", r"\btake_(?:me|us)_(?:to|through|around|out_to|by|over)\b"),
        # edits of what is sent
        rule(
            "kinds",
            rf"""
            \b(?:stop|quit|dont|do_not|no|please_dont)_(?:send|sending|show|showing|mandar|mande|manden)?
        """
            rf"""
                          (?:_(?:me|us))?(?:_(?:any|the|those|these|more|mas|all|all_the))*_{_KINDS}\b(?!_(?:anymore|at_all|period))
                      """,
        ),
        rule(
            "limits",
            rf"""
            \b(?:stop|quit|dont|do_not)_(?:send|sending|show|showing)(?:_(?:me|us))?(?:_\w+){{1,3}}_{_LIMITS}\b
        """,
        ),
        rule("no-me-mande", rf"\bno_(?:me_)?mand\w+_(?:mas_)?{_KINDS}\b"),
        rule("no-more-kinds", rf"\bno_more_(?:\w+_)?{_KINDS}\b"),
        rule("have-no-more", r"\b(?:have|has|had|got|theres|is|are|has)_no_more\b"),
        rule(
            "dont-tell",
            r"""
            \b(?:dont|do_not)_(?:contact|text|message|call|email|bother|tell)_(?:the|our|my)_(?:seller|owner|agent
        """
            r"|tenants?|lender|buyers?|bank|neighbou?r|landlord)\b",
        ),
        rule(
            "at-hours",
            r"""
            \b(?:dont|do_not|please_dont|no)_(?:text|call|message|contact|email|bother|ring|calls|texts)(?:_(?:me|us
        """
            r"""
                             |please))?_(?:before|after|until|till|while|during|between|at_(?:work|night|\d)|on_(?:my|the|sun|mon
                         """
            r"""
                             |tues?|wed|thur?s?|fri|sat|weekends?)|early|late|so_(?:early|late|much|often)|today|right_now)
                         """,
        ),
        # Spanish words with another sense
        rule(
            "baja",
            r"""
            \b(?:planta_baja|baja_(?:el|de|del|la|california|un|mas)|(?:precio|tasa|renta|interes)_baja|si_baja
            |cuando_baja)\b
        """,
        ),
        rule("parar-a", r"\bparar_(?:a|por|en)\b|\bcuando_paren\b|\bparada\b"),
        rule("deje-la", r"\bdeje_(?:la|las|el|los|un|una|me)_\w+"),
        rule("quitar-filtro", r"\bquitar?_(?:la|el|los|las)_(?!mensajes|textos)\w+"),
        rule("alto", r"\b(?:muy|mas|tan|es|esta|precio|bien|demasiado)_alto\b|\balto_(?:precio|costo|de)\b"),
        rule("lost-number", r"\blost_my_number\b"),
    )
)


def cut(said: str) -> str:
    """The text without the turns of phrase that cannot mean an opt-out."""
    for pattern in BENIGN:
        said = pattern.sub(" ... ", said)
    return squeeze(said)
