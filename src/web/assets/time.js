// @ts-check
// Times in the reader's own zone.

import { h } from "./dom.js";

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/**
 * @param {number} ms
 * @returns {HTMLElement}
 */
export function timeOf(ms) {
  return h("time", { datetime: iso(ms), title: whole.format(ms) }, clock.format(ms));
}

/**
 * "2 minutes ago", kept up to date by `refreshTimes`.
 * @param {number} ms
 * @returns {HTMLElement}
 */
export function agoOf(ms) {
  return h("time", { datetime: iso(ms), title: whole.format(ms), "data-ago": ms }, ago(ms));
}

export function refreshTimes() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    if (element instanceof HTMLElement) element.textContent = ago(Number(element.dataset["ago"]));
  }
}

/**
 * "Today", "Yesterday", or the date.
 * @param {number} ms
 * @returns {string}
 */
export function dayOf(ms) {
  const days = Math.round((startOfDay(ms) - startOfDay(Date.now())) / 86_400_000);
  if (days < -1 || days > 0) return day.format(ms);
  const word = relative.format(days, "day");
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/**
 * Times that are written in UTC, by the reader's own clock.
 * @param {string} text
 * @returns {string}
 */
export function withLocalTimes(text) {
  return text.replace(/\b(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC\b/g, (written, date, time) => {
    const ms = Date.parse(`${date}T${time}:00Z`);
    return Number.isNaN(ms) ? written : short.format(ms);
  });
}

/** @param {number} ms */
function startOfDay(ms) {
  return new Date(ms).setHours(0, 0, 0, 0);
}

/** @param {number} ms */
function ago(ms) {
  const minutes = Math.round((ms - Date.now()) / 60_000);
  if (minutes > -1) return "just now";
  if (minutes > -60) return relative.format(minutes, "minute");
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / (24 * 60)), "day");
}

/** @param {number} ms */
function iso(ms) {
  return new Date(ms).toISOString();
}
