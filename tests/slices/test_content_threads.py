"""The token in a reply address names one message of one office, survives what mail does to addresses, is no guess."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rekindle.content import threads

KEY = b"k" * 32


@given(st.uuids(), st.binary(min_size=16, max_size=64))
def test_a_token_is_read_back_whatever_mail_did_to_its_case(message_id: UUID, key: bytes) -> None:
    token = threads.make(key, message_id)
    assert len(token) <= 64 - len("reply+")  # a local part has 64 characters (RFC 5321, 4.5.3.1.1)
    assert token.isalnum()
    assert token.isascii()
    assert threads.read(key, token) == message_id
    assert threads.read(key, token.upper()) == message_id


@given(st.uuids(), st.integers(0, 41), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_changed_anywhere_names_nothing(message_id: UUID, place: int, letter: str) -> None:
    token = threads.make(KEY, message_id)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or threads.read(KEY, changed) in (None, message_id)


@given(st.text(max_size=100))
def test_anything_else_names_nothing_and_breaks_nothing(text: str) -> None:
    assert threads.read(KEY, text) is None


@given(st.uuids())
def test_a_token_of_another_office_names_nothing_here(message_id: UUID) -> None:
    assert threads.read(KEY, threads.make(b"o" * 32, message_id)) is None


@pytest.mark.parametrize("cut", [0, 1, 25, 26, 27, 41])
def test_a_token_cut_short_names_nothing(cut: int) -> None:
    assert threads.read(KEY, threads.make(KEY, UUID(int=7))[:cut]) is None
