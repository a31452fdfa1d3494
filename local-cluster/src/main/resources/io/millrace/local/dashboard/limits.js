import { h, setChildren, fillCard, heading, advice, meterPart, Choice, setText, tell } from "./dom.js";
import { number, span, time, duration } from "./format.js";
import { RowsTable } from "./table.js";

const SHOWN_VERDICTS = 100;

function refusedShare(use) {
  return use.refused / Math.max(1, use.allowed + use.refused);
}

/** Rate counting: verdicts and most limited keys. */
export const limits = {
  id: "rate-counting",
  title: "Rate counting",
  topics: () => ["rate-counting.live", "rate-counting.verdicts", "rate-counting.usage"],
  create: () => new Limits(),
};

class Limits {
  constructor() {
    this.dimension = new Choice("Dimension", () => this.#draw());
    const chosen = () => tell(this.#draw());
    this.only = h("select", { onchange: chosen }, h("option", { value: "" }, "all"), h("option", { value: "refused" }, "refused ones"), h("option", { value: "allowed" }, "allowed ones"));
    this.tiles = h("div", { class: "tiles" });
    this.keys = new RowsTable("Keys of which most requests were refused, in the last window", [
      { title: "Key", class: "wide mono", head: true, value: (use) => use.key },
      { title: "Allowed", class: "n", value: (use) => number(use.allowed) },
      { title: "Refused", class: "n", value: (use) => number(use.refused) },
      { title: "Cost", class: "n less", value: (use) => number(use.cost) },
      { title: "Refused share", class: "n", value: (use) => `${(100 * refusedShare(use)).toFixed(0)} %` },
      {
        title: "Refused share as a bar",
        hidden: true,
        class: "less",
        value: (use) => h("div", { class: "meter", "aria-hidden": "true" }, meterPart(refusedShare(use), "bad")),
      },
    ]);
    this.verdicts = new RowsTable(
      "Latest verdicts",
      [
        { title: "Time", class: "t", value: ({ v }) => time(v.at) },
        { title: "Request", class: "wide mono less", head: true, value: ({ v }) => v.requestId },
        { title: "Verdict", value: ({ v }) => h("span", { class: `badge ${v.allowed ? "good" : "bad"}` }, v.allowed ? "allowed" : "refused") },
        { title: "By rule", value: ({ v }) => v.limitedBy ?? "" },
        { title: "Remaining", class: "n", value: ({ v }) => (v.limit === null || v.limit === undefined ? "no rule" : `${number(v.remaining)} of ${number(v.limit)}`) },
        { title: "Retry after", class: "n", value: ({ v }) => (v.allowed ? "" : v.retryAfterMillis === null ? "never" : duration(v.retryAfterMillis)) },
      ],
      { tall: true, hideCaption: true },
    );
    this.window = h("p", { class: "note" });
    this.keysBody = h("section", { class: "card" });
    this.verdictsBody = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Rate counting", "Who is limited, and what was decided about the latest requests."),
      this.tiles,
      h("div", { class: "controls" }, this.dimension.element, h("label", {}, "Verdicts", this.only)),
      this.keysBody,
      this.verdictsBody,
    );
  }

  update({ tables, status, changed }) {
    this.status = status;
    if (!changed && this.some) return;
    this.tables = tables;
    this.#draw();
  }

  #draw() {
    if (!this.tables) return;
    const live = [...(this.tables("rate-counting.live")?.rows.values() ?? [])].filter((row) => row.data);
    const dimensions = [...new Set(live.map((row) => row.view.replace(/^limited:/, "")))].sort();
    this.dimension.set(dimensions.map((name) => [name, name]), "apiKey");
    const keys = live
      .filter((row) => row.view === `limited:${this.dimension.value}`)
      .map((row) => row.data)
      .sort((one, other) => other.refused - one.refused || (one.key < other.key ? -1 : 1));
    const all = (this.tables("rate-counting.verdicts")?.newest() ?? []).map(([key, row]) => ({ key, v: row.v })).filter(({ v }) => v);
    const refused = all.filter(({ v }) => !v.allowed);
    this.#tiles(all, refused);
    this.keys.show(keys, (use) => use.key, (use) => JSON.stringify(use));
    if (keys.length) setText(this.window, `Window ${span(keys[0].windowStart, keys[0].windowEnd)}.`);
    this.some = all.length > 0 && keys.length > 0;
    fillCard(this.keysBody, "Most limited keys", keys.length, [this.keys.element, this.window], all.length ? "No window in which a key was refused anything has ended yet." : `No key was refused anything yet. ${advice(this.status, "rate-counting", "keys come when the first window ends in which one was refused something.")}`);
    const wanted = { refused, allowed: all.filter(({ v }) => v.allowed) }[this.only.value] ?? all;
    const listed = wanted.slice(0, SHOWN_VERDICTS);
    this.verdicts.show(listed, ({ key }) => key, () => "");
    fillCard(this.verdictsBody, "Verdicts", listed.length, this.verdicts.element, all.length ? "None of the latest verdicts is like this. Choose all." : `No verdict yet. ${advice(this.status, "rate-counting", "verdicts come as requests do, once they are committed.")}`);
    return `Verdicts shown: ${number(listed.length)}.`;
  }

  #tiles(all, refused) {
    const rules = new Map();
    for (const { v } of refused) rules.set(v.limitedBy, (rules.get(v.limitedBy) ?? 0) + 1);
    const [rule] = [...rules].sort((one, other) => other[1] - one[1])[0] ?? ["–"];
    const tiles = [
      ["latest verdicts", number(all.length)],
      ["of these refused", all.length ? `${((100 * refused.length) / all.length).toFixed(1)} %` : "–"],
      ["rule that refuses most", rule],
      ["of these a rule on trial would refuse", number(all.filter(({ v }) => v.shadow?.length).length)],
    ];
    setChildren(this.tiles, tiles.map(([name, value]) => h("div", { class: "tile" }, h("b", {}, value), h("span", {}, name))));
  }
}
