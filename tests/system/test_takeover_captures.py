"""Recorded gateways: every entity that core makes of one moves, or stays for a known reason."""

from collections import defaultdict
from custom_components.enphase_iq_gateway.control.areas import ControlArea
import time

from homeassistant.util import dt as dt_util

from custom_components.enphase_iq_gateway.client.endpoints.info import parse_info
from custom_components.enphase_iq_gateway.history.takeover.plan import Left, make_plan
from custom_components.enphase_iq_gateway.history.takeover.possible import possible_entities
from tests.conftest import set_up
from tests.support.captures import CAPTURES, needs
from tests.support.core_rows import core_rows
from tests.support.recorded import GATEWAYS

pytestmark = needs(CAPTURES)


async def test_x(hass, start_simulator, freezer):
    for name in GATEWAYS:
        t0 = time.perf_counter()
        recorded_at = parse_info((CAPTURES / name / "info").read_bytes()).time
        freezer.move_to(dt_util.utc_from_timestamp(recorded_at))
        simulator = await start_simulator(replay=CAPTURES / name, clock=time.time)
        entry = await set_up(hass, simulator)
        try:
            rows = await core_rows(hass, simulator)
        except Exception as e:
            print(name, "ERR", repr(e))
            rows = []
        plan = make_plan(rows, possible_entities(hass, entry), areas=ControlArea)
        ser = simulator.serial if False else entry.unique_id
        from collections import Counter
        why = defaultdict(Counter)
        for row, w in plan.left:
            d, _, key = row.unique_id.partition("_")
            if row.unique_id.endswith(("_l1","_l2","_l3")): key = key[:-3]+"_l?"
            why[w][f"{row.domain}.{key if d == ser else 'dev '+key}"]+=1
        print("CAP", name, len(rows), len(plan.moves))
        for k in (Left.NOT_ON_SITE,Left.OTHER_MEANING): print("    ",k, dict(why[k]))
        print("     ", {k:sum(v.values()) for k,v in why.items()})
        await hass.config_entries.async_remove(entry.entry_id)
        await hass.async_block_till_done()
