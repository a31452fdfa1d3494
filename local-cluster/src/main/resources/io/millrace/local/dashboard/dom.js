// Makes elements. Text only ever becomes a text node, so what a topic holds can't be markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element; children are elements or texts. */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Sets an element's text where it differs, so that selections and screen readers are left alone. */
export function setText(element, text) {
  const value = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== value) element.textContent = value;
}

/** Replaces an element's children. */
export function setChildren(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
}

/** How long somebody must have typed nothing before they are told what came of it, in ms. */
const PAUSE = 600;

let telling = null;

/** Tells who can't see it what came of something they did. What changes by itself is told to nobody. */
export function tell(text) {
  const told = document.getElementById("told");
  setText(told, "");
  clearTimeout(telling);
  telling = setTimeout(() => setText(told, text), PAUSE);
}

/** A share of a meter, from 0 to 1. */
export function meterPart(share, kind) {
  const part = h("i", { class: kind });
  part.style.width = `${Math.max(0, Math.min(1, share || 0)) * 100}%`;
  return part;
}

/** A small line of the latest of at most so many numbers; the last one is at its end. */
export function spark(values, most, label) {
  const top = Math.max(1, ...values);
  const step = 100 / (most - 1);
  const points = values.map((value, i) => `${(100 - (values.length - 1 - i) * step).toFixed(1)},${(23 - (value / top) * 22).toFixed(1)}`);
  return svg(
    "svg",
    { class: "spark", viewBox: "0 0 100 24", preserveAspectRatio: "none", role: "img", "aria-label": label },
    svg("polyline", { points: points.join(" ") }),
  );
}

/** A text in which commands stand between backticks. */
export function withCommands(text) {
  return text.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
}

/** What to show where there is nothing. */
export function empty(text) {
  return h("p", { class: "empty" }, withCommands(text));
}

/** Fills a card, or says in it why there is nothing. What is there already is left alone. */
export function fillCard(card, title, count, content, nothing) {
  const state = count > 0 ? "" : nothing;
  if (card.dataset.lacks === state) return;
  card.dataset.lacks = state;
  setChildren(card, title ? h("h2", {}, title) : null, count > 0 ? content : empty(nothing));
}

/** States of a job that never runs again. */
const ENDED = ["FINISHED", "CANCELED", "FAILED", "SUSPENDED"];

/** What somebody can do for a job's view to show something. `later` says when it does once the job runs. */
export function advice(status, job, later) {
  const runs = status?.flink?.jobs?.some((each) => each.name === job && !ENDED.includes(each.state));
  if (runs) return `The job runs; ${later}`;
  if (!status?.replays) return `The job does not run yet: start ${job} on your Flink. Runs it already with a prefix of topics? Then give the dashboard the same \`--topic-prefix\`.`;
  return `The job does not run yet. It is started with \`local-cluster/run ${job}\`, or on the cluster that is up with \`local-cluster/run submit ${job}\`.`;
}

/** A heading with a sentence on what the view shows. */
export function heading(title, lead) {
  return [h("h1", {}, title), h("p", { class: "lead" }, lead)];
}

/** A labelled field. */
export function field(label, input) {
  return h("label", {}, label, input);
}

/** A selection that keeps its value while its choices change. */
export class Choice {
  constructor(label, onChange) {
    this.select = h("select", { disabled: true, onchange: () => { this.chosen = this.select.value; onChange(); } }, h("option", { value: "" }, "none yet"));
    this.element = field(label, this.select);
  }

  set(choices, preferred) {
    const names = choices.map((choice) => choice.join("\n")).join("\n");
    if (names === this.names) return;
    this.names = names;
    const current = this.select.value;
    this.select.disabled = choices.length === 0;
    this.select.replaceChildren(...(choices.length ? choices : [["", "none yet"]]).map(([value, text]) => h("option", { value }, text)));
    const has = (wanted) => choices.some(([value]) => value === wanted);
    // What somebody chose is chosen again once it is back.
    this.select.value = [this.chosen, preferred, current].find(has) ?? choices[0]?.[0] ?? "";
  }

  get value() {
    return this.select.value;
  }
}
