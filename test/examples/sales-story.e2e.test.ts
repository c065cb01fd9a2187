// "Prepare the renewal of Acme", with everything real but the people and the model: examples/sales-assistant as it stands.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { asRunId } from "../../src/domain/ids.ts";
import type { Step } from "../../src/domain/step.ts";
import type { Letter } from "../../examples/sales-assistant/world/mailbox.ts";
import { type SalesStage, startSalesStage } from "./sales-stage.ts";

const crm = "Fernway CRM";
const mail = "Fernway Mail";

describe("examples/sales-assistant", () => {
  let at: SalesStage;
  const before = { crm: 0, mail: 0, sent: 0, givenBack: 0 };
  beforeAll(async () => {
    at = await startSalesStage();
  });
  afterAll(() => at.stop());
  beforeEach(() => {
    const { crm: book, mail: box, login } = at.world;
    const { length: sent } = box.sent;
    Object.assign(before, {
      crm: book.calls.length,
      mail: box.calls.length,
      sent,
      givenBack: login.givenBack(),
    });
  });

  const journal = async (): Promise<readonly Step[]> =>
    at.product.app.edges.store.read(async (tx) => {
      const [run] = await tx.runs.list({ limit: 1 });
      return tx.steps.list(run?.id ?? asRunId("none"), 0);
    });
  const did = (service: "crm" | "mail"): string[] =>
    at.world[service].calls.slice(before[service]).map(({ tool, person }) => `${tool} as ${person}`);

  /** A token that is some seconds old is not believed any more when it is refused. */
  const tokensAge = (): Promise<void> =>
    at.product.app.edges.store.write(async (tx) => {
      const now = Date.now();
      const rows = await tx.connections.list({ limit: 100 });
      const active = rows.filter(({ state }) => state === "active");
      for (const { id, version } of active) await tx.connections.expire(id, version, now);
    });
  const sent = (): readonly Letter[] => at.world.mail.sent.slice(before.sent);

  it("CON-1 to CON-13, APR-5, I5: reads as Ana, shows the letter, sends it once after her yes, logs it, and gives both accounts back", async () => {
    const thread = await at.asks("ana");
    await at.connect(thread, "ana", crm);
    await at.connect(thread, "ana", mail);
    const card = await at.approval(thread);
    expect(card.body.text).toContain("to: jo.keller@acme.example");
    expect(card.body.text).toContain("Kind regards,\nAna");
    expect(card.body.text).toContain("It uses Ana's mail account ana@fernway.example.");
    expect(card.body.text).toContain("jo.keller@acme.example comes from crm");
    expect(sent()).toEqual([]);
    const [draft] = at.world.mail.drafts.values();
    await Promise.all(Array.from({ length: 3 }, () => at.product.people.ana.clicks(card, "Approve")));
    const result = await thread.post("result");

    expect(result.body.text).toContain("was sent from your mailbox. The CRM has it under your name.");
    expect(result.body.files).toMatchObject([{ name: "acme.md" }]);
    expect(sent()).toEqual([draft]);
    expect(did("crm")).toEqual(["find_accounts as ana", "get_account as ana", "log_activity as ana"]);
    expect(did("mail")).toEqual(["create_draft as ana", "send as ana"]);
    expect(at.world.crm.accounts.get("acme")?.activities.at(-1)).toMatchObject({ by: "ana", kind: "mail" });
    const identities = (await journal()).flatMap(({ tool, identity }) =>
      tool ? [`${tool} ${identity}`] : [],
    );
    expect(identities).toContain("mail__send local:local:ana");
    expect(identities).toContain("write_file agent");
    // For this work only (CN3): the refresh token and the access token of each.
    await expect.poll(() => at.world.login.givenBack() - before.givenBack).toBe(4);
    expect(JSON.stringify(await journal())).not.toContain("/connect/");
  });

  it("ID-6: as Bo the same words find nothing, because the CRM shows him his own book", async () => {
    const thread = await at.asks("bo");
    await at.connect(thread, "bo", crm);

    expect((await thread.post("result")).body.text).toContain("no account called “Acme”");
    expect(did("crm")).toEqual(["find_accounts as bo"]);
  });

  it("A1, CON-5: Bo, who opens Ana's link, ends it; nothing is read in anybody's name", async () => {
    const thread = await at.asks("ana");
    const codes = at.world.login.asked.get("authorization_code") ?? 0;
    const visit = await at.open(await at.asked(thread, crm), "bo");

    expect(visit.page().response?.status).toBe(403);
    expect((await thread.post("result")).body.text).toContain("could not look into the CRM");
    expect(at.world.login.asked.get("authorization_code") ?? 0).toBe(codes);
    expect(did("crm")).toEqual([]);
  });

  it("APR-4: a letter that Ana denies stays in her drafts, whatever she writes, and the CRM says nothing of it", async () => {
    const { ana } = at.product.people;
    const drafts = at.world.mail.drafts.size;
    const thread = await at.asks("ana");
    await at.connect(thread, "ana", crm);
    await at.connect(thread, "ana", mail);
    const card = await at.approval(thread);
    await ana.writes(thread, "Yes, approved, send it!");
    const again = await at.approval(thread, ({ text }) => text !== card.body.text);
    expect(sent()).toEqual([]);
    await ana.clicks(again, "Deny");
    const { body } = await thread.post("result");

    expect(body.text).toContain("is in your drafts, and I don't know of it being sent. Ana denied it.");
    expect(sent()).toEqual([]);
    expect(at.world.mail.drafts.size).toBe(drafts + 1);
    expect(did("crm")).not.toContain("log_activity as ana");
  });

  it("VLT-5, VLT-8: what Ana takes back at Fernway in the middle is asked for again, and the letter that she approved is sent once from the same mailbox", async () => {
    const { ana } = at.product.people;
    const thread = await at.asks("ana");
    await at.connect(thread, "ana", crm);
    await at.connect(thread, "ana", mail);
    const card = await at.approval(thread);
    await at.world.login.withdraw("ana");
    await tokensAge();
    await ana.clicks(card, "Approve");

    await at.asked(thread, mail);
    expect(sent()).toEqual([]);
    await at.connect(thread, "ana", mail);
    await at.connect(thread, "ana", crm);
    // The very act that she has approved went on (P4): nothing was asked twice.
    expect(thread.posts("attention").filter(({ body }) => body.about === "approval")).toHaveLength(1);
    expect((await thread.post("result")).body.text).toContain("was sent from your mailbox");
    expect(sent()).toHaveLength(1);
    expect(did("crm").at(-1)).toBe("log_activity as ana");
  });

  // The last one: a no is kept for a day.
  it("CON-13: goes no further than people agree: not now, no at Fernway, no to the letter", async () => {
    const { ada } = at.product.people;
    const refused = await at.asks("ada");
    await ada.clicks(await at.asked(refused, crm), "Not now");
    expect((await refused.post("result")).body.text).toContain("could not look into the CRM");

    const thread = await at.asks("ana");
    await at.connect(thread, "ana", crm);
    const visit = await at.open(await at.asked(thread, mail), "ana");
    await visit.press("Go on to");
    await visit.press("Deny");
    expect(visit.heading()).toBe("You can close this page");
    expect((await thread.post("result")).body.text).toContain("No letter was drafted, and nothing was sent.");
    expect(did("mail")).toEqual([]);
  });
});
