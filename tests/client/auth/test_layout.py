"""The layout of the panels: read with the session of a sign-in, wherever the page is."""

import pytest

from custom_components.enphase_iq_gateway.client.auth.cloud import CloudError, CloudProblem
from simulator.cloud import LAYOUT_PATH, OLD_LAYOUT_PATH, CloudAnswer
from tests.support.cloud_sign_in import shared, signing_in, simulated


@pytest.mark.parametrize("path", [LAYOUT_PATH, OLD_LAYOUT_PATH])
async def test_the_layout_is_read_with_the_session_of_the_token(path: str) -> None:
    async with simulated() as there, signing_in(shared(there), there.simulator.serial) as sign_in:
        there.layout_path = path
        _ = await sign_in.fetch_token()

        document = await sign_in.fetch_layout()

        assert document["arrays"]
        assert there.login_requests == 1
        assert there.requests[-1].path == path


async def test_the_layout_alone_is_read_after_a_sign_in() -> None:
    async with simulated() as there, signing_in(shared(there), there.simulator.serial) as sign_in:
        assert (await sign_in.fetch_layout())["arrays"]
        assert [request.path for request in there.requests] == ["/login/login.json", LAYOUT_PATH]


async def test_the_layout_is_read_after_a_code() -> None:
    async with simulated() as there, signing_in(shared(there), there.simulator.serial) as sign_in:
        there.second_factor.required = True
        with pytest.raises(CloudError) as caught:
            await sign_in.fetch_layout()
        assert caught.value.problem is CloudProblem.MULTI_FACTOR
        await sign_in.send_code()
        _ = await sign_in.fetch_token_with_code(there.second_factor.codes[-1])

        assert (await sign_in.fetch_layout())["arrays"]


async def test_without_the_number_of_the_system_nothing_is_requested() -> None:
    async with simulated() as there, signing_in(shared(there), there.simulator.serial) as sign_in:
        there.login_answer = CloudAnswer.EMPTY

        with pytest.raises(CloudError) as caught:
            await sign_in.fetch_layout()

        assert caught.value.problem is CloudProblem.UNEXPECTED
        assert len(there.requests) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (CloudAnswer.NOT_JSON, CloudProblem.UNEXPECTED),
        (CloudAnswer.FORBIDDEN, CloudProblem.UNEXPECTED),
        (CloudAnswer.SERVER_ERROR, CloudProblem.UNAVAILABLE),
        (CloudAnswer.TOO_MANY_REQUESTS, CloudProblem.TOO_MANY_REQUESTS),
    ],
)
async def test_a_failure_names_the_host_and_not_the_system(answer: CloudAnswer, problem: CloudProblem) -> None:
    async with simulated() as there, signing_in(shared(there), there.simulator.serial) as sign_in:
        there.layout_answer = answer

        with pytest.raises(CloudError) as caught:
            await sign_in.fetch_layout()

        assert caught.value.problem is problem
        assert str(caught.value) == f"{there.enlighten_url}: {problem}"
