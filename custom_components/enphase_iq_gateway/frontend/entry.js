// Loaded on every page, so it only registers; the other modules are loaded when they are used.

const DOMAIN = "enphase_iq_gateway";
const CARD = "enphase-iq-gateway-array-card";
const STRATEGY = "ll-strategy-dashboard-enphase-iq-gateway";

class ArrayCard extends HTMLElement {
  /** @type {import("./card.js").Card | undefined} */
  #card;
  /** @type {CardConfig | undefined} */
  #config;
  /** @type {Hass | undefined} */
  #hass;

  static getStubConfig = () => ({ view: "power" });
  static getConfigForm = async () => (await import("./form.js")).configForm();

  /** @param {CardConfig} config */
  setConfig(config) {
    this.#config = config;
    this.#update();
  }

  /** @param {Hass} hass */
  set hass(hass) {
    this.#hass = hass;
    this.#update();
  }

  connectedCallback() {
    void this.#load();
  }

  disconnectedCallback() {
    this.#card?.disconnect();
  }

  getCardSize = () => 8;
  getGridOptions = () => ({ columns: 12, min_columns: 6 });

  async #load() {
    const { Card } = await import("./card.js");
    this.#card ??= new Card(this.attachShadow({ mode: "open" }));
    this.#update();
  }

  #update() {
    if (this.#card && this.#config && this.#hass && this.isConnected) this.#card.update(this.#config, this.#hass);
  }
}

class Dashboard extends HTMLElement {
  static getCreateSuggestions = () => ({ title: "IQ Gateway", icon: "mdi:solar-power-variant" });
  /** @param {object} _ @param {Hass} hass */
  static generate = async (_, hass) => (await import("./strategy.js")).generate(hass);
}

/** @param {Hass} hass @param {string} id */
const getEntitySuggestion = (hass, id) => {
  const { platform, device_id: device } = hass.entities[id] ?? {};
  if (platform !== DOMAIN) return null;
  const { config_entry_id: current, primary_config_entry: former } = hass.devices[device ?? ""] ?? {};
  const entry = current ?? former;
  return { config: { type: `custom:${CARD}`, ...(entry && { entry_id: entry }) } };
};

const card = {
  type: CARD,
  name: "Enphase solar panels",
  description: "The panels on the roof: power, energy and a comparison, now and on past days",
  preview: true,
  documentationURL: "https://github.com/enphase-iq-gateway/enphase-iq-gateway/blob/main/docs/array.md",
  getEntitySuggestion,
};
const dashboard = {
  type: "enphase-iq-gateway",
  strategyType: "dashboard",
  name: "Enphase IQ Gateway",
  description: "Roof, house, battery, grid and phases",
};
(window.customCards ??= []).push(card);
(window.customStrategies ??= []).push(dashboard);

// Until this element exists, Home Assistant 2026.10 may replace the registry and lose what was defined in it.
void customElements.whenDefined("home-assistant").then(async () => {
  if (!customElements.get(CARD)) customElements.define(CARD, ArrayCard);
  if (!customElements.get(STRATEGY)) customElements.define(STRATEGY, Dashboard);
  await (await import("./names.js")).rename(card, dashboard);
});
