// Ana's browser: reads a page as a person does, and presses a button by what stands on it.

import { DomUtils, parseDocument } from "htmlparser2";
import {
  type CookieBrowser,
  createCookieBrowser,
  type OpenOptions,
  type Page,
} from "../../../test/support/cookie-browser.ts";

export interface Visit {
  /** Where it is now. */
  readonly page: () => Page;
  heading(): string;
  open(url: string): Promise<void>;
  /** Is there a button whose words begin so? */
  offers(words: string): boolean;
  press(words: string): Promise<void>;
}

type Nodes = ReturnType<typeof parseDocument>;

/** Goes no further than `until`. */
export function createVisit({
  browser = createCookieBrowser(),
  ...options
}: Pick<OpenOptions, "until"> & { readonly browser?: CookieBrowser } = {}): Visit {
  let now: Page | undefined;
  const page = (): Page => {
    if (!now) throw new Error("No page is open");
    return now;
  };
  return {
    page,
    heading: () => wordsOf(parseDocument(page().text), "h1"),
    async open(url) {
      now = await browser.open(url, options);
    },
    offers: (words) => formWith(parseDocument(page().text), words) !== undefined,
    async press(words) {
      const at = page();
      const found = formWith(parseDocument(at.text), words);
      if (!found) throw new Error(`No button “${words}” on the page at ${at.url.host}`);
      const { action, form } = found;
      now = await browser.open(new URL(action, at.url).href, { form, ...options });
    },
  };
}

function wordsOf(document: Nodes, tag: string): string {
  const found = DomUtils.getElementsByTagName(tag, document, true, 1);
  return DomUtils.innerText(found).replace(/\s+/g, " ").trim();
}

function formWith(
  document: Nodes,
  words: string,
): { readonly action: string; readonly form: Record<string, string> } | undefined {
  for (const form of DomUtils.getElementsByTagName("form", document, true)) {
    const buttons = DomUtils.getElementsByTagName("button", form, true);
    const button = buttons.find((one) => DomUtils.innerText(one).trim().startsWith(words));
    if (!button) continue;
    const hidden = DomUtils.getElementsByTagName("input", form, true);
    const fields = [...hidden, button].map(({ attribs }) => [attribs["name"] ?? "", attribs["value"] ?? ""]);
    return { action: form.attribs["action"] ?? "", form: Object.fromEntries(fields) };
  }
  return undefined;
}
