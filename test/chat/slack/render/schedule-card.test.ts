import { describe, expect, it } from "vitest";
import { plainText } from "../../../../src/chat/plain-text.ts";
import { reasonsAgainst } from "../../../../src/chat/slack/render/block-limits.ts";
import { renderMessage } from "../../../../src/chat/slack/render/render-message.ts";
import { asConversationId, asRunId, asScheduleId, asTenantId, asWaitId } from "../../../../src/domain/ids.ts";
import type { Run } from "../../../../src/domain/run.ts";
import type { Schedule } from "../../../../src/domain/schedule.ts";
import type { ScheduleAsk } from "../../../../src/domain/wait.ts";
import { scheduleCard } from "../../../../src/runtime/voice/schedule-card.ts";
import { scheduleShown } from "../../../../src/runtime/voice/schedule-items.ts";
import { ana, here, stringsIn } from "./slack-outgoing.ts";

const now = Date.parse("2026-11-23T09:00Z");
const run: Run = {
  id: asRunId("run_1"),
  tenant: asTenantId("slack-T0001"),
  conversation: asConversationId("conv_1"),
  agent: "deputy",
  subject: ana,
  subjectName: "Ana",
  mode: "employee",
  state: "waiting",
  goal: "Every weekday at nine",
  title: "Every weekday at nine",
  epoch: 1,
  cursor: 2,
  contextBase: 0,
  segment: 1,
  budget: { steps: 500 },
  spent: { steps: 2, inputTokens: 0, outputTokens: 0, usdMicros: 0 },
  finishing: false,
  retries: 0,
  barrenClaims: 0,
  taint: { external: [], private: [] },
  createdAt: now,
};
const ask: ScheduleAsk = {
  kind: "schedule",
  what: "Tell what is new in the tickets",
  when: "0 9 * * 1-5",
  timeZone: "Europe/Prague",
  next: [24, 25, 26].map((day) => Date.parse(`2026-11-${day}T08:00Z`)),
  askedAt: now,
};
const card = (more: Partial<ScheduleAsk> = {}) =>
  scheduleCard(
    run,
    asWaitId("wait_1"),
    { ...ask, ...more },
    { at: now + 1_800_000, timeZone: "Europe/Prague" },
  );

describe("the confirmation of a schedule", () => {
  it("ux c.10: mentions its person, says when and where in words, and has two buttons", () => {
    const rendered = renderMessage(card(), here);
    const { blocks = [] } = rendered;

    expect(reasonsAgainst(rendered)).toEqual([]);
    expect(stringsIn(blocks)).toEqual(
      expect.arrayContaining([
        "*Approval needed from* <@U0001>: Schedule “Tell what is new in the tickets”",
        expect.stringContaining(
          "Every weekday at 09:00 Europe/Prague. Next: Tue 24 Nov, Wed 25 Nov, Thu 26 Nov.",
        ),
        "approval.approve",
        "Approve",
        "approval.deny",
        "Deny",
      ]),
    );
  });

  it("PT3: offers no words for the decision in its plain form", () => {
    expect(plainText(card())).toBe(
      [
        "Approval needed from Ana: Schedule “Tell what is new in the tickets”",
        "Tell what is new in the tickets",
        "",
        "Every weekday at 09:00 Europe/Prague. Next: Tue 24 Nov, Wed 25 Nov, Thu 26 Nov.",
        "Posts in this channel, in a thread of its own. Quiet when nothing changed.",
        "Decide with the buttons: Approve, Deny.",
        "Nothing is set up unless you approve by Mon 23 Nov, 10:30 CET. Only the buttons count.",
      ].join("\n"),
    );
  });

  it("stays within Slack's limits, whatever is to be done", () => {
    const rendered = renderMessage(card({ what: "<!channel> ".repeat(363) }), here);

    expect(reasonsAgainst(rendered)).toEqual([]);
  });

  it("says of a single time when it is, and nothing of coming round", () => {
    const once = card({ when: "2026-11-24T14:00", next: [Date.parse("2026-11-24T13:00Z")] });

    expect(once.text).toContain("Once, on Tuesday 24 November 2026 at 14:00 Europe/Prague.");
    expect(once.text).not.toContain("Quiet when nothing changed");
  });
});

describe("a schedule as `schedules` shows it", () => {
  it("has its words and its buttons", () => {
    const schedule: Schedule = {
      id: asScheduleId("sch_1"),
      tenant: run.tenant,
      agent: "deputy",
      source: "chat",
      name: "Tickets",
      owner: ana,
      place: { platform: "slack", tenant: run.tenant, kind: "channel", channel: "C01", thread: "" },
      what: ask.what,
      when: ask.when,
      timeZone: ask.timeZone,
      state: "active",
      nextAt: now + 3_600_000,
      createdAt: now,
    };
    const message = { ...scheduleShown(schedule, undefined, now), mention: ana, mentionName: "Ana" };
    const rendered = renderMessage(message, here);
    const { blocks = [], text } = rendered;

    expect(reasonsAgainst(rendered)).toEqual([]);
    expect(stringsIn(blocks)).toEqual(
      expect.arrayContaining(["schedule.pause", "schedule.run", "schedule.delete"]),
    );
    expect(text).toContain("Decide with the buttons: Pause, Run now, Delete.");
  });
});
