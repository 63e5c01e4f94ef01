"""What may be an opt-out: nothing more is sent until a person has read it (COMPLIANCE 3.5)."""

from rekindle.decide.optout.rule import Rule, rule

# "I'm not married" speaks of the writer, "I'm not Jessica" of somebody else; names cannot be listed, these can.
_ABOUT_ME = (
    r"""
        (?:a|an|the|my|our|your|any|married|interested|looking|ready|selling|buying|sure|available|true|good|right|it|in
        |for
    """
    r"""
        |what|too|about|going|able|that|this|bad|working|even|really|legal|fair|allowed|enough|urgent|me|very|much|great
        |over|due
    """
    r"""
        |on|worth|so|yet|now|today|at|moving|possible|necessary|applicable|mine|quite|exactly|happy|home|there|here
        |pre\w*
    """
    r"""
        |qualified|comfortable|familiar|opposed|convinced|certain|cheap|free|safe|new|old|big|small|far|close|listed
        |done|only
    """
    r"|just|like|all|as|by|from|with|to|up|off|out|agente|interesad\w*|un|una|el|la|mi|de|seguro|buen\w*|mal\w*)"
)
_ABOUT_PLACE = (
    r"""
        (?:pets?|kids|children|problems?|worries|issues?|one|thanks|way|parking|garage|pool|yard|hoa|basement|agents?
        |signal
    """
    r"""
        |service|reception|complaints?|smoking|carpet|power|water|heat|rush|deal|luck|change|changes|rain|snow|pressure)
    """
)

UNSURE: tuple[Rule, ...] = (
    rule("stop-somewhere", r"\b(?:stop|unsubscribe|unsub|opt_out)\b"),
    rule("not-on-email", r"\b(?:dont|do_not|stop|no)_e?mail(?:s|ing)?\b"),
    rule("not-by-phone", r"\b(?:dont|do_not|never)_call\b|\bno_me_llam\w+", r"\b(?:text|mensaje|texto|message)\b"),
    rule("not-now-talk", r"\b(?:dont|do_not)_(?:text|message|contact|bother)\b"),
    rule(
        "too-many",
        r"""
        \btoo_many_(?:texts|messages|emails|calls)\b|\b(?:tired|sick)_of_(?:\w+_){0,2}?(?:texts|messages|emails|this)\b
    """
        r"""
                         |\b(?:you|u|yall|who|why)_keeps?_(?:texting|messaging|bothering|contacting)\b
                     """,
        r"\bkeep_(?:\w+_){0,3}coming\b|\bweekly\b",
    ),
    rule(
        "spam",
        r"""
        \bspam(?:mer|mers|ming)?\b|\bharass\w*|\bscam(?:mer|mers)?\b|\bdo_not_disturb_me\b|\bblock(?:ed|ing)?_(?:you
        |u)\b
    """,
    ),
    rule("how-did-you", r"\bhow_did_(?:you|u|yall)_(?:get|find)_(?:my|this)\b|\bwho_gave_(?:you|u)_my\b"),
    rule("delete", r"\b(?:delete|remove|erase)_(?:me|my_(?:info|data|number))\b"),
    rule("privacy", r"\bccpa\b|\bgdpr\b|\bright_to_be_forgotten\b"),
    rule("leave-off", r"\bleave_(?:me|us)_(?:off|out)\b"),
    rule("who-is-that", r"^who_(?:is|the_hell_is|tf_is)_(?!this|it|that|the|your|my|calling|texting)[a-z]+\??$"),
    rule(
        "not-this",
        r"""
        ^(?:i_)?(?:dont|do_not)_(?:want|need)_(?:this|these|that|any)[.!]?$|\b(?:dont|do_not)_use_this_(?:number
        |phone)\b
    """,
    ),
    rule(
        "isnt-them",
        rf"""
        ^(?:sorry_)?(?:not|no_es|no_soy|(?:this|it|im|i|its)_?(?:isnt|is_not|not|aint|am_not))_
        (?!{_ABOUT_ME}\b)[a-z]+(?:_(?:and|sorry|anymore)\b.*|s_(?:number|phone)|[.!,]?$)
    """,
    ),
    rule("none-here", rf"^(?:theres_|there_is_|sorry_)?no_(?!{_ABOUT_PLACE}\b)[a-z]+_here\b"),
    rule(
        "why-still",
        r"""
        \b(?:why_are_you|why_do_you)_(?:still_|keep_|even_)?(?:texting|messaging|contacting)_me\b
        |\bhow_many_times_do_i\b|\bno_means_no\b|^never_again
    """,
    ),
    rule("no-mas", r"\bno_mas\b|\bmolest\w+\b|\bdejen_(?:de|me|nos)\b"),
)
