// The ready-made dashboard: a view of the roof and one of the house, made of the entities that are enabled.

import { DOMAIN } from "./api.js";
import { loadTexts } from "./texts.js";

/** @typedef {Record<string, unknown>} Card */
/** @typedef {{ type: string, stat_rate?: string, power_config?: object }} EnergySource */
/** @typedef {{ energy_sources: EnergySource[], device_consumption: { stat_rate?: string }[] }} EnergyPreferences */

const FLOWS = ["production", "total_consumption", "net_consumption"];
const STORAGE = [
  "battery_state_of_charge",
  "battery_state",
  "battery_reserve",
  "battery_available_energy",
  "grid_state",
  "grid_connected",
];
const CTS = [...FLOWS, "storage", "backfeed", "load", "evse", "pv3p"].map((flow) => `${flow}_ct_status`);
const HOURS = 24;
const PHASE = / L[1-3]$/;

/** A gateway with its entities and those of the devices behind it. */
class Site {
  /** @param {Hass} hass @param {Hass["devices"][string]} gateway @param {Entity[]} entities */
  constructor(hass, gateway, entities) {
    this.name = gateway.name_by_user ?? gateway.name ?? "";
    this.entryId = gateway.config_entry_id ?? gateway.primary_config_entry;
    this.entities = entities.filter(({ device_id: device }) => device === gateway.id);
    this.behind = entities.filter(({ device_id: id }) => hass.devices[id ?? ""]?.via_device_id === gateway.id);
  }

  /** @param {string[]} keys Return the entities with these translation keys, in their order. */
  pick(...keys) {
    return keys.flatMap((key) => this.entities.filter((entity) => entity.translation_key === key).sort(byId));
  }

  get hasPanels() {
    return this.behind.some((entity) => entity.translation_key === "power");
  }
}

/** @param {Entity} a @param {Entity} b */
const byId = (a, b) => a.entity_id.localeCompare(b.entity_id);

/** @param {Hass} hass */
const sites = (hass) => {
  const entities = Object.values(hass.entities).filter(
    ({ platform, entity_id: id }) => platform === DOMAIN && hass.states[id],
  );
  const ids = new Set(entities.map((entity) => entity.device_id ?? ""));
  const devices = [...ids].flatMap((id) => hass.devices[id] ?? []);
  return devices
    .filter(({ via_device_id: via }) => !via || !ids.has(via))
    .map((gateway) => new Site(hass, gateway, entities))
    .sort((a, b) => a.name.localeCompare(b.name));
};

/** @param {string} heading @param {string} [style] */
const title = (heading, style = "title") => ({ type: "heading", heading, heading_style: style });

/** @param {Entity} entity @param {Card} [options] */
const tile = ({ entity_id: entity }, options) => ({
  type: "tile",
  entity,
  name: { type: "entity" },
  vertical: true, // phones would cut the name beside an icon
  grid_options: { columns: 6 },
  ...options,
});

/** @param {Entity[]} entities @returns {Card[]} */
const graph = (entities) =>
  entities.length
    ? [
        {
          type: "history-graph",
          entities: entities.map(({ entity_id: entity }) => ({ entity, name: { type: "entity" } })),
          hours_to_show: HOURS,
        },
      ]
    : [];

/** Return a section, or none where there is nothing to show. @param {string} heading @param {Card[]} cards */
const section = (heading, cards) => (cards.length ? [{ type: "grid", cards: [title(heading), ...cards] }] : []);

/** @param {Site[]} all @param {Translate} text */
const roofView = (all, text) => ({
  title: text("dashboard_roof"),
  path: "roof",
  type: "sections",
  max_columns: 2,
  sections: all.map((site) => ({
    type: "grid",
    column_span: 2,
    cards: [
      ...(site.hasPanels
        ? [
            {
              type: "custom:enphase-iq-gateway-array-card",
              ...(site.entryId && { entry_id: site.entryId }),
              ...(all.length > 1 && { title: site.name }),
              grid_options: { columns: "full" },
            },
          ]
        : [title(site.name)]),
      ...site
        .pick("production_power", "production_energy_today", "panels_below_array", "inverters_reporting")
        .map((entity) => tile(entity)),
    ],
  })),
});

/**
 * Return the tiles of one quantity, a row for each flow, and a graph of the last row, which is the grid where it is there.
 * @param {Site} site @param {string} quantity
 */
const phaseCards = (site, quantity) => {
  const rows = FLOWS.map((flow) => site.pick(`${flow}_${quantity}_phase`)).filter((row) => row.length);
  const last = rows.at(-1) ?? [];
  return [
    ...rows.flatMap((row) => [
      title((row[0]?.name ?? "").replace(PHASE, ""), "subtitle"),
      ...row.map((entity) =>
        tile(entity, {
          ...(PHASE.test(entity.name ?? "") && { name: entity.name?.slice(-2) }),
          grid_options: { columns: 4 },
        }),
      ),
    ]),
    ...graph(last),
  ];
};

/** Return the state of charge of each battery, the entity that is named after its device. @param {Hass} hass @param {Site} site */
const batteries = (hass, site) =>
  site.behind
    .filter(({ entity_id: id, name }) => hass.states[id]?.attributes.device_class === "battery" && !name)
    .sort(byId)
    .map((entity) => tile(entity, { name: { type: "device" }, vertical: false, grid_options: { columns: 12 } }));

/** @param {Hass} hass @param {Site} site @param {Translate} text */
const siteSections = (hass, site, text) => [
  ...section(text("dashboard_power"), [
    ...site.pick(...FLOWS.map((flow) => `${flow}_power`), "battery_power").map((entity) => tile(entity)),
    ...site.pick("production_energy_today", "total_consumption_energy_today").map((entity) => tile(entity)),
    ...graph(site.pick(...FLOWS.map((flow) => `${flow}_power`))),
  ]),
  ...section(text("dashboard_storage"), [
    ...site.pick(...STORAGE).map((entity) => tile(entity)),
    ...batteries(hass, site),
    ...graph(site.pick("battery_state_of_charge")),
  ]),
  ...section(text("dashboard_phase_power"), phaseCards(site, "power")),
  ...section(text("dashboard_phase_voltage"), phaseCards(site, "voltage")),
  ...section(text("dashboard_phase_current"), phaseCards(site, "current")),
  ...section(
    text("dashboard_cts"),
    site.pick(...CTS).map((entity) => tile(entity)),
  ),
];

/** Return Home Assistant's energy cards that have what they need. @param {Hass} hass @param {Translate} text */
const energySection = async (hass, text) => {
  /** @type {EnergyPreferences | undefined} */
  const preferences = await hass.callWS({ type: "energy/get_prefs" }).catch(() => undefined); // never set, or not loaded
  const sources = preferences?.energy_sources ?? [];
  const flows = sources.filter(({ type }) => ["solar", "grid", "battery"].includes(type));
  const cards = [];
  if (flows.length) cards.push({ type: "energy-distribution", link_dashboard: true });
  if (flows.some((source) => source.stat_rate || source.power_config)) cards.push({ type: "power-sources-graph" });
  if (preferences?.device_consumption.some((device) => device.stat_rate)) cards.push({ type: "power-sankey" });
  return section(text("dashboard_energy"), cards);
};

/** @param {Hass} hass @param {Site[]} all @param {Translate} text */
const houseView = async (hass, all, text) => ({
  title: text("dashboard_house"),
  path: "house",
  type: "sections",
  max_columns: 3,
  dense_section_placement: true,
  sections: [
    ...(await energySection(hass, text)),
    ...all.flatMap((site) =>
      siteSections(hass, site, (key) => (all.length > 1 ? `${site.name}: ${text(key)}` : text(key))),
    ),
  ],
});

/** Return the dashboard. @param {Hass} hass */
export const generate = async (hass) => {
  const text = await loadTexts(hass);
  const all = sites(hass);
  if (!all.length) return { views: [{ title: text("dashboard_roof"), cards: [{ type: "markdown", content: text("dashboard_empty") }] }] };
  return { views: [roofView(all, text), await houseView(hass, all, text)] };
};
