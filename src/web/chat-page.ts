// The chat page's shell: landmarks and empty places that `assets/chat.js` fills.

import { html } from "hono/html";
import type { WebChat } from "./contract.ts";
import { htmlPage, type Page } from "./html-page.ts";

const icon = "/chat/assets/mark.svg";

function stylesOf(...names: readonly string[]): readonly string[] {
  return names.map((name) => `/chat/assets/${name}.css`);
}

export function chatPage({ room, modelLabel }: WebChat): Page {
  const styles = stylesOf("theme", "layout", "message", "cards");
  return htmlPage(
    { title: "Deputy chat", icon, styles, script: "/chat/assets/chat.js" },
    html`<body data-agent="${room.agentName}">
        <a class="skip" href="#composer-text">Skip to the message field</a>
        <header class="banners">
          ${modelLabel === undefined ? "" : html`<p class="model-banner">${modelLabel}</p>`}
          <p class="connection" id="connection" role="status" hidden></p>
        </header>
        <div class="app" id="app">
          <nav class="sidebar" id="sidebar" aria-label="Places and people">
            <div class="brand">
              <img src="/chat/assets/mark.svg" alt="" width="28" height="28" />
              <span class="brand-name">Deputy</span>
              <button type="button" class="icon-button only-narrow" id="close-sidebar" aria-label="Close the menu"></button>
            </div>
            <div id="waiting"></div>
            <div id="places"></div>
            <div id="people"></div>
          </nav>
          <main class="panes">
            <h1 class="hidden" id="page-name">Deputy chat</h1>
            ${channelSection()}
            <section class="thread" id="thread" aria-label="Thread" hidden></section>
          </main>
        </div>
        <div id="dialogs"></div>
        <p class="hidden" id="say-politely" aria-live="polite"></p>
        <p class="hidden" id="say-now" aria-live="assertive"></p>
        <noscript><p class="notice-page">The chat page needs JavaScript.</p></noscript>
      </body>`,
  );
}

function channelSection(): Page {
  return html`<section class="channel" id="channel" aria-labelledby="place-name">
              <div class="bar">
                <button
                  type="button"
                  class="icon-button only-narrow"
                  id="open-sidebar"
                  aria-label="Open the menu"
                  aria-controls="sidebar"
                  aria-expanded="false"
                ></button>
                <div class="bar-title">
                  <h2 id="place-name">Messages</h2>
                  <p class="bar-note" id="place-note"></p>
                </div>
              </div>
              <div class="scroll" id="messages" tabindex="0" role="region" aria-label="Messages of the channel"></div>
              <div id="composer"></div>
            </section>`;
}

/** After a link was opened: goes on to the page, without the token in the address. */
export function welcomePage(): Page {
  return plainPage(
    "Welcome",
    html`<p>The chat is opening. <a href="/chat">Open it now</a></p>`,
    html`<meta http-equiv="refresh" content="0; url=/chat" />`,
  );
}

export function lockedPage(hadToken: boolean): Page {
  const why = hadToken
    ? "This link was used already, or it belongs to an earlier start of Deputy."
    : "This page opens with the link that Deputy prints when it starts.";
  return plainPage(
    "The chat is locked",
    html`<p>${why}</p>
      <p>Look in the terminal for a line with <code>/chat?token=…</code> and open it in this browser. Each link works once.</p>`,
  );
}

function plainPage(title: string, body: Page, more?: Page): Page {
  const styles = stylesOf("theme", "layout");
  return htmlPage(
    { title: `${title}: Deputy`, icon, styles, ...(more ? { more } : {}) },
    html`<body>
        <main class="notice-page">
          <img src="${icon}" alt="" width="48" height="48" />
          <h1>${title}</h1>
          ${body}
        </main>
      </body>`,
  );
}
