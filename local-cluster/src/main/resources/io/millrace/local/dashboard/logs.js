import { h, svg, setChildren, fillCard, heading, empty, advice, Choice, setText, tell } from "./dom.js";
import { number, time, span, duration } from "./format.js";
import { RowsTable } from "./table.js";
import { highlighted } from "./topics.js";

const LEVELS = ["FATAL", "ERROR", "WARN", "NOTICE", "INFO", "DEBUG", "TRACE"];

/** What lines count as whose format has no levels. */
const NO_LEVEL = "none";
const COUNTED = [...LEVELS, NO_LEVEL];
const named = (level) => (level === NO_LEVEL ? "without a level" : level);
const SHOWN = 200;

/** With more lines to read, and for longer, the job is behind. */
const LATE_LINES = 1_000;
const LATE_SECONDS = 10;
const BARS = 60;

/** A few windows are not to look like a wall. */
const LEAST_BARS = 20;

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
    this.behind = h("p", { class: "note warn" });
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

  update({ tables, status, changed }) {
    this.status = status;
    this.#drawBehind();
    if (!changed && this.some) return;
    this.tables = tables;
    if (this.pause.getAttribute("aria-pressed") === "false") this.#draw();
  }

  #togglePause() {
    const paused = this.pause.getAttribute("aria-pressed") === "true";
    this.pause.setAttribute("aria-pressed", String(!paused));
    if (paused) this.#draw();
  }

  /** Lines that the job has not read yet are not here, however new those are that it has. */
  #drawBehind() {
    const job = this.status.flink?.jobs?.find((each) => each.name === "log-ingestion" && each.lag !== undefined);
    const late = job && job.lag > LATE_LINES && job.lag > LATE_SECONDS * job.perSecond;
    this.behind.hidden = !late;
    if (late) setText(this.behind, `The job is behind: it has ${number(job.lag)} records still to read, so these lines are not the latest ones.`);
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
    const skipped = table?.skipped ? ` ${number(table.skipped)} more came since the page was opened, faster than it shows them; local-cluster/run query logs finds them.` : "";
    setText(this.found, `${number(found.length)} of the newest ${number(all.length)} lines${listed.length < found.length ? `, ${number(listed.length)} shown` : ""}.${skipped}`);
    this.some = all.length > 0;
    fillCard(this.recordsBody, "Lines", all.length, [this.behind, this.found, this.records.element], `No line yet. ${advice(this.status, "log-ingestion", "lines come as they are sent, once they are committed.")}`);
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
    fillCard(this.alertsBody, "Alerts", alerts.length, this.alerts.element, "No alert has fired. What is alarmed on, the rules in the topic log.rules say.");
  }

  #drawHistogram() {
    // Drawn anew it would take away what somebody reads of a bar.
    const drawn = `${this.tables("log-ingestion.metrics")?.version} ${this.source.value}`;
    if (this.drawn === drawn) return;
    this.drawn = drawn;
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
    if (windows.size === 0) {
      setChildren(this.histogram, h("h2", {}, "Levels over time"), empty("Nothing was counted yet. Lines are counted by the minute: a bar comes once a minute has ended and is committed."));
      return;
    }
    const last = [...windows.values()].reduce((one, other) => (other.start > one.start ? other : one));
    const length = last.end - last.start;
    const oldest = Math.min(...windows.keys());
    const from = Math.max(oldest, last.start - (BARS - 1) * length);
    const shown = [...windows.values()].filter((window) => window.start >= from).sort((one, other) => one.start - other.start);
    const top = Math.max(...shown.map((window) => window.all));
    const width = 600 / Math.max(LEAST_BARS, (last.end - from) / length);
    const bars = shown.map((window) => {
      // Where no line came there is no window, and no bar.
      const left = 600 - ((last.end - window.start) / length) * width;
      let base = 100;
      const parts = COUNTED.filter((level) => window.levels.has(level)).map((level) => {
        const height = (window.levels.get(level) / top) * 98;
        base -= height;
        return svg("rect", { class: `level-${level}`, x: (left + 0.5).toFixed(1), y: base.toFixed(1), width: Math.max(1, width - 1).toFixed(1), height: height.toFixed(1) });
      });
      return svg("g", {}, svg("title", {}, `${span(window.start, window.end)}: ${[...window.levels].map(([level, count]) => `${named(level)} ${number(count)}`).join(", ")}`), parts);
    });
    const used = COUNTED.filter((level) => shown.some((window) => window.levels.has(level)));
    const sum = (level) => shown.reduce((all, window) => all + (window.levels.get(level) ?? 0), 0);
    setChildren(
      this.histogram,
      h("h2", {}, "Levels over time"),
      svg("svg", { class: "chart", viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img", "aria-label": `Lines of each level from ${span(from, last.end)}` }, bars),
      h("ul", { class: "legend" }, used.map((level) => h("li", {}, svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, svg("rect", { class: `level-${level}`, width: 10, height: 10 })), `${named(level)} ${number(sum(level))}`))),
      h("p", { class: "note" }, `${span(from, last.end)}, a bar for each ${duration(length)}. The highest has ${number(top)} lines.`),
    );
  }
}
