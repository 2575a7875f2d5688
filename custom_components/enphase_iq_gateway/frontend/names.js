// The names of the card and the dashboard in the user's language, for the dialogs that offer them.

import { loadTexts } from "./texts.js";

const WAIT_MS = 1000;

/** Name what Home Assistant offers, once it has the texts. @param {Offer} card @param {Offer} dashboard */
export const rename = async (card, dashboard) => {
  const { hass } = /** @type {{ hass?: Partial<Hass> }} */ (document.querySelector("home-assistant") ?? {});
  // The page is still loading, and comes first.
  if (!hass?.loadBackendTranslation) return void setTimeout(rename, WAIT_MS, card, dashboard);
  const text = await loadTexts(/** @type {Hass} */ (hass));
  card.name = text("array_offer");
  card.description = text("array_offer_about");
  dashboard.description = text("dashboard_offer_about");
};
