import { h, setChildren, heading, empty, setText, tell } from "./dom.js";
import { number, rate, time, plain } from "./format.js";
import { RowsTable } from "./table.js";
import { ask } from "./stream.js";

const SHOWN = 200;
const LANES = { input: "input", result: "results", live: "live view", dead_letter: "dead letters", late: "late records" };

/** A text with what was searched for marked. */
export function highlighted(text, search) {
  const word = search.trim().split(/\s+/)[0]?.toLowerCase();
  const at = word ? text.toLowerCase().indexOf(word) : -1;
  if (at < 0) return [text];
  return [text.slice(0, at), h("mark", {}, text.slice(at, at + word.length)), text.slice(at + word.length)];
}

/** All topics. */
export const topics = {
  id: "topics",
  title: "Topics",
  topics: () => [],
  create: () => new Topics(),
};

class Topics {
  constructor() {
    this.search = h("input", { type: "search", placeholder: "name", oninput: () => tell(this.#draw()) });
    this.table = new RowsTable("Topics", [
      { title: "Topic", head: true, value: (topic) => h("a", { href: `#/topic/${encodeURIComponent(topic.name)}` }, topic.name) },
      { title: "For", value: (topic) => LANES[topic.lane] ?? "" },
      { title: "What a record says", class: "wide less", value: (topic) => topic.about ?? "" },
      { title: "Rate", class: "n", value: (topic) => (topic.received === undefined ? "" : rate(topic.perSecond)) },
    ], { hideCaption: true });
    this.body = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Topics", "Every topic of this Kafka. Choose one to see its newest records as they come."),
      h("div", { class: "controls" }, h("label", {}, "Search", this.search)),
      this.body,
    );
  }

  update({ status }) {
    if (!status.topics) return;
    this.status = status;
    this.#draw();
  }

  #draw() {
    const words = this.search.value.toLowerCase();
    const found = (this.status?.topics ?? []).filter((topic) => topic.name.toLowerCase().includes(words));
    this.table.show(found, (topic) => topic.name, (topic) => String(topic.perSecond));
    const state = found.length > 0 ? "some" : "none";
    if (this.body.dataset.state !== state) {
      this.body.dataset.state = state;
      setChildren(this.body, found.length ? this.table.element : empty(this.status?.kafkaProblem ?? "No topic has such a name."));
    }
    return `Topics with such a name: ${number(found.length)}.`;
  }
}

/** One topic: its newest records, searchable, and its schema. */
export const topic = {
  id: "topic",
  under: "topics",
  title: "Topic",
  exact: true,
  topics: (name) => [name],
  create: ({ parameter, session }) => new OneTopic(parameter, session.prefix),
};

class OneTopic {
  constructor(name, prefix) {
    this.name = name;
    this.search = h("input", { type: "search", placeholder: "words in key or value", oninput: () => {
      this.#draw();
      tell(this.found.textContent);
    } });
    this.pause = h("button", { type: "button", "aria-pressed": "false", onclick: () => {
      this.pause.setAttribute("aria-pressed", String(this.pause.getAttribute("aria-pressed") === "false"));
      this.#draw();
    } }, "Pause");
    this.found = h("p", { class: "note" });
    this.body = h("section", { class: "card" });
    this.schema = h("section", { class: "card" });
    this.lead = h("p", { class: "lead" });
    this.element = h(
      "div",
      {},
      h("h1", {}, name),
      this.lead,
      h("div", { class: "controls" }, h("label", {}, "Search", this.search), this.pause, h("a", { href: "#/topics" }, "All topics")),
      this.body,
      this.schema,
    );
    this.#askSchema(name.startsWith(prefix) ? name.slice(prefix.length) : name);
  }

  async #askSchema(name) {
    try {
      const schema = await ask(`/api/schema?${new URLSearchParams({ topic: name })}`);
      const required = new Set(schema.required ?? []);
      const fields = Object.entries(schema.properties ?? {});
      const table = new RowsTable(`Fields of ${name}`, [
        { title: "Field", class: "mono", head: true, value: ([field]) => field },
        { title: "Type", value: ([, property]) => [property.type ?? property.anyOf?.map((each) => each.type) ?? ""].flat().join(" or ") },
        { title: "Required", value: ([field]) => (required.has(field) ? "yes" : "") },
      ], { hideCaption: true });
      table.show(fields, ([field]) => field, () => "");
      setChildren(this.schema, h("h2", {}, "Schema"), table.element, h("details", {}, h("summary", {}, "As JSON Schema"), h("pre", {}, JSON.stringify(schema, null, 2))));
    } catch {
      setChildren(this.schema, h("h2", {}, "Schema"), empty("The catalogue has no schema of this topic; it is shown as it is."));
    }
  }

  update({ tables, status, changed }) {
    const known = status.topics?.find((each) => each.name === this.name);
    setText(this.lead, known?.about ?? (known ? "A topic that the catalogue does not know." : "There is no such topic yet; it is shown once there is."));
    if (!changed && this.table) return;
    this.rows = tables(this.name);
    if (this.pause.getAttribute("aria-pressed") === "false") this.#draw();
  }

  #draw() {
    if (this.pause.getAttribute("aria-pressed") === "true" && this.table) return;
    const all = this.rows?.newest() ?? [];
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? all.filter(([key, row]) => words.every((word) => `${key} ${JSON.stringify(row)}`.toLowerCase().includes(word))) : all;
    if (all.length > 0 && !this.table) this.#makeTable(all[0][1]);
    const skipped = this.rows?.skipped ? ` ${number(this.rows.skipped)} more came since the page was opened, faster than it shows them.` : "";
    setText(this.found, `${number(found.length)} of the newest ${number(all.length)} records${found.length > SHOWN ? `, ${SHOWN} shown` : ""}.${skipped}`);
    if (this.table) this.table.show(found.slice(0, SHOWN).map(([key, row]) => ({ key, row })), ({ key }) => key, ({ row }) => `${row.at ?? ""}${plain(row.data)}${this.search.value}`);
    const state = all.length > 0 ? "some" : "none";
    if (this.body.dataset.state === state) return;
    this.body.dataset.state = state;
    setChildren(this.body, h("h2", {}, "Records"), ...(all.length ? [this.found, this.table.element] : [empty("No record yet. The newest ones appear here as they are committed.")]));
  }

  /** The columns are those of the first record: a table that changes its shape can't be read. */
  #makeTable(first) {
    const live = "view" in first && "data" in first;
    const value = live ? first.data : first.v;
    const fields = value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value) : null;
    const cell = (item, field) => {
      const content = (live ? item.row.data : item.row.v)?.[field];
      if (typeof content === "number" && /(^at$|At$|Start$|End$|timestamp)/.test(field)) return time(content);
      // What a record holds is not rounded.
      if (typeof content === "number") return Number.isInteger(content) ? number(content) : String(content);
      return h("span", {}, highlighted(plain(content), this.search.value));
    };
    const isNumber = (field) => typeof value[field] === "number";
    this.table = new RowsTable(
      `Records of ${this.name}`,
      [
        ...(live
          ? [{ title: "View", value: ({ row }) => row.view }, { title: "Row", class: "mono", head: true, value: ({ row }) => row.row }]
          : [{ title: "Record", class: "t soft mono", head: true, value: ({ key }) => key.replace("-", "/") }, { title: "Key", class: "mono any", value: ({ row }) => row.key ?? "" }]),
        ...(fields
          ? fields.map((field) => ({ title: field, class: isNumber(field) ? "n" : "any", value: (item) => (item.row.deleted ? "" : item.row.text !== undefined ? (field === fields[0] ? item.row.text : "") : cell(item, field)) }))
          : [{ title: "Value", class: "wide mono", value: ({ row }) => h("span", {}, highlighted(row.deleted ? "deleted" : (row.text ?? plain(row.v)), this.search.value)) }]),
      ],
      { tall: true, hideCaption: true },
    );
  }
}
