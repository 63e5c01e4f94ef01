"""Parts of speech of the English opt-out grammar, shared by its rules."""

# Hurry, courtesy and anger: may stand anywhere before the object.
SOON = r"""
    (?:(?:please|kindly|just|now|ever|really|immediately|the_hell|the_fuck|fucking|f\w{0,2}ing|freaking|fckin\w?|damn
    |all)_){0,3}
"""
CEASE = r"(?:stop|quit|cease|discontinue|halt|desist_from)"
TALKING = r"""
    (?:texting|messaging|contacting|writing|reaching_out|pinging|bothering|bugging|harassing|spamming|pestering|soliciting
    |hounding|following_up|emailing|calling|hitting|blowing_up|asking|checking_in|annoying|disturbing|stalking|trying
    |notifying|marketing|selling|hmu|dming|whatsapping|communicating|replying|responding|nagging|badgering|bombarding)
"""
TALK = r"""
    (?:text|texting|message|messaging|contact|contacting|write|reach_out|reaching_out|hmu|hit_me_up|ping|bother|bug|harass
    |spam|solicit|follow_up|following_up|get_in_touch|reply|respond|disturb|dm|be_texting|be_contacting|be_messaging)
"""
THINGS = r"""
    (?:texts?|text_messages?|messages?|sms|emails?|calls?|contact|contacts|communications?|alerts?|notifications?|updates?
    |reminders?|listings?|marketing|solicitations?|outreach|follow_?-?ups?|spam|campaigns?|drip|newsletters?|blasts?|stuff
    |crap|bs|bullshit|nonsense|bots?|automat\w+|ads|promotions?|market_reports?|reports|subscription|correspondence
    |mailings?)
"""
# What may stand between the verb and the things.
DETAIL = r"""
    (?:(?:the|these|those|this|that|all|any|your|of|my|me|us|from|more|with|daily|weekly|constant|endless|stupid|text
    |future|further|to|getting|receiving|sending|random|damn|fucking)_){0,5}
"""
# The writer, or what we hold of them.
MINE = r"""
    (?:me|us|myself|(?:my|this|our|his|her|their)_(?:\w+_){0,2}?(?:number|name|info|information|data|details|phone|cell
    |contact|email|address|line|records?|file|account|profile|digits))
"""
# The end of what is said, so that nothing that follows can be the object.
END = r"(?=_?(?:$|[.!?,;:\n-]))"
