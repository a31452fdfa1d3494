import { h, svg, setChildren, heading, empty, Choice, setText, tell } from "./dom.js";
import { number, time, span } from "./format.js";
import { RowsTable } from "./table.js";
import { highlighted } from "./topics.js";

const LEVELS = ["FATAL", "ERROR", "WARN", "NOTICE", "INFO", "DEBUG", "TRACE"];

/** What lines count as whose format has no levels. */
const NO_LEVEL = "none";
const COUNTED = [...LEVELS, NO_LEVEL];
const named = (level) => (level === NO_LEVEL ? "without a level" : level);
const SHOWN = 200;
const BARS = 60;

/** Log ingestion: search, levels over time, alerts. */
export const logs = {
  id: "log-ingestion",
  title: "Logs",
  topics: () => ["log-ingestion.records", "log-ingestion.metrics", "log-ingestion.alerts"],
  create: () => new Logs(),
};

class Logs {
  constructor() {
    const redraw = () => {
      this.#draw();
      tell(this.found.textContent);
    };
    this.source = new Choice("Source", redraw);
    this.level = h("select", { onchange: redraw }, h("option", { value: "" }, "all"), LEVELS.map((each) => h("option", { value: each }, each === "TRACE" ? each : `${each} and worse`)));
    this.search = h("input", { type: "search", placeholder: "words in message or fields", oninput: redraw });
    this.pause = h("button", { type: "button", "aria-pressed": "false", onclick: () => this.#togglePause() }, "Pause");
    this.records = new RowsTable(
      "Log lines, the newest first",
      [
        { title: "Time", class: "t", value: ({ v }) => time(v.at) },
        { title: "Level", value: ({ v }) => h("b", { class: `level-${v.level}` }, v.level ?? "") },
        { title: "Source", class: "less mono", value: ({ v }) => v.source ?? "" },
        { title: "Service", class: "less mono", value: ({ v }) => v.service ?? "" },
        { title: "Message", class: "wide mono", value: (item) => this.#message(item.v) },
      ],
      { tall: true, hideCaption: true },
    );
    this.alerts = new RowsTable("Alerts", [
      { title: "State", value: (alert) => h("span", { class: `badge ${alert.state === "firing" ? "bad" : "good"}` }, alert.state) },
      { title: "Rule", head: true, value: (alert) => alert.ruleId },
      { title: "Group", class: "any less", value: (alert) => alert.group ?? "" },
      { title: "Value", class: "n", value: (alert) => number(alert.value) },
      { title: "Window", class: "t", value: (alert) => span(alert.windowStart, alert.windowEnd) },
    ], { tall: true, hideCaption: true });
    this.histogram = h("section", { class: "card" });
    this.alertsBody = h("section", { class: "card" });
    this.found = h("p", { class: "note" });
    this.recordsBody = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Logs", "Lines of all sources as they are parsed, how many there are of each level, and the alerts that fire."),
      h("div", { class: "grid" }, this.histogram, this.alertsBody),
      h("div", { class: "controls" }, h("label", {}, "Search", this.search), h("label", {}, "Level", this.level), this.source.element, this.pause),
      this.recordsBody,
    );
  }

  update({ tables, changed }) {
    if (!changed && this.tables) return;
    this.tables = tables;
    if (this.pause.getAttribute("aria-pressed") === "false") this.#draw();
  }

  #togglePause() {
    const paused = this.pause.getAttribute("aria-pressed") === "true";
    this.pause.setAttribute("aria-pressed", String(!paused));
    if (paused) this.#draw();
  }

  #message(v) {
    const fields = Object.entries(v.fields ?? {});
    const text = highlighted(v.message ?? "", this.search.value);
    if (fields.length === 0 && !v.traceId) return h("span", {}, text);
    return h(
      "details",
      {},
      h("summary", {}, text),
      h("dl", {}, [...fields, ["traceId", v.traceId], ["host", v.host], ["from", `${v.topic} ${v.partition}/${v.offset}`]].filter(([, value]) => value).map(([name, value]) => [h("dt", { class: "soft" }, name), h("dd", {}, String(value))]).flat()),
    );
  }

  #draw() {
    if (!this.tables) return;
    const table = this.tables("log-ingestion.records");
    const all = (table?.newest() ?? []).map(([key, row]) => ({ key, v: row.v })).filter(({ v }) => v);
    const sources = [...new Set(all.map(({ v }) => v.source))].sort();
    this.source.set([["", "all"], ...sources.map((name) => [name, name])], "");
    const worst = this.level.value ? LEVELS.indexOf(this.level.value) : LEVELS.length;
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter(({ v }) => {
      if (this.source.value && v.source !== this.source.value) return false;
      if (this.level.value && (!LEVELS.includes(v.level) || LEVELS.indexOf(v.level) > worst)) return false;
      if (words.length === 0) return true;
      const text = JSON.stringify(v).toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const listed = found.slice(0, SHOWN);
    this.records.show(listed, ({ key }) => key, () => this.search.value);
    const skipped = table?.skipped ? ` ${number(table.skipped)} came too fast to be shown here.` : "";
    setText(this.found, `${number(found.length)} of the newest ${number(all.length)} lines${listed.length < found.length ? `, ${number(listed.length)} shown` : ""}.${skipped}`);
    this.#body(this.recordsBody, all.length, [h("h2", {}, "Lines"), this.found, this.records.element], "Lines", "No line yet. Start the job with: local-cluster/run log-ingestion");
    this.#drawAlerts();
    this.#drawHistogram();
  }

  #drawAlerts() {
    const latest = new Map();
    for (const [, row] of (this.tables("log-ingestion.alerts")?.newest() ?? []).reverse()) {
      if (row.v) {
        latest.delete(row.v.alertId);
        latest.set(row.v.alertId, row.v);
      }
    }
    const alerts = [...latest.values()].reverse().sort((one, other) => (other.state === "firing") - (one.state === "firing") || other.windowStart - one.windowStart).slice(0, SHOWN);
    this.alerts.show(alerts, (alert) => alert.alertId, (alert) => JSON.stringify(alert));
    this.#body(this.alertsBody, alerts.length, [h("h2", {}, "Alerts"), this.alerts.element], "Alerts", "No alert has fired. Rules are in the topic log.rules.");
  }

  #drawHistogram() {
    const windows = new Map();
    for (const row of this.tables("log-ingestion.metrics")?.rows.values() ?? []) {
      const v = row.v;
      if (!v || (this.source.value && v.source !== this.source.value)) continue;
      const window = windows.get(v.windowStart) ?? { start: v.windowStart, end: v.windowEnd, levels: new Map(), all: 0 };
      const level = LEVELS.includes(v.level) ? v.level : NO_LEVEL;
      window.levels.set(level, (window.levels.get(level) ?? 0) + v.count);
      window.all += v.count;
      windows.set(v.windowStart, window);
    }
    const shown = [...windows.values()].sort((one, other) => one.start - other.start).slice(-BARS);
    if (shown.length === 0) {
      setChildren(this.histogram, h("h2", {}, "Levels over time"), empty("Nothing was counted yet; a window must end first."));
      return;
    }
    const top = Math.max(...shown.map((window) => window.all));
    const width = 600 / shown.length;
    const bars = shown.map((window, i) => {
      let base = 100;
      const parts = COUNTED.filter((level) => window.levels.has(level)).map((level) => {
        const height = (window.levels.get(level) / top) * 96;
        base -= height;
        return svg("rect", { class: `level-${level}`, x: (i * width + 0.5).toFixed(1), y: base.toFixed(1), width: Math.max(1, width - 1).toFixed(1), height: height.toFixed(1) });
      });
      return svg("g", {}, svg("title", {}, `${span(window.start, window.end)}: ${[...window.levels].map(([level, count]) => `${named(level)} ${number(count)}`).join(", ")}`), parts);
    });
    const used = COUNTED.filter((level) => shown.some((window) => window.levels.has(level)));
    const sum = (level) => shown.reduce((all, window) => all + (window.levels.get(level) ?? 0), 0);
    setChildren(
      this.histogram,
      h("h2", {}, "Levels over time"),
      svg("svg", { class: "chart", viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img", "aria-label": `Lines of each level from ${span(shown[0].start, shown.at(-1).end)}` }, bars),
      h("ul", { class: "legend" }, used.map((level) => h("li", {}, svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, svg("rect", { class: `level-${level}`, width: 10, height: 10 })), `${named(level)} ${number(sum(level))}`))),
      h("p", { class: "note" }, span(shown[0].start, shown.at(-1).end)),
    );
  }

  #body(body, count, content, title, nothing) {
    const state = count > 0 ? "some" : "none";
    if (body.dataset.state === state) return;
    body.dataset.state = state;
    setChildren(body, count > 0 ? content : [h("h2", {}, title), empty(nothing)]);
  }
}
