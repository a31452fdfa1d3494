import { h, fillCard, heading, advice, meterPart, Choice, setText } from "./dom.js";
import { number, span } from "./format.js";
import { RowsTable } from "./table.js";

/** What became of a row since the ranking before. */
function change(data) {
  const from = data.previousRank;
  const moved = typeof from === "number" ? Math.abs(from - data.rank) : 0;
  const words = { new: "new", up: `up ${moved}`, down: `down ${moved}`, same: "same" };
  const signs = { new: "★", up: "▲", down: "▼", same: "·" };
  const kind = { new: "good", up: "good", down: "bad", same: "soft" }[data.change] ?? "soft";
  return h(
    "span",
    { class: `change ${kind}` },
    h("span", { "aria-hidden": "true" }, `${signs[data.change] ?? ""} `),
    words[data.change] ?? data.change ?? "",
  );
}

function rowsOf(table, view) {
  return [...(table?.rows.values() ?? [])]
    .filter((row) => row.view === view && row.data)
    .map((row) => row.data)
    .sort((one, other) => one.rank - other.rank);
}

function views(table) {
  return [...new Set([...(table?.rows.values() ?? [])].map((row) => row.view))].sort();
}

/** Heavy hitters: rankings with bounds and movement. */
export const hitters = {
  id: "heavy-hitters",
  title: "Heavy hitters",
  topics: () => ["heavy-hitters.live"],
  create: () => new Hitters(),
};

class Hitters {
  constructor() {
    this.dimension = new Choice("Dimension", () => this.#draw());
    this.table = new RowsTable(
      "Heaviest items",
      [
        { title: "Rank", class: "n", value: (item) => number(item.rank) },
        { title: "Change", value: change },
        { title: "Item", class: "wide mono", head: true, value: (item) => item.item },
        { title: "Count", class: "n", value: (item) => number(item.count) },
        {
          title: "Bounds",
          class: "n less",
          value: (item) => (item.lowerBound === item.upperBound ? "exact" : `${number(item.lowerBound)} – ${number(item.upperBound)}`),
        },
        { title: "Share", class: "n", value: (item) => (item.total ? `${((100 * item.count) / item.total).toFixed(1)} %` : "–") },
        {
          title: "Bounds as a bar",
          hidden: true,
          class: "less",
          value: (item) =>
            h(
              "div",
              { class: "meter", "aria-hidden": "true" },
              meterPart(item.upperBound / this.top, "bound"),
              meterPart(item.lowerBound / this.top, ""),
            ),
        },
      ],
      { hideCaption: true },
    );
    this.window = h("p", { class: "note" });
    this.body = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Heavy hitters", ["The heaviest items of the last window.", h("span", { class: "less" }, " A dark bar ends at what an item weighs at least, a light one at what it weighs at most.")]),
      h("div", { class: "controls" }, this.dimension.element),
      this.body,
    );
  }

  update({ tables, status, changed }) {
    if (!changed && this.shown) return;
    this.status = status;
    this.live = tables("heavy-hitters.live");
    this.#draw();
  }

  #draw() {
    const names = views(this.live);
    this.dimension.set(names.map((name) => [name, name]), "path");
    const items = rowsOf(this.live, this.dimension.value);
    if (items.length === 0) {
      const nothing = `No ranking yet. ${advice(this.status, "heavy-hitters", "a ranking comes when its first window ends and is committed. Shorter windows: `--set window=10s`.")}`;
      fillCard(this.body, null, 0, [], nothing);
      this.shown = false;
      return;
    }
    this.top = Math.max(...items.map((item) => item.upperBound));
    this.table.show(items, (item) => item.item, (item) => `${JSON.stringify(item)} ${this.top}`);
    setText(this.window, `Window ${span(items[0].windowStart, items[0].windowEnd)}; ${number(items[0].total)} counted in all.`);
    fillCard(this.body, null, items.length, [this.window, this.table.element]);
    this.shown = true;
  }
}

const CHARTS = {
  windowed: "most played in the window",
  decayed: "most played, older plays weigh less",
  novelty: "far above what is usual",
};

/** Trending songs, by region and chart. */
export const songs = {
  id: "trending-songs",
  title: "Trending songs",
  topics: () => ["trending-songs.live"],
  create: () => new Songs(),
};

class Songs {
  constructor() {
    this.region = new Choice("Region", () => this.#draw());
    this.chart = new Choice("Chart", () => this.#draw());
    this.table = new RowsTable("Chart", [
      { title: "Rank", class: "n", value: (song) => number(song.rank) },
      { title: "Change", value: change },
      {
        title: "Song",
        class: "wide",
        head: true,
        value: (song) => h("span", {}, h("b", {}, song.title ?? song.songId), song.artist ? h("span", { class: "soft" }, ` by ${song.artist}`) : ""),
      },
      { title: "Plays", class: "n", value: (song) => number(song.plays) },
      { title: "Score", class: "n less", value: (song) => number(song.score) },
      {
        title: "Listeners",
        class: "n less",
        value: (song) => (song.approximate ? `about ${number(song.distinctListeners)}` : number(song.distinctListeners)),
      },
      {
        title: "Score as a bar",
        hidden: true,
        class: "less",
        value: (song) => h("div", { class: "meter", "aria-hidden": "true" }, meterPart(song.score / this.top, "")),
      },
    ], { hideCaption: true });
    this.window = h("p", { class: "note" });
    this.body = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Trending songs", "The charts of each region: what is played most, and what is played more than usual."),
      h("div", { class: "controls" }, this.region.element, this.chart.element),
      this.body,
    );
  }

  update({ tables, status, changed }) {
    if (!changed && this.shown) return;
    this.status = status;
    this.live = tables("trending-songs.live");
    this.#draw();
  }

  #draw() {
    const names = views(this.live).map((name) => name.split(/:(.*)/s));
    const regions = [...new Set(names.map(([, region]) => region))];
    this.region.set(regions.map((name) => [name, name === "GLOBAL" ? "everywhere" : name]), "GLOBAL");
    const charts = [...new Set(names.map(([chart]) => chart))];
    this.chart.set(charts.map((name) => [name, CHARTS[name] ? `${name}: ${CHARTS[name]}` : name]), "windowed");
    const items = rowsOf(this.live, `${this.chart.value}:${this.region.value}`);
    if (items.length === 0) {
      const nothing = names.length
        ? "This chart has no songs: nothing was played often enough. Choose another one."
        : `No chart yet. ${advice(this.status, "trending-songs", "a chart comes when the first slide of a window ends and is committed.")}`;
      fillCard(this.body, null, 0, [], nothing);
      this.shown = false;
      return;
    }
    this.top = Math.max(...items.map((song) => song.score));
    this.table.show(items, (song) => song.songId, (song) => `${JSON.stringify(song)} ${this.top}`);
    setText(this.window, `Window ${span(items[0].windowStart, items[0].windowEnd)}, ${items[0].revision ? `revised ${items[0].revision === 1 ? "once" : `${number(items[0].revision)} times`}` : "not revised"}.`);
    fillCard(this.body, null, items.length, [this.window, this.table.element]);
    this.shown = true;
  }
}
