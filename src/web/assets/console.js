// @ts-check
// The console's pages, kept up to date while they are open, with times by the reader's own clock. All of it works without this.

/** @param {ParentNode} within */
function localTimes(within) {
  for (const time of within.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    if (time.title !== "" || Number.isNaN(at.getTime())) continue;
    time.title = time.textContent ?? "";
    time.textContent = at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
  }
}

/** @param {string} words */
function say(words) {
  const place = document.getElementById("session");
  if (place === null || place.textContent === words) return;
  place.textContent = words;
  place.hidden = words === "";
}

/** As the server sent them: what we make of them here is no change. @type {Map<string, string>} */
const shown = new Map();

/** @param {ParentNode} page @returns {HTMLElement[]} */
function partsOf(page) {
  return [...page.querySelectorAll("[data-part]")].flatMap((part) =>
    part instanceof HTMLElement ? [part] : [],
  );
}

/** Whoever is at work inside a part is not disturbed; where they were they are again. @param {HTMLElement} part @param {HTMLElement} fresh */
function replace(part, fresh) {
  const at = placesIn(part).findIndex((one) => one === document.activeElement);
  const key = placeKey(placesIn(part)[at]);
  const open = part.querySelector("details")?.open === true;
  const scrolls = [...part.querySelectorAll(".wide")].map((wide) => wide.scrollLeft);
  part.replaceChildren(...fresh.childNodes);
  for (const [index, wide] of [...part.querySelectorAll(".wide")].entries())
    wide.scrollLeft = scrolls[index] ?? 0;
  const folded = part.querySelector("details");
  if (folded !== null && open) folded.open = true;
  if (at < 0) return;
  const same = placesIn(part).find((one) => placeKey(one) === key);
  if (same !== undefined) same.focus({ preventScroll: true });
  else document.getElementById("main")?.focus({ preventScroll: true });
}

/** Where the focus can be. @param {HTMLElement} part @returns {HTMLElement[]} */
function placesIn(part) {
  return [...part.querySelectorAll("a, button, summary, input, select, [tabindex]")].flatMap((one) =>
    one instanceof HTMLElement ? [one] : [],
  );
}

/** @param {HTMLElement | undefined} place */
function placeKey(place) {
  if (place === undefined) return "";
  return [place.tagName, place.getAttribute("href") ?? place.textContent].join(" ");
}

/** The state in words, for whoever does not look. */
function sayState() {
  const said = document.getElementById("said");
  const state = document.querySelector("#head .pill")?.textContent ?? "";
  if (said !== null && state !== "" && said.dataset["state"] !== state) {
    if (said.dataset["state"] !== undefined) said.textContent = `The run is ${state} now.`;
    said.dataset["state"] = state;
  }
}

let etag = "";

/** The whole of it: an answer that breaks off is none. */
async function ask() {
  const response = await fetch(location.href, {
    headers: etag === "" ? {} : { "if-none-match": etag },
    cache: "no-store",
    redirect: "error",
  });
  return { response, page: await response.text() };
}

/** @returns {Promise<boolean>} False when there is nothing more to look for. */
async function look() {
  const answer = await ask().catch(() => undefined);
  if (answer === undefined) {
    say("Deputy cannot be reached. What you see may be old; it is tried again.");
    return true;
  }
  const { response, page } = answer;
  if (response.status === 401) {
    say("Your session is over. Reload this page to sign in again.");
    return false;
  }
  if (response.status === 304) {
    say("");
    return true;
  }
  if (!response.ok) return response.status >= 500;
  say("");
  etag = response.headers.get("etag") ?? "";
  const fresh = new DOMParser().parseFromString(page, "text/html");
  for (const part of partsOf(document)) {
    const next = fresh.getElementById(part.id);
    if (next === null) continue;
    const markup = next.innerHTML;
    if (shown.get(part.id) === markup) continue;
    shown.set(part.id, markup);
    replace(part, next);
    localTimes(part);
  }
  sayState();
  return fresh.querySelector("[data-again]") !== null;
}

for (const part of partsOf(document)) shown.set(part.id, part.innerHTML);
localTimes(document);
sayState();

const again = Number(document.querySelector("[data-again]")?.getAttribute("data-again") ?? 0);

async function keepUp() {
  const goOn = document.visibilityState === "visible" ? await look() : true;
  if (goOn) keepUpLater();
}

function keepUpLater() {
  setTimeout(() => void keepUp(), again);
}

if (again > 0) keepUpLater();
