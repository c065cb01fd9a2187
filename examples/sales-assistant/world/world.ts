// The world outside the sales assistant: Fernway's sign-in, CRM and mail, three servers on loopback. An example, no product: they keep
// everything in memory and forget it when they end.

import { type Account, firstBook } from "./book.ts";
import { type Crm, createCrm, crmScopes } from "./crm.ts";
import { addressOf, type Door, openDoor } from "./door.ts";
import { listen } from "./listen.ts";
import { type Login, openLogin } from "./login.ts";
import { createMailbox, type Mailbox, mailScopes } from "./mailbox.ts";
import { type FernwayPerson, fernwayPeople } from "./people.ts";

export interface SalesWorld {
  readonly login: Login;
  readonly crm: Crm & Door;
  readonly mail: Mailbox & Door;
  /** What the configuration of the example reads: where they are, and that they may be asked. */
  readonly settings: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface SalesWorldSpec {
  /** Of sign-in, CRM and mail; free ones when absent. */
  readonly ports?: readonly [login: number, crm: number, mail: number];
  readonly people?: readonly FernwayPerson[];
  readonly book?: readonly Account[];
  readonly accessTokenSeconds?: number;
}

/** Where deputy.config.yml looks when no variable says otherwise. */
export const usualPorts = [4810, 4811, 4812] as const;

export async function startSalesWorld(spec: SalesWorldSpec = {}): Promise<SalesWorld> {
  const [loginPort, crmPort, mailPort] = spec.ports ?? [0, 0, 0];
  const at = { login: await listen(loginPort), crm: await listen(crmPort), mail: await listen(mailPort) };
  const resources = [
    { name: "crm", title: "Fernway CRM", audience: addressOf(at.crm), scopes: crmScopes },
    { name: "mail", title: "Fernway Mail", audience: addressOf(at.mail), scopes: mailScopes },
  ];
  const login = await openLogin(at.login, {
    people: spec.people ?? fernwayPeople,
    resources,
    accessTokenSeconds: spec.accessTokenSeconds ?? 600,
  });
  const crm = createCrm(spec.book ?? firstBook(Date.now()), () => Date.now());
  const mail = createMailbox();
  const crmDoor = openDoor(at.crm, { name: "fernway-crm", tools: crm.tools, login });
  const mailDoor = openDoor(at.mail, { name: "fernway-mail", tools: mail.tools, login });
  return {
    login,
    crm: Object.assign(crmDoor, crm),
    mail: Object.assign(mailDoor, mail),
    settings: {
      SALES_LOGIN_URL: login.issuer,
      SALES_CRM_URL: crmDoor.url,
      SALES_MAIL_URL: mailDoor.url,
      DEPUTY_EGRESS_ALLOW: Object.values(at)
        .map(({ origin }) => new URL(origin).host)
        .join(","),
    },
    async close() {
      await Promise.all(Object.values(at).map((server) => server.close()));
    },
  };
}
