"""How English asks in anger: to be left alone, or else."""

from rekindle.decide.optout.pieces import END
from rekindle.decide.optout.rule import Rule, rule

STOP: tuple[Rule, ...] = (
    rule(
        "law",
        r"""
        \btcpa\b|\btelephone_consumer\b|\b47_cfr\b|\b64[._]1200\b|\bcan-?_?spam\b|\b7726\b|\b(?:the_)?f[ct]c\b
        |\battorney_general\b|\bwith_the_ag\b|\brestraining_order\b|\btelemarket\w+_(?:law|act)
    """,
    ),
    rule(
        "lawyer",
        r"""
        \b(?:hear(?:ing)?_from|talk(?:ing)?_to|contacted_by)_my_(?:lawyer|attorney)\b|\bmy_(?:lawyer|attorney)_will_
        (?:be_in_touch|contact_you|hear)\b|\b(?:sue|suing|take_you_to_court|file_a_(?:complaint|lawsuit)|legal_action
        |press_charges)_?(?:you|u|against|if|$|[.!])
    """,
    ),
    rule(
        "threat-of-report",
        r"""
        \b(?:ill|i_will|im|i_am|i_have|ive|will_be|before_i|or_i|and|going_to)_(?:\w+_)?(?:report(?:ing|ed)?|block(?:ing
        |ed)?|flag(?:ging|ged)?)_(?:you|u|this_number|this|your_number|it|as_spam)\b|\breported_(?:as_spam|to_)
        |\b(?:mark|report|flag)(?:ed|ing)?_(?:you_|this_|it_)?as_(?:spam|junk)\b
    """,
    ),
    rule(
        "one-more-text",
        r"""
        \b(?:text|message|contact|call)_me_(?:again|one_more_time|once_more|another_time)_(?:and|ill|i_will|youll
        |you_will)\b|\b(?:next|another|one_more|any_(?:further|more|other)|further)_(?:text|message|contact|of_these)s?_
        (?:and|goes|will|gets|is_going)\b|\bif_you_(?:text|message|contact|call|dont_stop|keep)\b_?(?:me_|texting_
        |messaging_)?(?:again|me|one_more)?
    """,
    ),
    rule("harassment", r"\btreated_as_harassment\b|\bharass(?:ing|ment)\b.*\b(?:stop|remove|police|report)\b"),
    rule("blocked", rf"^(?:youre_|you_are_)?(?:blocked|reported)(?:_and_(?:blocked|reported|deleted))?{END}"),
    rule("leave-alone", r"\bleave_(?:me|us|him|her|my_\w+|this_\w+)_(?:the_\w+_|tf_)?(?:alone|be$|be[.!])"),
    rule(
        "go-away",
        r"""
        \b(?:go_away|get_lost|buzz_off|back_off|fuck(?:k)?_(?:off|you_and)|f_off|piss_off|screw_off|bugger_off|gtfo
        |kick_rocks|knock_it_off|cut_it_out|give_it_a_rest|beat_it|take_a_hike|get_off_my)\b
    """,
    ),
    rule("enough", rf"(?:^|[.!?,;\n])_?(?:ok_)?(?:thats_)?enough(?:_(?:already|is_enough|now|please))?{END}"),
    rule(
        "cease-and-desist",
        r"""
        \bcease_(?:and|&)_desist\b|\bcease_(?:all_|any_)?(?:\w+_)?(?:communications?|contact|marketing|texts?
        |messages?)\b
    """,
    ),
)
