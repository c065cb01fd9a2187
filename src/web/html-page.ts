// What every page of ours begins with: nothing in it is from anywhere else, nothing inline.

import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Head {
  readonly title: string;
  /** Addresses of our own, in the order in which they apply. */
  readonly styles: readonly string[];
  readonly icon?: string;
  readonly script?: string;
  /** For search engines to pass over. */
  readonly isUnlisted?: boolean;
  readonly more?: Page;
}

/** `body` is the whole element. */
export function htmlPage({ title, styles, icon, script, isUnlisted = false, more }: Head, body: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${isUnlisted ? html`<meta name="robots" content="noindex" />` : ""}
        <title>${title}</title>
        ${more ?? ""}
        ${icon === undefined ? "" : html`<link rel="icon" href="${icon}" type="image/svg+xml" />`}
        ${styles.map((style) => html`<link rel="stylesheet" href="${style}" />`)}
        ${script === undefined ? "" : html`<script type="module" src="${script}"></script>`}
      </head>
      ${body}
    </html>`;
}
