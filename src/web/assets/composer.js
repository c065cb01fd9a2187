// @ts-check
// Where a person writes: text, files by button or by dropping them, Enter to send. Each place keeps its own draft.

import { h } from "./dom.js";
import { icon } from "./icons.js";

/** @typedef {{ text: string, files: File[] }} Draft */
/** @typedef {import("./api.js").ChatState["limits"]} Limits */
/**
 * @typedef {object} ComposerOptions
 * @property {string} id Begins the ids of its fields.
 * @property {string} name What it writes to, for screen readers.
 * @property {string} agent
 * @property {() => Limits | undefined} limits Known once the room is loaded.
 * @property {(draft: Draft) => Promise<void>} send Rejects with a sentence.
 */

export class Composer {
  /** @type {Map<string, Draft>} */
  #drafts = new Map();
  /** @type {Draft} */
  #draft = { text: "", files: [] };
  #busy = false;
  #options;
  #label;
  #text;
  #hint;
  #error;
  #files;
  #picker;
  #submit;

  /** @param {ComposerOptions} options */
  constructor(options) {
    const { id, agent } = options;
    this.#options = options;
    this.#label = h("label", { class: "hidden", for: `${id}-text` }, "Message");
    this.#text = h("textarea", { id: `${id}-text`, rows: 1, "aria-describedby": `${id}-hint ${id}-error` });
    this.#hint = h("p", { class: "composer-hint", id: `${id}-hint` });
    this.#error = h("p", { class: "composer-error", id: `${id}-error`, role: "alert" });
    this.#files = h("ul", { class: "files pending", "aria-label": "Files to send" });
    this.#picker = h("input", {
      type: "file",
      class: "hidden",
      multiple: true,
      tabindex: -1,
      "aria-label": "Files",
    });
    this.#submit = h(
      "button",
      { type: "submit", class: "button primary send" },
      icon("send"),
      h("span", {}, "Send"),
    );
    const pick = () => this.#picker.click();
    const attach = { type: "button", class: "icon-button", "aria-label": "Attach files", onclick: pick };
    const mention = { type: "button", class: "button small quiet", onclick: () => this.#mention() };
    this.element = h(
      "form",
      {
        class: "composer",
        "aria-label": options.name,
        onsubmit: (/** @type {Event} */ event) => this.#onSubmit(event),
      },
      this.#label,
      this.#files,
      h("div", { class: "composer-field" }, this.#text),
      h(
        "div",
        { class: "row composer-row" },
        h("button", attach, icon("attach")),
        this.#picker,
        h("button", mention, `@${agent}`),
        this.#hint,
        this.#submit,
      ),
      this.#error,
    );
    this.#listen();
  }

  /**
   * Shows the draft of another place.
   * @param {string} place
   * @param {string} name
   * @param {string} hint
   */
  moveTo(place, name, hint) {
    this.#draft = this.#drafts.get(place) ?? { text: "", files: [] };
    this.#drafts.set(place, this.#draft);
    this.#label.textContent = name;
    this.#text.placeholder = name;
    this.#hint.textContent = hint;
    this.#error.textContent = "";
    this.#show();
  }

  /** @param {string} text */
  put(text) {
    this.#draft.text = text;
    this.#show();
    this.#text.focus();
  }

  /** @param {Iterable<File>} files */
  addFiles(files) {
    const all = [...this.#draft.files, ...files];
    this.#error.textContent = tooMuch(all, this.#options.limits());
    if (this.#error.textContent === "") this.#draft.files = all;
    this.#paint();
    this.#text.focus();
  }

  #listen() {
    const text = this.#text;
    text.addEventListener("input", () => {
      this.#draft.text = text.value;
      this.#paint();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.#onSubmit(event);
    });
    text.addEventListener("paste", (event) => {
      const files = event.clipboardData?.files;
      if (files !== undefined && files.length > 0) this.addFiles(files);
    });
    this.#picker.addEventListener("change", () => {
      this.addFiles(this.#picker.files ?? []);
      this.#picker.value = "";
    });
  }

  /** @param {Event} event */
  #onSubmit(event) {
    event.preventDefault();
    void this.#post();
  }

  async #post() {
    if (this.#busy || this.#isEmpty()) return;
    const draft = this.#draft;
    const { text, files } = draft;
    Object.assign(draft, { text: "", files: [] });
    this.#busy = true;
    this.#show();
    this.#error.textContent = "";
    try {
      await this.#options.send({ text, files });
    } catch (failure) {
      this.#error.textContent = failure instanceof Error ? failure.message : String(failure);
      Object.assign(draft, {
        text: [text, draft.text].filter(Boolean).join("\n"),
        files: [...files, ...draft.files],
      });
      this.#show();
    }
    this.#busy = false;
    this.#paint();
  }

  #mention() {
    const { agent } = this.#options;
    const { text } = this.#draft;
    this.put(text.toLowerCase().includes(`@${agent.toLowerCase()}`) ? text : `@${agent} ${text}`);
  }

  #isEmpty() {
    return this.#draft.text.trim() === "" && this.#draft.files.length === 0;
  }

  /** The draft as it is now. */
  #show() {
    this.#text.value = this.#draft.text;
    this.#paint();
  }

  #paint() {
    const { files } = this.#draft;
    this.#files.replaceChildren(...files.map((file) => this.#pending(file)));
    this.#files.hidden = files.length === 0;
    this.#submit.setAttribute("aria-disabled", String(this.#busy || this.#isEmpty()));
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  /** @param {File} file */
  #pending(file) {
    const drop = () => {
      this.#draft.files = this.#draft.files.filter((other) => other !== file);
      this.#paint();
      this.#text.focus();
    };
    const remove = {
      type: "button",
      class: "icon-button",
      "aria-label": `Remove ${file.name}`,
      onclick: drop,
    };
    return h(
      "li",
      { class: "file" },
      icon("file"),
      h("span", { class: "file-name" }, file.name),
      h("button", remove, icon("close")),
    );
  }
}

/**
 * @param {readonly File[]} files
 * @param {Limits | undefined} limits
 * @returns {string} Empty when it may be sent.
 */
function tooMuch(files, limits) {
  if (limits === undefined) return "";
  const mega = (/** @type {number} */ bytes) => `${Math.round(bytes / 1_000_000)} MB`;
  const big = files.find((file) => file.size > limits.fileBytes);
  if (big !== undefined)
    return `${big.name} has ${mega(big.size)}; a file may have ${mega(limits.fileBytes)} at most.`;
  if (files.length > limits.files) return `A message takes ${limits.files} files at most.`;
  const all = files.reduce((sum, file) => sum + file.size, 0);
  return all > limits.requestBytes * 0.98
    ? `That is ${mega(all)} in all; a message takes ${mega(limits.requestBytes)}.`
    : "";
}
