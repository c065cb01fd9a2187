// One person in Slack and in Teams, in one product: proved from both sides (domain/person-link.ts), and one person where two have to decide.

import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asPersonKey, asTenantId, type PersonKey } from "../../src/domain/ids.ts";
import { type FakeSlack, startFakeSlack } from "../fakes/slack/fake-slack.ts";
import { ids } from "../fakes/slack/ids.ts";
import type { FakeMessage } from "../fakes/slack/types.ts";
import { type FakeTeams, type SaidMessage, startFakeTeams, teamsIds } from "../fakes/teams/fake-teams.ts";
import { letterTool } from "./parity/stage.ts";
import { finishes, uses } from "./product.ts";
import { type SlackProduct, startSlackProduct, wordsOf as slackWords } from "./slack-product.ts";
import { publicUrl, wordsOf } from "./teams-product.ts";
import { folderWith } from "./folder-with.ts";

const slackAna = asPersonKey(`slack:${ids.team}:${ids.ana}`);
const slackBo = asPersonKey(`slack:${ids.team}:${ids.bo}`);
const teamsAna = asPersonKey(`teams:${teamsIds.tenant}:${teamsIds.ana}`);
const teamsBo = asPersonKey(`teams:${teamsIds.tenant}:${teamsIds.bo}`);

const config = `
agents: [{ name: deputy }]
channels: { "a:personal-0000000d": { guests: true } }
groups: { desk: ${JSON.stringify([teamsAna, slackBo, teamsBo])} }
policy:
  - { name: letters, layer: org, match: { tool: send_letter }, decision: ask, approvers: ["group:desk"], not_requester: true }
`;

let slack: FakeSlack;
let teams: FakeTeams;
let product: SlackProduct;
let folder: string;
const sent: string[] = [];

beforeAll(async () => {
  [slack, teams, folder] = await Promise.all([startFakeSlack(), startFakeTeams(), folderWith(config)]);
  product = await startSlackProduct({
    slack,
    folder,
    tools: [letterTool(sent)],
    env: { ...teams.env, DEPUTY_PUBLIC_URL: publicUrl },
  });
  teams.deliverTo(`${product.app.url}/api/messages`);
});
afterAll(async () => {
  await product.stop();
  await slack.close();
  await teams.close();
  await rm(folder, { recursive: true, force: true });
});

const chat = (who: string): string => teams.person(who).chat;

/** What was said to them in their direct messages, whispers included, after `before` of them. */
function slackTold(who: string, pattern: RegExp): Promise<string> {
  const { dm } = slack.person(who);
  return slack.until(() =>
    [
      ...slack.messages(dm).map((one) => slackWords(one)),
      ...slack.ephemerals.filter((one) => one.user === who).map(({ text }) => text),
    ].findLast((words) => pattern.test(words)),
  );
}

function teamsTold(who: string, pattern: RegExp): Promise<string> {
  return teams.until(() =>
    teams
      .said(chat(who))
      .map(wordsOf)
      .findLast((words) => pattern.test(words)),
  );
}

const codeIn = (words: string): string => /link ([a-z0-9]{5}-[a-z0-9]{5})/.exec(words)?.[1] ?? "";

const slackSays = (who: string, text: string) => slack.person(who).says(slack.person(who).dm, text);
const teamsSays = (who: string, text: string) => teams.person(who).says(chat(who), text);
const linkedWith = (key: PersonKey) => product.app.edges.store.read((tx) => tx.personLinks.others(key));

/** A code that is shown in Slack, as yet unused. */
async function codeFor(who: string): Promise<string> {
  const before = slack.messages(slack.person(who).dm).length;
  await slackSays(who, "link");
  const words = await slack.until(() =>
    slack
      .messages(slack.person(who).dm)
      .slice(before)
      .map((one: FakeMessage) => slackWords(one))
      .find((text) => /write this to me there/.test(text)),
  );
  return codeIn(words);
}

describe("app: one person in Slack and in Teams", () => {
  it("GL1: whoever enters somebody's code is not linked with them, and they are told who it was", async () => {
    const code = await codeFor(ids.ana);
    await teamsSays(teamsIds.bo, `link ${code}`);
    const second = codeIn(await teamsTold(teamsIds.bo, /one person with Ana/));
    expect(await slackTold(ids.ana, /entered the code/)).toContain("Bo in Microsoft Teams");
    // What Bo was shown counts from Ana's Slack alone.
    await slackSays(ids.bo, `link ${second}`);
    await slackTold(ids.bo, /was for somebody else/);
    await slackSays(ids.ana, `link ${second}`);
    await slackTold(ids.ana, /doesn't work/);
    expect(await linkedWith(slackAna)).toEqual([]);
    expect(await linkedWith(teamsBo)).toEqual([]);
  });

  it("GL1: a code counts once, in a direct message, from another organisation", async () => {
    const code = await codeFor(ids.ana);
    await teams.person(teamsIds.ana).mentions(teamsIds.general, `link ${code}`);
    await teams.until(() =>
      teams.activities.find(({ activity }) => /It is void/.test(JSON.stringify(activity))),
    );
    await teamsSays(teamsIds.ana, `link ${code}`);
    await teamsTold(teamsIds.ana, /doesn't work/);
    const another = await codeFor(ids.ana);
    await slackSays(ids.bo, `link ${another}`);
    await slackTold(ids.bo, /same organisation/);
    expect(await linkedWith(slackAna)).toEqual([]);
  });

  it("GL3: guests are linked with nobody", async () => {
    const code = await codeFor(ids.ana);
    await teamsSays(teamsIds.guest, `link ${code}`);
    await teamsTold(teamsIds.guest, /can link who they are/);
    expect(await linkedWith(slackAna)).toEqual([]);
  });

  it("APR-3: until they are linked two keys are two people: Ana in Teams decides what Ana in Slack asked for", async () => {
    await askForLetter("before");
    const card = await cardFor(teamsIds.ana, /to: before/);
    await teams.person(teamsIds.ana).clicks(chat(teamsIds.ana), card, "Approve");
    await expect.poll(() => sent).toContain("before");
  });

  it("LK1, GL2: linked from both sides, on record in both, shown on the home page", async () => {
    const code = await codeFor(ids.ana);
    await teamsSays(teamsIds.ana, `link ${code}`);
    const second = codeIn(await teamsTold(teamsIds.ana, /one person with Ana/));
    await slackSays(ids.ana, `link ${second}`);
    await slackTold(ids.ana, /linked with yourself in Microsoft Teams/);
    await teamsTold(teamsIds.ana, /linked with yourself in Slack/);
    expect(await linkedWith(slackAna)).toEqual([teamsAna]);
    for (const tenant of [`slack-${ids.team}`, `teams-${teamsIds.tenant}`]) {
      const { store } = product.app.edges;
      const events = await store.read((tx) => tx.audit.list(asTenantId(tenant), 0, 1_000));
      expect(JSON.stringify(events)).toContain("person-link");
    }
    await slackSays(ids.ana, `link ${second}`);
    await slackTold(ids.ana, /doesn't work/);
    await teamsSays(teamsIds.ana, "status");
    await teamsTold(teamsIds.ana, /You in Slack/);
  });

  it("APR-3: then Ana decides nothing that Ana asked for, and is not asked; somebody else is", async () => {
    await askForLetter("after");
    const card = await cardFor(teamsIds.bo, /to: after/);
    expect(teams.said(chat(teamsIds.ana)).filter((one) => /to: after/.test(wordsOf(one)))).toEqual([]);
    // Not by Bo's card either, should it come into her hands.
    await teams.person(teamsIds.ana).clicks(chat(teamsIds.ana), card, "Approve");
    expect(sent).not.toContain("after");
    await teams.person(teamsIds.bo).clicks(chat(teamsIds.bo), card, "Approve");
    await expect.poll(() => sent).toContain("after");
  });

  it("LK2: an unlinked key counts for another week", async () => {
    await slackSays(ids.ana, "unlink");
    await slackTold(ids.ana, /not linked with yourself in Microsoft Teams any more/);
    expect(await linkedWith(slackAna)).toEqual([]);
    await askForLetter("unlinked");
    await cardFor(teamsIds.bo, /to: unlinked/);
    expect(teams.said(chat(teamsIds.ana)).filter((one) => /to: unlinked/.test(wordsOf(one)))).toEqual([]);
  });
});

async function askForLetter(to: string): Promise<void> {
  product.model.replyTo(`letter-${to}`, uses(["send_letter", { to }]), finishes("It is out."));
  await slack.person(ids.ana).mentions(ids.general, `letter-${to} please`);
}

function cardFor(who: string, pattern: RegExp): Promise<SaidMessage> {
  return teams.until(() =>
    teams.said(chat(who)).find((one) => pattern.test(wordsOf(one)) && /approval\.approve/.test(wordsOf(one))),
  );
}
