"""How English asks to be forgotten: off the list, out of the records, consent taken back or never given."""

from rekindle.decide.optout.pieces import END, MINE, SOON
from rekindle.decide.optout.rule import Rule, rule

STOP: tuple[Rule, ...] = (
    rule(
        "remove-me",
        rf"""
        \b(?:remov(?:e|ing)|delet(?:e|ing)|eras(?:e|ing)|scrub|purge|wipe|unenroll|unsubscribe|unlist|delist|block
        |disconnect|exclude|forget|lose|deregister|unregister|cancel)_{SOON}{MINE}\b
    """,
    ),
    rule(
        "take-me-off",
        rf"""
        \b(?:take|get|pull|drop|strike|cross|kick|knock|opt|keep|scratch|leave)_{SOON}{MINE}_(?:completely_
        |right_)?(?:off|out|from)\b
    """,
    ),
    rule(
        "be-taken-off",
        r"""
        \b(?:be|get|getting|been|being)_(?:taken|removed|deleted|unsubscribed|dropped|unenrolled)\b(?:_(?:off|from))?
    """,
    ),
    rule(
        "off-your-list",
        r"""
        \boff_(?:of_)?(?:your|all_your|any|whatever)_(?:\w+_){0,3}?(?:list|lists|program|system|database|campaign
        |books)\b
    """,
    ),
    rule(
        "off-the-list",
        r"""
        ^(?:please_)?(?:remove|take|delete)_(?:off|from)_(?:of_)?(?:the_|your_|this_|all_)?(?:\w+_)?lists?\b
    """,
    ),
    rule(
        "want-off",
        rf"""
        \b(?:want|wanna|like|need|let_me)_(?:to_be_)?(?:off|out)(?:_(?:of_)?(?:this|your|the)_(?:list|thing|program
        |campaign|texts?|chain))?{END}
    """,
    ),
    rule("remove-this", r"\b(?:remove|delete|erase)_(?:this|that|the)_(?:number|contact|phone|line)\b"),
    rule("please-remove", rf"(?:^|[.!?,;\n]|\bplease)_?remove(?:_please)?{END}"),
    rule("close-file", r"\bclose_my_(?:file|account|case|profile)\b"),
    rule("opt-out", r"\bopt(?:ing|ed)?[_-]?(?:(?:me|us|my_number)_)?out\b"),
    rule("unsubscribe", r"\bun_?subscrib(?:e|ed|ing)\b|\bunenroll\b"),
    rule(
        "end-consent",
        r"""
        \b(?:revok|withdraw|rescind|retract|cancel|pull|remov|terminat)\w*_(?:\w+_){0,3}?(?:consent|permissions?
        |authori[sz]ation|opt_?in|subscription)\b
    """,
    ),
    rule(
        "no-permission",
        r"""
        \b(?:not|dont|do_not|never|no)_(?:giv\w+_|have_)?(?:you_)?(?:my_)?(?:permission|consent|authori[sz]ation)\b
    """,
    ),
    rule("consent-gone", r"\bconsent_(?:(?:is|was|has_been)_)?(?:hereby_)?(?:revoked|withdrawn|gone)\b"),
    rule(
        "never-agreed",
        rf"""
        \b(?:did_not|didnt|never|dont|do_not|havent|have_not|dont_remember|dont_recall)_(?:\w+_)?(?:(?:agreed?
        |agreeing)(?:_to_(?:this|these|that|any_of_this|be|receive|get|texts?|messages))?{END}|(?:agreed?)_to_(?:this
        |these|be|receive|get|texts?|messages)\b|consent(?:ed)?\b|(?:sign(?:ed|ing)?_up|subscribed?|opt(?:ed)?_in)(?:_
        (?:for|to)_(?:this|these|that|any|your|texts?|messages)|{END})|(?:ask(?:ed)?|request(?:ed)?)_
        (?:for_)?(?:(?:this|these|that|any_of_this|any_info|info|information|texts?){END}|you_to|to_be)|authori[sz]ed?
        |g[ia]ve_(?:you_|anyone_)?(?:permission|consent|my_number))(?!_(?:yet|with_the_price))
    """,
    ),
    rule(
        "do-not-call",
        r"""
        \bdo_not_(?:call|contact|text)_?(?:list|registry|request|me|this|$|[.!])|\bdnc\b|\bdo_not_call\b
    """,
    ),
    rule("too-much-remove", r"\bim_out\b[,.!_]*(?:remove|stop|delete)"),
)
