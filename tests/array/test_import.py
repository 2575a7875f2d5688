"""The layout of the account: kept at a sign-in unless a user has arranged the panels, and shown on request."""

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry, ConfigFlowContext
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest

from custom_components.enphase_iq_gateway.array.feed import async_roof_feed
from custom_components.enphase_iq_gateway.array.layout import Layout, LayoutSource, automatic_layout
from custom_components.enphase_iq_gateway.config_flow import CONF_SIGN_IN_AGAIN
from custom_components.enphase_iq_gateway.const import DOMAIN
from custom_components.enphase_iq_gateway.hub.account_layout import LayoutImportError, async_import_layout
from simulator import Simulator
from simulator.cloud import LAYOUT_PATH, Cloud, CloudAnswer
from tests.conftest import PASSWORD, USERNAME, StartCloud, StartSimulator, set_up, start_flow
from tests.support.forms import account, go_to, submit


@pytest.fixture
async def simulator(start_simulator: StartSimulator) -> Simulator:
    return await start_simulator(inverters=4)


@pytest.fixture
async def cloud(start_cloud: StartCloud, simulator: Simulator) -> Cloud:
    return await start_cloud(simulator)


async def sign_in(hass: HomeAssistant, simulator: Simulator, *, remember: bool = False) -> ConfigEntry:
    """Set the gateway up with the account."""
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    result = await submit(hass, result, **account(remember=remember))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    entry: ConfigEntry = result["result"]
    return entry


async def sign_in_again(hass: HomeAssistant, entry: ConfigEntry, simulator: Simulator) -> None:
    """Sign in to the account again, as users do after a change of the roof."""
    context = ConfigFlowContext(source=SOURCE_RECONFIGURE, entry_id=entry.entry_id)
    result = await hass.config_entries.flow.async_init(DOMAIN, context=context)
    result = await submit(hass, result, **{CONF_HOST: str(simulator.address), CONF_SIGN_IN_AGAIN: True})
    result = await submit(hass, await go_to(hass, result, "account"), **account())
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()


def stored(hass: HomeAssistant, entry: ConfigEntry) -> Layout | None:
    return async_roof_feed(hass, entry.entry_id).layouts.layout


def layout_requests(cloud: Cloud) -> int:
    return sum(request.path == LAYOUT_PATH for request in cloud.requests)


async def arrange(hass: HomeAssistant, entry: ConfigEntry, source: LayoutSource) -> Layout:
    """Save a layout of other arrays."""
    document = automatic_layout(["122000000001"]).as_json() | {"source": source.value}
    feed = async_roof_feed(hass, entry.entry_id)
    return await feed.async_save(Layout.from_json(document), feed.layouts.version)


# At the sign-in


async def test_the_layout_is_stored_at_the_first_sign_in(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    entry = await sign_in(hass, simulator)

    layout = stored(hass, entry)
    assert layout is not None
    assert set(layout.panels) == set(simulator.world.inverters)
    assert (layout.source, layout.version, layout_requests(cloud)) == (LayoutSource.ENPHASE, 1, 1)
    assert set(entry.data) == {CONF_HOST, "token", "certificate"}


@pytest.mark.parametrize(
    "answer", [CloudAnswer.NOT_JSON, CloudAnswer.BLOCKED, CloudAnswer.SERVER_ERROR, CloudAnswer.HANG]
)
async def test_a_sign_in_succeeds_without_the_layout(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, answer: CloudAnswer
) -> None:
    cloud.layout_answer = answer

    entry = await sign_in(hass, simulator)

    assert layout_requests(cloud) == 1
    assert stored(hass, entry) is None


async def test_the_layout_of_another_roof_is_not_stored(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    """An account may have several systems."""
    cloud.layout_of = Simulator(inverters=3, neighbor=cloud.simulator)
    assert not simulator.world.inverters.keys() & cloud.layout_of.world.inverters.keys()

    entry = await sign_in(hass, simulator)

    assert layout_requests(cloud) == 1
    assert stored(hass, entry) is None


@pytest.mark.parametrize(("source", "version"), [(LayoutSource.PERSON, 2), (LayoutSource.ENPHASE, 3)])
async def test_the_layout_of_a_user_is_kept_at_another_sign_in(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud, source: LayoutSource, version: int
) -> None:
    entry = await sign_in(hass, simulator)
    arranged = await arrange(hass, entry, source)

    await sign_in_again(hass, entry, simulator)

    layout = stored(hass, entry)
    assert layout is not None
    assert (layout == arranged, layout.version) == (source is LayoutSource.PERSON, version)
    assert layout_requests(cloud) == 2


async def test_the_same_layout_is_not_stored_again(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    entry = await sign_in(hass, simulator)

    await sign_in_again(hass, entry, simulator)

    layout = stored(hass, entry)
    assert layout is not None
    assert (layout.version, layout_requests(cloud)) == (1, 2)


async def test_the_layout_is_read_after_a_code(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    cloud.second_factor.required = True
    result = await go_to(hass, await start_flow(hass, simulator), "account")
    result = await submit(hass, result, **account())
    result = await submit(hass, result, code=cloud.second_factor.codes[-1], send_again=False)
    await hass.async_block_till_done()

    layout = stored(hass, result["result"])
    assert layout is not None
    assert layout.source is LayoutSource.ENPHASE


# On request


async def test_with_a_stored_password_the_layout_is_read_from_the_account(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    entry = await sign_in(hass, simulator, remember=True)
    arranged = await arrange(hass, entry, LayoutSource.PERSON)

    layout = await async_import_layout(hass, entry)

    assert set(layout.panels) == set(simulator.world.inverters)
    assert layout_requests(cloud) == 2
    assert stored(hass, entry) == arranged


async def test_without_a_password_the_layout_of_the_last_sign_in_is_returned(
    hass: HomeAssistant, simulator: Simulator, cloud: Cloud
) -> None:
    entry = await sign_in(hass, simulator)

    layout = await async_import_layout(hass, entry)

    assert set(layout.panels) == set(simulator.world.inverters)
    assert layout_requests(cloud) == 1


@pytest.mark.slow
async def test_the_layout_is_forgotten_with_the_entry(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> None:
    entry = await sign_in(hass, simulator)
    await hass.config_entries.async_remove(entry.entry_id)

    entry = await set_up(hass, simulator)

    assert layout_requests(cloud) == 1
    assert stored(hass, entry) is None
    with pytest.raises(LayoutImportError):
        await async_import_layout(hass, entry)


@pytest.mark.usefixtures("cloud")
async def test_importing_fails_without_a_stored_password(hass: HomeAssistant, simulator: Simulator) -> None:
    entry = await set_up(hass, simulator)

    with pytest.raises(LayoutImportError, match="password of the Enphase account isn't stored") as caught:
        await async_import_layout(hass, entry)

    assert caught.value.code == "no_session"


@pytest.fixture
async def remembered(hass: HomeAssistant, simulator: Simulator, cloud: Cloud) -> ConfigEntry:
    """Set up the gateway with a stored password, without reading the layout of the account."""
    assert cloud.requests == []
    entry = await set_up(hass, simulator)
    hass.config_entries.async_update_entry(entry, data={**entry.data, CONF_USERNAME: USERNAME, CONF_PASSWORD: PASSWORD})
    return entry


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (CloudAnswer.WRONG_PASSWORD, "rejected the stored email and password"),
        (CloudAnswer.BLOCKED, "has blocked the stored account"),
        (CloudAnswer.SERVER_ERROR, "didn't provide the layout"),
    ],
)
async def test_importing_fails_when_the_account_rejects_the_sign_in(
    hass: HomeAssistant, remembered: ConfigEntry, cloud: Cloud, answer: CloudAnswer, text: str
) -> None:
    cloud.login_answer = answer

    with pytest.raises(LayoutImportError, match=text) as caught:
        await async_import_layout(hass, remembered)

    assert caught.value.code == "no_session"


async def test_importing_an_invalid_document_is_an_error(
    hass: HomeAssistant, remembered: ConfigEntry, cloud: Cloud
) -> None:
    cloud.layout_answer = CloudAnswer.BLOCKED

    with pytest.raises(LayoutImportError, match="didn't provide the layout") as caught:
        await async_import_layout(hass, remembered)

    assert caught.value.code == "no_layout"


async def test_importing_the_layout_of_another_roof_is_an_error(
    hass: HomeAssistant, remembered: ConfigEntry, cloud: Cloud
) -> None:
    cloud.layout_of = Simulator(inverters=3, neighbor=cloud.simulator)

    with pytest.raises(LayoutImportError, match="no panels of this gateway") as caught:
        await async_import_layout(hass, remembered)

    assert caught.value.code == "no_layout"


async def test_importing_fails_with_a_second_factor_and_sends_no_code(
    hass: HomeAssistant, remembered: ConfigEntry, cloud: Cloud
) -> None:
    cloud.second_factor.required = True

    with pytest.raises(LayoutImportError, match="multi-factor") as caught:
        await async_import_layout(hass, remembered)

    assert caught.value.code == "no_session"
    assert cloud.second_factor.codes == []
