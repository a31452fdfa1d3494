import { h, fillCard, advice, heading, Choice, setText } from "./dom.js";
import { number, ago, time } from "./format.js";
import { RowsTable } from "./table.js";
import { ask } from "./stream.js";

const METERS_PER_DEGREE = 111_195;
const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30];
const TRAIL = 30;
const SHOWN_ROWS = 200;
const EVERYBODY = "";
const KEYS = "the arrow keys to move, + and − to zoom";

/** Location fan-out: where those are whose positions are shared. */
export const fanout = {
  id: "location-fanout",
  title: "Location fan-out",
  topics: () => ["location-fanout.live", "location-fanout.fence-events"],
  create: () => new Fanout(),
};

class Fanout {
  #trails = new Map();

  constructor() {
    this.viewer = new Choice("As seen by", () => this.#draw());
    this.map = new WorldMap();
    this.table = new RowsTable(
      "Positions",
      [
        { title: "Who", class: "wide mono", head: true, value: ({ data }) => data.ownerId },
        { title: "Viewers", class: "n less", value: ({ viewers }) => number(viewers) },
        { title: "When", class: "t", value: ({ data }) => time(data.at) },
        { title: "Latitude", class: "n", value: ({ data }) => `${data.latitude.toFixed(4)}°` },
        { title: "Longitude", class: "n", value: ({ data }) => `${data.longitude.toFixed(4)}°` },
        { title: "Accuracy", class: "n", value: ({ data }) => (typeof data.accuracyMeters === "number" ? `${number(Math.round(data.accuracyMeters))} m` : "–") },
      ],
      { tall: true, hideCaption: true },
    );
    this.events = new RowsTable(
      "Who entered and left places",
      [
        { title: "When", class: "t", value: ({ v }) => time(v.at) },
        { title: "Who", class: "t mono", head: true, value: ({ v }) => v.ownerId },
        { title: "What", value: ({ v }) => ({ enter: "entered", exit: "left", dwell: "stays in" })[v.event] ?? v.event },
        { title: "Place", class: "any", value: ({ v }) => v.name ?? v.fenceId },
      ],
      { tall: true, hideCaption: true },
    );
    this.note = h("p", { class: "note" });
    this.list = h("section", { class: "card" });
    this.eventsBody = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Location fan-out", "Where people are, as each viewer may see them. The table below the map says the same in words."),
      h("div", { class: "controls" }, this.viewer.element),
      h("section", { class: "card", "aria-label": "Map" }, this.map.element, this.note),
      h("div", { class: "grid leading" }, this.list, this.eventsBody),
    );
  }

  update({ tables, status, changed }) {
    this.status = status;
    const first = !this.tables;
    this.tables = tables;
    if (changed || first || this.people.length === 0) this.#draw();
    else this.#drawNote();
  }

  #draw() {
    if (!this.tables) return;
    const rows = [...(this.tables("location-fanout.live")?.rows.values() ?? [])].filter((row) => row.data);
    const viewers = [...new Set(rows.map((row) => row.data.viewerId))].sort();
    this.viewer.set([[EVERYBODY, "everybody"], ...viewers.map((name) => [name, name])], EVERYBODY);
    const seen = new Map();
    for (const { data } of rows) {
      if (this.viewer.value !== EVERYBODY && data.viewerId !== this.viewer.value) continue;
      const before = seen.get(data.ownerId);
      if (!before || before.data.at <= data.at) seen.set(data.ownerId, { data, viewers: (before?.viewers ?? 0) + 1 });
      else before.viewers++;
    }
    const people = [...seen.values()].sort((one, other) => other.data.at - one.data.at);
    this.#follow(people);
    this.map.show(people.map(({ data }) => ({ ...data, trail: this.#trails.get(data.ownerId) ?? [] })));
    this.people = people;
    this.#drawNote();
    const listed = people.slice(0, SHOWN_ROWS);
    this.table.show(listed, ({ data }) => data.ownerId, ({ data, viewers: count }) => `${data.at} ${count}`);
    fillCard(this.list, "Positions", listed.length, this.table.element, `Nobody shares a position yet. ${advice(this.status, "location-fanout", "positions come once somebody lets another one see theirs, and moves.")}`);
    const events = (this.tables("location-fanout.fence-events")?.newest() ?? []).map(([key, row]) => ({ key, v: row.v })).filter(({ v }) => v).slice(0, SHOWN_ROWS);
    this.events.show(events, ({ key }) => key, () => "");
    fillCard(this.eventsBody, "Places", events.length, this.events.element, "Nobody entered or left a place yet. Places are named in the topic location.fences.");
  }

  /** How old the newest position is, which grows while none comes. */
  #drawNote() {
    const newest = this.people[0]?.data.at;
    setText(this.note, this.people.length ? `${number(this.people.length)} people, the newest position ${ago(newest)}. Drag, pinch or use ${KEYS}.` : "Nobody is seen yet.");
  }

  #follow(people) {
    const trails = new Map();
    for (const { data } of people) {
      const trail = this.#trails.get(data.ownerId) ?? [];
      if (trail.at(-1)?.at !== data.at) trail.push({ at: data.at, latitude: data.latitude, longitude: data.longitude });
      trails.set(data.ownerId, trail.slice(-TRAIL));
    }
    this.#trails = trails;
  }
}

/** A map of the world, with an outline of the land, a grid and points. */
class WorldMap {
  #land = [];
  #points = [];
  /** Of how many people the map shows where they are. */
  #fitted = 0;
  #moved = false;
  #center = { longitude: 0, latitude: 20 };
  #pixelsPerDegree = 2;

  constructor() {
    this.canvas = h("canvas", { class: "map", tabindex: 0, role: "application", "aria-roledescription": "map", "aria-label": `Positions; ${KEYS}; the table has them in words` });
    const button = (text, label, act) => h("button", { type: "button", onclick: () => this.#choose(act), "aria-label": label }, text);
    this.element = h(
      "div",
      {},
      h(
        "div",
        { class: "controls" },
        button("+", "Zoom in", () => this.#zoom(2)),
        button("−", "Zoom out", () => this.#zoom(0.5)),
        button("Fit", "Show everybody", () => this.#fit()),
        button("World", "Show the world", () => this.#world()),
      ),
      this.canvas,
    );
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    ask("/world.json").then((world) => {
      this.#land = world.land;
      this.draw();
    }, () => this.canvas.setAttribute("aria-label", `Positions, without land since its outline can't be had; ${KEYS}; the table has them in words`));
  }

  show(points) {
    this.#points = points;
    // The first to be seen are few; who has chosen what to see keeps it.
    if (!this.#moved && points.length > 1.5 * this.#fitted && this.canvas.clientWidth > 0) {
      this.#fitted = points.length;
      this.#fit();
    }
    this.draw();
  }

  /** Somebody has chosen what to see. */
  #choose(act) {
    this.#moved = true;
    act();
    this.draw();
  }

  #listen() {
    // Where each finger, or the mouse, was last.
    const fingers = new Map();
    this.canvas.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => {
      const from = fingers.get(event.pointerId);
      if (!from) return;
      const to = [event.clientX, event.clientY];
      const others = [...fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
      this.#choose(() => this.#drag(from, to, others));
      fingers.set(event.pointerId, to);
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.#choose(() => this.#zoom(event.deltaY < 0 ? 1.25 : 0.8));
    }, { passive: false });
    this.canvas.addEventListener("keydown", (event) => {
      const step = 60;
      const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
      const zooms = { "+": 2, "-": 0.5 };
      if (moves[event.key]) this.#choose(() => this.#move(...moves[event.key]));
      else if (zooms[event.key]) this.#choose(() => this.#zoom(zooms[event.key]));
      else return;
      event.preventDefault();
    });
  }

  /** A finger moves: alone it drags the map, and two also pull it apart. */
  #drag(from, to, others) {
    const fingers = others.length + 1;
    this.#move((from[0] - to[0]) / fingers, (from[1] - to[1]) / fingers);
    if (fingers === 2) {
      const apart = (at) => Math.max(1, Math.hypot(at[0] - others[0][0], at[1] - others[0][1]));
      this.#zoom(apart(to) / apart(from));
    }
  }

  #narrowing() {
    return Math.max(0.1, Math.cos((this.#center.latitude * Math.PI) / 180));
  }

  #move(x, y) {
    this.#center.longitude = Math.max(-180, Math.min(180, this.#center.longitude + x / (this.#pixelsPerDegree * this.#narrowing())));
    this.#center.latitude = Math.max(-85, Math.min(85, this.#center.latitude - y / this.#pixelsPerDegree));
  }

  #zoom(factor) {
    this.#pixelsPerDegree = Math.max(0.8, Math.min(400_000, this.#pixelsPerDegree * factor));
  }

  #world() {
    this.#center = { longitude: 0, latitude: 0 };
    this.#pixelsPerDegree = Math.min(this.canvas.clientWidth / 360, this.canvas.clientHeight / 175);
  }

  /** Shows the middle of where people are; a few who are far away are left out. */
  #fit() {
    if (this.#points.length === 0) return;
    const ends = (values) => {
      const sorted = values.sort((one, other) => one - other);
      const cut = sorted.length > 20 ? Math.floor(sorted.length * 0.02) : 0;
      return [sorted[cut], sorted[sorted.length - 1 - cut]];
    };
    const [west, east] = ends(this.#points.map((point) => point.longitude));
    const [south, north] = ends(this.#points.map((point) => point.latitude));
    this.#center = { longitude: (west + east) / 2, latitude: (south + north) / 2 };
    const across = Math.max(0.005, (east - west) * this.#narrowing()) * 1.2;
    const up = Math.max(0.005, north - south) * 1.2;
    this.#pixelsPerDegree = Math.min(this.canvas.clientWidth / across, this.canvas.clientHeight / up);
  }

  draw() {
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    if (width === 0) return;
    if (this.#fitted === 0 && !this.#moved) this.#world();
    const ratio = devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const perLongitude = this.#pixelsPerDegree * this.#narrowing();
    const x = (longitude) => width / 2 + (longitude - this.#center.longitude) * perLongitude;
    // Whoever is on the other side of the date line is drawn on the nearer side of the map.
    const nearest = (longitude) => x(longitude - 360 * Math.round((longitude - this.#center.longitude) / 360));
    const y = (latitude) => height / 2 - (latitude - this.#center.latitude) * this.#pixelsPerDegree;
    // There is nothing beyond the poles.
    pen.fillStyle = colour("--ground");
    pen.fillRect(0, 0, width, height);
    pen.fillStyle = colour("--water");
    pen.fillRect(0, y(90), width, y(-90) - y(90));
    this.#drawLand(pen, x, y, colour);
    this.#drawGrid(pen, x, y, width, height, colour);
    this.#drawPoints(pen, nearest, y, colour);
    this.#drawScale(pen, width, height, colour);
  }

  #drawLand(pen, x, y, colour) {
    pen.fillStyle = colour("--land");
    pen.strokeStyle = colour("--grid");
    for (const ring of this.#land) {
      for (const turn of [-360, 0, 360]) {
        pen.beginPath();
        for (let i = 0; i < ring.length; i += 2) pen.lineTo(x(ring[i] / 10 + turn), y(ring[i + 1] / 10));
        pen.closePath();
        pen.fill();
        pen.stroke();
      }
    }
  }

  #drawGrid(pen, x, y, width, height, colour) {
    const step = STEPS.find((each) => each * this.#pixelsPerDegree > 90) ?? 30;
    const digits = Math.max(0, Math.ceil(-Math.log10(step)));
    pen.strokeStyle = colour("--grid");
    pen.fillStyle = colour("--soft");
    pen.font = "11px system-ui, sans-serif";
    pen.lineWidth = 1;
    const line = (...points) => {
      pen.beginPath();
      pen.moveTo(points[0], points[1]);
      pen.lineTo(points[2], points[3]);
      pen.stroke();
    };
    const reach = width / 2 / (this.#pixelsPerDegree * this.#narrowing());
    for (let i = Math.ceil((this.#center.longitude - reach) / step); i * step < this.#center.longitude + reach; i++) {
      line(x(i * step), Math.max(0, y(90)), x(i * step), Math.min(height, y(-90)));
      const longitude = i * step - 360 * Math.round((i * step) / 360);
      pen.fillText(`${longitude.toFixed(digits)}°`, x(i * step) + 3, 12);
    }
    const rise = height / 2 / this.#pixelsPerDegree;
    const south = Math.max(-90, this.#center.latitude - rise);
    const north = Math.min(90, this.#center.latitude + rise);
    for (let i = Math.ceil(south / step); i * step <= north; i++) {
      line(0, y(i * step), width, y(i * step));
      // The top has the longitudes.
      if (y(i * step) > 30) pen.fillText(`${(i * step).toFixed(digits)}°`, 3, y(i * step) - 3);
    }
  }

  #drawPoints(pen, x, y, colour) {
    pen.strokeStyle = colour("--bar");
    pen.lineWidth = 1.5;
    for (const point of this.#points) {
      pen.beginPath();
      for (const step of point.trail) pen.lineTo(x(step.longitude), y(step.latitude));
      pen.stroke();
    }
    const named = this.#points.length <= 40;
    for (const point of this.#points) {
      pen.fillStyle = colour("--accent");
      pen.beginPath();
      pen.arc(x(point.longitude), y(point.latitude), 4, 0, 2 * Math.PI);
      pen.fill();
      if (named) {
        pen.fillStyle = colour("--ink");
        pen.fillText(point.ownerId, x(point.longitude) + 7, y(point.latitude) + 4);
      }
    }
  }

  #drawScale(pen, width, height, colour) {
    const metersPerPixel = METERS_PER_DEGREE / this.#pixelsPerDegree;
    const rough = metersPerPixel * 120;
    const unit = 10 ** Math.floor(Math.log10(rough));
    const meters = [5, 2, 1].map((each) => each * unit).find((each) => each <= rough) ?? unit;
    const length = (of) => (of >= 1000 ? `${number(of / 1000)} km` : `${number(Math.round(of))} m`);
    this.canvas.setAttribute("aria-description", `${length(width * metersPerPixel)} from side to side`);
    pen.strokeStyle = colour("--ink");
    pen.fillStyle = colour("--ink");
    pen.lineWidth = 2;
    pen.beginPath();
    const left = width - 12 - meters / metersPerPixel;
    pen.moveTo(left, height - 12);
    pen.lineTo(width - 12, height - 12);
    pen.stroke();
    pen.fillText(length(meters), left, height - 18);
  }
}
