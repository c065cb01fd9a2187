// The page: who you are, where you look, what is there. Draws all of it anew after each change.

import { drawBlocks } from "./blocks.js";
import { h, mrkdwn } from "./text.js";

const byId = (id) => document.getElementById(id);
const look = { person: "U0ANA", place: "C0GENERAL", thread: undefined };
let state;

const names = (id) => state.people.find((one) => one.id === id)?.realName ?? id;

async function act(what) {
  byId("trouble").textContent = "";
  const answer = await fetch("page/act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person: look.person, ...what }),
  });
  if (!answer.ok) byId("trouble").textContent = (await answer.json()).error;
}

async function refresh() {
  state = await (await fetch("page/state")).json();
  drawPlaces();
  drawChannel();
  drawThread();
  drawModal();
}

function visit(place) {
  look.place = place;
  look.thread = undefined;
  byId("messages").dataset.fresh = "";
  if (place === "home") void act({ act: "home" });
  else if (place.startsWith("D")) void act({ act: "messages" });
  void refresh();
}

function drawPlaces() {
  const people = state.people.filter((one) => !one.bot);
  byId("person").replaceChildren(
    ...people.map((one) => h("option", { value: one.id, selected: one.id === look.person }, one.realName)),
  );
  const channels = state.channels.filter((one) => one.members.includes(look.person));
  const label = (one) =>
    one.type === "im" ? "Deputy (direct)" : `${one.type === "channel" ? "#" : "🔒"} ${one.name}`;
  const entry = (id, text) =>
    h("li", {}, h("button", { "aria-current": id === look.place, onclick: () => visit(id) }, text));
  byId("places").replaceChildren(
    ...channels.map((one) => entry(one.id, label(one))),
    entry("home", "Deputy's Home"),
  );
  byId("undelivered").textContent =
    state.undelivered > 0 ? `${state.undelivered} deliveries not acknowledged` : "";
  byId("calls").replaceChildren(
    ...state.calls.map((one) => h("li", {}, `${one.method} ${one.error ?? one.status ?? "…"}`)),
  );
}

function drawChannel() {
  const home = look.place === "home";
  const channel = state.channels.find((one) => one.id === look.place);
  byId("title").textContent = home ? "Deputy's Home" : (channel?.name ?? "");
  const roots = (channel?.messages ?? []).filter(
    (one) => one.thread_ts === undefined || one.thread_ts === one.ts || one.broadcast,
  );
  const view = state.homes.find((one) => one.user === look.person);
  const shown = home
    ? drawBlocks(view?.view.blocks ?? [], contextOf({ view: view?.id }))
    : withNotes(roots, undefined);
  fill(byId("messages"), shown);
  compose(byId("composer"), home ? undefined : { channel: look.place });
  const suggest = ({ title, message }) =>
    h("button", { onclick: () => act({ act: "says", text: message, channel: look.place }) }, title);
  byId("prompts").replaceChildren(...(state.prompts[look.place] ?? []).map(suggest));
}

function drawThread() {
  const pane = byId("thread");
  pane.hidden = look.thread === undefined || look.place === "home";
  if (pane.hidden) return;
  const channel = state.channels.find((one) => one.id === look.place);
  const messages = channel.messages.filter((one) => one.ts === look.thread || one.thread_ts === look.thread);
  const session = state.sessions.find((one) => one.channel === look.place && one.thread_ts === look.thread);
  const line = state.lines.find((one) => one.at === `${look.place}/${look.thread}`);
  if (!byId("thread-messages")) {
    pane.replaceChildren(
      h(
        "h2",
        {},
        "Thread",
        h("span", { id: "session", class: "status" }),
        h("button", { onclick: () => visit(look.place) }, "Close"),
      ),
      h("div", { id: "thread-messages", class: "messages" }),
      h("form", { id: "thread-composer", class: "composer" }),
    );
  }
  byId("session").replaceChildren(
    ...[session && `${session.title ?? "Session"}: ${session.status}`, line?.text].filter(Boolean),
    ...(session?.status === "processing"
      ? [
          h(
            "button",
            {
              class: "danger",
              onclick: () => act({ act: "stops", channel: look.place, thread: look.thread }),
            },
            "Stop",
          ),
        ]
      : []),
  );
  fill(byId("thread-messages"), withNotes(messages, look.thread));
  compose(byId("thread-composer"), { channel: look.place, thread: look.thread });
}

/** Messages and the private notes of the person, in the order of time. */
function withNotes(messages, thread) {
  const notes = state.ephemerals.filter(
    (one) => one.user === look.person && one.channel === look.place && one.thread_ts === thread,
  );
  return [...messages, ...notes]
    .sort((a, b) => (a.ts < b.ts ? -1 : 1))
    .map((one) => drawMessage(one, thread));
}

function drawMessage(one, thread) {
  const note = one.shown !== undefined;
  const context = contextOf({ channel: one.channel, ts: one.ts });
  return h(
    "article",
    { class: note ? "message note" : "message" },
    heading(one, note),
    one.blocks.length > 0
      ? drawBlocks(one.blocks, context)
      : h("div", { class: "body" }, mrkdwn(one.text, names)),
    (one.files ?? []).map(({ title, name, size }) =>
      h("div", { class: "card" }, `📄 ${title} (${name}, ${size} bytes)`),
    ),
    h(
      "div",
      { class: "context" },
      (one.reactions ?? []).map(({ name }) => `:${name}: `),
    ),
    !note && thread === undefined && threadButton(one),
  );
}

function heading(one, note) {
  const time = new Date(Number(one.ts) * 1000).toLocaleTimeString();
  const remarks = [one.edits?.length > 0 && " (edited)", note && " only you can see this"];
  const asks = () => act({ act: "shortcut", channel: one.channel, ts: one.ts, callback: "deputy.ask" });
  return h(
    "header",
    {},
    note ? "Deputy" : names(one.user),
    h("small", {}, time, remarks),
    !note && h("button", { class: "link", onclick: asks }, "Ask Deputy"),
  );
}

function threadButton(one) {
  const { messages } = state.channels.find(({ id }) => id === one.channel);
  const replies = messages.filter((other) => other.thread_ts === one.ts && other.ts !== one.ts);
  const opens = () => {
    look.thread = one.thread_ts ?? one.ts;
    void refresh();
  };
  const label =
    replies.length > 0
      ? `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`
      : "Reply in thread";
  return h("button", { class: "link", onclick: opens }, label);
}

function contextOf(place) {
  const channels = state.channels.filter((one) => one.members.includes(look.person));
  return { names, channels, act: (what) => act({ ...place, ...what }) };
}

/** Keeps what is being typed, and the scroll at the end where it was there. */
function fill(pane, children) {
  const fresh = look.place === "home" && "fresh" in pane.dataset;
  if (fresh && children.length > 0) delete pane.dataset.fresh;
  const atEnd = !fresh && pane.scrollHeight - pane.scrollTop - pane.clientHeight < 40;
  pane.replaceChildren(...children);
  if (atEnd) pane.scrollTop = pane.scrollHeight;
}

function compose(form, place) {
  form.hidden = place === undefined;
  form.dataset.place = JSON.stringify(place ?? {});
  if (form.childElementCount > 0) return;
  form.append(
    h("textarea", {
      name: "text",
      rows: 2,
      "aria-label": "Message",
      placeholder: "Message; @deputy mentions it, /deputy is the command",
    }),
    h("input", { type: "file", name: "files", multiple: true, "aria-label": "Files" }),
    h("button", { class: "primary" }, "Send"),
  );
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.target.name !== "text") return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void send(form);
  });
}

async function send(form) {
  const text = form.elements.text.value.trim();
  const place = JSON.parse(form.dataset.place);
  const files = await Promise.all([...form.elements.files.files].map(encoded));
  form.reset();
  const command = /^(\/\w+)\s*(.*)$/s.exec(text);
  if (command) return act({ act: "slash", command: command[1], text: command[2], channel: place.channel });
  if (text !== "" || files.length > 0) {
    return act({ act: "says", text: text.replaceAll(/@deputy\b/gi, `<@${state.ids.bot}>`), files, ...place });
  }
}

async function encoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")) };
}

function drawModal() {
  const dialog = byId("modal");
  const top = state.modals.filter((one) => one.user === look.person).at(-1);
  const print = JSON.stringify(top ?? "");
  if (dialog.dataset.print === print) return;
  dialog.dataset.print = print;
  if (!top) return dialog.close();
  const values = () =>
    Object.fromEntries([...new FormData(dialog.querySelector("form"))].filter(([, value]) => value !== ""));
  dialog.replaceChildren(
    h("h2", {}, top.view.title.text),
    h(
      "form",
      { onsubmit: (event) => (event.preventDefault(), act({ act: "submits", values: values() })) },
      drawBlocks(top.view.blocks, { ...contextOf({ view: top.id }), errors: top.errors }),
      h(
        "div",
        { class: "row" },
        h(
          "button",
          { type: "button", onclick: () => act({ act: "closes" }) },
          top.view.close?.text ?? "Cancel",
        ),
        top.view.submit && h("button", { class: "primary" }, top.view.submit.text),
      ),
    ),
  );
  if (!dialog.open) dialog.showModal();
}

byId("person").addEventListener("change", ({ target }) => {
  look.person = target.value;
  visit("C0GENERAL");
});
byId("modal").addEventListener("cancel", () => void act({ act: "closes" }));
new EventSource("page/changes").addEventListener("message", () => void refresh());
