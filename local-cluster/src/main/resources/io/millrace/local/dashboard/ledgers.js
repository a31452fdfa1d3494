import { h, setChildren, setText, fillCard, heading, advice, meterPart, Choice, tell } from "./dom.js";
import { number, time, ago, money } from "./format.js";
import { RowsTable } from "./table.js";

const SHOWN = 200;
const AGES = ["new", "1h", "24h", "3d", "7d"];
const AGE_WORDS = { new: "less than an hour", "1h": "an hour to a day", "24h": "one day to three", "3d": "three days to a week", "7d": "a week or more" };

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
        { title: "History", hidden: true, class: "n", value: (each) => h("button", { type: "button", class: "quiet", "aria-label": `History of ${each.type}, ${money(each.amountMinor, each.currency)}, ${each.entryIds.join(", ")}`, onclick: () => this.#choose(each.breakId) }, "History") },
      ],
      { tall: true, hideCaption: true },
    );
    this.sides = h("p", { class: "note" });
    this.history = h("section", { class: "card", "aria-live": "polite" });
    this.age = h("span", { "aria-live": "off" });
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

  update({ tables, status, changed }) {
    this.status = status;
    this.#age();
    if (!changed && this.some) return;
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
    const balances = of("clearing");
    this.#tiles(days, balances);
    setText(this.sides, balances.length ? `Left is ${balances[0].left}, right ${balances[0].right}.` : "");
    this.ages.show(ages, (row) => row.age, (row) => `${row.breaks} ${this.mostOfAge}`);
    this.some = days.length > 0;
    fillCard(this.agesBody, "Breaks by age", ages.length, [this.ages.element, h("p", { class: "note" }, "Ages go by the times of the entries.")], "No break stands.");
    this.days.show(days, (day) => `${day.day} ${day.currency}`, (day) => JSON.stringify(day));
    fillCard(this.daysBody, "Tie-out", days.length, [this.days.element, this.sides], `No day was summed up yet. ${advice(this.status, "reconciliation", "days come with the first entries, once they are committed.")}`);
    const words = this.search.value.toLowerCase();
    this.all = latest(this.tables("reconciliation.breaks"), "breakId");
    const breaks = this.all
      .filter((each) => !this.rule.value || each.ruleId === this.rule.value)
      .filter((each) => !this.state.value || each.state === this.state.value)
      .filter((each) => !words || JSON.stringify(each).toLowerCase().includes(words))
      .sort((one, other) => other.openedAt - one.openedAt);
    this.breaks.show(breaks.slice(0, SHOWN), (each) => each.breakId, (each) => each.revision);
    fillCard(this.breaksBody, "Latest breaks", breaks.length, this.breaks.element, this.all.length ? "No break like this among the latest ones. Choose all, or search for less." : days.length ? "No break yet: all that came so far fits, or still waits for its other side." : "No break yet.");
    this.#drawHistory();
    return `Breaks like this: ${number(breaks.length)}.`;
  }

  #tiles(days, balances) {
    const sum = (name) => days.reduce((all, day) => all + (day[name] ?? 0), 0);
    const tiles = [
      ["entries matched", number(sum("matched"))],
      ["entries open", number(sum("open"))],
      ["entries in breaks", number(sum("breaks"))],
      ...balances.map((each) => [`${each.right} ${each.balanceMinor < 0 ? "below" : "above"} ${each.left}`, money(Math.abs(each.balanceMinor), each.currency)]),
    ];
    setChildren(this.tiles, tiles.map(([name, value]) => h("div", { class: "tile" }, h("b", {}, value), h("span", {}, name))));
  }

  /** How old the break is whose history is shown; it grows without news of it. */
  #age() {
    if (this.shownBreak) setText(this.age, ago(this.shownBreak.openedAt));
  }

  #drawHistory() {
    const chosen = this.all.find((each) => each.breakId === this.chosen);
    this.history.hidden = !chosen;
    this.shownBreak = chosen;
    this.#age();
    const key = chosen ? `${chosen.breakId} ${chosen.revision}` : "";
    if (!chosen || this.historyKey === key) return;
    this.historyKey = key;
    setChildren(
      this.history,
      h("h2", {}, `History of ${/^[aeiou]/.test(chosen.type) ? "an" : "a"} ${chosen.type} break`),
      h("p", {}, `${money(chosen.amountMinor, chosen.currency)} between ${chosen.ledgerLeft} and ${chosen.ledgerRight}, opened ${time(chosen.openedAt)} (`, this.age, `), now ${chosen.state}.`),
      h("p", {}, "Entries: ", h("span", { class: "mono" }, chosen.entryIds.join(", "))),
      h("ol", { class: "steps" }, chosen.history.map((step) => h("li", {}, Object.entries(step).filter(([, value]) => value !== null).map(([name, value]) => (name === "at" ? time(value) : String(value))).join(" · ")))),
      h("p", { class: "note" }, "Break ", h("span", { class: "mono" }, chosen.breakId)),
    );
  }
}
