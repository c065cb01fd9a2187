// The pages behind a link to connect an account: plain, in one column, nothing from anywhere else.

import { html } from "hono/html";
import { spokenName } from "../domain/agent.ts";
import { htmlPage, type Page } from "./html-page.ts";

/** What the page says before anybody is sent anywhere (CON-6). */
export interface Explained {
  readonly action: string;
  readonly form: string;
  readonly agent: string;
  readonly person: string;
  readonly service: string;
  readonly capability: string;
  readonly scopes: readonly string[];
  readonly use: string;
  readonly until: string;
}

export function explainPage(said: Explained): Page {
  const { action, form, agent, person, service, capability, scopes, use, until } = said;
  return page(
    `Connect ${service}`,
    html`<p>${spokenName(agent)} asks to use your ${service} account.</p>
      <dl>
        <dt>You are</dt>
        <dd>${person}</dd>
        <dt>It may</dt>
        <dd>${capability}</dd>
        ${
          scopes.length === 0
            ? ""
            : html`<dt>Scopes</dt>
        <dd><code>${scopes.join(" ")}</code></dd>`
        }
        <dt>Used for</dt>
        <dd>${use}</dd>
        <dt>This page works until</dt>
        <dd>${until}</dd>
      </dl>
      <form method="post" action="${action}">
        <input type="hidden" name="form" value="${form}" />
        <button type="submit" name="answer" value="yes" class="primary">Go on to ${service}</button>
        <button type="submit" name="answer" value="no">Not now</button>
      </form>`,
  );
}

export function signInPage(action: string, form: string, title: string): Page {
  return page(
    "Who are you?",
    html`<p>This link is for one person. Sign in with ${title}, so that nobody else can use it.</p>
      <form method="post" action="${action}">
        <input type="hidden" name="form" value="${form}" />
        <button type="submit" class="primary">Sign in with ${title}</button>
      </form>`,
  );
}

export const openFromChatPage = (): Page =>
  page(
    "Open it from the chat",
    html`<p>This link works from the chat page, for the person whom it was sent to.</p>`,
  );

export const noSignInPage = (): Page =>
  page(
    "Sign-in is not set up",
    html`<p>An operator of Deputy has to set up sign-in before accounts can be connected: SLACK_CLIENT_ID and SLACK_CLIENT_SECRET, or the Teams app.</p>`,
  );

/** The same for every link that leads nowhere, whatever the reason (GC3). */
export const overPage = (): Page =>
  page(
    "This link doesn't work",
    html`<p>It was used already, its time is over, or it is not whole. Ask for a new one in the chat.</p>`,
  );

export const notYoursPage = (): Page =>
  page(
    "This link is not for you",
    html`<p>It was stopped, and whom it was for has been told. You can close this page.</p>`,
  );

export function donePage(text: string): Page {
  return page("You can close this page", html`<p>${text}</p>`);
}

export function page(title: string, body: Page): Page {
  return htmlPage(
    { title: `${title}: Deputy`, styles: ["/connect/style.css"], isUnlisted: true },
    html`<body>
        <main>
          <p class="brand">Deputy</p>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>`,
  );
}

/** The colours of the chat page (assets/theme.css). */
export const connectStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif;
  --canvas: #f5f4f0; --raised: #fff; --ink: #1d2224; --muted: #5a6367; --line: #dfdcd3; --strong: #8b8f8a; --accent: #1d4a3f; --on-accent: #fff; --focus: #1b6bb0; }
@media (prefers-color-scheme: dark) { :root {
  --canvas: #101415; --raised: #1b2122; --ink: #e6ebe9; --muted: #a2aeab; --line: #2c3536; --strong: #75817e; --accent: #8fd3bb; --on-accent: #0e211b; --focus: #8fc9ee; } }
body { margin: 0; padding: 1rem; background: var(--canvas); color: var(--ink); }
main { max-width: 34rem; margin: 8vh auto; padding: 1.5rem 2rem 2rem; background: var(--raised); border: 1px solid var(--line); border-radius: 14px; }
.brand { margin: 0; color: var(--accent); font-weight: 700; }
h1 { margin: .25rem 0 1rem; font-size: 1.5rem; line-height: 1.25; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; margin: 1rem 0; }
dt { color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
button { font: inherit; font-weight: 600; min-height: 44px; padding: .5rem 1rem; margin: 1rem .5rem 0 0; border: 1px solid var(--strong); border-radius: 10px; background: transparent; color: inherit; cursor: pointer; }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
@media (max-width: 30rem) { main { margin: 0 auto; padding: 1.25rem; } dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
`;
