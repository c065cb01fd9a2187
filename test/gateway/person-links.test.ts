// Who is linked with nobody, and for how long a code is good (GL1, GL3): by a clock of the test's own.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { noFailpoints } from "../../src/base/failpoints.ts";
import { silentLogger } from "../../src/base/logger.ts";
import { asConversationId, asTenantId, type PersonKey, personKey } from "../../src/domain/ids.ts";
import type { InboundMessage } from "../../src/domain/inbound.ts";
import type { Person } from "../../src/domain/person.ts";
import { createDesk, type Desk } from "../../src/gateway/desk.ts";
import type { Heard } from "../../src/gateway/heard.ts";
import { answerLink } from "../../src/gateway/person-links.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { type ConnectWorld, openConnectWorld } from "../web/connect-world.ts";

const slackTenant = asTenantId("slack-T1");
const teamsTenant = asTenantId("teams-t1");
const rules: Heard["rules"] = {
  enabled: true,
  reply: "followers",
  guests: false,
  bots: [],
  agent: "deputy",
  budget: { steps: 500 },
  managers: [],
  approvers: [],
  revoked: new Set(),
};

let at: ConnectWorld;
let desk: Desk;
let count = 0;
let slackAna: Person;
let teamsAna: Person;

beforeAll(async () => {
  at = await openConnectWorld({ closed: true });
  desk = createDesk({
    store: at.world.store,
    queue: createEmbeddedQueue({ maxWaiting: 10, log: silentLogger }),
    clock: at.clock,
    failpoint: noFailpoints,
    log: silentLogger,
    kick: () => undefined,
    checkInMs: 1,
    accounts: () => at.consent,
  });
});
afterAll(() => at.close());
beforeEach(() => {
  count += 1;
  slackAna = { key: personKey("slack", "T1", `ana${count}`), name: "Ana", kind: "member" };
  teamsAna = { key: personKey("teams", "t1", `ana${count}`), name: "Ana", kind: "member" };
});

/** `link` of this person in their direct messages; what they alone are told. */
async function links(author: Person, code?: string): Promise<string> {
  const tenant = author.key.startsWith("slack") ? slackTenant : teamsTenant;
  const { store, consent } = { store: at.world.store, consent: at.consent };
  const id = consent.ids.next("in");
  const address = {
    platform: author.key.split(":")[0] ?? "",
    tenant,
    kind: "dm" as const,
    channel: `dm-${author.key}`,
    thread: "t",
  };
  const fresh = {
    id: asConversationId(consent.ids.next("conv")),
    workspace: consent.ids.next("w"),
    now: at.clock.now(),
  };
  const conversation = await store.write((tx) => tx.conversations.ensure(address, fresh));
  const event: InboundMessage = {
    eventId: id,
    conversation: address,
    author,
    sentAt: at.clock.now(),
    kind: "message",
    messageId: id,
    text: "link",
    mentionsAgent: true,
    mentions: [],
    files: [],
  };
  const row = { id, conversation: conversation.id, event, state: "new" as const, dueAt: 0, receivedAt: 0 };
  await store.write((tx) => tx.people.see(author, tenant, at.clock.now()));
  await desk.decide((d) => answerLink(d, { row, event, conversation, rules }, code));
  const said = await store.read((tx) => tx.outbox.find(`reply:${id}`));
  return said?.op.op === "whisper" && said.op.message.kind === "notice" ? said.op.message.text : "";
}

async function withdraw(name: PersonKey): Promise<void> {
  const brake = {
    id: at.consent.ids.next("brk"),
    kind: "person",
    name,
    pulledBy: "cli:op",
    pulledAt: 0,
  } as const;
  await at.world.store.write((tx) => tx.brakes.pull(brake));
}

const codeIn = (words: string): string => /link ([a-z0-9]{5}-[a-z0-9]{5})/.exec(words)?.[1] ?? "";
const linkedWith = (key: PersonKey) => at.world.store.read((tx) => tx.personLinks.others(key));

describe("gateway/person-links", () => {
  it("GL1: links whoever has proved both sides", async () => {
    const second = codeIn(await links(teamsAna, codeIn(await links(slackAna))));
    expect(await links(slackAna, second)).toMatch(/linked with yourself/);
    expect(await linkedWith(slackAna.key)).toEqual([teamsAna.key]);
  });

  it.each([
    ["the one that was shown a code", () => slackAna.key],
    ["the one that enters it", () => teamsAna.key],
  ])("GL3: nobody is linked whose access was withdrawn: %s", async (_what, whose) => {
    const code = codeIn(await links(slackAna));
    await withdraw(whose());
    expect(await links(teamsAna, code)).toMatch(/withdrawn/);
    expect(await linkedWith(slackAna.key)).toEqual([]);
  });

  it("GL3: nor whose access was withdrawn between the two codes", async () => {
    const second = codeIn(await links(teamsAna, codeIn(await links(slackAna))));
    await withdraw(teamsAna.key);
    expect(await links(slackAna, second)).toMatch(/withdrawn/);
    expect(await linkedWith(slackAna.key)).toEqual([]);
  });

  it.each(["guest", "external", "bot"] as const)(
    "GL3: a %s is shown no code, and enters none",
    async (kind) => {
      expect(codeIn(await links({ ...slackAna, kind }))).toBe("");
      const code = codeIn(await links(slackAna));
      expect(codeIn(await links({ ...teamsAna, kind }, code))).toBe("");
      expect(await linkedWith(slackAna.key)).toEqual([]);
    },
  );

  it("GL1: a code is good for ten minutes, the first like the second", async () => {
    const early = codeIn(await links(slackAna));
    at.clock.jump(10 * 60_000 - 1);
    const second = codeIn(await links(teamsAna, early));
    expect(second).not.toBe("");
    at.clock.jump(10 * 60_000);
    expect(await links(slackAna, second)).toMatch(/doesn't work/);

    const late = codeIn(await links(slackAna));
    at.clock.jump(10 * 60_000);
    expect(await links(teamsAna, late)).toMatch(/doesn't work/);
    expect(await linkedWith(slackAna.key)).toEqual([]);
  });
});
