// The two pages of the sign-in: who are you, and do you agree. No passwords: it is an example.

import { html } from "hono/html";
import type { FernwayPerson } from "./people.ts";

type Page = ReturnType<typeof html>;

const mostShown = 12;

export function signInPage(action: string, people: readonly FernwayPerson[]): Page {
  return page(
    "Sign in to Fernway",
    html`<p>Choose your account. A real company would ask for more than a click here.</p>
      <form method="post" action="${action}">
        ${people
          .slice(0, mostShown)
          .map(
            ({ id, name, email }) =>
              html`<button type="submit" name="account" value="${id}"><b>${name}</b><br />${email}</button>`,
          )}
      </form>`,
  );
}

export interface Wish {
  readonly client: string;
  readonly service: string;
  readonly email: string;
  /** In words. */
  readonly wants: readonly string[];
}

export function consentPage(action: string, { client, service, email, wants }: Wish): Page {
  return page(
    `${client} wants to use your ${service}`,
    html`<p>Signed in as <b>${email}</b>. If you allow it, ${client} may:</p>
      <ul>
        ${wants.map((want) => html`<li>${want}</li>`)}
      </ul>
      <form method="post" action="${action}">
        <button type="submit" name="consent" value="yes" class="primary">Allow</button>
        <button type="submit" name="consent" value="no">Deny</button>
      </form>`,
  );
}

function page(title: string, body: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          body { font: 16px/1.5 system-ui, sans-serif; background: #f1f4ef; color: #1d2a1f; }
          main { max-width: 26rem; margin: 10vh auto; padding: 1.5rem 2rem 2rem; background: #fff; border-radius: .75rem; border-top: .4rem solid #3c7a4b; }
          h1 { font-size: 1.3rem; }
          button { font: inherit; display: block; width: 100%; text-align: left; margin: .6rem 0; padding: .6rem 1rem; border: 1px solid #b9c4bb; border-radius: .5rem; background: #fff; color: inherit; }
          button.primary { background: #2d6a3c; border-color: #2d6a3c; color: #fff; }
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html>`;
}
