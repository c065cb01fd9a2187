// What `deputy doctor` looks at between this machine and others: the clocks, and the address that people's browsers come back to (OPS-4).

import { openConfiguredStore } from "../app/open-edges.ts";
import { logOf } from "../app/log-of.ts";
import { systemClock } from "../base/clock.ts";
import { errorText } from "../base/errors.ts";
import type { Config } from "../config/load-config.ts";
import { usesSlack } from "../config/slack-rules.ts";
import { usesTeams } from "../config/teams-rules.ts";
import { createHttpFetch } from "../net/http-fetch.ts";
import type { Finding } from "./check.ts";

const fetch = createHttpFetch({ connectTimeoutMs: 5_000, maxResponseBytes: 1_000_000 });
const patienceMs = 10_000;

interface Other {
  readonly name: string;
  /** How much it may differ without and with harm. */
  readonly warnMs: number;
  readonly failMs: number;
  /** Undefined where it does not say. */
  readonly now: () => Promise<number | undefined>;
}

/** Slack's signatures and everybody's tokens are believed for minutes; what is shorter is the answer's way and its full seconds. */
const ofPlatforms = { warnMs: 30_000, failMs: 240_000 };

/** This machine's clock against those that it has to agree with: leases are counted by it, signatures and tokens believed by it. */
export async function clockCheck(config: Config, offline: boolean): Promise<Finding> {
  const store = await openConfiguredStore(config, logOf(config, { to: "stderr" }));
  try {
    const leaseMs = config.limits.leaseMs;
    const { clock } = store;
    const others: Other[] = [
      ...(clock ? [{ name: "the database", warnMs: 2_000, failMs: leaseMs / 3, now: clock }] : []),
      ...(offline ? [] : platformsOf(config).map((one) => ({ ...ofPlatforms, ...one }))),
    ];
    if (others.length === 0) return { status: "pass", observed: "no other clock to agree with" };
    return worstOf(await Promise.all(others.map((other) => compared(other))));
  } finally {
    await store.close();
  }
}

function platformsOf(config: Config): readonly Pick<Other, "name" | "now">[] {
  return [
    ...(usesSlack(config) ? [{ name: "Slack", now: () => dateOf(config.slack.apiUrl) }] : []),
    ...(usesTeams(config) ? [{ name: "Microsoft", now: () => dateOf(config.teams.loginUrl) }] : []),
  ];
}

/** Whatever it answers: it says when. */
async function dateOf(url: string): Promise<number | undefined> {
  const answer = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(patienceMs) });
  const said = Date.parse(answer.headers.get("date") ?? "");
  return Number.isNaN(said) ? undefined : said;
}

interface Compared {
  readonly status: Finding["status"];
  readonly text: string;
}

async function compared({ name, warnMs, failMs, now }: Other): Promise<Compared> {
  const before = systemClock.now();
  try {
    const theirs = await now();
    const after = systemClock.now();
    if (theirs === undefined) return { status: "skip", text: `${name} does not tell the time` };
    // Somewhere on the way there and back it was looked at.
    const off = theirs < before ? before - theirs : Math.max(0, theirs - after);
    const text = `${off < 1_000 ? "less than a second" : `${Math.round(off / 1_000)} s`} from ${name}`;
    return { status: off >= failMs ? "fail" : off >= warnMs ? "warn" : "pass", text };
  } catch (error) {
    return { status: "skip", text: `${name} was not asked: ${errorText(error)}` };
  }
}

const severity = ["pass", "skip", "warn", "fail"] as const;

function worstOf(all: readonly Compared[]): Finding {
  const observed = all.map(({ text }) => text).join("; ");
  const status = severity.findLast((one) => all.some((found) => found.status === one)) ?? "pass";
  if (status === "pass" || status === "skip") return { status, observed };
  return {
    status,
    observed: `this machine's clock: ${observed}`,
    fix: "Set the clocks by NTP on every machine: leases, signatures and tokens are counted by them.",
  };
}

const callbackPath = "/oauth/callback/doctor";

/** Does a browser that comes back from a service reach us? Asked without a `state`, the page changes nothing and says so. */
export async function callbackCheck(config: Config, offline: boolean): Promise<Finding> {
  const { publicUrl, host, port } = config.core;
  if (publicUrl === undefined)
    return { status: "pass", observed: "this machine only: no public address is set" };
  if (offline) return { status: "skip", observed: "not asked (--offline)" };
  const address = `${publicUrl.replace(/\/+$/, "")}${callbackPath}`;
  const { isOurs, status, why } = await ask(address);
  if (isOurs) return { status: "pass", observed: `${publicUrl} leads here` };
  if (status !== undefined)
    return {
      status: "fail",
      observed: `${address} is answered with HTTP ${status}, and not by Deputy`,
      fix: "Have the proxy in front pass on every path of docs/deployment.md, /connect/ and /oauth/ among them.",
    };
  const here = await ask(`http://${host}:${port}${callbackPath}`);
  return here.isOurs
    ? {
        status: "warn",
        observed: `${publicUrl} can't be reached from here: ${why}`,
        fix: "Try it from outside. If it fails there as well, look at DNS, certificate and proxy; nobody can connect accounts until then.",
      }
    : { status: "skip", observed: "Deputy is not running here: ask again when it is" };
}

interface Answer {
  readonly isOurs: boolean;
  /** Of somebody else's answer. */
  readonly status?: number;
  /** Why there was none. */
  readonly why?: string;
}

async function ask(url: string): Promise<Answer> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    const text = await answer.text();
    return { isOurs: answer.status === 403 && text.includes(": Deputy</title>"), status: answer.status };
  } catch (error) {
    return { isOurs: false, why: errorText(error) };
  }
}
