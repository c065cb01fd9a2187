// What every page of the console stands in: landmarks, the way home and out, styles and one small script of our own.

import { html } from "hono/html";
import { htmlPage, type Page } from "./html-page.ts";

/** How the pages are reached by whoever looks: directly after a sign-in, or as one of the people of the chat page. */
export interface ConsoleWays {
  /** Before every path of the console. */
  readonly root: string;
  /** Where styles and script are. */
  readonly assets: string;
  /** Asked for with every page. */
  readonly always: Readonly<Record<string, string>>;
  /** Proof for a form that acts on `path`; none is needed where it is absent. */
  readonly proof?: ((path: string) => string) | undefined;
  /** Ends the session; absent where it is not ours to end. */
  readonly signOut?: string | undefined;
}

export interface Shell {
  readonly title: string;
  readonly ways: ConsoleWays;
  /** Who looks. */
  readonly name?: string | undefined;
  /** Looked at again after this long, while the page is open. */
  readonly againMs?: number | undefined;
  readonly isHome?: boolean;
}

export function shell({ title, ways, name, againMs, isHome = false }: Shell, body: Page): Page {
  const home = hrefOf(ways, "");
  const { assets } = ways;
  const styles = [`${assets}/theme.css`, `${assets}/console.css`];
  return htmlPage(
    {
      title: `${title}: Deputy`,
      icon: `${assets}/mark.svg`,
      styles,
      script: `${assets}/console.js`,
      isUnlisted: true,
    },
    html`<body class="console">
        <a class="skip" href="#main">Skip to the content</a>
        <header class="bar">
          <a class="brand" href="${home}"${isHome ? html` aria-current="page"` : ""}>
            <img src="${assets}/mark.svg" alt="" width="28" height="28" /> Deputy <span class="brand-note">console</span>
          </a>
          <div class="who">${name === undefined ? "" : html`<span>Signed in as <strong>${name}</strong></span>`} ${signOut(ways)}</div>
        </header>
        <main id="main" tabindex="-1"${againMs === undefined ? "" : html` data-again="${againMs}"`}>
          <p class="session" role="status" id="session" hidden></p>
          <p class="hidden" aria-live="polite" id="said"></p>
          ${body}
        </main>
      </body>`,
  );
}

function signOut({ signOut: action, proof }: ConsoleWays): Page | string {
  if (action === undefined) return "";
  return html`<form method="post" action="${action}">
    ${proof === undefined ? "" : html`<input type="hidden" name="form" value="${proof(action)}" />`}
    <button type="submit" class="button small">Sign out</button>
  </form>`;
}

/** A part that is put in place of itself when it has changed. */
export function livePart(id: string, body: Page | string): Page {
  return html`<div id="${id}" data-part>${body}</div>`;
}

export function hrefOf(
  { root, always }: ConsoleWays,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const asked = new URLSearchParams(always);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") asked.set(name, value);
  }
  return `${root}${path}${asked.size === 0 ? "" : `?${asked.toString()}`}`;
}

/** In words that a script turns into the reader's own clock. */
export function time(ms: number | undefined): Page | string {
  if (ms === undefined) return "–";
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`;
}

export function pill(word: string, look: string): Page {
  return html`<span class="pill ${look}"><span class="dot"></span>${word}</span>`;
}

export const stateLooks: Readonly<Record<string, string>> = {
  queued: "calm",
  working: "working",
  waiting: "waiting",
  done: "done",
  failed: "failed",
  stopped: "calm",
  expired: "calm",
};

/** Long ids of a platform are told apart by their ends. */
export function channelWords(channel: string): string {
  return channel.length <= 24 ? channel : `${channel.slice(0, 10)}…${channel.slice(-10)}`;
}

export function placeWords({ kind, channel }: { readonly kind: string; readonly channel: string }): string {
  if (kind === "dm") return "direct messages";
  return kind === "group" ? "a group chat" : `channel ${channelWords(channel)}`;
}

export function usd(micros: number): string {
  if (micros === 0) return "–";
  return micros < 5_000 ? "under 0.01" : (micros / 1e6).toFixed(2);
}
