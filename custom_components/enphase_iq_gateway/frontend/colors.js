// The colors of the tiles: cividis for amounts, which is made for color-blind eyes, and blue to orange for comparisons.

/** @type {Rgb[]} */
const CIVIDIS = [
  [0, 34, 78],
  [18, 53, 112],
  [59, 73, 108],
  [87, 93, 109],
  [112, 113, 115],
  [138, 134, 120],
  [165, 156, 116],
  [195, 179, 105],
  [225, 204, 85],
  [254, 232, 56],
];
/** @type {Rgb} */
const BLACK = [0, 0, 0];
/** @type {Rgb} */
const WHITE = [255, 255, 255];
const STEPS = 256;
/** The share of difference that has the strongest color. */
export const STRONGEST = 0.25;

/** @param {Rgb} rgb */
const css = (rgb) => `rgb(${rgb.join()})`;

/**
 * Mix two colors.
 * @param {Rgb} one @param {Rgb} other @param {number} share Of the other
 * @returns {Rgb}
 */
export const mix = (one, other, share) =>
  /** @type {Rgb} */ (one.map((value, index) => Math.round(value + (/** @type {number} */ (other[index]) - value) * share)));

/** Return the relative luminance, 0 to 1. @param {Rgb} rgb */
export const luminance = (rgb) => {
  const [red, green, blue] = /** @type {Rgb} */ (
    rgb.map((value) => (value <= 10 ? value / 3295 : ((value / 255 + 0.055) / 1.055) ** 2.4))
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** @param {Rgb} rgb @returns {Color} */
const color = (rgb) => ({ fill: css(rgb), ink: luminance(rgb) > 0.179 ? "#000" : "#fff" });

/**
 * Return the color at a share of a scale.
 * @template T
 * @param {T[]} colors @param {number} share
 */
export const pick = (colors, share) =>
  /** @type {T} */ (colors[Math.round(Math.min(1, Math.max(0, share)) * (colors.length - 1))]);

/** @param {Rgb[]} stops @returns {Color[]} */
const scale = (stops) =>
  Array.from({ length: STEPS }, (_, step) => {
    const place = (step / (STEPS - 1)) * (stops.length - 1);
    const below = Math.min(stops.length - 2, Math.floor(place));
    return color(mix(/** @type {Rgb} */ (stops[below]), /** @type {Rgb} */ (stops[below + 1]), place - below));
  });

/** From none to the most. */
export const AMOUNTS = scale(CIVIDIS);

/**
 * Return the colors from far less to far more than the array; equal ones have nearly the color of the card.
 * @param {Rgb} surface
 */
export const differences = (surface) => {
  const dark = luminance(surface) < 0.179;
  const neutral = mix(surface, dark ? WHITE : BLACK, dark ? 0.14 : 0.06);
  return scale([[179, 88, 6], [230, 138, 32], neutral, [78, 153, 206], [33, 102, 172]]);
};

/** Return a CSS gradient of a scale. @param {Color[]} colors */
export const gradient = (colors) =>
  `linear-gradient(90deg,${[0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1].map((share) => pick(colors, share).fill).join()})`;

/** Read a computed color such as `rgb(28, 28, 28)`. @param {string} text @returns {Rgb} */
export const parse = (text) => {
  const values = text.match(/[\d.]+/g)?.slice(0, 3).map(Number);
  if (values?.length !== 3) return WHITE;
  // Computed values of color-mix are shares of 1.
  return /** @type {Rgb} */ (text.startsWith("color(") ? values.map((value) => Math.round(value * 255)) : values);
};
