"""The address is not the lead's: whoever writes is a stranger, and is to be left alone at once."""

from rekindle.decide.optout.rule import Rule, rule

_KIN = r"""
    (?:mother|father|mom|dad|husband|wife|son|daughter|brother|sister|he|she|they|owner|grandmother|grandfather|him
    |her)
"""
_OURS = r"""
    \b(?:listing|unit|saved_for_you|address|mls|sign|flyer|on_the|lockbox|house_number|glad_you)\b|\bi_
    (?:\w+_){0,2}?(?:texted|called|had|have|sent|dialed|got|put|gave)_(?:to_|you_)?(?:the_|a_)?wrong
"""

WRONG: tuple[Rule, ...] = (
    rule(
        "wrong-number",
        r"""
        ^(?:\w+_){0,3}?wrong_(?:number|person|phone|guy|girl|one|dude|contact)\b|\b(?:you|u|youve|yall|this_is|its|thats
        |reached|got|have|texted|texting|sent_to)_(?:(?:got|have|has|the|a|is|reached|texting|texted)_)*wrong_(?:number
        |person|phone|guy|girl|house|contact)\b|^wrong_[a-z]+[!.]
    """,
        _OURS,
    ),
    rule(
        "not-here",
        r"""
        \b(?:no|nobody|no_one|noone|theres_no|there_is_no)_(?:named|called|by_the_name(?:_of)?|by_that_name)\b|\b(?:no
        |nobody|no_one)_[a-z]+_(?:at_this_(?:number|phone)|works_here|on_this_(?:number|phone))\b|\bby_that_name\b
        |\b(?:doesnt|does_not|no_longer)_(?:live|work)s?_(?:here|at_this)\b|\bno_longer_(?:has|uses|owns|have)_this_
        (?:number|phone)\b
    """,
    ),
    rule(
        "dont-know-them",
        r"""
        \b(?:dont|do_not)_know_(?:any(?:one|body)?|a)_(?:named_|called_|by_)?[a-z]+\b.*(?:update|record|number|wrong
        |who)|\b(?:dont|do_not)_know_any(?:one|body)_(?:named|by)\b
    """,
    ),
    rule(
        "old-owner",
        r"""
        \b(?:old|previous|prior|former|last)_owner(?:_of_(?:this|the)_(?:number|phone|#))?\b(?=.*\b(?:number|phone
        |tmobile|verizon|guess|probably)\b|_?$)|\b(?:got|had|have|gotten)_(?:this|the)_(?:number|phone|line)_
        (?:\w+_){0,2}?(?:\d+|for|recently|new|last|weeks?|a_)|\bnew_phone_who_dis\b|\bnew_number_(?:who|not)\b
    """,
    ),
    rule(
        "belongs",
        r"""
        \b(?:this|number|phone)_(?:\w+_)?belongs_to_(?:someone|a|another|my|somebody)|\bchanged_(?:phones?|numbers?
        |his_number|her_number)\b|\bno_longer_(?:his|her|their|my|belongs?|at_this)_?(?:number|phone|to|\w+s_number)\b
    """,
    ),
    rule(
        "someone-else",
        r"""
        \b(?:meant|mean|for|intended_for|looking_for|texting)_(?:for_)?(?:someone|somebody
        |a_different_person)_?(?:else)?\b(?=.*\b(?:else|wrong|not_me|im_\d+|number)\b|_?$)|\bnot_(?:me|the_person|who)_
        (?:you_(?:want|think|are|re)|youre)|\bnot_(?:her|him)_?$|\bme_(?:confused|mixed_up)\b|\bmistaken_identity\b
        |\bmixup\b|\bmix_up\b|\bnever_inquired\b|\bdidnt_(?:fill|inquire|submit)\b
    """,
    ),
    rule(
        "not-mine",
        r"""
        \b(?:dont|do_not|never|didnt)_own(?:ed)?_(?:that|this|any|the)_(?:property|house|home|place)|\bown_nothing\b
    """,
    ),
    rule(
        "office-line",
        r"""
        \b(?:this_is|youve_reached|you_reached)_(?:a|the|an)_(?:\w+_)?(?:dentist|doctor|medical|law|dental|business
        |school|church|restaurant|office|landline|company|store|hospital|clinic|work_phone|work_line|work_number)\b
    """,
    ),
    rule(
        "spanish",
        r"""
        \bnumero_equivocado\b|\bequivocad[oa]_de_(?:numero|persona)|\bse_equivoc(?:o|a|aron)\b|\bno_(?:hay|existe|vive)_
        (?:ningun|nadie|aqui)|\bno_soy_(?!agente|interesad|el_dueno)[a-z]+\b(?=_?(?:$|[,.]))|\bno_conozco_a\b
        |\bno_es_el_numero\b|\b(?:numero|telefono)_incorrecto\b|\bpersona_equivocada\b
    """,
    ),
    rule("asked-for", r"\b(?:stop|quit)_asking_for_[a-z]+\b|\bcalls_for_[a-z]+_all_the_time\b"),
)

DECEASED = rule(
    "deceased",
    rf"""
        \b{_KIN}_(?:has_|have_|had_|is_|recently_)?(?:passed(?:_away)?|died|deceased|dead)\b|\b(?:is|hes
        |shes)_deceased\b|\bperson_(?:\w+_){0, 4}?is_dead\b
    """
    r"|\b(?:fallecio|murio|ha_muerto)\b",
    r"\b(?:sell|selling|inherit\w*|estate|list_it|house_is)\b",
)
