"""What a column can be, and the names exports give it: GoHighLevel, Follow Up Boss, portals; English and "
"Spanish."""

from enum import StrEnum


class Field(StrEnum):
    """One meaning of a column; the words `--map` takes."""

    EXTERNAL_ID = "external_id"
    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    KIND = "kind"
    STAGE = "stage"
    SOURCE = "source"
    MESSAGE = "message"  # the lead's own words
    NOTES = "notes"  # the office's words about the lead
    TAGS = "tags"
    PAGE = "page"
    CREATED = "created"
    STREET = "street"
    CITY = "city"
    STATE = "state"
    ZIP = "zip"
    SMS_CONSENT = "sms_consent"
    EMAIL_CONSENT = "email_consent"
    CONSENT = "consent"  # an opt-in that names no channel: good for e-mail, never for texts
    CONSENT_AT = "consent_at"
    CONSENT_IP = "consent_ip"
    CONSENT_URL = "consent_url"
    CONSENT_TEXT = "consent_text"
    DND = "dnd"
    DND_SMS = "dnd_sms"
    DND_EMAIL = "dnd_email"
    EMAIL_STATUS = "email_status"
    ATTRIBUTE = "attribute"
    IGNORE = "ignore"


# Columns of which a file may have several that all count; of any other field the surest column wins.
MANY = frozenset(
    {
        Field.EMAIL,
        Field.PHONE,
        Field.MESSAGE,
        Field.NOTES,
        Field.TAGS,
        Field.SMS_CONSENT,
        Field.EMAIL_CONSENT,
        Field.CONSENT,
        Field.DND,
    }
    | {Field.DND_SMS, Field.DND_EMAIL, Field.EMAIL_STATUS, Field.ATTRIBUTE, Field.IGNORE}
)

# Columns in which a date may stand, and means something.
WITH_DATES = frozenset(
    {Field.CREATED, Field.CONSENT_AT, Field.SMS_CONSENT, Field.EMAIL_CONSENT, Field.CONSENT}
    | {Field.DND, Field.DND_SMS, Field.DND_EMAIL}
)
