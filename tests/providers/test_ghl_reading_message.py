"""Messages HighLevel carried: replies of leads, and what left by another hand than ours."""

import pytest

from rekindle.decide.words import Channel
from rekindle.providers.ghl.source_fetched import GhlMessageInbound
from rekindle.providers.ports import Ignored, Reply, SentElsewhere, UnparsableError
from tests.providers.adapters_ghl import EVENTS
from tests.providers.test_ghl_reading import word

TEXT = EVENTS["InboundMessage"]["examples"][0]
MAIL = EVENTS["InboundMessage"]["examples"][3]
SENT = {
    "type": "OutboundMessage",
    "contactId": "c1",
    "messageId": "m1",
    "messageType": "SMS",
    "direction": "outbound",
    "body": "On my way",
    "userId": "u1",
    "source": "app",
    "dateAdded": "2026-11-24T17:00:00Z",
}
ROW = {
    "id": "m7",
    "type": 2,
    "messageType": "TYPE_SMS",
    "contactId": "c1",
    "direction": "inbound",
    "body": "yes please",
    "contentType": "text/plain",
    "dateAdded": "2026-11-24T17:00:00.000Z",
}


def test_a_text_is_told_apart_by_contact_time_and_words_when_it_has_no_id() -> None:
    found = word(TEXT)
    assert found.channel is Channel.SMS
    assert (found.contact_id, found.sender, found.body) == ("cI08i1Bls3iTB9bKgFJh", "", "This is a test message")
    assert found.at.isoformat() == "2021-04-21T11:31:45.750000+00:00"
    assert word({**TEXT, "status": "read"}).external_id == found.external_id
    for changed in ({"body": "Another"}, {"contactId": "c2"}, {"dateAdded": "2021-04-21T11:31:46.750Z"}):
        assert word({**TEXT, **changed}).external_id != found.external_id
    assert word({**TEXT, "messageId": "m1"}).external_id == "m1"
    assert word({**TEXT, "dateAdded": None}).external_id == "evt-1"


def test_an_email_names_its_sender_and_is_read_as_text() -> None:
    found = word(MAIL)
    assert found.channel is Channel.EMAIL
    assert (found.sender, found.to) == ("sample@email.service", "testprasath95@gmail.com")
    assert (found.subject, found.body) == ("Order Confirmed", "Testing Email Notification")
    assert found.external_id == "sddfDSF3G56GHG"


def test_markup_becomes_text_and_angle_brackets_in_text_stay() -> None:
    quoted = {"body": "<div>No thanks<br>bye</div><blockquote>Hi Ann</blockquote>"}
    assert word({**MAIL, **quoted}).body.splitlines()[:2] == ["No thanks", "bye"]
    assert word({**TEXT, "body": "is it <400k?"}).body == "is it <400k?"


@pytest.mark.parametrize(
    "kind", ["CALL", "VoiceMail", "WhatsApp", "TYPE_FACEBOOK", "Live_Chat", "TYPE_INTERNAL_COMMENT", 1]
)
def test_calls_and_chats_are_left_alone(kind: object) -> None:
    assert isinstance(word({**TEXT, "messageType": kind}), Ignored)
    assert isinstance(word({**SENT, "messageType": kind}), Ignored)


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("sms", Channel.SMS),
        ("TYPE_SMS", Channel.SMS),
        ("TYPE_CUSTOM_PROVIDER_SMS", Channel.SMS),
        (2, Channel.SMS),
        ("EMAIL", Channel.EMAIL),
        ("TYPE_CAMPAIGN_EMAIL", Channel.EMAIL),
        (3, Channel.EMAIL),
    ],
)
def test_texts_and_emails_are_known_by_all_their_names(kind: object, channel: Channel) -> None:
    assert word({**TEXT, "messageType": kind}).channel is channel


def test_a_picture_alone_is_a_message_and_nothing_at_all_is_none() -> None:
    assert word({**TEXT, "body": "", "attachments": ["https://x.example/a.png"]}).body == "[1 attached]"
    assert isinstance(word({**TEXT, "body": ""}), Ignored)
    assert word({**MAIL, "body": ""}).subject == "Order Confirmed"


def test_what_a_person_wrote_in_the_crm_carries_their_name() -> None:
    found = word(SENT)
    assert isinstance(found, SentElsewhere)
    assert (found.provider_id, found.contact_id, found.person, found.body) == ("m1", "c1", "u1", "On my way")


def test_what_was_written_in_the_crms_own_pages_is_a_persons_even_unnamed() -> None:
    assert word({**SENT, "userId": None}).person == "app"
    assert word({**SENT, "userId": None, "source": None}).person == ""
    assert word({**SENT, "source": None}).person == "u1"


@pytest.mark.parametrize("source", ["workflow", "api", "campaign", "bulk_actions", "Bulk Actions", "API"])
def test_what_automation_sent_carries_no_persons_name(source: str) -> None:
    assert word({**SENT, "source": source}).person == ""


def test_a_message_that_is_still_to_be_sent_was_not_sent() -> None:
    assert isinstance(word({**SENT, "status": "scheduled"}), Ignored)


def test_an_inbound_type_with_an_outbound_direction_went_out() -> None:
    assert isinstance(word({**SENT, "type": "InboundMessage"}), SentElsewhere)
    assert isinstance(word({**SENT, "direction": "inbound"}), Reply)
    assert isinstance(word({**SENT, "direction": None}), SentElsewhere)


def test_a_message_without_contact_or_direction_is_unparsable() -> None:
    with pytest.raises(UnparsableError, match="contact"):
        word({**TEXT, "contactId": None})
    with pytest.raises(UnparsableError, match="inbound"):
        word({"contactId": "c1", "messageType": "SMS", "body": "x"})


def test_a_row_of_the_export_is_the_same_message_as_its_webhook() -> None:
    polled = word(ROW, GhlMessageInbound())
    told = word({**TEXT, "contactId": "c1", "messageId": "m7", "body": "yes please", "dateAdded": ROW["dateAdded"]})
    assert polled == told
    outbound = word({**ROW, "direction": "outbound", "source": "app", "userId": "u1"}, GhlMessageInbound())
    assert (outbound.provider_id, outbound.person) == ("m7", "u1")


def test_an_exported_email_has_the_name_of_its_webhook_when_the_thread_is_one_mail() -> None:
    row = {**ROW, "type": 3, "messageType": "TYPE_EMAIL", "meta": {"email": {"messageIds": ["e1"]}}}
    assert word({**row, "from": "Ann <ann@lake.example>"}, GhlMessageInbound()).external_id == "e1"
    assert word({**MAIL, "emailMessageId": "e1", "messageId": "m7"}).external_id == "e1"
    assert word({**row, "meta": {"email": {"messageIds": ["e1", "e2"]}}}, GhlMessageInbound()).external_id == "m7"
