// The pages behind a link to connect an account: plain, in one column, nothing from anywhere else.

import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

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
    html`<p>${agent} asks for your ${service} account.</p>
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
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}: Deputy</title>
        <link rel="stylesheet" href="/connect/style.css" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
}

export const connectStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 10vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .4rem 1rem; }
dt { opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
main:has(table) { max-width: 60rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top; }
button { font: inherit; padding: .6rem 1rem; margin: 1rem .5rem 0 0; border: 1px solid; border-radius: .5rem; background: transparent; color: inherit; }
button.primary { background: #1a56c4; border-color: #1a56c4; color: #fff; }
`;
