// @ts-check
// Places to look at, and who one is.

import { agentName } from "./agent.js";
import { byId, h, syncChildren } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {import("./model.js").Model} Model */

/** @param {Model} model @param {{ become(as: string): void }} acts */
export function drawSidebar(model, acts) {
  drawWaiting(model);
  drawPlaces(model);
  drawPeople(model, acts);
}

/** What waits for who one is: each item leads to the thread that asks. @param {Model} model */
function drawWaiting(model) {
  const rows = model.waiting?.map(told) ?? model.waitingFor(model.me?.name ?? "").flatMap(seen);
  const items = rows.map((row) => ({ ...row, current: location.hash === row.href }));
  const build = () =>
    h(
      "section",
      {},
      h("h2", {}, "Waiting for you"),
      items.length === 0
        ? h("p", { class: "nothing-waits" }, "Nothing right now")
        : h(
            "ul",
            {},
            items.map((item) => h("li", {}, waitingItem(item))),
          ),
      model.waiting !== undefined &&
        h(
          "a",
          { class: "to-console", href: `/chat/console?as=${model.as}`, "data-focus": "to console" },
          "All my work",
        ),
    );
  syncChildren(byId("waiting"), [
    { key: "waiting", print: JSON.stringify([model.as, items, model.waiting !== undefined]), build },
  ]);
}

/** As the console has it. @param {import("./api.js").WaitingLink} line */
function told({ id, kind, title, url }) {
  return { id, about: kind, title, href: url.replace(/^\/chat(?=#)/, "") };
}

/** As its message says. @param {import("../message-view.ts").MessageView} view */
function seen({ id, channel, thread, body }) {
  if (body.kind !== "attention") return [];
  const { about, title } = body.attention;
  return [{ id, about, title, href: `#/${channel}/${thread}` }];
}

/** @type {Readonly<Record<string, string>>} */
const asks = {
  question: "Question",
  budget: "Budget",
  doubt: "Did it happen?",
  approval: "Approval",
  grant: "Account",
  schedule: "Schedule",
};

/** @param {{ id: string, about: string, title: string, href: string, current: boolean }} item */
function waitingItem({ id, about, title, href, current }) {
  return h(
    "a",
    { class: "place waits", href, "aria-current": current ? "true" : undefined, "data-focus": `waits ${id}` },
    h("span", { class: "waits-what" }, asks[about] ?? about),
    h("span", { class: "waits-title" }, title),
  );
}

/** @param {Model} model */
function drawPlaces(model) {
  const channels = model.state?.channels ?? [];
  const groups = [
    { title: "Channels", places: channels.filter(({ kind }) => kind === "channel") },
    { title: "Direct line", places: channels.filter(({ kind }) => kind === "dm") },
  ];
  const items = groups.map(({ title, places }) => {
    const rows = places.map((place) => {
      const unread = model.unread((one) => one.channel === place.id).length;
      return { ...place, unread, current: model.place.channel === place.id };
    });
    return {
      key: title,
      print: JSON.stringify(rows),
      build: () =>
        h(
          "section",
          {},
          h("h2", {}, title),
          h(
            "ul",
            {},
            rows.map((row) => h("li", {}, placeOf(row))),
          ),
        ),
    };
  });
  syncChildren(byId("places"), items);
}

/** @param {{ id: string, name: string, kind: string, unread: number, current: boolean }} place */
function placeOf({ id, name, kind, unread, current }) {
  const face =
    kind === "dm" ? h("img", { src: "/chat/assets/mark.svg", alt: "", width: 20, height: 20 }) : icon("hash");
  return h(
    "a",
    {
      class: `place ${unread > 0 ? "unread" : ""}`,
      href: `#/${id}`,
      "aria-current": current ? "page" : undefined,
      "data-focus": `place ${id}`,
    },
    face,
    h("span", { class: "place-name" }, kind === "dm" ? agentName : name),
    unread > 0 && h("span", { class: "badge" }, String(unread), h("span", { class: "hidden" }, " new")),
  );
}

/** @param {Model} model @param {{ become(as: string): void }} acts */
function drawPeople(model, acts) {
  const people = (model.state?.people ?? []).map((person) => ({
    ...person,
    waiting: model.waitingFor(person.name).length,
    me: person.id === model.as,
  }));
  const build = () =>
    h(
      "fieldset",
      { class: "people" },
      h("legend", {}, "You are"),
      people.map((person) => personOf(person, acts)),
    );
  syncChildren(byId("people"), [{ key: "people", print: JSON.stringify(people), build }]);
}

/**
 * @param {{ id: string, name: string, role: string, waiting: number, me: boolean }} person
 * @param {{ become(as: string): void }} acts
 */
function personOf({ id, name, role, waiting, me }, acts) {
  const radio = h("input", {
    type: "radio",
    name: "person",
    value: id,
    checked: me,
    "data-focus": `person ${id}`,
    onchange: () => acts.become(id),
  });
  return h(
    "label",
    { class: "person-choice" },
    radio,
    h("span", { class: `avatar letter ${id}`, "aria-hidden": "true" }, name.slice(0, 2)),
    h(
      "span",
      { class: "person-words" },
      h("span", { class: "person-name" }, name),
      h("span", { class: "person-role" }, role),
    ),
    waiting > 0 && h("span", { class: "badge waiting" }, `${waiting} waiting`),
  );
}
