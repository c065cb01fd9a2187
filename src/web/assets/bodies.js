// @ts-check
// The four kinds of message that the agent posts, and their buttons.

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { richText } from "./rich-text.js";
import { timeOf, withLocalTimes } from "./time.js";

/** @typedef {import("../message-view.ts").MessageView} MessageView */
/** @typedef {import("../../domain/outbox.ts").Button} Button */
/** @typedef {import("../../domain/outbox.ts").RunCard} RunCard */
/** @typedef {import("../../domain/outbox.ts").Attention} Attention */
/** @typedef {import("./icons.js").IconName} IconName */
/** @typedef {(button: Button, text?: string) => Promise<void>} Press */
/**
 * @typedef {object} BodyContext
 * @property {string} id Of the message.
 * @property {string} me Name of the viewer.
 * @property {string | undefined} waitsFor Name of the person that the run waits for.
 * @property {Press} press
 * @property {HTMLElement | false} files
 */

/** Most options that are shown as buttons; more are a select. */
const mostButtons = 4;

/** @type {Readonly<Record<string, { word: string, look: string }>>} */
const looks = {
  Queued: { word: "Queued", look: "calm" },
  Working: { word: "Working", look: "working" },
  "Waiting for you": { word: "Waiting for you", look: "waiting" },
  Paused: { word: "Paused", look: "waiting" },
  Done: { word: "Done", look: "done" },
  Stopped: { word: "Stopped", look: "calm" },
  Failed: { word: "Failed", look: "failed" },
  Expired: { word: "Expired", look: "calm" },
};

/**
 * State of a run in a word. Who it waits for depends on who looks.
 * @param {string} state
 * @param {string} me
 * @param {string | undefined} waitsFor
 * @returns {HTMLElement}
 */
export function statePill(state, me, waitsFor) {
  const { word, look } = looks[state] ?? { word: state, look: "calm" };
  const said =
    state === "Waiting for you" && waitsFor !== undefined && waitsFor !== me
      ? `Waiting for ${waitsFor}`
      : word;
  return h("span", { class: `pill ${look}` }, h("span", { class: "dot" }), said);
}

/**
 * @param {MessageView["body"]} body
 * @param {BodyContext} context
 * @returns {HTMLElement}
 */
export function bodyOf(body, context) {
  switch (body.kind) {
    case "text":
      return richText(body.blocks);
    case "card":
      return cardOf(body.card, context);
    case "attention":
      return attentionOf(body, context);
    case "result":
      return resultOf(body, context);
    case "notice":
      return h("div", { class: "notice" }, icon("info"), richText(body.blocks));
  }
}

const ended = new Set(["Done", "Stopped", "Failed", "Expired"]);

/** @type {Readonly<Record<string, { word: string, sign: IconName }>>} */
const stepLooks = {
  todo: { word: "to do", sign: "circle" },
  doing: { word: "doing", sign: "circle" },
  done: { word: "done", sign: "check" },
  skipped: { word: "skipped", sign: "skip" },
};

/** On a card of ended work nothing seems to go on (ux c.0 rule 7). @param {string} step @param {string} card */
function lookOfStep(step, card) {
  const known = stepLooks[step] ?? { word: step, sign: "circle" };
  if (step !== "doing" || !ended.has(card)) return { ...known, kind: step };
  return card === "Done"
    ? { ...known, word: "done", sign: /** @type {const} */ ("check"), kind: "done" }
    : { ...known, word: "half done", kind: "todo" };
}

/** @param {RunCard} card @param {BodyContext} context @returns {HTMLElement} */
function cardOf(card, { me, waitsFor, press, id }) {
  const steps = card.steps.map(({ text, state }) => {
    const { word, sign, kind } = lookOfStep(state, card.state);
    const mark = h("span", { class: "step-mark" }, icon(sign));
    return h(
      "li",
      { class: `step ${kind}` },
      mark,
      h("span", { class: "step-text" }, text),
      h("span", { class: "step-word" }, word),
    );
  });
  const over = card.steps.filter(({ state }) =>
    ["done", "skipped"].includes(lookOfStep(state, card.state).kind),
  ).length;
  return h(
    "section",
    { class: `card ${looks[card.state]?.look ?? "calm"}`, "aria-label": "Run" },
    h(
      "div",
      { class: "card-head" },
      statePill(card.state, me, waitsFor ?? card.askedBy),
      card.steps.length > 0 && h("span", { class: "card-count" }, `${over} of ${card.steps.length}`),
    ),
    h("p", { class: "card-title" }, card.title),
    card.line !== undefined && h("p", { class: "card-line" }, card.line),
    steps.length > 0 && stepsOf(steps, card.state),
    ...card.noted.map((note) => h("p", { class: "noted" }, h("strong", {}, "Noted: "), withLocalTimes(note))),
    h(
      "div",
      { class: "card-foot" },
      h("div", { class: "card-facts" }, factsOf(card), detailsOf(card.details, id)),
      buttonsOf(card.buttons, { press, id }),
    ),
  );
}

/** The way to the page of the run. @param {string | undefined} href @param {string} id @returns {HTMLElement | false} */
function detailsOf(href, id) {
  if (href === undefined) return false;
  const props = { class: "details-link", href, target: "_blank", rel: "noopener noreferrer" };
  return h("a", { ...props, "data-focus": `${id} details` }, "Details");
}

/** What is over folds away, so that the result is in sight. @param {HTMLElement[]} steps @param {string} state */
function stepsOf(steps, state) {
  const list = h("ol", { class: "steps" }, steps);
  if (state !== "Done") return list;
  return h("details", {}, h("summary", {}, `Show the ${steps.length} steps`), list);
}

/** @param {RunCard} card @returns {HTMLElement} */
function factsOf(card) {
  const cap = card.capUsd === undefined ? "" : ` of ${card.capUsd.toFixed(2)}`;
  const usd = card.spentUsd ?? 0;
  const amount = usd > 0 && usd < 0.005 ? "under 0.01" : usd.toFixed(2);
  const spent = card.spentUsd === undefined ? "" : `${amount}${cap} USD`;
  const as = card.mode === "assistant" ? `for ${card.askedBy}, with their access` : `as ${card.agent}`;
  return h(
    "p",
    { class: "facts" },
    h("span", {}, `asked by ${card.askedBy}`),
    h("span", {}, "started ", timeOf(card.startedAt)),
    h("span", {}, as),
    spent !== "" && h("span", {}, spent),
  );
}

/** @param {Extract<MessageView["body"], { kind: "attention" }>} body @param {BodyContext} context @returns {HTMLElement} */
function attentionOf({ attention, blocks, forViewer }, { press, id }) {
  const { title, about, footer, options, freeText, decided } = attention;
  if (decided !== undefined) {
    return h(
      "section",
      { class: "attention decided", "aria-label": "Decided" },
      h("p", { class: "attention-title" }, title),
      about !== "approval" && attention.text !== "" && attention.text !== title && richText(blocks),
      h("p", { class: "decision" }, decided),
    );
  }
  const { look, who } = standingOf(attention, forViewer);
  return h(
    "section",
    { class: `attention ${look}`, "aria-label": who },
    h(
      "p",
      { class: "attention-head" },
      h("span", { class: `pill ${look}` }, h("span", { class: "dot" }), who),
      h("span", { class: "about" }, aboutWords[about]),
    ),
    h("p", { class: "attention-title" }, title),
    attention.text !== "" && attention.text !== title && richText(blocks),
    options.length > mostButtons ? selectOf(options, { press, id }) : buttonsOf(options, { press, id }),
    freeText !== undefined && freeTextOf(freeText, { press, id }),
    footer !== undefined && h("p", { class: "footer" }, withLocalTimes(footer)),
  );
}

/** @param {Attention} attention @param {boolean} forViewer @returns {{ look: string, who: string }} */
function standingOf({ about, mentionName, options }, forViewer) {
  if (options.some(({ action }) => action === "connect.disconnect"))
    return { look: "done", who: "Connected" };
  if (about === "schedule") return { look: "waiting", who: "Scheduled" };
  return { look: "waiting", who: forViewer ? "Waiting for you" : `Waiting for ${mentionName}` };
}

/** @type {Readonly<Record<string, string>>} */
const aboutWords = {
  question: "a question",
  budget: "the budget",
  doubt: "an outcome in doubt",
  approval: "an approval",
  grant: "an account",
  schedule: "a schedule of yours",
};

/** @param {Extract<MessageView["body"], { kind: "result" }>} body @param {BodyContext} context @returns {HTMLElement} */
function resultOf({ result, blocks }, { press, id, files }) {
  const { outcome, title, mention, mentionName, footer, buttons } = result;
  const word = { done: "Done", failed: "Failed", stopped: "Stopped", expired: "Expired" }[outcome];
  return h(
    "section",
    { class: `result ${outcome}`, "aria-label": `Result: ${word}` },
    outcome !== "done" && h("p", { class: "result-head" }, statePill(word, "", undefined)),
    h(
      "p",
      { class: "result-title" },
      mention !== undefined && h("span", { class: "mention" }, `@${mentionName}`),
      title,
    ),
    richText(blocks),
    files,
    h(
      "div",
      { class: "card-foot" },
      h("p", { class: "facts" }, footer),
      buttonsOf(buttons, { press, id }),
      detailsOf(result.details, id),
    ),
  );
}

/** @typedef {{ press: Press, id: string }} Pressing */

/** @param {readonly Button[]} buttons @param {Pressing} pressing @returns {HTMLElement | false} */
function buttonsOf(buttons, { press, id }) {
  if (buttons.length === 0) return false;
  const made = buttons.map((button) => {
    if (button.url !== undefined) {
      return h(
        "a",
        {
          class: `button ${button.style}`,
          "data-focus": `${id} ${button.action} ${button.value}`,
          href: button.url,
          target: "_blank",
          rel: "noopener noreferrer",
        },
        button.label,
      );
    }
    const element = h(
      "button",
      {
        type: "button",
        class: `button ${button.style}`,
        "data-focus": `${id} ${button.action} ${button.value}`,
        onclick: () => void whileBusy(element, () => press(button)),
      },
      button.label,
    );
    return element;
  });
  return h("div", { class: "row buttons" }, made);
}

/** @param {readonly Button[]} options @param {Pressing} pressing @returns {HTMLElement} */
function selectOf(options, { press, id }) {
  const field = `choice-${id}`;
  const select = h(
    "select",
    { id: field, "data-focus": field },
    options.map(({ label }, index) => h("option", { value: index }, label)),
  );
  const send = h("button", { type: "submit", class: "button primary" }, "Answer");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const chosen = options[Number(select.value)];
    if (chosen) void whileBusy(send, () => press(chosen));
  };
  return h(
    "form",
    { class: "answer", onsubmit: submit },
    h("label", { for: field }, "Choose an answer"),
    h("div", { class: "row" }, select, send),
  );
}

/** @param {Button} button @param {Pressing} pressing @returns {HTMLElement} */
function freeTextOf(button, { press, id }) {
  const field = `free-${id}`;
  const input = h("input", {
    id: field,
    type: "text",
    autocomplete: "off",
    maxlength: 2000,
    required: true,
    "data-focus": field,
  });
  const isEdit = button.action === "approval.edit";
  const label = isEdit ? `${button.label}: what shall be different, as JSON` : button.label;
  const send = h("button", { type: "submit", class: "button" }, isEdit ? button.label : "Send answer");
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text !== "") void whileBusy(send, () => press(button, text));
  };
  return h(
    "form",
    { class: "answer", onsubmit: submit },
    h("label", { for: field }, label),
    h("div", { class: "row" }, input, send),
  );
}

/**
 * A second click while the first is on its way is no second click.
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} act
 */
async function whileBusy(button, act) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await act();
  } finally {
    button.removeAttribute("aria-disabled");
  }
}
