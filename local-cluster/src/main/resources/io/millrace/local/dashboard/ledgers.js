import { h, setChildren, heading, empty, meterPart, Choice, tell } from "./dom.js";
import { number, time, ago, money } from "./format.js";
import { RowsTable } from "./table.js";

const SHOWN = 200;
const AGES = ["new", "1h", "24h", "3d", "7d"];
const AGE_WORDS = { new: "less than an hour", "1h": "an hour or more", "24h": "a day or more", "3d": "three days or more", "7d": "a week or more" };

/** Reconciliation: matched, open, breaks by age, tie-out, and one break's history. */
export const ledgers = {
  id: "reconciliation",
  title: "Reconciliation",
  topics: () => ["reconciliation.live", "reconciliation.breaks", "reconciliation.matches", "reconciliation.escalations"],
  create: () => new Ledgers(),
};

/** Of several revisions of one thing the last. */
function latest(table, id) {
  const found = new Map();
  for (const row of table?.rows.values() ?? []) {
    const value = row.v;
    if (value && (found.get(value[id])?.revision ?? -1) <= value.revision) {
      found.delete(value[id]);
      found.set(value[id], value);
    }
  }
  return [...found.values()].reverse();
}

class Ledgers {
  constructor() {
    const chosen = () => tell(this.#draw());
    this.rule = new Choice("Rule", chosen);
    this.state = h("select", { onchange: chosen }, h("option", { value: "open" }, "open"), h("option", { value: "" }, "all"), h("option", { value: "cleared" }, "cleared"), h("option", { value: "resolved" }, "resolved"));
    this.search = h("input", { type: "search", placeholder: "entry, type or currency", oninput: chosen });
    this.tiles = h("div", { class: "tiles" });
    this.ages = new RowsTable("Breaks that stand, by age", [
      { title: "Age", head: true, value: (row) => AGE_WORDS[row.age] ?? row.age },
      { title: "Breaks", class: "n", value: (row) => number(row.breaks) },
      { title: "Breaks as a bar", hidden: true, value: (row) => h("div", { class: "meter", "aria-hidden": "true" }, meterPart(row.breaks / this.mostOfAge, row.age === "new" ? "" : "bad")) },
    ]);
    this.days = new RowsTable("Tie-out of each day and currency", [
      { title: "Day (UTC)", class: "t", head: true, value: (day) => day.day },
      { title: "Left", class: "n", value: (day) => money(day.leftSum, day.currency) },
      { title: "Right", class: "n", value: (day) => money(day.rightSum, day.currency) },
      { title: "Difference", class: "n", value: (day) => h("span", { class: day.leftSum === day.rightSum ? "good" : "bad" }, money(day.rightSum - day.leftSum, day.currency)) },
      { title: "Matched", class: "n", value: (day) => number(day.matched) },
      { title: "Open", class: "n", value: (day) => number(day.open) },
      { title: "Breaks", class: "n", value: (day) => number(day.breaks) },
    ]);
    this.breaks = new RowsTable(
      "Breaks",
      [
        { title: "Opened", class: "t", value: (each) => time(each.openedAt) },
        { title: "Type", head: true, value: (each) => each.type },
        { title: "State", class: "less", value: (each) => h("span", { class: `badge ${each.state === "open" ? "bad" : "good"}` }, each.state) },
        { title: "Amount", class: "n", value: (each) => money(each.amountMinor, each.currency) },
        { title: "Entries", class: "wide mono less", value: (each) => each.entryIds.join(", ") },
        { title: "History", hidden: true, value: (each) => h("button", { type: "button", class: "quiet", "aria-label": `History of ${each.type}, ${money(each.amountMinor, each.currency)}, ${each.entryIds.join(", ")}`, onclick: () => this.#choose(each.breakId) }, "History") },
      ],
      { tall: true, hideCaption: true },
    );
    this.history = h("section", { class: "card", "aria-live": "polite" });
    this.agesBody = h("section", { class: "card" });
    this.daysBody = h("section", { class: "card" });
    this.breaksBody = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Reconciliation", "How two ledgers compare: what matched, what waits, and what does not fit."),
      h("div", { class: "controls" }, this.rule.element),
      this.tiles,
      h("div", { class: "grid uneven" }, this.agesBody, this.daysBody),
      h("div", { class: "controls" }, h("label", {}, "Breaks", this.state), h("label", {}, "Search", this.search)),
      this.history,
      this.breaksBody,
    );
    this.history.hidden = true;
  }

  update({ tables, changed }) {
    if (!changed) return;
    this.tables = tables;
    this.#draw();
  }

  #choose(id) {
    this.chosen = id;
    this.#draw();
    this.history.scrollIntoView({ block: "nearest" });
  }

  #draw() {
    if (!this.tables) return;
    const live = [...(this.tables("reconciliation.live")?.rows.values() ?? [])].filter((row) => row.data);
    const rules = [...new Set(live.map((row) => row.view.split(/:(.*)/s)[1]))].sort();
    const entries = (rule) => live.filter((row) => row.view === `days:${rule}`).reduce((all, { data }) => all + data.matched + data.open + data.breaks, 0);
    const busiest = rules.reduce((best, rule) => (entries(rule) > entries(best) ? rule : best), rules[0]);
    this.rule.set(rules.map((name) => [name, name]), busiest);
    const of = (view) => live.filter((row) => row.view === `${view}:${this.rule.value}`).map((row) => row.data);
    const days = of("days").sort((one, other) => (one.day + one.currency < other.day + other.currency ? 1 : -1));
    const ages = of("ages").sort((one, other) => AGES.indexOf(one.age) - AGES.indexOf(other.age));
    this.mostOfAge = Math.max(1, ...ages.map((row) => row.breaks));
    this.#tiles(days, of("clearing"));
    this.ages.show(ages, (row) => row.age, (row) => `${row.breaks} ${this.mostOfAge}`);
    this.#body(this.agesBody, "Breaks by age", ages.length, this.ages.element, "No break stands.");
    this.days.show(days, (day) => `${day.day} ${day.currency}`, (day) => JSON.stringify(day));
    this.#body(this.daysBody, "Tie-out", days.length, this.days.element, "No day was summed up yet. Start the job with: local-cluster/run reconciliation");
    const words = this.search.value.toLowerCase();
    this.all = latest(this.tables("reconciliation.breaks"), "breakId");
    const breaks = this.all
      .filter((each) => !this.rule.value || each.ruleId === this.rule.value)
      .filter((each) => !this.state.value || each.state === this.state.value)
      .filter((each) => !words || JSON.stringify(each).toLowerCase().includes(words))
      .sort((one, other) => other.openedAt - one.openedAt);
    this.breaks.show(breaks.slice(0, SHOWN), (each) => each.breakId, (each) => each.revision);
    this.#body(this.breaksBody, "Latest breaks", breaks.length, this.breaks.element, "No break like this among the latest ones.");
    this.#drawHistory();
    return `Breaks like this: ${number(breaks.length)}.`;
  }

  #tiles(days, balances) {
    const sum = (name) => days.reduce((all, day) => all + (day[name] ?? 0), 0);
    const tiles = [
      ["entries matched", number(sum("matched"))],
      ["entries open", number(sum("open"))],
      ["entries in breaks", number(sum("breaks"))],
      ...balances.map((each) => [`${each.right} above ${each.left}`, money(each.balanceMinor, each.currency)]),
    ];
    setChildren(this.tiles, tiles.map(([name, value]) => h("div", { class: "tile" }, h("b", {}, value), h("span", {}, name))));
  }

  #drawHistory() {
    const chosen = this.all.find((each) => each.breakId === this.chosen);
    this.history.hidden = !chosen;
    const key = chosen ? `${chosen.breakId} ${chosen.revision}` : "";
    if (!chosen || this.historyKey === key) return;
    this.historyKey = key;
    setChildren(
      this.history,
      h("h2", {}, `History of a ${chosen.type} break`),
      h("p", {}, `${money(chosen.amountMinor, chosen.currency)} between ${chosen.ledgerLeft} and ${chosen.ledgerRight}, opened ${time(chosen.openedAt)} (${ago(chosen.openedAt)}), now ${chosen.state}.`),
      h("p", {}, "Entries: ", h("span", { class: "mono" }, chosen.entryIds.join(", "))),
      h("ol", { class: "steps" }, chosen.history.map((step) => h("li", {}, Object.entries(step).filter(([, value]) => value !== null).map(([name, value]) => (name === "at" ? time(value) : String(value))).join(" · ")))),
      h("p", { class: "note mono" }, chosen.breakId),
    );
  }

  #body(body, title, count, content, nothing) {
    const state = count > 0 ? "some" : "none";
    if (body.dataset.state === state) return;
    body.dataset.state = state;
    setChildren(body, h("h2", {}, title), count > 0 ? content : empty(nothing));
  }
}
