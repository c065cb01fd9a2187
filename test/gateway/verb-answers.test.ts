import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConversationAddress, wholeChat } from "../../src/domain/conversation.ts";
import type { AuditEventType, NewAuditEvent } from "../../src/domain/audit-event.ts";
import type { Run } from "../../src/domain/run.ts";
import { traceIdOf } from "../../src/domain/trace.ts";
import type { QuestionAsk } from "../../src/domain/wait.ts";
import * as replies from "../../src/runtime/voice/replies.ts";
import { actLine } from "../../src/runtime/voice/why-words.ts";
import {
  ada,
  ana,
  bo,
  createGatewayWorld,
  dm,
  type GatewayWorld,
  guest,
  texts,
  thread,
  whispers,
} from "./gateway-world.ts";

const question: QuestionAsk = { kind: "question", question: "Which region?", options: ["Europe", "World"] };

describe("gateway/verb-answers", () => {
  let world: GatewayWorld;
  beforeEach(async () => {
    world = await createGatewayWorld();
  });
  afterEach(() => world.close());

  const start = async (): Promise<Run> => {
    await world.hear("compare the vendors");
    await world.settle();
    const run = await world.run();
    if (!run) throw new Error("There is no run");
    return run;
  };

  it("says what it is doing", async () => {
    const run = await start();
    await world.park(run, question);
    await world.pass(120_000);
    await world.hear("status");
    await world.settle();

    const [status] = texts(world.held(), "notice");
    expect(status).toContain("Waiting for Ana: “compare the vendors”, asked by Ana 2 min ago.");
    expect(status).toContain("My question: Which region?");
  });

  it("`why` leads to the page of the run where there is one for whoever asks", async () => {
    const own = await createGatewayWorld({
      detailsAt: (run, reader) =>
        reader === bo.key ? undefined : `https://deputy.example/console/runs/${run}`,
    });
    await own.hear("compare the vendors");
    await own.settle();
    await own.hear("why");
    await own.settle();
    await own.hear("why", { by: bo });
    await own.settle();
    const run = await own.run();
    const [first, second] = texts(own.held(), "notice").filter((text) => text.includes("Trace"));
    expect(first).toMatch(new RegExp(`Details: https://deputy.example/console/runs/${run?.id}$`));
    expect(second).not.toContain("Details");
    await own.close();
  });

  it("says that nothing is going on, and what was the last", async () => {
    await world.hear("status");
    await world.settle();
    const run = await start();
    await world.click("run.stop", run.id);
    await world.settle();
    await world.hear("status");
    await world.settle();

    expect(texts(world.held(), "notice")).toEqual([
      "Nothing is running here, and nothing has been so far.",
      expect.stringContaining("The last was “compare the vendors”, stopped"),
    ]);
  });

  describe("VA3: `status` where nothing runs", () => {
    beforeEach(async () => {
      await start();
      await world.hear("not yours", { conversation: { ...thread, thread: "t9" }, by: bo });
      await world.settle();
    });
    const answered = async (at: ConversationAddress): Promise<readonly string[]> => {
      await world.hear("status", { conversation: at });
      await world.settle();
      return texts(world.held(at), "notice");
    };

    it("lists in a direct message what is its author's elsewhere", async () => {
      expect(await answered(dm)).toEqual([
        "You have one piece of work going on:\n• Queued: “compare the vendors”, in another channel, asked 0 s ago.",
      ]);
    });

    it("tells of its own thread alone where others read", async () => {
      const elsewhere = { ...thread, channel: "ops", thread: "t7" };

      expect(await answered(elsewhere)).toEqual(["Nothing is running here, and nothing has been so far."]);
    });
  });

  it("says for whom and by what right it works", async () => {
    const run = await start();
    await world.hear("why?");
    await world.settle();

    const [why] = texts(world.held(), "notice");
    expect(why).toContain("Ana asked: “compare the vendors”.");
    expect(why).toContain("I act as deputy, with my own rights");
    expect(why).toContain(`deputy runs show ${run.id}`);
  });

  it("ID-4: why tells of acts as whom, by which rule, who approved, at what cost, and never what was in them", async () => {
    const run = await start();
    const event = (step: number, type: AuditEventType, more: Partial<NewAuditEvent>): NewAuditEvent => ({
      tenant: run.tenant,
      type,
      time: 1,
      actor: "agent:deputy",
      run: run.id,
      step,
      ...more,
    });
    await world.store.write(async (tx) => {
      await tx.people.see(bo, run.tenant, 1);
      for (const one of [
        event(1, "tool.done", { tool: "set_plan", decision: "allow", rules: [] }),
        event(2, "tool.done", {
          tool: "read_file",
          decision: "allow",
          rules: [],
          data: { identity: "agent" },
        }),
        event(3, "policy.decided", { tool: "crm__drop", decision: "deny", rules: ["never"] }),
        event(4, "policy.decided", { tool: "mail__send", decision: "ask", rules: ["a-look"] }),
        event(4, "tool.started", { tool: "mail__send", decision: "ask", rules: ["a-look"] }),
        event(4, "tool.done", {
          tool: "mail__send",
          decision: "ask",
          rules: ["a-look"],
          data: { identity: bo.key },
          argumentsDigest: "d",
        }),
      ])
        await tx.audit.append(one);
    });
    await world.hear("why?");
    await world.settle();

    const [why = ""] = texts(world.held(), "notice");
    expect(why.split("\n").slice(-5)).toEqual([
      "What I did last:",
      "- `read_file` (step 2), done, with my own rights: no rule speaks against it.",
      "- `crm__drop` (step 3), refused: rule never forbids it.",
      "- `mail__send` (step 4), done, with Bo's rights: a person was asked because of rule a-look.",
      `So far: 0 steps, 0 tokens. Trace ${traceIdOf(run.id)}.`,
    ]);
  });

  it("RC3, OUT-4: names no tool that the model made up", async () => {
    await world.hear("@deputy compare");
    await world.settle();
    const run = await world.run();
    if (!run) throw new Error("No run");
    const lease = await world.work(run);
    const step = { n: run.cursor, kind: "tool", tool: "ana earns 90000", callId: "c1", input: "{}" } as const;
    await world.store.write(async (tx) => {
      await tx.runs.advance(lease, run.cursor, run.cursor + 1, run.spent);
      await tx.steps.start(lease, step, world.clock.now());
    });
    await world.hear("why?");
    await world.settle();

    const why = texts(world.held(), "notice").join();
    expect(why).toContain("The last thing I did was to use `a tool`");
    expect(why).not.toContain("90000");
  });

  it.each([
    [
      { decision: "ask", rules: ["a", "b"], approvedBy: ["Bo", "Ada"], account: "ana@corp.example" },
      "- `mail__send` (step 4), done, with my own rights, account ana@corp.example: a person was asked because of rules a, b, and Bo and Ada approved.",
    ],
    [
      { decision: "ask", rules: [], approvedBy: ["Bo"] },
      "- `mail__send` (step 4), done, with my own rights: no rule allows it, so a person was asked, and Bo approved.",
    ],
    [
      { decision: "allow", rules: ["a"], approvedBy: [] },
      "- `mail__send` (step 4), done, with my own rights: rule a allows it.",
    ],
  ])("tells of an act under %j", (more, line) => {
    expect(actLine({ tool: "mail__send", step: 4, outcome: "done", as: { kind: "agent" }, ...more })).toBe(
      line,
    );
  });

  it("says what it can do", async () => {
    await world.hear("help");
    await world.settle();

    const [told] = texts(world.held(), "notice");
    expect(told).toBe(replies.help("deputy", thread));
    expect(told).toContain("Mention me with what you need");
    expect(told).toContain("`!mute`");
  });

  it("asks for no mention where nobody else is, when it says what it can do", async () => {
    await world.hear("help", { conversation: dm });
    await world.settle();

    const [told] = texts(world.held(dm), "notice");
    expect(told).toMatch(/^I'm Deputy\. Write what you need;/);
    expect(told).not.toMatch(/mention|mute/i);
  });

  it("speaks of no thread in a chat that has none, and of none that it follows", async () => {
    const chat: ConversationAddress = { ...thread, kind: "group", channel: "g1", thread: wholeChat };
    for (const words of ["help", "why", "!mute", "!unmute"]) {
      await world.hear(words, { conversation: chat });
      await world.settle();
    }

    const [help, why, muted, unmuted] = texts(world.held(chat), "notice");
    expect(help).toContain("and post the result here.");
    expect(help).not.toMatch(/thread|mute/);
    expect(why).toBe("I have done nothing here so far.");
    expect(muted).toBe("I'm quiet here now. Mention me, or write `!unmute`, when you want me again.");
    expect(unmuted).toBe("I'm listening here again.");
  });

  it("asks for no mention in direct messages to be heard again", async () => {
    await world.hear("!mute", { conversation: { ...dm, thread: wholeChat } });
    await world.settle();

    const [told] = texts(world.held({ ...dm, thread: wholeChat }), "notice");
    expect(told).toBe("I'm quiet here now. Write `!unmute` when you want me again.");
  });

  it("connects no account where none can be", async () => {
    await world.hear("connect crm");
    await world.settle();

    expect(whispers(world.held(), ana)).toEqual([replies.notAvailable]);
  });

  it("starts no run for a word it knows", async () => {
    for (const word of ["stop", "status", "why", "help", "!mute", "!unmute"]) await world.hear(word);
    await world.settle();

    expect(await world.runs()).toEqual([]);
  });

  describe("stop", () => {
    it("stops the run of a follower who does not mention it", async () => {
      const run = await start();
      await world.hear("stop", { mentionsAgent: false });
      await world.settle();

      expect(await world.run()).toMatchObject({ id: run.id, state: "stopped" });
      expect(texts(world.held(), "result")).toEqual([expect.stringContaining("Stopped by Ana")]);
    });

    it("marks the word as seen while the worker ends the run", async () => {
      await world.work(await start());
      const word = await world.hear("Stop!");
      await world.settle();

      expect(world.held().reactions).toContainEqual({ messageId: word.messageId, emoji: "eyes" });
      expect(await world.run()).toMatchObject({ state: "working", stopRequestedBy: ana.key });
    });

    it("is context when people say it to each other", async () => {
      const run = await start();
      await world.hear("stop", { by: bo, mentionsAgent: false });
      await world.settle();

      expect(await world.run()).toMatchObject({ state: "queued" });
      expect(await world.mail(run)).toMatchObject([{ kind: "overheard", text: "stop" }]);
    });

    it("is refused privately to those who may not", async () => {
      await start();
      await world.hear("stop", { by: bo });
      await world.settle();

      expect(await world.run()).toMatchObject({ state: "queued" });
      expect(whispers(world.held(), bo)).toHaveLength(1);
    });

    it("counts from a manager", async () => {
      await start();
      await world.hear("cancel", { by: ada });
      await world.settle();

      expect(await world.run()).toMatchObject({ state: "stopped" });
    });

    it("says that there is nothing to stop", async () => {
      await world.hear("stop");
      await world.settle();

      expect(texts(world.held(), "notice")).toEqual([replies.nothingToStop]);
    });

    it("counts as a stop while a question is open, not as its answer", async () => {
      await world.park(await start(), question);
      await world.hear("stop", { mentionsAgent: false });
      await world.settle();

      expect(await world.run()).toMatchObject({ state: "stopped" });
    });
  });

  describe("!mute", () => {
    it("makes it leave replies alone until it is mentioned or unmuted", async () => {
      await start();
      await world.hear("stop");
      await world.hear("!mute", { by: bo, mentionsAgent: false });
      await world.settle();
      await world.hear("thanks all", { mentionsAgent: false });
      await world.settle();
      expect(await world.runs()).toHaveLength(1);

      await world.hear("!unmute", { by: bo, mentionsAgent: false });
      await world.settle();
      await world.hear("now the prices", { mentionsAgent: false });
      await world.settle();
      expect(await world.runs()).toHaveLength(2);
      expect(texts(world.held(), "notice")).toEqual([replies.muted(thread), replies.unmuted(thread)]);
    });

    it("still hears a mention", async () => {
      await world.hear("!mute");
      await world.settle();
      await world.hear("compare the vendors");
      await world.settle();

      expect(await world.runs()).toHaveLength(1);
    });

    it("means nothing in a thread that the agent is no part of", async () => {
      await world.hear("!mute", { mentionsAgent: false });
      await world.settle();

      expect(world.platform.calls).toEqual([]);
      expect(await world.conversation()).toMatchObject({ muted: false });
    });
  });

  it("refuses guests", async () => {
    await world.hear("help", { by: guest });
    await world.settle();

    expect(whispers(world.held(), guest)).toEqual([replies.refusedPlaces.guest]);
  });
});
