"""Every recorded answer about storage is read, or refused where it is no answer (S§1)."""

from collections.abc import Iterator
import json
from pathlib import Path

import pytest

from custom_components.enphase_iq_gateway.client.endpoints import Endpoint
from custom_components.enphase_iq_gateway.client.exceptions import GatewayResponseError
from tests.support.captures import ANSWERS, CAPTURES, file_of, folders, needs, status
from tests.support.ranges import impossible_numbers
from tests.support.storage_captures import STORAGE

pytestmark = [needs(CAPTURES), needs(ANSWERS)]


def is_document(file: Path) -> bool:
    """Return whether an answer is JSON and not an error in the form of JSON."""
    try:
        document = json.loads(file.read_bytes())
    except ValueError:
        return False
    return not (isinstance(document, dict) and {"err", "error"} & set(document))


def recordings(*, good: bool) -> Iterator[object]:
    """Yield the recorded answers that are documents, or those that are errors or HTML, with any status."""
    for folder in (*folders(CAPTURES), *folders(ANSWERS)):
        for endpoint in STORAGE:
            file = file_of(folder, endpoint)
            if file is None:
                continue
            if (status(file) == 200 and is_document(file)) is good:
                yield pytest.param(endpoint, file, id=f"{folder.name}/{file.name}")


@pytest.mark.parametrize(("endpoint", "file"), recordings(good=True))
def test_every_answer_is_read_without_an_impossible_number(endpoint: Endpoint[object], file: Path) -> None:
    assert impossible_numbers(endpoint.parse(file.read_bytes())) == []


@pytest.mark.parametrize(("endpoint", "file"), recordings(good=False))
def test_every_error_is_refused(endpoint: Endpoint[object], file: Path) -> None:
    """S§1: two bodies of a 404, a page for a 401, and HTML with status 200."""
    with pytest.raises(GatewayResponseError):
        endpoint.parse(file.read_bytes())


def test_there_are_many_recordings() -> None:
    assert len(list(recordings(good=True))) > 180
    assert len(list(recordings(good=False))) > 35
