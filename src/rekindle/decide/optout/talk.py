"""How English asks for silence: a verb that ends, and talk, its things or nothing at all as the object."""

from rekindle.decide.optout.pieces import CEASE, DETAIL, END, SOON, TALK, TALKING, THINGS
from rekindle.decide.optout.rule import Rule, rule

STOP: tuple[Rule, ...] = (
    rule(
        "cease-talking",
        rf"""
        \b{CEASE}_{SOON}(?:with_|from_|having_|your_|you_|the_|bot_|team_|people_|guys_){{0,4}}(?:{TALKING}|text
        |texts|message|contact)\b
    """,
    ),
    rule(
        "cease-things",
        rf"""
        \b(?:{CEASE}|kill|cut|turn_off|shut_off|switch_off|disable|deactivate|enough|enough_with|enough_of|done_with
        |no_more|no_further|no_additional|without)_{SOON}{DETAIL}{THINGS}\b
    """,
    ),
    rule("end-things", rf"\b(?:end|cancel|terminate|pause)(?:ing)?_{SOON}{DETAIL}(?!listing){THINGS}\b"),
    rule(
        "cease-sending",
        rf"""
        \b{CEASE}_{SOON}send(?:ing)?(?:_(?:me|us|my_\w+|out))?(?:_(?:anything|things|shit|junk|{THINGS})|{END}|(?:_
        (?:any|all|more|these|those|the|this|your|of|random|daily)){{1,4}}_(?:things|shit|junk|{THINGS})|_(?:these|this
        |them|it|those){END})
    """,
    ),
    rule(
        "stop-first",
        r"^(?:please_)?stop_(?:i|we|im|were|you|wtf|omg|seriously|already|its|this_is|my|dude|bro|never)\b",
    ),
    rule(
        "cease-it",
        rf"""
        (?:^|[.!?,;:\n]|--?_|\b(?:please|to|now|said|can_you|could_you|would_you|will_you|you_can|you_guys_can
        |you_should|you_must|you_better|make_(?:it|this|these|them)|just|and|so|but|ok|okay|no|god|pls|time|asking
        |needs?_to))_?(?:please_)?stop(?:_(?:it|this|that|them|these|now|already|please|asap|everything|all
        |immediately|for_good|thanks?|thank_you|sir|man|bro|for_now|all_this|all_of_(?:this|it)|forever|twice|before
        |once|(?:multiple|several|many|\w+)_times))*{END}
    """,
    ),
    rule("end-this", rf"^(?:please_|just_)?(?:end|quit)_(?:this|it|these|that|them){END}"),
    rule("these-to-end", rf"\b(?:texts?|messages|these|this|them|it)_to_(?:end|stop){END}"),
    rule("not-to-be", r"\bnot_(?:to_)?be(?:ing)?_(?:contacted|texted|messaged|called|bothered|emailed)\b"),
    rule(
        "dont-talk",
        rf"""
        \b(?:dont|do_not|never|not_to|no_need_to|shouldnt|should_not|must_not|cannot|quit_trying_to|stop_trying_to
        |rather_you_didnt|rather_you_did_not|wish_you_wouldnt|please_not|would_not|you_not|rather_not)_(?:(?:ever|you|u
        |please|bother(?:_to)?|try(?:ing)?_to|want_you_to|keep|dare|even|again|be|fucking)_){{0,2}}{TALK}\b(?!_
        (?:before|after|until|till|while|during|between|early|late|at_(?:work|night|\d)|so_|the_|them|him_|her_|with_
        (?:the|any)|about|(?:me_|us_)?on_(?:facebook|fb|whatsapp|messenger|instagram|insta|linkedin)|my_(?:wife|husband
        |mom|mother|dad|spouse|partner|boss)))
    """,
    ),
    rule("dont-do-it", rf"^[-\s.,]*(?:just_)?(?:please_)?(?:dont|do_not)(?:_please)?{END}"),
    rule(
        "dont-call-again",
        r"""
        \b(?:dont|do_not|never|stop_trying_to)_(?:ever_)?(?:call|email|phone|mail)_(?:(?:me|us|here|this_number
        |back)_){0,2}?(?:\w+_){0,2}?(?:again|anymore|any_more|ever|no_more)\b
    """,
    ),
    rule(
        "dont-send",
        rf"""
        \b(?:dont|do_not|never|not)_(?:ever_)?send_(?:me_|us_)?(?:(?:any|more|your|these|those|any_more|further|the
        |anything|stuff)_?){{1,3}}(?:{THINGS}|{END}|else\b|again\b)
    """,
    ),
    rule(
        "dont-want",
        r"""
        \b(?:dont|do_not|didnt|no_longer|not|never|dont_really)_(?:want|wish|need|care|like|wanting|wishing|interested)_
        (?:(?:to|in)_)?(?:receive|receiving|hear|hearing_from|be_(?:contacted|texted|messaged|bothered|called|emailed
        |on_your|part_of)|you_(?:texting|contacting|messaging|to_(?:text|contact|message|call)))\b
    """,
    ),
    rule(
        "dont-want-things",
        rf"""
        \b(?:dont|do_not|no_longer|not|never)_(?:want|wanting|wish|need|care|like|appreciate)_(?:(?:to|for)_)?(?:(?:get
        |getting|any|more|any_more|your|these|this|those|further|of|the)_){{0,5}}(?!listing){THINGS}\b
    """,
    ),
    rule(
        "no-more",
        rf"""
        (?<!have_)\bno_more(?:_(?:please|thanks?|thank_you|of_this|of_these|from_you|ok_\w+|ok)){{0,2}}{END}
    """,
    ),
    rule(
        "no-contact",
        r"""
        \bno_(?:(?:more|further|additional)_)?(?:\w+_)?(?:contact|soliciting|solicitors?|solicitations?|spam)\b
    """,
    ),
    rule("turn-off", r"\bturn_(?:this|these|them|it|those)_off\b"),
)
