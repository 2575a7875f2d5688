// The form with the settings of the card.

import { DOMAIN } from "./api.js";
import { loadTexts } from "./texts.js";

/** Return the form as Home Assistant's editor of cards expects it. */
export const configForm = async () => {
  const home = /** @type {(Element & { hass: Hass }) | null} */ (document.querySelector("home-assistant"));
  const texts = home ? await loadTexts(home.hass) : (/** @type {string} */ key) => key;
  const views = ["array_power", "array_energy", "array_compare"].map((key) => ({ value: key.slice(6), label: texts(key) }));
  return {
    schema: [
      { name: "entry_id", selector: { config_entry: { integration: DOMAIN } } },
      { name: "title", selector: { text: {} } },
      { name: "view", selector: { select: { mode: "dropdown", options: views } } },
      { name: "arrays", selector: { text: { multiple: true } } },
      { name: "show_values", default: true, selector: { boolean: {} } },
    ],
    computeLabel: (/** @type {{ name: string }} */ { name }) => texts(`array_form_${name}`),
    computeHelper: (/** @type {{ name: string }} */ { name }) => (name === "arrays" ? texts("array_form_arrays_help") : undefined),
    assertConfig: (/** @type {CardConfig} */ config) => {
      if (config.arrays && !Array.isArray(config.arrays)) throw new Error("arrays: expected a list");
    },
  };
};
