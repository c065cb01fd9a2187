// Blocks as elements. `act` sends what a person does: {act, …}; `names` says what an id is called.

import { h, markdown, mrkdwn } from "./text.js";

const marks = { pending: "○", in_progress: "◐", complete: "✔", error: "✖" };

export function drawBlocks(blocks, context) {
  return blocks.map((block) => (draw[block.type] ?? unknown)(block, context));
}

function unknown(block) {
  return h("div", { class: "unknown" }, `[${block.type}] ${JSON.stringify(block)}`);
}

function text(object, { names }) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, names) : [object.text];
}

const draw = {
  section: (block, context) =>
    h(
      "div",
      { class: "section" },
      h(
        "div",
        { class: "body" },
        text(block.text, context),
        block.fields &&
          h(
            "div",
            { class: "fields" },
            block.fields.map((one) => h("div", {}, text(one, context))),
          ),
      ),
      block.accessory && element(block.accessory, context),
    ),
  header: (block) => h("div", { class: "header" }, block.text.text),
  divider: () => h("hr"),
  markdown: (block, { names }) => h("div", { class: "body" }, markdown(block.text, names)),
  rich_text: (block, context) =>
    h(
      "div",
      { class: "body" },
      block.elements.map((one) => rich(one, context)),
    ),
  context: (block, context) =>
    h(
      "div",
      { class: "context row" },
      block.elements.map((one) => h("span", {}, one.alt_text ?? text(one, context))),
    ),
  actions: (block, context) =>
    h(
      "div",
      { class: "row" },
      block.elements.map((one) => element(one, context)),
    ),
  context_actions: (block, context) =>
    h(
      "div",
      { class: "row" },
      block.elements.map((one) => element(one, context)),
    ),
  image: (block) => h("div", { class: "context" }, `[image: ${block.alt_text}]`),
  alert: (block, context) => h("div", { class: "card" }, text(block.text, context)),
  plan: (block, context) =>
    h(
      "div",
      { class: "card" },
      h("b", {}, block.title),
      (block.tasks ?? []).map((task) => draw.task_card(task, context)),
    ),
  task_card: (task, context) =>
    h(
      "div",
      { class: "task", title: task.status },
      `${marks[task.status] ?? "?"} ${task.title}`,
      [task.details, task.output]
        .filter(Boolean)
        .map((one) => h("div", { class: "context" }, draw.rich_text(one, context))),
    ),
  container: (block, context) =>
    h(
      "details",
      { class: "card", open: !block.default_collapsed },
      h("summary", {}, block.title?.text ?? "", " ", h("small", {}, text(block.subtitle, context))),
      drawBlocks(block.child_blocks, context),
    ),
  table: (block, context) => table(block.rows, context),
  data_table: (block, context) => table(block.rows, context, block.caption),
  input: (block, context) => {
    const key = block.block_id;
    return h(
      "label",
      {},
      block.label.text,
      block.optional ? " (optional)" : "",
      field(block.element, key, context),
      block.hint && h("small", {}, block.hint.text),
      context.errors?.[key] && h("span", { class: "error" }, context.errors[key]),
    );
  },
};

function table(rows, context, caption) {
  const cell = (tag) => (one) =>
    h(tag, {}, one.type === "rich_text" ? draw.rich_text(one, context) : String(one.text ?? one.value));
  const [head = [], ...rest] = rows;
  return h(
    "table",
    {},
    caption && h("caption", {}, caption),
    h("tr", {}, head.map(cell("th"))),
    rest.map((row) => h("tr", {}, row.map(cell("td")))),
  );
}

function rich(one, context) {
  const parts = () => one.elements.map((part) => rich(part, context));
  switch (one.type) {
    case "rich_text_list":
      return h(
        "ul",
        {},
        parts().map((part) => h("li", {}, part)),
      );
    case "rich_text_preformatted":
      return h("pre", {}, parts());
    case "rich_text_quote":
      return h("blockquote", {}, parts());
    case "rich_text_section":
      return h("span", {}, parts());
    case "user":
      return h("span", { class: "mention" }, `@${context.names(one.user_id)}`);
    case "link":
      return h("a", { href: one.url, rel: "noreferrer", target: "_blank" }, one.text ?? one.url);
    default:
      return h(one.style?.bold ? "b" : "span", {}, one.text ?? `:${one.name}:`);
  }
}

/** Something to click or pick. */
function element(it, context) {
  if (it.type === "feedback_buttons") {
    return [it.positive_button, it.negative_button].map((side) => button(side, side.value, context));
  }
  if (it.type === "button" || it.type === "icon_button") return button(it, it.action_id, context);
  return it.options || it.option_groups ? menu(it, context) : unknown(it);
}

function button(it, name, { act }) {
  const press = () => {
    if (it.confirm && !confirm(it.confirm.text.text)) return;
    if (it.url) window.open(it.url, "_blank", "noreferrer");
    void act({ act: "clicks", button: name });
  };
  return h(
    "button",
    { type: "button", class: it.style, title: it.accessibility_label, onclick: press },
    it.text.text,
  );
}

function menu(it, { act }) {
  const options = it.options ?? it.option_groups.flatMap((group) => group.options);
  const pick = ({ target }) =>
    target.value !== "" && act({ act: "picks", menu: it.action_id, option: target.value });
  const label = it.placeholder?.text ?? "…";
  return h(
    "select",
    { "aria-label": label, onchange: pick },
    h("option", { value: "" }, label),
    options.map((one) => h("option", { value: one.value }, one.text.text)),
  );
}

/** Something to fill in. */
function field(it, name, { channels }) {
  if (it.type === "conversations_select" || it.type === "channels_select") {
    return h(
      "select",
      { name },
      channels.map((one) => h("option", { value: one.id }, `${one.name} (${one.id})`)),
    );
  }
  if (it.options) {
    const first = it.initial_option?.value;
    return h(
      "select",
      { name },
      h("option", { value: "" }, "…"),
      it.options.map((one) =>
        h("option", { value: one.value, selected: one.value === first }, one.text.text),
      ),
    );
  }
  const props = { name, maxlength: it.max_length, placeholder: it.placeholder?.text };
  return it.multiline
    ? h("textarea", { ...props, rows: 4 }, it.initial_value ?? "")
    : h("input", { ...props, type: "text", value: it.initial_value ?? "" });
}
