"""How Spanish, and by key phrase a few other languages, ask to be left alone."""

from rekindle.decide.optout.rule import Rule, rule

_VERBS = (
    r"""
        (?:mand\w*|envi\w*|escrib\w*|contact\w*|molest\w*|text\w*|marqu\w*|marc\w*|llam\w*|habl\w*|busc\w*|busqu\w*
        |fastidi\w*
    """
    r"|ching\w*|joda\w*|jode\w*|jodi\w*|acos\w*)"
)
_ME = r"(?:me|nos|le|les|lo|la)"
_CONTACT = r"""
    (?:mensajes?|textos?|mensajitos?|correos?|llamadas?|avisos?|alertas?|publicidad|promociones|notificaciones|sms
    |informacion|anuncios)
"""
_DATA = r"(?:numero|telefono|celular|nombre|datos|informacion|contacto|cel)"

STOP: tuple[Rule, ...] = (
    rule(
        "no-me-escriba",
        rf"""
        \bno_(?:{_ME}_)(?:vuelv\w+_a_)?{_VERBS}(?:_(?:mas|nada|otra_vez|nunca|ya|por_favor|{_CONTACT}
        |ningun\w*))*(?=_?(?:$|[.!,;\n]))
    """,
    ),
    rule(
        "no-me-mas",
        rf"""
        \b(?:ya_)?no_(?:{_ME}_)?(?:vuelv\w+_a_)?(?:{_VERBS})_(?:\w+_){{0,2}}?(?:mas|nunca|otra_vez|{_CONTACT})\b
    """,
    ),
    rule("ya-no", rf"\bya_no_(?:{_ME}_)?(?:{_VERBS}|quier\w+_(?:que|recibir|mas|saber)|dese\w+)"),
    rule("no-vuelva", rf"\bno_(?:{_ME}_)?vuelv\w+_a_{_VERBS}"),
    rule(
        "no-quiero",
        rf"""
        \bno_(?:quiero|deseo|queremos|deseamos|quiere|quisiera)_(?:(?:recibir|mas|que_{_ME}|ningun\w*|sus|estos|tus
        |tantos)_?)*(?:_?(?:{_CONTACT}|{_VERBS}|mas|$))
    """,
    ),
    rule(
        "quitenme",
        r"""
        \bque_(?:me|nos)_(?:quit|saqu|borr|elimin)\w+|\b(?:quit|saqu|borr|elimin|remuev|retir)(?:e|en|a|ar|as|es)(?:me
        |nos)\b
    """,
    ),
    rule(
        "quite-mi-numero",
        rf"""
        \b(?:quit|saqu|borr|elimin|remuev|retir)\w*_(?:por_favor_)?(?:mi|este|mis|ese|el|nuestro)_{_DATA}\b
    """,
    ),
    rule(
        "deje-de",
        rf"""
        \b(?:deje|dejen|deja|dejar|pare|paren|para|parar|parale|cesen|basta)_(?:ya_)?(?:de|con)_(?:\w+_)?(?:{_VERBS}
        |{_CONTACT}|eso|esto|\w*me\b|\w*nos\b)
    """,
    ),
    rule("dejenme", r"\bdeje(?:n)?(?:me|nos)_(?:en_paz|tranquil\w+|sol\w+|de)\b"),
    rule(
        "baja",
        r"""
        \b(?:dar|darme|darse|denme|deme|dame|dennos|doy)_(?:(?:me|se)_)?(?:de_)?baja\b|^(?:quiero_
        (?:la_)?)?baja(?:_por_favor|_ya)?[.!]?$|\bde_baja\b
    """,
    ),
    rule(
        "favor-de-no",
        rf"""
        \b(?:favor_(?:de_)?no|no)_(?:{_ME}_)?(?:contactar|llamar|escribir|molestar|textear|enviar|mandar)\w*\b
    """,
    ),
    rule(
        "cancelar",
        rf"""
        \b(?:detener|terminar|parar|suspender|detengan|suspendan)_(?:\w+_){{0,2}}?{_CONTACT}\b|\bcancel\w+_
        (?:\w+_){{0,2}}?(?:suscripcion|{_CONTACT})\b|\bdesuscrib\w+
    """,
    ),
    rule(
        "alto",
        r"""
        \balto_(?:a|con|ya|por_favor)\b|(?:^|[,.;!\n])_?(?:alto|basta|paren|pare)(?:_(?:ya|por_favor|gracias))*(?=_?(?:$
        |[.!,;\n]))|\bbasta_(?:ya|de)\b|\bya_(?:estuvo|basta|paren|parenle|pare)\b
    """,
    ),
    rule(
        "no-mas",
        rf"""
        (?:^|[,.;!\n])_?(?:ya_)?no_mas(?:_(?:por_favor|please|gracias|{_CONTACT}))*(?=_?(?:$|[.!,;\n]))
    """,
    ),
    rule(
        "nunca-pedi",
        r"""
        \b(?:nunca|no|yo_nunca|jamas)_(?:\w+_)?(?:pedi|solicite|autorice|di_permiso|firme|acepte)\b
    """,
    ),
    rule(
        "demanda",
        r"""
        \b(?:voy_a|vamos_a)_(?:demandar|reportar|denunciar)\w*|\blos_(?:demando|reporto|denuncio)\b|\bmi_abogado\b
    """,
    ),
    rule("french", r"\barrete[rz]?\b|\bne_(?:me_)?(?:contact|ecriv|envoy)\w+|\bdesabonn\w+|\bdesinscri\w+"),
    rule(
        "portuguese",
        r"""
        \bpar[ea]m?_de_(?:me_)?(?:mandar|enviar|escrever|ligar)|\bnao_(?:me_)?(?:mande|envie|contat|quero_(?:mais
        |receber))\w*|\bdescadastr\w+
    """,
    ),
    rule("chinese", r"退订|退訂|停止|不要再|别再|別再|请勿|請勿|别发|勿擾"),
    rule("vietnamese", r"\b(?:đung|dung)_(?:\w+_)?(?:nhan_tin|goi|lien_lac)|\bhuy_đang_ky"),
    rule("tagalog", r"\btigil\w*|\b(?:wag|huwag)_(?:na|mo|nyo|niyo|kayo)\b|\bitigil"),
    rule(
        "russian",
        r"""
        \bстоп\b|\bне_(?:пишите|звоните|беспокоите|присылаите|шлите|надо_писать)|отпишите|прекратите|удалите_
        (?:мои_)?номер
    """,
    ),
    rule("korean-japanese", r"그만|수신거부|보내지|配信停止|やめて"),
    rule("arabic-hindi", r"توقف|الغاء|لا_ترسل|बंद_कर|मत_भेज"),
    rule("german", r"\bstopp\b|\bkeine_(?:nachrichten|sms|weiteren)|\babmelden\b"),
    rule("creole", r"\bsispann\b|\bpa_(?:voye|ekri|rele)_m"),
)
