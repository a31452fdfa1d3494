// Numbers with units, and times in the viewer's zone.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const onDay = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" };
const dateClock = new Intl.DateTimeFormat(undefined, onDay);
const yearClock = new Intl.DateTimeFormat(undefined, { year: "numeric", ...onDay });

/** How far the server's clock is ahead of the viewer's, in ms. */
let ahead = 0;

/** Says what time it is at the server, so that ages are right whatever the viewer's clock says. */
export function setClock(millis) {
  if (typeof millis === "number") ahead = millis - Date.now();
}

/** The time now by the server's clock, in ms. */
export function now() {
  return Date.now() + ahead;
}

/** The viewer's time zone, and how far from UTC it is now. */
export function zone() {
  const format = new Intl.DateTimeFormat(undefined, { timeZoneName: "longOffset" });
  const offset = format.formatToParts(new Date()).find((part) => part.type === "timeZoneName").value;
  const name = format.resolvedOptions().timeZone;
  return name === "UTC" ? name : `${name} (now ${offset})`;
}

/** A number; whole where it is, else with two digits. A number too large for the browser is a text already. */
export function number(value) {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "number") return String(value);
  return Number.isInteger(value) ? whole.format(value) : fine.format(value);
}

/** A rate. */
export function rate(value) {
  return value === undefined ? "–" : `${number(value)}/s`;
}

/** A time; with its date where that is not today, and the year where that is not this one. */
export function time(millis) {
  if (typeof millis !== "number") return "–";
  const at = new Date(millis);
  if (Number.isNaN(at.getTime())) return String(millis);
  const today = new Date(now());
  if (at.getFullYear() !== today.getFullYear()) return yearClock.format(at);
  return at.toDateString() === today.toDateString() ? clock.format(at) : dateClock.format(at);
}

/** A window of time; its day is said once. */
export function span(start, end) {
  const day = (millis) => (typeof millis === "number" ? new Date(millis).toDateString() : millis);
  if (typeof end === "number" && day(start) === day(end)) return `${time(start)} – ${clock.format(end)}`;
  return `${time(start)} – ${time(end)}`;
}

/** A duration in its largest units. */
export function duration(millis) {
  if (typeof millis !== "number") return "–";
  const sign = millis < 0 ? "-" : "";
  const ms = Math.abs(millis);
  if (ms < 1000) return `${sign}${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 120) return `${sign}${s < 10 ? s.toFixed(1) : Math.round(s)} s`;
  if (s < 7200) return `${sign}${Math.round(s / 60)} min`;
  if (s < 172800) return `${sign}${Math.round(s / 3600)} h`;
  return `${sign}${Math.round(s / 86400)} d`;
}

/** How long ago something was. */
export function ago(millis) {
  return typeof millis === "number" ? `${duration(Math.max(0, now() - millis))} ago` : "never";
}

/** An amount in its currency. */
export function money(minor, currency) {
  if (typeof minor !== "number") return `${minor ?? "–"} ${currency ?? ""}`;
  try {
    const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${number(minor)} ${currency}`;
  }
}

/** A value of any kind, for a cell. */
export function plain(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
