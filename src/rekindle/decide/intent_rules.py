"""What a reply is about, by its words: the first matching line wins, the safest meanings stand first.

Patterns see the normalised text (lower case, no accents, no apostrophes); a blank is written as an underscore.
"""

from dataclasses import dataclass

from rekindle.decide.optout.rule import Rule, rule
from rekindle.decide.words import Intent


@dataclass(frozen=True)
class Match:
    """The intent and the rule that found it."""

    intent: Intent
    rule: str


def match(said: str) -> Match | None:
    """The first rule that the normalised text satisfies, in order of safety."""
    start = said[:_LONGEST]
    for intent, found in RULES:
        if found.found(start):
            return Match(intent, f"{intent.value}:{found.name}")
    return None


_LONGEST = 600  # what a reply is about stands in its first lines
_DAY = r"""
    (?:mon|tues?|wed|wednes|thurs?|thu|fri|satur?|sat|sun)(?:day)?|today|tonight|tomorrow|weekend|lunes|martes
    |miercoles|jueves|viernes|sabado|domingo|manana|hoy
"""
_CLOCK = rf"""
    \b(?:{_DAY}|\d{{1,2}}(?::\d\d)?_?(?:am|pm)|at_\d{{1,2}}|around_\d{{1,2}}|after_\d{{1,2}}(?::\d\d)?|noon|lunch
    |evenings?|next_week|this_week|any_day)\b
"""
_SHOW = r"""
    (?:see|view|tour|visit|walk_?thr\w*|showing|look_at|open_house|come_by|stop_by|meet|ver(?:la|lo)?|verla|visitar
    |walkthrough|consult|zoom|facetime)
"""

RULES: tuple[tuple[Intent, Rule], ...] = (
    (
        Intent.OUT_OF_OFFICE,
        rule(
            "automatic",
            r"""
        \b(?:auto(?:matic)?[_-]?(?:reply|response|matica)?:|respuesta_automatica|out_of_(?:the_)?office|ooo\b|on_
        (?:vacation|pto|leave|parental)|fuera_de_la_oficina|de_vacaciones|driving_with_do_not|ill_see_your_message
        |not_receiving_notifications|away_from_keyboard|mailbox_(?:is_|full)|no_longer_monitored|ticket_#?\w*
        |ticket_number|has_been_received|in_a_meeting|traveling_internationally|will_respond_when|limited_access
        |cant_text_back|delivery_delayed)
    """,
        ),
    ),
    (
        Intent.HOSTILE,
        rule(
            "insult",
            r"""
        \b(?:are_you_people|you_people|what_a_joke|creepy|vultures?|scam\w*|stupid|liars?|lied|disgust\w*|shut_up
        |nobody_asked|desperate|eat_(?:rocks|shit)|chinga\w*|pendej\w*|worst_service|harass\w*|ruined|fuck_(?:you|off|u)
        |f_you|fu$|asshole\w*|idiots?|moron\w*|go_to_hell|piece_of|you_suck|pathetic|dont_even_have_a_license
        |how_did_you_get_my|screw_you|bullshit|annoying|leaving_a_review|report_you|ridiculous|shame_on)\b
    """,
        ),
    ),
    (
        Intent.ALREADY_HAS_AGENT,
        rule(
            "represented",
            r"""
        \b(?:have_(?:an?_|my_own_|our_own_)?(?:agent|realtor|broker)|working_with_(?:an?_|my_|our_|another_)?(?:someone
        |somebody|agent|realtor|broker|\w+_(?:agent|realtor))|have_(?:one|someone)_(?:thanks|already)|got_a_guy
        |represented|exclusive(?:_\w+)?_(?:contract|agreement)|(?:buyers?|listing)_agreement|listed_with|already_listed
        |(?:is|are)_a_realtor|is_an_agent|licensed_(?:myself|agent|realtor)|our_realtor|my_realtor|our_agent|same_agent
        |another_(?:brokerage|agent|broker|realtor)|tengo_(?:un_)?agente|got_her_license|got_his_license|im_
        (?:actually_)?licensed|committed_to_another|ya_tengo_(?:agente|realtor|corredor))\b
    """,
            r"""
        \b(?:no_agent|dont_have_an?_(?:agent|realtor)|do_you_have_an?|need_an?_agent)\b
    """,
        ),
    ),
    (
        Intent.ALREADY_BOUGHT_OR_SOLD,
        rule(
            "done",
            r"""
        \b(?:(?:we|i|just|already)_(?:\w+_)?(?:closed|bought|purchased)|closed_on|bought_in|bought_(?:a|it|one|another
        |the)|sold_(?:it|in|to|last|ours|already)|it_sold|(?:already_)?under_contract_on|found_(?:a|our|one)_?(?:house
        |home|place)?|ya_(?:compramos|compre|vendimos|vendi)|ended_up_(?:building|buying|renting|with)|went_with_(?:a
        |another)|house_is_gone|settled_on|opendoor_took|keys_in_hand|no_longer_(?:searching|looking|in_the_market)
        |signed_papers|moved_in|off_the_market_already|were_done_looking)\b
    """,
            r"""
        \b(?:just_sold_so|we_have_to_sell|inherited|looking_to_buy|shopping|cash_burning|how_many|is_it|did_it|did_they
        |has_it|who_sold|agent_who_sold|last_deal)\b
    """,
        ),
    ),
    (
        Intent.WANTS_PERSON,
        rule(
            "call-me",
            r"""
        \b(?:(?:please_|can_you_|could_you_|pls_|just_|have_\w+_|someone_)?(?:call|phone|ring)_(?:me|us)(?:_(?:back
        |please|asap|now|when|at|on|today|tomorrow|later|anytime))*|(?:talk|speak|chat|connect)_(?:to|with)_(?:a|an|the
        |some|my|your|someone|somebody|anyone)_?(?:real_|live_|actual_|human_)?(?:person|human|agent|realtor|someone
        |somebody|broker|representative|rep|one|manager|guy)?|(?:real|live|actual)_(?:person|human|agent)|agent_please
        |^agent$|^human$|^person$|^representative$|give_me_a_(?:call|ring)|can_(?:we|i)_(?:talk|speak)|have_(?:an_agent
        |someone|somebody)_(?:call|contact|reach)|hablar_con|llameme|me_puede_llamar|puede_llamarme|llamame|operator)\b
    """,
            r"""
        \b(?:is_this_a_real|are_you_a_real|dont_call|do_not_call|ill_call_you|real_person_or|asap_i_saw|never_call
        |if_it_drops)\b
    """,
        ),
    ),
    (
        Intent.CHANNEL_PREFERENCE,
        rule(
            "how-to-reach",
            r"""
        \b(?:text_is_(?:best|better|fine|perfect)|texting_is_\w+|prefer_(?:phone|text|email|calls?)|e_?mail_me\b
        |whatsapp|call_dont_text|only_texts?|text_only|mandarme_correo|por_correo|handles_this|her_cell|his_cell
        |use_this_number|to_my_email|by_email|daytime_is_bad|evenings_or_weekends|weekly_summary|once_a_week|weekly_is
        |in_spanish|en_espanol|facetime_works|group_text|dont_call_me_at|no_calls|mejor_(?:mensaje|texto|correo)
        |text_less|slow_down|less_often|text_on_weekends)\b
    """,
        ),
    ),
    (
        Intent.APPOINTMENT_REQUEST,
        rule(
            "time-and-visit",
            rf"""
        (?=.*\b{_SHOW})(?=.*{_CLOCK})|^(?:a_)?(?:tour|showing|visit)\??$|\b(?:book_(?:me|us|it|a)|put_(?:me|us)_down
        |schedule_(?:a|an|us|me|it)|make_an_appointment|set_up_a_(?:time|showing|tour|call|visit)|what_times?|slot
        |when_can_(?:you|i|we)|can_(?:i|we|my_\w+)_(?:come_)?(?:see|view|tour|visit)|could_(?:i|we)_see|(?:id|would
        |we'?d)_(?:like|love)_to_(?:see|tour|view|visit|schedule)|lets_meet|do_you_do_evenings|running_\d+_
        (?:min\w*_)?late|for_the_showing|too_early_for|come_give_us|podemos_(?:ver|visitar|parar)|quiero_ver(?:la|lo)?
        |cita|reschedule|move_our|cancel_(?:our|tues\w*|mon\w*|wed\w*|thur\w*|fri\w*|sat\w*|sun\w*|the_showing|the_tour)
        |come_see)\b|\b(?:i_can_do|free|available|works?|i_get_off)_(?:\w+_){{0,3}}?(?:{_DAY})\b|\b(?:{_DAY})_
        (?:\w+_){{0,2}}?works\b|\bfree_tomorrow|\bany_day_this_week
    """,
        ),
    ),
    (
        Intent.PRICE_OBJECTION,
        rule(
            "too-much",
            r"""
        \b(?:over_(?:our|my|the)_budget|out(?:ta|_of)_(?:my|our)_(?:range|budget|price)|too_(?:much|expensive|high
        |pricey|rich)|over_?priced|pricey|muy_car[oa]|cheaper|lowest_commission|commission|cant_(?:swing|afford)
        |dont_want_to_pay|not_paying|wont_list_below|worth_\d+\w*_more|(?<!rates_)come_down|comps_on|higher_than_what_you|insult
        |insane|kills_it|wiggle_room|if_it_drops|drops?_(?:under|below)|for_that_lol|lol_no|price_is_(?:crazy|nuts
        |too))\b|\bfor_(?:that|\d_beds?)\?\?
    """,
        ),
    ),
    (
        Intent.QUESTION_FINANCING,
        rule(
            "money",
            r"""
        \b(?:down_p(?:ay)?mt|down_?payment|%_down|percent_down|\d+_percent|\d+%_down|fha|va_loan|usda|conventional
        |pre_?-?approv\w*|pre_?qual\w*|mortgage|interest_rate|good_rate|rates_(?:rn|right_now|now|today)|closing_costs?
        |credit|score_is|itin|buy_?down|assumable|owner_financ\w*|carry_the_note|seller_financ\w*|bridge_loan|heloc
        |co_?-?sign|lender|monthly_payment|the_payment_be|payment_with|self_employed|1099|loan|financ\w*|escrow_shortage
        |credito|prestamo|enganche)\b
    """,
            r"""
        \b(?:approval_letter|im_pre_?approved|were_pre_?approved|got_(?:my|our)_(?:pre)?approv\w*)\b
    """,
        ),
    ),
    (
        Intent.NOT_NOW_LATER,
        rule(
            "later",
            r"""
        \b(?:maybe_(?:in|next|later|this)|not_(?:rn|right_now|now|yet|ready|at_this_time|at_the_moment|for_a_while)
        |circle_back|check_(?:back|with_me|in_(?:with|around))|waiting_(?:on|for|until|till)|try_(?:us|me)_(?:in|again)
        |in_(?:a_few|\d+|six|three|several|a_couple)_(?:of_)?(?:months|mos|years|weeks)|still_thinking|thinking_about_it
        |thinking_20\d\d|next_(?:year|spring|summer|fall|winter|month)|hold_off|get_back_to_you|just_(?:browsing
        |looking)|before_we_even|on_pause|on_hold|when_things|will_reach_out|ill_reach_out|after_(?:graduation|tax
        |the_holidays|school|christmas|summer)|mos_out|months_out|years?_out|ask_me_again|renewed|nothing_until
        |until_the|por_ahora_no|ahora_no|proximo_ano|mas_adelante|todavia_no|lease_is_up_in|down_the_road|some_time
        |someday|busy_(?:with|right))\b
    """,
            r"\b(?:can_we_see|show_me|interested_now)\b",
        ),
    ),
    (
        Intent.INTERESTED_NOW,
        rule(
            "wants-it",
            r"""
        \b(?:very_interested|(?:im|we_are|were|i_am|am|definitely|yes|still|super|really)_(?:\w+_)?interested
        |me_interesa|make_an_offer|put_(?:in_)?an_offer|an_offer|write_(?:it|an_offer)|ready_to_(?:list|sell|buy|move
        |go)|serious_buyer|lets_(?:do_this|go|talk|move)|shopping_hard|still_looking|yes_still|need_to_move|(?:need|want
        |wanna|looking|have|going)_to_(?:buy|sell|move|list|close)|relocating|send_me_(?:whatever|what|the|more|some
        |listings|anything|all)|i_want_(?:it|this|that)|want_it|approval_letter|inherited|popped_up|dont_(?:let_it
        |let_them)|under_\d{3}k?_in|absolutely|hell_yes|can_close_in|price_(?:cut|drop)|que_sigue|quiero_(?:comprar
        |vender)|want_it_sold|cash_(?:buyer|offer)|just_sold_so|need_it_done|sell_(?:my|our)_(?:house|home|place|condo)
        |pre_?approved|book_it|buscando_casa|sigo_buscando|show_me|interested)\b
    """,
            r"""
        \bnot_(?:\w+_)?interested\b|\bno_me_interesa|\bisnt_for_sale\b
    """,
        ),
    ),
    (
        Intent.NEGATIVE_NO,
        rule(
            "no",
            r"""
        ^(?:no+|nope|nah|negative|naw|no_(?:thanks?|thank_you|gracias|ty|sir|maam|but_\w+(?:_\w+){0,3}))[.! ]*(?:_(?:im
        |were)_(?:good|fine|ok|all_set))?[.!]*$|^(?:no+|nope|nah)[, ]+(?:thanks?|thank_you|gracias|sorry)[.!]*$
        |\b(?:not_(?:\w+_)?interested|not_(?:selling|buying|moving|looking|in_the_market|for_sale)|staying_put|im_good
        |were_good|im_all_set|all_set|changed_(?:our|my)_minds?|decided_(?:not|against)|didnt_like|pass_on|hard_pass
        |never_considered|isnt_for_sale|is_not_for_sale|nothing_caught|no_quiero_(?:vender|comprar)|no_me_interesa
        |dont_need_(?:help|anything|an?_)|no_longer_interested|no_need|ill_pass|no_interest|0_interest|im_not_(?:selling
        |buying|moving|looking))\b
    """,
            r"""
        \b(?:what_else|that_one_what|not_that_one|condos|houses_only|keep_sending|but_(?:soon|maybe|still)|no_agent
        |in_that_one)\b
    """,
        ),
    ),
    (
        Intent.QUESTION_PROPERTY,
        rule(
            "about-it",
            r"""
        \b(?:roof|basement|slab|hoa|taxes|yard|fenced?|ban?os|flood|pics?|photos?|pictures|video|square_?(?:footage|feet
        |foot)|sqft|sq_ft|septic|sewer|washer|dryer|appliances|days_on_market|offers|short_?term_rentals?|airbnb
        |what_year|year_built|bedrooms?|bath(?:room)?s?|garage|parking|park_a|foundation|cracks?|solar|leased_or
        |lot_size|acres?|zoned|adu|school_district|pool|hvac|ac|furnace|windows|water_heater|pets?|dogs|address|still_
        (?:available|active|on_the_market|for_sale)|is_(?:it|that|this)_(?:still_)?(?:available|the_one|the_end|pending
        |sold|quiet)|how_(?:old|big|much|many)|blue_door|died_in|disclosures?|habitaciones|recamaras|cuartos|cuanto_
        (?:cuesta|mide|vale)|planta_baja|property_tax|utilities|insurance|neighborhood|commute|train|bus_stop|corner)\b
    """,
            r"""
        \b(?:what_kind_of_people|mostly_white|good_schools|crime|families|safe|plumber|property_management)\b
    """,
        ),
    ),
    (
        Intent.POSITIVE_ACK,
        rule(
            "thanks",
            r"""
        ^(?:(?:ok(?:ay)?|k|kk|cool|great|perfect|awesome|sweet|thanks?|thank_you|gracias|got_it|will_do|sounds_good
        |received|roger|nice|good|np|no_prob\w*|sure|yep|yes|yeah|ya|si|claro|excellent|wonderful|love_it|haha
        |appreciate|you|so_much|that|it|very|much|for|the|info|sending|looks|ill|take|a|look|tonight|quick|reply|the
        |youre|best|helps|ton|ty|copy|noted|all_good|👍|👌)[\s,.!]*)+$|^(?:thanks|thank_you|perfect|got_it|awesome|roger
        |gracias|great_thank)|\bthat_helps\b|\byoure_the_best\b|\bsounds_good\b|\bappreciate_(?:it|you|the_quick)
    """,
            r"^(?:haha_ok|yes|si|yeah|yep|sure)[.! ]*$|\?",
        ),
    ),
)
