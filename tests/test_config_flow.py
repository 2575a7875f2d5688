"""Setting a gateway up: what a person types, what he reads when it is wrong, and that it works once corrected."""

from collections.abc import Callable

from homeassistant.config_entries import SOURCE_USER, ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME, EVENT_HOMEASSISTANT_CLOSE
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.config_flow import GatewayConfigFlow
from custom_components.enphase_iq_gateway.const import CONF_CERTIFICATE, CONF_REMEMBER_PASSWORD, DOMAIN
from simulator import Simulator
from simulator.cloud import Cloud, CloudAnswer

from .conftest import PASSWORD, USERNAME, StartCloud, StartSimulator, set_up, sign_in, start_flow
from .texts import abort_text, error_text, step_text

UNMETERED_PATHS = ("/api/v1/production", "/production.json", "/ivp/pdm/device_data")


async def go_to(hass: HomeAssistant, result: ConfigFlowResult, step: str) -> ConfigFlowResult:
    """Choose a way to sign in."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], {"next_step_id": step})


async def give(hass: HomeAssistant, result: ConfigFlowResult, **answers: object) -> ConfigFlowResult:
    """Submit a form."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


def account(password: str = PASSWORD, *, remember: bool = False) -> dict[str, object]:
    """Give what a person types into the form of the account."""
    return {CONF_USERNAME: USERNAME, CONF_PASSWORD: password, CONF_REMEMBER_PASSWORD: remember}


# The address


async def test_a_gateway_with_a_token_is_set_up(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """Its entry knows address, token and certificate, and nothing else."""
    simulator = await start_simulator()

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert (entry.unique_id, entry.title) == (simulator.serial, f"IQ Gateway {simulator.serial}")
    assert set(entry.data) == {CONF_HOST, CONF_TOKEN, CONF_CERTIFICATE}
    assert entry.data[CONF_HOST] == simulator.address
    assert entry.data[CONF_CERTIFICATE]["sha256"] == simulator.fingerprint


async def test_a_gateway_with_an_account_of_its_own_is_set_up(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """Firmware before 7 has no certificate."""
    simulator = await start_simulator("metered_digest")

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert entry.data == {
        CONF_HOST: simulator.address,
        CONF_USERNAME: simulator.username,
        CONF_PASSWORD: simulator.password,
    }


@pytest.mark.usefixtures("mock_async_zeroconf")
async def test_a_gateway_is_found_by_its_name(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """And found again under it at the next start, by the same resolver, until Home Assistant stops."""
    simulator = await start_simulator()
    host = simulator.address.replace("127.0.0.1", "localhost")
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    result = await sign_in(hass, await give(hass, result, host=host), simulator)

    assert result["data"][CONF_HOST] == host
    assert result["result"].state is ConfigEntryState.LOADED
    hass.bus.async_fire(EVENT_HOMEASSISTANT_CLOSE)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", "Type the address of the gateway."),
        ("my gateway", "no spaces"),
        ("ftp://192.0.2.1", "without anything like ftp://"),
        ("192.0.2.0/24", "without a slash"),
        ("envoy@192.0.2.1", "without a user name"),
        ("fe80::1%eth0", "only works on one machine"),
        ("192.0.2.1:99999", "from 1 to 65535"),
        ("192.0.2.300", "neither a name nor an IP address"),
    ],
)
async def test_a_bad_address_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, typed: str, read: str
) -> None:
    """And what was typed is still there to be corrected."""
    simulator = await start_simulator()
    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})

    result = await give(hass, result, host=typed)

    assert read in error_text(result)
    assert result["data_schema"] is not None
    assert [key.description for key in result["data_schema"].schema] == [{"suggested_value": typed}]
    result = await give(hass, result, host=f" https://{simulator.address}/home ")
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "parameters", "read"),
    [
        ("html", {}, "it is not an IQ Gateway"),
        ("status", {"code": 404}, "it is not an IQ Gateway"),
        ("status", {"code": 301}, "it is not an IQ Gateway"),
        ("status", {"code": 503}, "The gateway is busy (status 503)"),
        ("empty", {}, "it is not an IQ Gateway"),
    ],
)
async def test_what_is_no_gateway_is_not_taken_for_one(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    fault: str,
    parameters: dict[str, int],
    read: str,
) -> None:
    """A router's page, a redirect, a gateway that boots."""
    simulator = await start_simulator()
    simulator.faults.add(fault, path="/info", **parameters)

    result = await start_flow(hass, simulator)

    assert read in error_text(result)
    simulator.faults.clear()
    result = await give(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    ("fault", "read"), [("reset", "Nothing answers at this address."), ("hang", "did not answer in time")]
)
async def test_a_gateway_that_does_not_answer(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    read: str,
) -> None:
    """It hangs up, or says nothing."""
    monkeypatch.setattr("custom_components.enphase_iq_gateway.client.connection.IDENTITY_S", 0.5)
    simulator = await start_simulator("metered_digest")
    simulator.faults.add(fault, path="/info")

    result = await start_flow(hass, simulator)

    assert read in error_text(result)
    simulator.faults.clear()
    result = await give(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_nobody_at_the_address(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """A gateway that is off can be tried again."""
    simulator = await start_simulator()
    await simulator.stop()

    result = await start_flow(hass, simulator)

    assert "Nothing answers at this address." in error_text(result)
    await simulator.start()
    result = await give(hass, result, host=simulator.address)
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_firmware_without_data_is_turned_away(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """As 3.7 is, which knows none of the endpoints; until it is updated."""
    simulator = await start_simulator("legacy")
    for path in UNMETERED_PATHS:
        simulator.faults.add("status", path=path, code=404)

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert error_text(result) == "The firmware of this gateway gives no data that can be read here."
    simulator.faults.clear()
    assert (await sign_in(hass, result, simulator))["type"] is FlowResultType.CREATE_ENTRY


async def test_a_gateway_is_set_up_once(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """Whatever way its address is written."""
    simulator = await start_simulator()
    await set_up(hass, simulator)

    result = await hass.config_entries.flow.async_init(DOMAIN, context={"source": SOURCE_USER})
    result = await give(hass, result, host=f"https://{simulator.address}")

    assert abort_text(result) == "This gateway is already set up."


async def test_an_ignored_gateway_can_be_set_up(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """The person has changed his mind."""
    simulator = await start_simulator()
    await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": "ignore"}, data={"unique_id": simulator.serial, "title": "ignored"}
    )

    entry = await set_up(hass, simulator)

    assert entry.state is ConfigEntryState.LOADED
    assert hass.config_entries.async_entries(DOMAIN) == [entry]


# The token


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda token: f'  "{token}"\n',
        lambda token: f"'{token}'",
        lambda token: f"{token[:60]}\r\n{token[60:120]}\n  {token[120:]}",
    ],
    ids=["double quotes and white space", "quotes", "broken into lines"],
)
async def test_what_comes_along_with_a_pasted_token_is_dropped(
    hass: HomeAssistant, start_simulator: StartSimulator, wrapped: Callable[[str], str]
) -> None:
    """Mails and terminals add to it."""
    simulator = await start_simulator()
    token = simulator.token()
    result = await go_to(hass, await start_flow(hass, simulator), "token")

    result = await give(hass, result, token=wrapped(token))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_TOKEN] == token


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (lambda _: "eyJ", "This is not a token."),
        (lambda _: "one.two.three", "This is not a token."),
        (lambda _: "", "This is not a token."),
        (
            lambda simulator: simulator.token(serial="121900000099"),
            "This token is for gateway 121900000099, but the gateway here is 122300000001.",
        ),
        (lambda simulator: simulator.token(lifetime_s=-86_400), "This token ended at 20"),
        (lambda simulator: simulator.token()[:-8] + "AAAAAAAA", "The gateway does not accept this."),
    ],
    ids=["a part", "garbage", "nothing", "other gateway", "ended", "forged"],
)
async def test_a_wrong_token_is_explained(
    hass: HomeAssistant, start_simulator: StartSimulator, typed: Callable[[Simulator], str], read: str
) -> None:
    """And not shown again; nothing is stored before it is right."""
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")
    assert simulator.serial in step_text(result)

    result = await give(hass, result, token=typed(simulator))

    assert read in error_text(result)
    assert result["data_schema"] is not None
    assert [key.description for key in result["data_schema"].schema] == [None]
    assert hass.config_entries.async_entries(DOMAIN) == []
    result = await give(hass, result, token=simulator.token())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_token_that_cannot_serve_is_not_sent(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """It tells who the person is, and the gateway need not know."""
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")

    await give(hass, result, token=simulator.token(serial="121900000099"))

    assert [request.path for request in simulator.requests if request.credential != "none"] == []


async def test_a_gateway_that_is_busy_when_the_token_is_checked(
    hass: HomeAssistant, start_simulator: StartSimulator
) -> None:
    """An outage is no wrong token."""
    simulator = await start_simulator()
    result = await go_to(hass, await start_flow(hass, simulator), "token")
    simulator.faults.add("status", path="/auth/check_jwt", code=503)

    result = await give(hass, result, token=simulator.token())

    assert error_text(result).startswith("The gateway is busy (status 503).")
    simulator.faults.clear()
    result = await give(hass, result, token=simulator.token())
    assert result["type"] is FlowResultType.CREATE_ENTRY


# The account in the cloud


@pytest.mark.parametrize("remember", [False, True], ids=["forgotten", "remembered"])
async def test_the_password_is_stored_only_when_that_is_wanted(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, *, remember: bool
) -> None:
    """Off: it is used once; on: it renews the token."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account(remember=remember))

    assert result["type"] is FlowResultType.CREATE_ENTRY
    stored = {CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD} if remember else {}
    assert {key: value for key, value in result["data"].items() if key in {CONF_USERNAME, CONF_PASSWORD}} == stored
    assert (cloud.login_requests, cloud.token_requests) == (1, 1)
    assert [request.user_agent for request in cloud.requests] == ["enphase-iq-gateway"] * 2


@pytest.mark.parametrize(
    ("host", "answer", "read", "requests"),
    [
        ("login", CloudAnswer.WRONG_PASSWORD, "does not know this e-mail address with this password", 1),
        ("login", CloudAnswer.MFA, "paste a token made at https://entrez.enphaseenergy.com", 1),
        ("login", CloudAnswer.BLOCKED, "has blocked this account", 1),
        ("login", CloudAnswer.NOT_JSON, "something unexpected", 1),
        ("login", CloudAnswer.FORBIDDEN, "gave no token", 1),
        ("login", CloudAnswer.NOT_ACCEPTABLE, "refused to talk to us", 1),
        ("login", CloudAnswer.SERVER_ERROR, "are not available now", 3),
        ("login", CloudAnswer.HANG, "did not answer in time", 3),
        ("token", CloudAnswer.NOT_JSON, "something unexpected", 2),
        ("token", CloudAnswer.FORBIDDEN, "gave no token", 2),
        ("token", CloudAnswer.NOT_ACCEPTABLE, "refused to talk to us", 2),
        ("token", CloudAnswer.SERVER_ERROR, "are not available now", 6),
        ("token", CloudAnswer.HANG, "did not answer in time", 6),
    ],
)
async def test_each_answer_of_the_cloud_is_explained(
    hass: HomeAssistant,
    start_simulator: StartSimulator,
    start_cloud: StartCloud,
    *,
    host: str,
    answer: CloudAnswer,
    read: str,
    requests: int,
) -> None:
    """In its own words, after a bounded number of tries; only one of them is about the password."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    setattr(cloud, f"{host}_answer", answer)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account(remember=True))

    assert read in error_text(result)
    assert ("with this password" in error_text(result)) is (answer is CloudAnswer.WRONG_PASSWORD)
    assert len(cloud.requests) == requests
    assert_only_the_password_is_gone(result)
    cloud.login_answer = cloud.token_answer = CloudAnswer.OK
    result = await give(hass, result, **account(remember=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY


def assert_only_the_password_is_gone(result: ConfigFlowResult) -> None:
    """A person types the secret again, not the rest."""
    assert result["data_schema"] is not None
    suggested = {str(key): (key.description or {}).get("suggested_value") for key in result["data_schema"].schema}
    assert suggested == {CONF_USERNAME: USERNAME, CONF_PASSWORD: None, CONF_REMEMBER_PASSWORD: True}


async def test_a_wrong_password_is_told_and_corrected(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """One try each: repeated ones could block the account."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account("wrong"))

    assert error_text(result) == "Enphase does not know this e-mail address with this password."
    assert cloud.login_requests == 1
    result = await give(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_cloud_cannot_be_reached(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """Where Home Assistant has no internet, a pasted token does."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    await cloud.__aexit__(None, None, None)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account())

    assert "are not available now" in error_text(result)
    await cloud.__aenter__()
    result = await give(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cloud: setattr(cloud, "token_serial", "121900000099"),
        lambda cloud: setattr(cloud, "token_lifetime_s", -60.0),
    ],
    ids=["other gateway", "ended"],
)
async def test_the_cloud_gives_a_token_that_cannot_serve(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud, spoil: Callable[[Cloud], None]
) -> None:
    """The account does not own the gateway."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    spoil(cloud)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account())

    assert error_text(result).startswith(f"This account gets no token for gateway {simulator.serial}.")
    cloud.token_serial = cloud.token_lifetime_s = None
    result = await give(hass, result, **account())
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_the_gateway_refuses_the_token_of_the_cloud(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """Its clock may be far off (G§2.6); the password is not stored for that."""
    simulator = await start_simulator()
    await start_cloud(simulator)
    simulator.faults.add("status", path="/auth/check_jwt", code=401)
    result = await go_to(hass, await start_flow(hass, simulator), "account")

    result = await give(hass, result, **account(remember=True))

    assert error_text(result).startswith("The gateway does not accept this.")
    assert hass.config_entries.async_entries(DOMAIN) == []
    simulator.faults.clear()
    result = await give(hass, result, **account(remember=True))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_second_factor_leads_to_the_token(
    hass: HomeAssistant, start_simulator: StartSimulator, start_cloud: StartCloud
) -> None:
    """Going back is possible at any time: both ways are there from the start."""
    simulator = await start_simulator()
    cloud = await start_cloud(simulator)
    cloud.login_answer = CloudAnswer.MFA
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    assert "https://entrez.enphaseenergy.com" in step_text(result)
    result = await give(hass, result, **account())
    assert "second factor" in error_text(result)

    result = await sign_in(hass, await start_flow(hass, simulator), simulator)

    assert result["type"] is FlowResultType.CREATE_ENTRY


# The gateway's own account


async def test_a_blank_password_is_the_end_of_the_serial(hass: HomeAssistant, start_simulator: StartSimulator) -> None:
    """And the user name is there already."""
    simulator = await start_simulator("non_metered")
    result = await start_flow(hass, simulator)
    assert step_text(result) == f"The gateway at {simulator.address} has an account of its own."
    assert result["data_schema"] is not None
    assert result["data_schema"]({})[CONF_USERNAME] == "envoy"

    result = await give(hass, result, username="envoy")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert result["data"][CONF_PASSWORD] == ""
    assert hass.config_entries.async_entries(DOMAIN)[0].state is ConfigEntryState.LOADED


@pytest.mark.parametrize("answers", [{"username": "envoy", "password": "wrong"}, {"username": "some:one"}])
@pytest.mark.parametrize("profile", ["non_metered", "metered_digest", "legacy"])
async def test_a_wrong_local_account_is_told(
    hass: HomeAssistant, start_simulator: StartSimulator, profile: str, answers: dict[str, str]
) -> None:
    """Although the gateway's production is open to anybody (G§2.2)."""
    simulator = await start_simulator(profile)
    result = await start_flow(hass, simulator)

    result = await give(hass, result, **answers)

    assert error_text(result).startswith("The gateway does not accept this.")
    result = await give(hass, result, username=simulator.username, password=simulator.password)
    assert result["type"] is FlowResultType.CREATE_ENTRY


# What cannot happen by typing


async def test_signing_in_needs_a_gateway() -> None:
    """A step that comes before the gateway is found is a mistake of ours, and is said to be one."""
    flow = GatewayConfigFlow()

    with pytest.raises(RuntimeError, match="no gateway has been identified yet"):
        await flow.async_step_local_account({CONF_USERNAME: "envoy"})
