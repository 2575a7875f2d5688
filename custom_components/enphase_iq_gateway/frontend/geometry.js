// Where the tiles are. Lengths of the layout are in its units, in which an upright panel is 100 wide and 199 high.

export const WIDTH = 100;
export const HEIGHT = 199;
/** Between the panels of a grid. */
export const GAP = 6;
/** The azimuth of an array that is drawn upright. */
const UNTURNED = 180;
/** Tiles whose middles differ less than this in height are read as one row. */
const ROW = 60;

/**
 * Return the box around a tile.
 * @param {Tile} tile @returns {Box}
 */
export const boxOf = ({ x, y, width, height, turn }) => {
  const angle = (turn * Math.PI) / 180;
  const cos = Math.abs(Math.cos(angle));
  const sin = Math.abs(Math.sin(angle));
  const halfWidth = (width * cos + height * sin) / 2;
  const halfHeight = (width * sin + height * cos) / 2;
  return { left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight };
};

/** Turn a point clockwise around 0,0. @param {number} degrees @param {Point} point @returns {Point} */
export const rotate = (degrees, { x, y }) => {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return { x: cos * x - sin * y, y: sin * x + cos * y };
};

/**
 * Return the upper right corner of a turned rectangle around 0,0.
 * @param {number} x Half its width. @param {number} y Half its height. @param {number} turn
 */
export const topRightOf = (x, y, turn) => {
  const corners = [x, -x].flatMap((x) => [y, -y].map((y) => rotate(turn, { x, y })));
  return corners.reduce((best, next) => (next.x - next.y > best.x - best.y ? next : best));
};

/**
 * Return the box around boxes.
 * @param {Box[]} boxes @returns {Box}
 */
export const around = (boxes) => ({
  left: Math.min(...boxes.map((box) => box.left)),
  top: Math.min(...boxes.map((box) => box.top)),
  right: Math.max(...boxes.map((box) => box.right)),
  bottom: Math.max(...boxes.map((box) => box.bottom)),
});

/**
 * Return the arrays that have panels, and the indices of the panels that have no place.
 * @param {Layout} layout @param {Panel[]} panels
 * @returns {{ groups: Group[], unplaced: number[] }}
 */
export const groupTiles = (layout, panels) => {
  const unplaced = panels.flatMap(({ serial }, index) => (layout.panels[serial] ? [] : [index]));
  const groups = layout.arrays.map(({ id, name, azimuth, x, y }) => {
    const turn = ((azimuth ?? UNTURNED) - UNTURNED + 360) % 360;
    const tiles = panels.flatMap(({ serial }, index) => {
      const place = layout.panels[serial];
      if (place?.array !== id) return [];
      const [width, height] = place.lying ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
      const middle = rotate(turn, place);
      return { index, x: x + middle.x, y: y + middle.y, width, height, turn: turn % 180 };
    });
    tiles.sort((one, other) => (Math.abs(one.y - other.y) < ROW ? one.x - other.x : one.y - other.y));
    return { id, name, tiles, box: around(tiles.map(boxOf)) };
  });
  return { groups: groups.filter(({ tiles }) => tiles.length), unplaced };
};

/**
 * Return a grid of all panels as one array, wide or, on a phone, high. The integration's own grid fits a wide card.
 * @param {Layout} layout @param {Panel[]} panels @param {boolean} narrow
 * @returns {Layout}
 */
export const grid = (layout, panels, narrow) => {
  const wanted = Math.max(1, Math.round(Math.sqrt((panels.length * (narrow ? 0.9 : 1.8) * HEIGHT) / WIDTH)));
  // A last row that is full looks better.
  const empty = (/** @type {number} */ columns) => (columns - (panels.length % columns)) % columns;
  const columns = [wanted, wanted + 1, wanted + 2].reduce((best, next) => (empty(next) < empty(best) ? next : best));
  const serials = panels.map(({ serial }) => serial).sort();
  const places = serials.map((serial, number) => [
    serial,
    {
      array: layout.arrays[0]?.id ?? "",
      x: (number % columns) * (WIDTH + GAP),
      y: Math.floor(number / columns) * (HEIGHT + GAP),
      lying: false,
    },
  ]);
  return { ...layout, panels: Object.fromEntries(places) };
};

/**
 * Return how far each array moves down, in pixels, so that its name fits between it and what is above it.
 * @param {Group[]} groups @param {number} scale Pixels per unit @param {number} nameHeight
 * @returns {Map<string, number>} By id
 */
export const offsets = (groups, scale, nameHeight) => {
  /** @type {Map<string, number>} */
  const moved = new Map();
  for (const group of [...groups].sort((one, other) => one.box.top - other.box.top)) {
    const room = group.name ? nameHeight : 0;
    let offset = groups.some(({ name }) => name) ? nameHeight : 0;
    for (const other of groups) {
      const before = moved.get(other.id);
      const beside = other.box.right <= group.box.left || other.box.left >= group.box.right;
      if (before === undefined || beside) continue;
      const gap = (group.box.top - other.box.bottom) * scale;
      offset = Math.max(offset, before + (gap < 0 ? 0 : Math.max(0, room - gap)));
    }
    moved.set(group.id, offset);
  }
  return moved;
};

/**
 * Return the number of the nearest point in a direction, or undefined.
 * @param {Point[]} points @param {number} from @param {"left" | "right" | "up" | "down"} direction
 */
export const neighbor = (points, from, direction) => {
  const start = points[from];
  if (!start) return undefined;
  const across = direction === "left" || direction === "right";
  const sign = direction === "left" || direction === "up" ? -1 : 1;
  let best;
  let least = Infinity;
  points.forEach((point, number) => {
    const along = sign * (across ? point.x - start.x : point.y - start.y);
    const aside = Math.abs(across ? point.y - start.y : point.x - start.x);
    if (along < 1 || aside > along * 2) return;
    // What lies straight ahead is nearer than what lies aside.
    const distance = along + 3 * aside;
    if (distance < least) [best, least] = [number, distance];
  });
  return best;
};

/**
 * Return the panels without a place as a group below the others.
 * @param {number[]} panels @param {Group[]} groups @param {string} name
 * @returns {Group}
 */
export const trayOf = (panels, groups, name) => {
  const box = groups.length ? around(groups.map((group) => group.box)) : { left: 0, top: 0, right: 8 * WIDTH, bottom: 0 };
  const columns = Math.max(4, Math.floor((box.right - box.left) / (WIDTH + GAP)));
  const tiles = panels.map((index, number) => ({
    index,
    x: box.left + WIDTH / 2 + (number % columns) * (WIDTH + GAP),
    y: box.bottom + 80 + HEIGHT / 2 + Math.floor(number / columns) * (HEIGHT + GAP),
    width: WIDTH,
    height: HEIGHT,
    turn: 0,
  }));
  return { id: "", name, tiles, box: around(tiles.map(boxOf)) };
};
