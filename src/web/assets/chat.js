// @ts-check
// The chat page: brings model and panes together, and keeps the address in step with what is shown.

import { agent, agentName } from "./agent.js";
import { announce, sayPolitely } from "./announce.js";
import { click, edit, remove, retry, say } from "./api.js";
import { Composer } from "./composer.js";
import { confirmed, showAsText } from "./dialogs.js";
import { byId } from "./dom.js";
import { dropFiles } from "./drop-files.js";
import { editInPlace } from "./edit-in-place.js";
import { icon } from "./icons.js";
import { Model } from "./model.js";
import { createPane, drawEmpty } from "./panes.js";
import { drawSidebar } from "./sidebar.js";
import { createThread } from "./thread.js";
import { refreshTimes } from "./time.js";
import { tell } from "./toast.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */
/** @typedef {import("./message.js").MessageActs} MessageActs */
/** @typedef {import("./composer.js").Draft} Draft */

const limits = () => model.state?.limits;
const sidebar = byId("sidebar");
let drawn = "";

const model = new Model({
  changed: () => draw(),
  heard: (view, before) => announce(view, before, { me: model.as, author: model.nameOf(view) }),
});

/** @type {MessageActs} */
const acts = {
  async press(view, button, text) {
    const { confirm, label, action, value } = button;
    if (confirm !== undefined) {
      const end = confirm.indexOf("?") + 1;
      const sure = await confirmed({
        title: confirm.slice(0, end) || `${label}?`,
        text: confirm.slice(end).trim() || confirm,
        yes: label,
        no: "Keep going",
      });
      if (!sure) return;
    }
    await tell(async () => {
      const { delivered } = await click({ as: model.as, message: view.id, action, value, text });
      return delivered ? "" : "Deputy did not take this yet. It is tried again by itself.";
    });
  },
  openThread: (view) => go(view.channel, view.thread === model.place.thread ? undefined : view.thread),
  asText: (view) => showAsText(view.plain),
  edit: (view) =>
    editInPlace(view, model.place.thread === view.thread ? "t" : "c", async (text) => {
      take((await edit({ as: model.as, id: view.id, text })).message);
    }),
  async remove(view) {
    const text = "It goes from the chat for everybody, with its files.";
    if (!(await confirmed({ title: "Delete this message?", text, yes: "Delete", no: "Keep it" }))) return;
    await tell(() => remove({ as: model.as, id: view.id }).then(({ message }) => take(message)));
  },
  async retry(view) {
    await tell(async () => {
      const { delivered } = await retry({ as: model.as, id: view.id });
      return delivered ? "Delivered." : "Still not delivered. It is tried again by itself.";
    });
  },
};

/** The answer can come after the event. @param {MessageView} message @returns {string} */
function take(message) {
  model.take(message);
  return "";
}

const pane = createPane(byId("messages"), "Messages of the channel");
const composer = new Composer({
  id: "composer",
  name: "Write in the channel",
  agent,
  limits,
  send: async ({ text, files }) => {
    const { message } = await say({ as: model.as, channel: model.place.channel, text, files });
    take(message);
    pane.toEnd();
    const forAgent =
      message.channel.startsWith("dm-") || text.toLowerCase().includes(`@${agent.toLowerCase()}`);
    if (forAgent && message.channel === model.place.channel) go(message.channel, message.thread);
  },
});
const thread = createThread({
  agent,
  limits,
  send: async ({ text, files }) => {
    const { message } = await say({ as: model.as, ...model.place, text, files });
    take(message);
    thread.toEnd();
  },
  close: () => {
    const { channel, thread: open } = model.place;
    go(channel);
    const link = document.querySelector(`[data-focus="${open} thread"]`);
    if (link instanceof HTMLElement) link.focus();
  },
});
byId("composer").append(composer.element);
dropFiles(byId("channel"), (files) => composer.addFiles(files));

/** @param {string} channel @param {string} [open] */
function go(channel, open) {
  const hash = open === undefined ? `#/${channel}` : `#/${channel}/${open}`;
  if (location.hash === hash) readAddress();
  else location.hash = hash;
}

function readAddress() {
  const [, channel = "", open] = location.hash.split("/");
  const known = model.state?.channels.some(({ id }) => id === channel) === true;
  model.place = known ? { channel, thread: open } : { channel: model.state?.channels[0]?.id ?? "sales" };
  openSidebar(false);
  draw();
}

/** @param {string} as */
async function become(as) {
  const { channel, thread: open } = model.place;
  const mine = channel.startsWith("dm-");
  const place = mine ? { channel: `dm-${as}` } : { channel, thread: open };
  drawn = "";
  await tell(async () => {
    await model.become(as, place);
    go(place.channel, place.thread);
    sayPolitely(`You are ${model.me?.name ?? as} now.`);
    return "";
  });
  const chosen = sidebar.querySelector(`input[value="${model.as}"]`);
  if (chosen instanceof HTMLInputElement) chosen.checked = true; // also when it did not work
}

function draw() {
  if (model.state === undefined) return;
  const { seenRoots, seenThread } = markSeen();
  drawSidebar(model, { become: (as) => void become(as) });
  const { channel } = model.place;
  const dm = channel.startsWith("dm-");
  const name = dm ? agentName : `#${channel}`;
  byId("place-name").textContent = name;
  byId("page-name").textContent = `Deputy chat, ${name}`;
  byId("place-note").textContent = dm
    ? "Direct line: only you two can read it"
    : `Mention @${agent} to give it work`;
  if (drawn !== `${model.as} ${channel}`) {
    const label = dm ? `Message ${agentName}` : `Message #${channel}`;
    composer.moveTo(`${model.as} ${channel}`, label, "Enter sends, Shift + Enter makes a new line");
  }
  drawn = `${model.as} ${channel}`;
  const roots = model.roots(channel);
  drawEmpty(model, { suggest: (text) => composer.put(text) });
  pane.draw(drawn, roots, { model, acts, inChannel: true, seen: seenRoots });
  thread.draw(model, acts, seenThread);
  drawConnection();
  const waiting = model.waitingFor(model.me?.name ?? "").length;
  const note = waiting > 0 ? `(${waiting} waiting) ` : "";
  document.title = `${note}${name} – Deputy chat`;
}

/** What is on the screen counts as seen; returns what had been seen before. */
function markSeen() {
  const { channel, thread: open } = model.place;
  const roots = model.roots(channel);
  const known = roots.filter((root) => model.seenUpTo(root.thread) > 0);
  const before = {
    seenRoots: known.at(-1)?.seq ?? 0,
    seenThread: open === undefined ? 0 : model.seenUpTo(open),
  };
  if (document.visibilityState !== "visible") return before;
  for (const root of roots) model.markSeen(root.thread, root.seq);
  const last = open === undefined ? undefined : model.replies(open).at(-1);
  if (open !== undefined && last !== undefined) model.markSeen(open, last.seq);
  return before;
}

function drawConnection() {
  const banner = byId("connection");
  const words = {
    open: "",
    lost: "The connection is lost. Trying again…",
    over: "This session is over. Open the link that Deputy printed in the terminal.",
  }[model.connection];
  if (banner.textContent !== words) banner.textContent = words;
  banner.hidden = words === "";
}

/** @param {boolean} open */
function openSidebar(open) {
  sidebar.classList.toggle("open", open);
  byId("open-sidebar").setAttribute("aria-expanded", String(open));
  if (open) sidebar.querySelector("a")?.focus();
}

byId("open-sidebar").append(icon("menu"));
byId("close-sidebar").append(icon("close"));
byId("open-sidebar").addEventListener("click", () => openSidebar(true));
byId("close-sidebar").addEventListener("click", () => {
  openSidebar(false);
  byId("open-sidebar").focus();
});
sidebar.addEventListener("keydown", (event) => {
  if (event.key === "Escape") openSidebar(false);
});
window.addEventListener("hashchange", readAddress);
document.addEventListener("visibilitychange", () => draw());
setInterval(refreshTimes, 30_000);

await tell(() =>
  model.become(model.as).then(() => {
    readAddress();
    return "";
  }),
);
