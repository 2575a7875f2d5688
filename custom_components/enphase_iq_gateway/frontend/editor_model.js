// Changes of a layout: move, snap, turn, place, mirror. Pure: each returns a new layout.
//
// A panel's x and y are its middle in the frame of its array. That frame has its origin at the array's x and y on the
// roof, and is turned clockwise by azimuth - 180 degrees: north is up, and the lower edge of a panel faces its azimuth.

import { around, boxOf, GAP, HEIGHT as PANEL_HEIGHT, WIDTH as PANEL_WIDTH, rotate } from "./geometry.js";

/** An upright panel and the gap beside it, in the layout's units. */
export const WIDTH = PANEL_WIDTH + GAP;
export const HEIGHT = PANEL_HEIGHT + GAP;
/** Edges that are closer snap: a quarter of a panel's width. */
const SNAP = 26;

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** @param {{ lying: boolean }} panel */
export const size = ({ lying }) => (lying ? { x: HEIGHT, y: WIDTH } : { x: WIDTH, y: HEIGHT });

/** Return how far an array is turned clockwise, in degrees. @param {PanelArray} array */
export const angle = (array) => (array.azimuth ?? 180) - 180;

/** @param {Point} one @param {Point} other */
export const add = (one, other) => ({ x: one.x + other.x, y: one.y + other.y });

/** @param {Point} one @param {Point} other */
export const subtract = (one, other) => ({ x: one.x - other.x, y: one.y - other.y });

/** @param {PanelArray} array @param {Point} point */
export const toRoof = (array, point) => add(array, rotate(angle(array), point));

/** @param {PanelArray} array @param {Point} point */
export const toArray = (array, point) => rotate(-angle(array), subtract(point, array));

/** @param {Layout} layout @param {string} id */
export const arrayOf = (layout, id) => /** @type {PanelArray} */ (layout.arrays.find((array) => array.id === id));

/** Return the serials of an array. @param {Layout} layout @param {string} id */
export const serialsOf = (layout, id) => Object.keys(layout.panels).filter((serial) => layout.panels[serial].array === id);

/** Return where a panel is on the roof. @param {Layout} layout @param {string} serial */
export const onRoof = (layout, serial) => {
  const panel = layout.panels[serial];
  const array = arrayOf(layout, panel.array);
  const { x: width, y: height } = size(panel);
  return { index: 0, ...toRoof(array, panel), width, height, turn: angle(array) };
};

/** Return the box around all panels on the roof; empty without panels. @param {Layout} layout */
export const bounds = (layout) => around(Object.keys(layout.panels).map((serial) => boxOf(onRoof(layout, serial))));

/** @param {Box} box */
export const isEmpty = (box) => box.left > box.right;

/** Return the box around the panels of an array in its frame. @param {Layout} layout @param {string} id */
export const boundsOf = (layout, id) => {
  const arrays = [{ ...arrayOf(layout, id), azimuth: null, x: 0, y: 0 }];
  const panels = Object.fromEntries(Object.entries(layout.panels).filter(([, { array }]) => array === id));
  return bounds({ ...layout, arrays, panels });
};

/**
 * @param {Layout} layout @param {Iterable<string>} serials
 * @param {(panel: Place, serial: string) => Partial<Place>} change @returns {Layout}
 */
const change = (layout, serials, change) => {
  const panels = { ...layout.panels };
  for (const serial of serials) {
    const panel = { ...panels[serial], ...change(panels[serial], serial) };
    panels[serial] = { ...panel, x: round(panel.x), y: round(panel.y) };
  }
  return { ...layout, source: "person", panels };
};

/** Move panels on the roof. @param {Layout} layout @param {Iterable<string>} serials @param {Point} by */
export const move = (layout, serials, by) =>
  change(layout, serials, (panel) => add(panel, rotate(-angle(arrayOf(layout, panel.array)), by)));

/**
 * Return how far an arrow key moves a panel on the roof: along the side of the panel that is nearest to the direction.
 * @param {Layout} layout @param {string} serial @param {Point} direction @param {number} panels
 */
export const step = (layout, serial, direction, panels) => {
  const { turn, width, height } = onRoof(layout, serial);
  const { x, y } = rotate(-turn, direction);
  const across = Math.abs(x) > Math.abs(y);
  return rotate(turn, { x: across ? Math.sign(x) * width * panels : 0, y: across ? 0 : Math.sign(y) * height * panels });
};

/**
 * Return all panels in the frame of an array, without those of arrays that are askew to it.
 * @param {Layout} layout @param {string} id @returns {(Place & { serial: string })[]}
 */
export const neighbors = (layout, id) => {
  const array = arrayOf(layout, id);
  return Object.entries(layout.panels).flatMap(([serial, panel]) => {
    const place = onRoof(layout, serial);
    const turn = Math.abs(place.turn - angle(array)) % 180;
    if (turn % 90) return [];
    return { ...panel, ...toArray(array, place), serial, lying: panel.lying !== (turn === 90) };
  });
};

/**
 * Return the nearest place, in the frame of its array, where a panel touches others or lines up with them; with none of
 * them near, the nearest on a grid of half panels.
 * @param {Layout} layout @param {Place} panel @param {Iterable<string>} moving Panels that move along
 */
export const snap = (layout, panel, moving) => {
  const along = new Set(moving);
  const others = neighbors(layout, panel.array).filter(({ serial }) => !along.has(serial));
  const own = others.find(({ array }) => array === panel.array);
  /** @param {"x" | "y"} axis */
  const place = (axis) => {
    const half = size(panel)[axis] / 2;
    const distances = others.flatMap((other) => {
      const [offset, far] = [other[axis] - panel[axis], size(other)[axis] / 2];
      return [offset - far - half, offset + far + half, offset - far + half, offset + far - half];
    });
    const best = distances.reduce((one, other) => (Math.abs(other) < Math.abs(one) ? other : one), SNAP);
    if (best !== SNAP) return panel[axis] + best;
    const origin = own?.[axis] ?? 0;
    return origin + Math.round((panel[axis] - origin) / half) * half;
  };
  return { x: round(place("x")), y: round(place("y")) };
};

/**
 * Return how far panels that are dragged by one of them move on the roof.
 * @param {Layout} layout @param {string} serial @param {Iterable<string>} moving @param {Point} by
 */
export const drag = (layout, serial, moving, by) => {
  const panel = layout.panels[serial];
  const array = arrayOf(layout, panel.array);
  const from = toRoof(array, panel);
  return subtract(toRoof(array, snap(layout, { ...panel, ...toArray(array, add(from, by)) }, moving)), from);
};

/** Return whether most panels of an array lie. @param {Layout} layout @param {string} id */
export const isLying = (layout, id) =>
  serialsOf(layout, id).reduce((balance, serial) => balance + (layout.panels[serial].lying ? 1 : -1), 0) > 0;

/**
 * Return whether a panel is over one of others; imported panels may be a little closer than these.
 * @param {(Place & { serial: string })[]} others @param {Place} panel @param {string} [serial] The one of the panel
 */
export const overlaps = (others, panel, serial) =>
  others.some(
    (other) =>
      other.serial !== serial &&
      Math.abs(other.x - panel.x) < (size(other).x + size(panel).x) / 2 - 10 &&
      Math.abs(other.y - panel.y) < (size(other).y + size(panel).y) / 2 - 10,
  );

/**
 * Return the first free place for a panel: to the right of another panel or from a point on, or else below the array.
 * @param {Layout} layout @param {string} array @param {boolean} lying @param {string | Point} [after]
 * @returns {Place}
 */
export const nextPlace = (layout, array, lying, after) => {
  const { x, y } = size({ lying });
  const box = boundsOf(layout, array);
  const last = typeof after === "string" ? layout.panels[after] : undefined;
  let point = isEmpty(box) ? { x: 0, y: 0 } : { x: box.left + x / 2, y: box.bottom + y / 2 };
  if (typeof after === "object") point = after;
  else if (last?.array === array) point = { x: last.x + (size(last).x + x) / 2, y: last.y };
  const others = neighbors(layout, array);
  let place = { array, lying, x: round(point.x), y: round(point.y) };
  while (overlaps(others, place)) place = { ...place, x: round(place.x + x) };
  return place;
};

/** @param {Layout} layout @param {string} serial @param {Place} place */
export const put = (layout, serial, place) => change(layout, [serial], () => place);

/** Take panels off the roof. @param {Layout} layout @param {Iterable<string>} serials @returns {Layout} */
export const remove = (layout, serials) => {
  const panels = { ...layout.panels };
  for (const serial of serials) delete panels[serial];
  return { ...layout, source: "person", panels };
};

/** Turn each panel by a quarter. @param {Layout} layout @param {Iterable<string>} serials */
export const turn = (layout, serials) => change(layout, serials, (panel) => ({ lying: !panel.lying }));

/**
 * Move panels to another array; on the roof they stay.
 * @param {Layout} layout @param {Iterable<string>} serials @param {string} array
 */
export const assign = (layout, serials, array) =>
  change(layout, serials, (_, serial) => ({ array, ...toArray(arrayOf(layout, array), onRoof(layout, serial)) }));

/** Add an array to the right of the others. @param {Layout} layout @param {string} name @returns {Layout} */
export const addArray = (layout, name) => {
  let number = 1;
  while (arrayOf(layout, `a${number}`)) number += 1;
  const box = bounds(layout);
  const at = isEmpty(box) ? { x: 0, y: 0 } : { x: round(box.right + WIDTH), y: round(box.top + HEIGHT / 2) };
  return { ...layout, source: "person", arrays: [...layout.arrays, { id: `a${number}`, name, azimuth: 180, ...at }] };
};

/**
 * Change an array. It turns about the middle of its panels; rows stay rows where all panels are turned.
 * @param {Layout} layout @param {string} id @param {Partial<PanelArray>} values
 * @param {boolean} [lying] Whether all panels lie then
 */
export const changeArray = (layout, id, values, lying) => {
  const box = boundsOf(layout, id);
  const middle = isEmpty(box) ? { x: 0, y: 0 } : { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  const arrays = layout.arrays.map((array) => {
    const { x, y } = toRoof(array, middle);
    return array.id === id ? { ...array, x: round(x), y: round(y), ...values } : array;
  });
  return change({ ...layout, arrays }, serialsOf(layout, id), (panel) => {
    const [old, now] = [size(panel), size({ lying: lying ?? panel.lying })];
    const { x, y } = subtract(panel, middle);
    return { x: (x * now.x) / old.x, y: (y * now.y) / old.y, lying: lying ?? panel.lying };
  });
};

/** Remove an array and take its panels off the roof. @param {Layout} layout @param {string} id @returns {Layout} */
export const removeArray = (layout, id) => ({
  ...remove(layout, serialsOf(layout, id)),
  arrays: layout.arrays.filter((array) => array.id !== id),
});

/**
 * Change the positions of all panels on the roof, and keep the azimuths.
 * @param {Layout} layout @param {(point: Point) => Point} move @param {boolean} swap Whether upright panels lie then
 * @returns {Layout}
 */
const redraw = (layout, move, swap) => ({
  ...layout,
  arrays: layout.arrays.map((array) => ({ ...array, ...move(array) })),
  panels: change(layout, Object.keys(layout.panels), (panel) => {
    // Rows and columns stay straight in the frame of an array, however it is turned.
    const turned = Math.round(angle(arrayOf(layout, panel.array)) / 90) * 90;
    return { ...rotate(-turned, move(rotate(turned, panel))), lying: panel.lying !== swap };
  }).panels,
});

/** @param {Layout} layout */
export const mirror = (layout) => redraw(layout, ({ x, y }) => ({ x: -x, y }), false);

/** @param {Layout} layout */
export const quarterTurn = (layout) => redraw(layout, ({ x, y }) => ({ x: -y, y: x }), true);

/** The steps of the user, which can be undone. */
export class History {
  /** @param {Layout} layout */
  constructor(layout) {
    this.saved = this.now = layout;
    /** @type {Layout[]} */
    this.past = [];
    /** @type {Layout[]} */
    this.future = [];
    this.tag = "";
  }

  /** Add a step; steps in a row with the same tag are undone together. @param {Layout} layout @param {string} [tag] */
  add(layout, tag = "") {
    if (!tag || tag !== this.tag) this.past.push(this.now);
    [this.tag, this.now, this.future] = [tag, layout, []];
  }

  undo() {
    this.#go(this.past, this.future);
  }

  redo() {
    this.#go(this.future, this.past);
  }

  /** @param {Layout[]} from @param {Layout[]} to */
  #go(from, to) {
    const layout = from.pop();
    if (!layout) return;
    to.push(this.now);
    [this.tag, this.now] = ["", layout];
  }

  get changed() {
    return this.now !== this.saved;
  }
}
