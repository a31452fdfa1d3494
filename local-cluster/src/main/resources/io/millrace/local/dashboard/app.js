// The shell: which view is shown, its stream, the theme and the state of the connection.

import { h, setChildren, setText, empty } from "./dom.js";
import { zone } from "./format.js";
import { Stream, ask } from "./stream.js";
import * as overview from "./overview.js";
import * as rankings from "./rankings.js";
import * as limits from "./limits.js";
import * as ledgers from "./ledgers.js";
import * as map from "./map.js";
import * as logs from "./logs.js";
import * as topics from "./topics.js";
import * as letters from "./letters.js";

const VIEWS = [
  overview.overview,
  rankings.songs,
  rankings.hitters,
  limits.limits,
  ledgers.ledgers,
  map.fanout,
  logs.logs,
  letters.letters,
  topics.topics,
];
const HIDDEN = [topics.topic];

const nav = document.getElementById("nav");
const main = document.getElementById("main");
const connection = document.getElementById("connection");
const footer = document.getElementById("footer");

let session = { prefix: "", letters: [] };
let stream = null;
let shown = null;

function route() {
  const [, id, parameter] = location.hash.split("/");
  const view = [...VIEWS, ...HIDDEN].find((each) => each.id === id) ?? VIEWS[0];
  return { view, parameter: parameter ? decodeURIComponent(parameter) : null };
}

function show() {
  const { view, parameter } = route();
  stream?.close();
  shown = view.create({ session, parameter });
  document.title = `${parameter ?? view.title} – Millrace`;
  setChildren(main, shown.element);
  for (const link of nav.querySelectorAll("a")) {
    if (link.hash === `#/${view.id}`) link.setAttribute("aria-current", "page");
    else if (link.hash === `#/${view.under}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  nav.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  setState("connecting");
  const wanted = view.topics(parameter, session).map((each) => (view.exact ? each : session.prefix + each));
  stream = new Stream(wanted, draw, setState);
}

function draw(changed = true) {
  const tables = (name) => stream.tables.get(session.prefix + name) ?? stream.tables.get(name);
  shown.update({ tables, status: stream.status, changed });
}

function setState(state) {
  connection.dataset.state = state;
  setText(connection, { live: "live", lost: "lost; trying again", connecting: "connecting" }[state]);
}

function themes() {
  const button = document.getElementById("theme");
  const order = ["auto", "light", "dark"];
  const apply = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    setText(button, `Theme: ${theme}`);
  };
  let theme = localStorage.getItem("millrace-theme");
  if (!order.includes(theme)) theme = "auto";
  apply(theme);
  button.addEventListener("click", () => {
    theme = order[(order.indexOf(theme) + 1) % order.length];
    localStorage.setItem("millrace-theme", theme);
    apply(theme);
    if (stream) draw();
  });
}

async function start() {
  themes();
  nav.append(h("ul", {}, VIEWS.map((view) => h("li", {}, h("a", { href: `#/${view.id}` }, view.title)))));
  setText(footer, `Times are those of ${zone()}. Results are shown once they are committed, so at the pace of the job's checkpoints.`);
  try {
    session = await ask("/api/session");
  } catch (error) {
    setState("lost");
    setChildren(main, empty(`The server can't be asked (${error.message}). Reload the page once it runs again.`));
    return;
  }
  addEventListener("hashchange", () => {
    show();
    main.focus({ preventScroll: true });
  });
  show();
}

start();
