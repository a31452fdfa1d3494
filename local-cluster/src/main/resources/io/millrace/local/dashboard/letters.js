import { h, setChildren, fillCard, withCommands, heading, Choice, tell } from "./dom.js";
import { number, time } from "./format.js";
import { RowsTable } from "./table.js";
import { ask } from "./stream.js";

const SHOWN = 200;
const FATES = {
  replayed: "put back",
  other_reason: "of another reason",
  of_no_topic: "rows of files, or rows that a sink or store refused: mend what they name, and put the file there or run the job again",
  gone: "not whole, and no longer in their topic",
  not_a_letter: "no dead letters",
};

const decode = (base64) => {
  if (base64 === null || base64 === undefined) return null;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
  } catch {
    return base64;
  }
};

/** Dead letters with their reasons, and their replay. */
export const letters = {
  id: "dead-letters",
  title: "Dead letters",
  topics: (parameter, session) => session.letters,
  create: ({ session }) => new Letters(session),
};

class Letters {
  constructor({ letters: names, prefix }) {
    this.names = names.map((name) => prefix + name);
    this.reason = new Choice("Reason", () => tell(this.#draw()));
    this.search = h("input", { type: "search", placeholder: "words", oninput: () => tell(this.#draw()) });
    this.counts = new RowsTable("Topics of dead letters", [
      { title: "Topic", head: true, value: (topic) => h("a", { href: `#/topic/${encodeURIComponent(topic.name)}` }, topic.name) },
      { title: "Letters", class: "n", value: (topic) => (topic.cut ? `${number(topic.received)}+` : number(topic.received)) },
      { title: "Reasons of the latest", class: "wide less", value: (topic) => this.#reasons(topic.name) },
      {
        title: "Replay",
        hidden: true,
        class: "n",
        value: (topic) =>
          h("button", { type: "button", class: "quiet", disabled: !this.replays || !topic.received, "aria-label": `Replay… ${topic.name}`, onclick: () => this.#confirm(topic) }, "Replay…"),
      },
    ], { hideCaption: true });
    this.table = new RowsTable(
      "Latest dead letters",
      [
        { title: "First seen", class: "t", value: ({ v }) => time(v.firstSeenAt) },
        { title: "Reason", value: ({ v }) => h("span", { class: "badge bad" }, v.reason) },
        { title: "Message", class: "wide", value: ({ v }) => v.message },
        { title: "Job", class: "t less", value: ({ v }) => v.job },
        { title: "From", class: "mono", head: true, value: ({ v }) => `${v.topic} ${v.partition}/${v.offset}` },
        { title: "Value", class: "wide mono", value: ({ v }) => h("details", {}, h("summary", {}, v.value === null || v.value === undefined ? "not kept" : `${number(v.valueBytes)} bytes`), h("pre", {}, decode(v.value) ?? `SHA-256 ${v.sha256 ?? "unknown"}`)) },
      ],
      { tall: true, hideCaption: true },
    );
    this.readOnly = h("p", { class: "note", hidden: true }, withCommands("This dashboard changes nothing. To replay a topic: `local-cluster/run replay <topic> --bootstrap <host:port>`"));
    this.outcome = h("div", { role: "status" });
    this.countsBody = h("section", { class: "card" });
    this.body = h("section", { class: "card" });
    this.element = h(
      "div",
      {},
      heading("Dead letters", "Records that a job refused, each with the reason. Nothing is lost: a replay puts them back into their topics, each once."),
      this.outcome,
      this.countsBody,
      h("div", { class: "controls" }, this.reason.element, h("label", {}, "Search", this.search)),
      this.body,
    );
  }

  update({ tables, status, changed }) {
    this.tables = tables;
    if (!status.topics) return;
    this.status = status;
    this.replays = status.replays;
    this.readOnly.hidden = this.replays;
    const known = status.topics.filter((topic) => topic.lane === "dead_letter" && topic.received !== undefined);
    this.counts.show(known, (topic) => topic.name, (topic) => `${topic.received} ${this.replays} ${this.#reasons(topic.name)}`);
    fillCard(this.countsBody, "By topic", known.length, [this.counts.element, this.readOnly], "There is no topic of dead letters yet. Jobs make them as they start.");
    if (changed || !this.drawn) this.#draw();
  }

  #latest() {
    return this.names.flatMap((name) => (this.tables(name)?.newest() ?? []).map(([key, row]) => ({ key: `${name} ${key}`, v: row.v }))).filter(({ v }) => v?.reason);
  }

  #reasons(topic) {
    const counts = new Map();
    for (const row of this.tables(topic)?.rows.values() ?? []) {
      if (row.v?.reason) counts.set(row.v.reason, (counts.get(row.v.reason) ?? 0) + 1);
    }
    return [...counts].sort((one, other) => other[1] - one[1]).map(([reason, count]) => `${reason} ${number(count)}`).join(", ");
  }

  #draw() {
    if (!this.tables) return;
    this.drawn = true;
    const all = this.#latest().sort((one, other) => other.v.firstSeenAt - one.v.firstSeenAt);
    this.reason.set([["", "all"], ...[...new Set(all.map(({ v }) => v.reason))].sort().map((each) => [each, each])], "");
    const words = this.search.value.toLowerCase();
    const found = all
      .filter(({ v }) => !this.reason.value || v.reason === this.reason.value)
      .filter(({ v }) => !words || `${JSON.stringify(v)} ${decode(v.value) ?? ""}`.toLowerCase().includes(words));
    this.table.show(found.slice(0, SHOWN), ({ key }) => key, () => "");
    fillCard(this.body, "Latest", found.length, this.table.element, all.length ? "No dead letter like this: the search or the reason hides those there are." : "No dead letter. That is good news.");
    return `Dead letters like this: ${number(found.length)}.`;
  }

  #confirm(topic) {
    const dialog = h(
      "dialog",
      { "aria-labelledby": "replay-title", "aria-describedby": "replay-text" },
      h("h2", { id: "replay-title" }, "Replay dead letters?"),
      h("p", { id: "replay-text" }, `The records of ${topic.name} that were not replayed yet go back into the topics they came from. Jobs process them again. What made them fail should be mended first, or they come back here.`),
      h(
        "div",
        { class: "row-buttons" },
        h("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "button", class: "main", onclick: () => { dialog.close(); this.#replay(topic.name); } }, "Replay"),
      ),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  async #replay(topic) {
    setChildren(this.outcome, h("p", { class: "card" }, `Replaying ${topic} …`));
    try {
      const { csrf } = await ask("/api/session");
      const { letters: fates } = await ask("/api/replay", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Millrace-Csrf": csrf },
        body: JSON.stringify({ topic }),
      });
      const told = Object.entries(fates).map(([fate, count]) => `${number(count)} ${FATES[fate] ?? fate}`);
      setChildren(this.outcome, h("p", { class: "card" }, told.length ? `${topic}: ${told.join("; ")}.` : `${topic}: nothing came since the last replay.`));
    } catch (error) {
      setChildren(this.outcome, h("p", { class: "card alarm" }, `Nothing was replayed: ${error.message}`));
    }
  }
}
