// @ts-check
// Elements from plain calls. Text is always text: nothing here, or anywhere on the page, parses markup.

/** @typedef {Node | string | false | null | undefined} Child */
/** @typedef {Readonly<Record<string, string | number | boolean | undefined | ((event: any) => void)>>} Props */

/**
 * Makes an element. `on…` properties are listeners, booleans set or leave out an attribute.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...(Child | readonly Child[])} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProp(element, name, value);
  for (const child of children.flat()) if (isShown(child)) element.append(child);
  return element;
}

/** @param {Child} child @returns {child is Node | string} */
function isShown(child) {
  return child !== false && child !== null && child !== undefined && child !== "";
}

/** @param {HTMLElement} element @param {string} name @param {Props[string]} value */
function setProp(element, name, value) {
  if (typeof value === "function") element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
}

/**
 * The element that the shell made with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no element ${id}`);
  return found;
}

/**
 * @typedef {object} Item
 * @property {string} key
 * @property {string} print Changes whenever the element has to be made anew.
 * @property {() => HTMLElement} build
 */

/** @type {WeakMap<Element, string>} */
const prints = new WeakMap();

/**
 * Makes the children of `list` those of `items`, touching only what changed, so that focus, selection and half-typed
 * answers survive.
 * @param {HTMLElement} list
 * @param {readonly Item[]} items
 */
export function syncChildren(list, items) {
  /** @type {Map<string, HTMLElement>} */
  const old = new Map();
  for (const child of list.children)
    if (child instanceof HTMLElement) old.set(child.dataset["key"] ?? "", child);
  /** @type {Element | null} */
  let at = list.firstElementChild;
  for (const { key, print, build } of items) {
    const before = old.get(key);
    old.delete(key);
    if (before !== undefined && prints.get(before) === print) {
      if (before === at) at = before.nextElementSibling;
      else list.insertBefore(before, at);
      continue;
    }
    const made = build();
    made.dataset["key"] = key;
    prints.set(made, print);
    if (before === undefined) list.insertBefore(made, at);
    else {
      if (before === at) at = before.nextElementSibling;
      replaceKeepingFocus(before, made);
    }
  }
  for (const gone of old.values()) gone.remove();
}

/**
 * Where the focus was in the old element it is in the new one; on the element itself when the place is gone.
 * @param {HTMLElement} before
 * @param {HTMLElement} made
 */
function replaceKeepingFocus(before, made) {
  const active = document.activeElement;
  const inside = active instanceof HTMLElement && before.contains(active);
  const place = inside ? active.dataset["focus"] : undefined;
  before.replaceWith(made);
  if (!inside) return;
  const same = [...made.querySelectorAll("[data-focus]")].find(
    (one) => one instanceof HTMLElement && place !== undefined && one.dataset["focus"] === place,
  );
  if (same instanceof HTMLElement) {
    same.focus({ preventScroll: true });
    return;
  }
  made.tabIndex = -1; // the control is gone: stay with its message
  made.focus({ preventScroll: true });
}
