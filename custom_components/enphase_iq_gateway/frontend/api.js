// The commands of the integration.

export const DOMAIN = "enphase_iq_gateway";
const COMMAND = `${DOMAIN}/array/`;

/**
 * Return the ids of the gateways' config entries; the first is shown where the card names none.
 * @param {Hass} hass @returns {Promise<string[]>}
 */
export const entries = async (hass) =>
  /** @type {{ entry_id: string }[]} */ (await hass.callWS({ type: "config_entries/get", domain: DOMAIN })).map(
    (entry) => entry.entry_id,
  );

/**
 * Receive the roof, the present values and the health of the panels, and their changes, until the result is called.
 * @param {Hass} hass @param {string} entryId @param {(event: ArrayEvent) => void} receive
 * @returns {Promise<() => Promise<void>>}
 */
export const subscribe = (hass, entryId, receive) =>
  hass.connection.subscribeMessage(receive, { type: `${COMMAND}subscribe`, entry_id: entryId }, { resubscribe: false });

/**
 * Return the values of a day, written YYYY-MM-DD.
 * @param {Hass} hass @param {string} entryId @param {string} date
 * @returns {Promise<Day>}
 */
export const day = (hass, entryId, date) => hass.callWS({ type: `${COMMAND}day`, entry_id: entryId, date });
