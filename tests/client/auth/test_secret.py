"""Secrets appear only where they are revealed on purpose."""

from copy import deepcopy
import json
import pickle

import pytest

from custom_components.enphase_iq_gateway.client.auth.secret import Secret


def test_a_secret_does_not_print() -> None:
    secret = Secret("made-up")

    assert secret.reveal() == "made-up"
    for shown in (repr(secret), str(secret), f"{secret}", f"{[secret]}", "%s" % secret):  # noqa: UP031 - a form of its own
        assert "made-up" not in shown


def test_a_secret_is_neither_copied_nor_stored() -> None:
    for store in (pickle.dumps, deepcopy, json.dumps):
        with pytest.raises(TypeError):
            store(Secret("made-up"))


def test_secrets_compare_by_what_they_hide() -> None:
    assert Secret("made-up") == Secret("made-up")
    assert hash(Secret("made-up")) == hash(Secret("made-up"))
    assert Secret("made-up") != Secret("other")
    assert Secret("made-up") != "made-up"


def test_an_empty_secret_hides_nothing() -> None:
    assert Secret("made-up")
    assert not Secret("")
