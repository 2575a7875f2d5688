// Texts in the user's language, from the integration's translations.

import { DOMAIN } from "./api.js";

/**
 * Load the texts and return a function that translates a key such as `array_power`.
 * @param {Hass} hass @returns {Promise<Translate>}
 */
export const loadTexts = async (hass) => {
  const localize = await hass.loadBackendTranslation("common", DOMAIN);
  return (key, values) => localize(`component.${DOMAIN}.common.${key}`, values);
};

/** Languages that write numbers as the user has chosen in the profile. @type {Record<string, string | undefined>} */
const NUMBERS = { comma_decimal: "en", decimal_comma: "de", space_comma: "fr", quote_decimal: "de-CH", system: undefined };

/** Numbers, times and days as the user has chosen in the profile, in the time zone of the site. */
export class Formats {
  /** @param {Hass} hass @param {string} zone */
  constructor(hass, zone) {
    const { language, number_format: numbers, time_format: times } = hass.locale;
    const timeLanguage = times === "system" ? undefined : language;
    const hour12 = times === "12" ? true : times === "24" ? false : undefined;
    this.zone = zone;
    this.numberLanguage = numbers in NUMBERS ? NUMBERS[numbers] : language;
    this.grouping = numbers !== "none";
    /** @type {Map<number, Intl.NumberFormat>} */
    this.numbers = new Map();
    const twoDigits = hour12 === false ? "2-digit" : "numeric";
    /** @type {Intl.DateTimeFormatOptions} */
    const time = { hour: twoDigits, minute: "2-digit", timeZone: zone };
    const clock = hour12 === undefined ? time : { ...time, hour12 };
    this.clock = new Intl.DateTimeFormat(timeLanguage, clock);
    this.hours = new Intl.DateTimeFormat(timeLanguage, { ...clock, timeZone: "UTC" });
    this.days = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone: "UTC" });
    this.years = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
    this.iso = new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: zone });
  }

  /** @param {number} value @param {number} [digits] */
  number(value, digits = 0) {
    let format = this.numbers.get(digits);
    if (!format) {
      format = new Intl.NumberFormat(this.numberLanguage, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        useGrouping: this.grouping,
      });
      this.numbers.set(digits, format);
    }
    return format.format(value);
  }

  /** @param {number} watts */
  power = (watts) => (watts < 1000 ? `${this.number(watts)} W` : `${this.number(watts / 1000, 2)} kW`);

  /** @param {number} wh */
  energy = (wh) => (wh < 1000 ? `${this.number(wh)} Wh` : `${this.number(wh / 1000, wh < 100_000 ? 2 : 1)} kWh`);

  /** @param {number} seconds Since 1970 */
  time = (seconds) => this.clock.format(seconds * 1000);

  /** Return an hour of any day as a time. @param {number} hour */
  hour = (hour) => this.hours.format(hour * 3_600_000);

  /** Return the day at a time as YYYY-MM-DD. @param {number} seconds Since 1970 */
  date = (seconds) => this.iso.format(seconds * 1000);

  /** Return a day in words, with the year where it is not the present one. @param {string} date YYYY-MM-DD */
  day(date) {
    const thisYear = this.date(Date.now() / 1000).slice(0, 4);
    return (date.startsWith(thisYear) ? this.days : this.years).format(new Date(`${date}T00:00:00Z`));
  }
}
