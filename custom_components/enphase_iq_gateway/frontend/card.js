// The array card: what it shows of a roof, and how it follows the gateway and the user.

import { day as readDay, entries, subscribe } from "./api.js";
import { differences, parse } from "./colors.js";
import { html } from "./element.js";
import { loadTexts } from "./texts.js";
import { Picture } from "./picture.js";
import { styles } from "./style.js";

const RETRY_MS = 10_000;

export class Card {
  /** @type {CardConfig | undefined} */
  config;
  /** @type {Hass | undefined} */
  hass;
  /** @type {Translate | undefined} */
  texts;
  /** @type {Picture | undefined} */
  #picture;
  /** The number of the latest request; answers to older ones are dropped. */
  #attempt = 0;
  #key = "";
  /** @type {(() => Promise<void>) | undefined} */
  #unsubscribe;
  #retry = 0;
  #theme = "";

  /** @param {ShadowRoot} root */
  constructor(root) {
    root.adoptedStyleSheets = [styles];
    this.card = html("ha-card");
    this.probe = html("span", { class: "hidden", "aria-hidden": "true" });
    this.probe.style.color = "var(--surface)";
    root.append(this.card, this.probe);
  }

  /** Show a roof as the user has configured it. @param {CardConfig} config @param {Hass} hass */
  update(config, hass) {
    const back = hass.connected && this.hass?.connected === false;
    this.hass = hass;
    if (config !== this.config) {
      this.config = config;
      this.#picture?.configure(config);
    }
    const key = JSON.stringify([config.entry_id, hass.locale]);
    if (key !== this.#key) this.disconnect();
    if (key !== this.#key || back) {
      this.#key = key;
      this.#leave();
      void this.#connect();
    }
    this.#followTheme(hass);
  }

  /** Stop following the gateway. */
  disconnect() {
    this.#leave();
    this.#key = "";
    this.#picture?.stop();
    this.#picture = undefined;
  }

  #leave() {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    void this.#unsubscribe?.().catch(() => {});
    this.#unsubscribe = undefined;
  }

  async #connect() {
    const { hass, config } = this;
    const attempt = this.#attempt;
    if (!hass || !config) return;
    const texts = (this.texts = await loadTexts(hass));
    try {
      const entryId = config.entry_id ?? (await entries(hass))[0];
      if (attempt !== this.#attempt) return;
      if (!entryId) return this.#fail(texts("array_no_gateway"));
      const unsubscribe = await subscribe(hass, entryId, (event) => {
        if (attempt === this.#attempt) this.#receive(event, entryId);
      });
      if (attempt === this.#attempt) this.#unsubscribe = unsubscribe;
      else await unsubscribe();
    } catch (error) {
      if (attempt !== this.#attempt) return;
      const { code } = /** @type {{ code?: string }} */ (error);
      // While Home Assistant restarts, the last picture stays.
      if (code === "not_found" || !this.#picture) this.#fail(texts(code === "not_found" ? "array_not_found" : "array_not_loaded"));
      this.#retry = setTimeout(() => void this.#connect(), RETRY_MS);
    }
  }

  /** @param {string} message */
  #fail(message) {
    this.#picture?.stop();
    this.#picture = undefined;
    this.card.replaceChildren(html("p", { class: "message", role: "status" }, message));
  }

  /** @param {ArrayEvent} event @param {string} entryId */
  #receive(event, entryId) {
    const { hass, texts, config } = this;
    if (!hass || !texts || !config) return;
    if (event.kind === "roof" && this.#picture?.entryId !== entryId) {
      this.#picture?.stop();
      this.#picture = new Picture(hass, texts, entryId, event, (date) => readDay(this.hass ?? hass, entryId, date));
      this.#theme = "";
      this.#picture.configure(config);
      this.card.replaceChildren(this.#picture.element);
      this.#followTheme(hass);
    }
    this.#picture?.receive(event);
  }

  /** @param {Hass} hass */
  #followTheme(hass) {
    const theme = getComputedStyle(this.probe).color;
    if (theme === this.#theme || !this.#picture) return;
    this.#theme = theme;
    this.#picture.differences = differences(parse(theme));
    this.#picture.hass = hass;
    this.#picture.refresh();
  }
}
