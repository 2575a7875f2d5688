// The state of a card that shows a roof: the moment, the view, and what its parts show of them.

import { differences } from "./colors.js";
import { html, write } from "./element.js";
import { Frame } from "./frame.js";
import { grid, groupTiles, trayOf } from "./geometry.js";
import { looksOf, showLegend } from "./looks.js";
import { append, past, present, ratios, seriesOf } from "./model.js";
import { RoofView } from "./roof.js";
import { showChips, summarize } from "./summary.js";
import { Formats } from "./texts.js";
import { Timeline } from "./timeline.js";
import { labelOf } from "./words.js";

const MOST_DAYS = 8;
const REFRESH_MS = 30_000;
const NARROW = 428;

export class Picture {
  /** @type {Now | undefined} */
  now;
  /** @type {Health | undefined} */
  health;
  /** @type {Map<string, Series>} */
  #days = new Map();
  /** @type {Set<string>} */
  #requested = new Set();
  /** @type {Group[]} */
  groups = [];
  /** @type {View} */
  view = "power";
  /** @type {"days" | "moment"} */
  span = "days";
  /** @type {CardConfig | undefined} */
  config;
  live = true;
  step = 0;
  /** The place of the thumb in a day that has just been chosen. @type {number | undefined} */
  share;
  filter = "";
  asTable = false;
  best = false;
  narrow = false;
  differences = differences([255, 255, 255]);
  /** @type {number | undefined} */
  #open;
  /** @type {import("./sheet.js").Sheet | undefined} */
  sheet;
  /** @type {import("./table.js").TableView | undefined} */
  table;

  /**
   * @param {Hass} hass @param {Translate} texts @param {string} entryId
   * @param {Roof} roof @param {(date: string) => Promise<Day>} readDay
   */
  constructor(hass, texts, entryId, roof, readDay) {
    this.hass = hass;
    this.texts = texts;
    this.entryId = entryId;
    this.roof = roof;
    this.readDay = readDay;
    this.formats = new Formats(hass, roof.zone);
    this.date = this.today;
    this.frame = new Frame(texts, {
      view: (view) => this.#change({ view }),
      span: (span) => this.#change({ span }),
      filter: (kind) => this.#change({ filter: kind === this.filter ? "" : kind }),
      items: () => this.#items(),
      arrange: () => void this.#arrange(),
    });
    this.roofView = new RoofView((panel) => void this.#openSheet(panel));
    this.timeline = new Timeline(texts, this.formats, {
      move: (step) => this.#move(step),
      live: () => this.#change({ live: true, date: this.today }),
      choose: (date) => this.#choose(date),
      rest: () => this.#rest(),
    });
    this.status = html("div", { class: "hidden", role: "status" });
    this.stage = html("div", {}, this.roofView.element);
    this.element = html("div", {}, ...this.frame.elements, this.stage, this.timeline.element, this.status);
    this.observer = new ResizeObserver(() => {
      const width = this.stage.clientWidth;
      if (!width) return;
      if (this.narrow !== width < NARROW) {
        this.narrow = width < NARROW;
        this.#build();
        this.#update();
      }
      this.roofView.fit(width + 12);
    });
    this.observer.observe(this.stage);
    this.timer = setInterval(() => this.#followDay(), REFRESH_MS);
  }

  get today() {
    return this.formats.date(Date.now() / 1000);
  }

  /** Follow what the user has configured. @param {CardConfig} config */
  configure(config) {
    if (config.view && config.view !== this.config?.view) this.view = config.view;
    this.config = config;
    this.#build();
    this.refresh();
  }

  /** @param {ArrayEvent} event */
  receive(event) {
    if (event.kind === "roof") {
      this.roof = event;
      this.#build();
      this.#read(this.date);
    } else if (event.kind === "now") {
      this.now = event;
      this.#append(event);
      // On the first day there were no values every 5 minutes yet when it was read.
      if (this.live && this.day && this.day.step > 300) this.#read(this.date, true);
    } else this.health = event;
    this.#update();
  }

  stop() {
    this.timeline.pause();
    this.observer.disconnect();
    clearInterval(this.timer);
  }

  /** Show everything as it is now. */
  refresh() {
    const { texts, formats, roof, live } = this;
    const moment = this.#moment();
    const looks = looksOf(this, moment);
    this.frame.views.show(this.view);
    write(this.frame.title, this.config?.title || texts("array_title"));
    summarize(this, moment);
    showChips(this, looks);
    showLegend(this, moment);
    const stale = live && this.now !== undefined && !this.now.available;
    this.element.classList.toggle("stale", stale);
    const since = this.now?.at ?? 0;
    const note = stale ? texts("array_no_values_since", { time: formats.time(since) }) : "";
    this.frame.showNotes(note, !note && roof.can_edit && roof.layout.source === "automatic");
    this.element.classList.toggle("no-values", this.config?.show_values === false);
    if (this.asTable) this.table?.show(this, moment, this.order);
    else this.roofView.paint(looks);
    this.timeline.show({
      date: this.date,
      today: this.today,
      firstDay: roof.first_day ?? this.today,
      day: this.day,
      step: live ? this.#liveStep() : this.step,
      live: live && this.now !== undefined,
      lastStep: this.lastStep,
      value: this.frame.total.textContent ?? "",
    });
    if (this.#open !== undefined) this.sheet?.show(this, moment, this.#open);
  }

  /** The day that is shown, where its values have arrived. */
  get day() {
    return this.#days.get(this.date);
  }

  /** The panels of each array. */
  get arrays() {
    return this.groups.filter(({ id }) => id).map(({ tiles }) => tiles.map(({ index }) => index));
  }

  /** Return the shares that the comparison shows. @param {Moment} moment */
  shares(moment) {
    return this.overDays && this.health ? this.health.level : ratios(moment.watts, this.arrays);
  }

  /** Whether the comparison shows the verdict of the last days instead of a moment. */
  get overDays() {
    return this.view === "compare" && this.live && this.span === "days" && this.hasLevels;
  }

  get hasLevels() {
    return this.health?.level.some((level) => level !== null) ?? false;
  }

  #build() {
    const { layout, panels } = this.roof;
    const placed = layout.source === "automatic" ? grid(layout, panels, this.narrow) : layout;
    const { groups, unplaced } = groupTiles(placed, panels);
    const shown = this.config?.arrays ?? [];
    this.groups = groups.filter(({ id, name }) => !shown.length || shown.includes(id) || shown.includes(name));
    if (unplaced.length && !shown.length)
      this.groups.push(trayOf(unplaced, groups, this.texts("array_not_placed", { count: unplaced.length })));
    this.roofView.build(this.groups, this.texts("array_title"));
  }

  /** @returns {Moment} */
  #moment() {
    const moment = this.day && past(this.day, this.live ? this.lastStep : this.step);
    if (this.live && this.now) return present(this.now, moment?.wh ?? []);
    if (moment) return moment;
    const none = this.roof.panels.map(() => null);
    return { watts: none, wh: none, asleep: false, silent: new Set() };
  }

  /** The indices of the panels that are shown, array by array. */
  get order() {
    return this.groups.flatMap(({ tiles }) => tiles.map(({ index }) => index));
  }

  /** The time at the thumb. */
  get time() {
    const { day } = this;
    return day ? this.formats.time(day.start + (this.live ? this.lastStep : this.step) * day.step) : "";
  }

  get wholeDay() {
    return !this.live && this.date !== this.today && this.step >= this.lastStep;
  }

  #liveStep() {
    const { day } = this;
    return day ? Math.max(0, Math.floor(((this.now?.at ?? Date.now() / 1000) - day.start) / day.step)) : 0;
  }

  /** The last step that can be shown. */
  get lastStep() {
    const last = (this.day?.steps ?? 1) - 1;
    return this.date === this.today ? Math.min(this.#liveStep(), last) : last;
  }

  /** Read a day once, or again. @param {string} date @param {boolean} [again] */
  #read(date, again = false) {
    if ((this.#days.has(date) && !again) || this.#requested.has(date)) return;
    this.#requested.add(date);
    this.readDay(date)
      .then((day) => {
        this.#days.set(date, seriesOf(day, date, this.formats.date));
        for (const other of this.#days.keys())
          if (this.#days.size > MOST_DAYS && other !== this.date && other !== this.today) this.#days.delete(other);
        if (this.now) this.#append(this.now);
        this.#settle();
        this.#update();
      })
      .catch(() => {})
      .finally(() => this.#requested.delete(date));
  }

  /** Append a reading to the values of today, which the recorder has only later. @param {Now} now */
  #append(now) {
    const day = this.#days.get(this.formats.date(now.at));
    if (day && now.available) append(day, now);
  }

  /** Show the new day after midnight. */
  #followDay() {
    if (this.live && this.date !== this.today) this.#change({ date: this.today });
  }

  /** @param {Partial<Picture>} changes */
  #change(changes) {
    Object.assign(this, changes);
    this.#read(this.date);
    this.#update();
  }

  /** @param {number} step */
  #move(step) {
    this.live = false;
    this.step = step;
    this.roofView.svg.classList.add("moving");
    this.refresh();
  }

  #rest() {
    this.roofView.svg.classList.remove("moving");
    write(this.status, [this.time, this.frame.total.textContent].join(", "));
    this.#label();
  }

  /** @param {string} date */
  #choose(date) {
    if (date === this.today) return this.#change({ date, live: true });
    // The time that the user has chosen stays. Of another day, all of its energy or the power at noon is worth a look.
    this.share = this.live || !this.day ? (this.view === "energy" ? 1 : 0.5) : this.step / this.day.steps;
    this.date = date;
    this.#settle();
    this.#change({ live: false });
  }

  /** Place the thumb in a day whose steps are now known. */
  #settle() {
    if (!this.day || this.share === undefined) return;
    this.step = Math.min(this.lastStep, Math.floor(this.share * this.day.steps));
    this.share = undefined;
  }

  /** Show everything, also to screen readers. */
  #update() {
    this.refresh();
    this.#label();
  }

  #label() {
    const moment = this.#moment();
    this.roofView.label((group, panel) => labelOf(this, moment, group, panel));
  }

  /** @param {number} panel */
  async #openSheet(panel) {
    const { Sheet } = await import("./sheet.js");
    if (!this.sheet) {
      this.sheet = new Sheet(this.texts, () => {
        const last = this.#open ?? panel;
        this.#open = undefined;
        (this.asTable ? this.table : this.roofView)?.focus(last);
      });
      this.element.append(this.sheet.element);
    }
    this.#open = panel;
    this.refresh();
  }

  /** @returns {Item[]} */
  #items() {
    const { texts } = this;
    const arrange = { text: texts("array_arrange"), act: () => void this.#arrange() };
    return [
      ...(this.roof.can_edit ? [arrange] : []),
      { text: texts(this.asTable ? "array_as_picture" : "array_as_table"), act: () => void this.#show(!this.asTable) },
      { text: texts(this.best ? "array_scale_fixed" : "array_scale_best"), act: () => this.#change({ best: !this.best }) },
    ];
  }

  async #arrange() {
    const { hass, entryId, roof, texts } = this;
    await (await import("./editor.js")).openEditor({ hass, entryId, roof, texts });
  }

  /** @param {boolean} asTable */
  async #show(asTable) {
    const { TableView } = await import("./table.js");
    this.table ??= new TableView(this.texts, (panel) => void this.#openSheet(panel));
    this.stage.replaceChildren((asTable ? this.table : this.roofView).element);
    this.#change({ asTable });
  }
}
