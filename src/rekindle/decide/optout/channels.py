"""Which ways are closed: the lead may shut text and leave e-mail or the telephone open."""

from rekindle.decide.optout.pieces import END
from rekindle.decide.optout.rule import Rule, rule

# The lead still wants to hear from us, on another way than text.
SMS_ONLY: tuple[Rule, ...] = (
    rule(
        "email-only",
        rf"""
        \b(?:email|e_mail|mail|correo)_(?:me_)?(?:only|instead_of)\b|\b(?:only|solo)_(?:(?:contact|reach|write
        |message)_)?(?:me_)?(?:by_|via_|por_|through_|use_)?(?:e_?mail|correo)\b|\bjust_email(?:_me)?(?:_please)?{END}
        |\binstead_of_(?:text\w*|sms)\b|\bswitch_(?:me_)?to_email\b
    """,
    ),
    rule(
        "no-texts",
        r"""
        \bno_(?:more_)?(?:text|texts|texting|text_messages?|sms)\b|\btext(?:s|ing|_messages?)?_(?:arent|are_not|isnt
        |is_not)_(?:ok|okay|allowed|good|welcome|fine)\b|\btexting_this_(?:number|phone)_costs\b|\bsolo_por_correo\b
    """,
    ),
    rule(
        "call-instead",
        r"""
        \b(?:call|phone|ring)_(?:me_|us_|only_)?(?:\w+_){0,2}?(?:dont|do_not|not|instead_of|no)_text|\b(?:dont|do_not
        |not|no)_text(?:ing|s)?\b[_,.;]*(?:you_can_|just_|please_|only_|but_)*(?:call|phone|email)
    """,
    ),
)

# One of the talk rules spoke, yet text is what the lead asks for: no opt-out.
TEXT_IS_WELCOME = rule(
    "text-is-welcome",
    r"""
    \b(?:text|texting|texts|message|whatsapp|mensaje_de_texto|mensajes)_(?:me_)?(?:is|are|works|instead|only|best|better|ok|okay
    |fine|perfect)\b|\b(?:mejor|prefiero)_(?:un_)?(?:mensaje|texto)
    |\btext_me(?!_(?:again|any|one|no|more|ever|this|if|and_))\b|\b(?:just|rather|prefer|please)_text\b
    |\bkeep_(?:\w+_){0,3}coming\b
    """,
    r"\b(?:dont|do_not|no|stop|quit|never)_(?:\w+_){0,3}?text",
)
