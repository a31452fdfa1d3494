// What the server tells: tables of rows, and the state of jobs and topics. Comes back by itself.

import { setClock } from "./format.js";

/** Integers beyond 2^53 stay the text that they were, where the browser can tell it. */
function parse(text) {
  return JSON.parse(text, (key, value, context) =>
    typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source
      ? context.source
      : value);
}

/** The rows of a topic as they are now. */
export class Table {
  rows = new Map();
  received = 0;
  skipped = 0;
  /** Rises with every change. */
  version = 0;

  apply(frame) {
    if (frame.reset) {
      this.rows.clear();
      this.skipped = 0;
    }
    for (const [key, row] of frame.rows) {
      this.rows.delete(key);
      if (row !== null) this.rows.set(key, row);
    }
    if (frame.kind === "log") {
      for (const key of this.rows.keys()) {
        if (this.rows.size <= frame.keeps) break;
        this.rows.delete(key);
      }
    }
    this.received = frame.received;
    this.skipped += frame.skipped;
    this.version++;
  }

  /** The records of a log, the newest first. */
  newest() {
    return [...this.rows.entries()].reverse();
  }
}

/** A stream of some topics. */
export class Stream {
  #source = null;
  #last = null;
  #retry = null;
  #delay = 1000;

  constructor(topics, onChange, onState) {
    this.topics = topics;
    this.tables = new Map(topics.map((topic) => [topic, new Table()]));
    this.status = {};
    this.onChange = onChange;
    this.onState = onState;
    this.#open();
  }

  #open() {
    const query = new URLSearchParams({ topics: this.topics.join(",") });
    if (this.#last) query.set("last", this.#last);
    this.#source = new EventSource(`/api/stream?${query}`);
    this.#source.addEventListener("frame", (event) => {
      this.#delay = 1000;
      this.onState("live");
      const frame = parse(event.data);
      if (frame.status) {
        this.status = frame.status;
        setClock(frame.status.now);
      }
      for (const table of frame.tables) this.tables.get(table.topic)?.apply(table);
      this.#last = event.lastEventId || null;
      this.onChange(frame.tables.length > 0);
    });
    this.#source.onerror = () => {
      // A server that is back may know nothing of us, and some errors end a source for good.
      this.#source.close();
      this.onState("lost");
      this.#retry = setTimeout(() => this.#open(), this.#delay);
      this.#delay = Math.min(10_000, this.#delay * 1.5);
    };
  }

  close() {
    clearTimeout(this.#retry);
    this.#source.close();
  }
}

/** Asks the server; throws an error with its words where it refuses. */
export async function ask(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error((await response.text()).trim() || `the server answered ${response.status}`);
  return response.json();
}
