import { afterEach, describe, expect, it } from "vitest";
import { openStage, type Played, type PlayOptions, type Stage } from "./play.ts";

const notes = { "notes/a.md": "Call Bo\nPaper for Bo\nNothing\n", "inbox/b.txt": "bo (small)\nBo again\n" };

describe("model/scripted/recipes", () => {
  let stage: Stage;
  afterEach(() => stage.folder.remove());
  const play = async (
    request: string,
    files: Readonly<Record<string, string>> = {},
    options: PlayOptions = {},
  ): Promise<Played> => {
    stage = await openStage(files);
    return stage.play(request, options);
  };

  describe("find and count", () => {
    it.each([
      "find Bo in the files",
      'Which files mention "Bo"?',
      "search for Bo",
      "how many lines mention Bo?",
      "how many times does Bo appear in the files?",
      "count Bo in my files",
    ])("finds a word through the real search: %s", async (request) => {
      const { turns, summary } = await play(request, notes);

      expect(turns).toEqual([["search_files"], ["finish"]]);
      expect(summary).toContain("3 lines mention “Bo”, in 2 files.");
      expect(summary).toContain("- notes/a.md: 2");
      expect(summary).toContain("inbox/b.txt:2: Bo again");
    });

    it("searches one file where one is named", async () => {
      const { summary } = await play("find Bo in b.txt", notes);

      expect(summary).toContain("1 line mentions “Bo”, in 1 file.");
    });

    it("looks for signs as they are, not as a pattern", async () => {
      const { summary } = await play('find "(small)" in the files', notes);

      expect(summary).toContain("1 line mentions “(small)”");
    });

    it("says when nothing is found", async () => {
      expect((await play("find Zanzibar in the files", notes)).summary).toContain(
        "Nothing in the files mentions “Zanzibar”",
      );
    });

    it("says “at least” when the search was cut", async () => {
      const { summary } = await play("find word", { "a.txt": "word\n".repeat(500) });

      expect(summary).toMatch(/^At least \d+ lines mention “word”/);
    });

    it("counts the lines of a file", async () => {
      expect((await play("How many lines are in a.md?", notes)).summary).toContain("notes/a.md has 3 lines.");
    });

    it("counts the rows of a table without its header", async () => {
      const { summary } = await play("how many rows are there in t.csv", { "inbox/t.csv": "a\n1\n2\n" });

      expect(summary).toContain("inbox/t.csv has 2 rows below its header (3 lines).");
    });

    it("counts the files", async () => {
      expect((await play("How many files are there?", notes)).summary).toContain("There are 2 files");
    });

    it("tells a failure as it is", async () => {
      const { summary } = await play("find Bo", notes, { failing: () => "The disk does not answer." });

      expect(summary).toContain("I could not search the files: The disk does not answer.");
    });

    it("tells that a file is missing", async () => {
      expect((await play("how many lines are in gone.txt")).summary).toContain("I could not read gone.txt");
    });
  });

  describe("notes", () => {
    it.each([
      "write a note: Buy paper on Friday",
      "Please write a memo: Buy paper on Friday",
      "Take a note that says Buy paper on Friday",
    ])("writes word for word and hands the file over: %s", async (request) => {
      const { turns, files, summary } = await play(request);

      expect(turns).toEqual([["write_file"], ["finish"]]);
      expect(files).toEqual(["buy-paper-on-friday.md"]);
      expect(await stage.read("notes/buy-paper-on-friday.md")).toContain("Buy paper on Friday");
      expect(summary).toContain("notes/buy-paper-on-friday.md");
    });

    it("adds what is said while it writes", async () => {
      await play("write a note: Buy paper", {}, { steer: { 2: "and pens" } });

      expect(await stage.read("notes/buy-paper.md")).toContain("Added: and pens");
    });

    it("finds a name for a note without Latin letters", async () => {
      const { files } = await play("write a note: 購買紙張");

      expect(files).toEqual(["note.md"]);
    });

    it("says when the note could not be written", async () => {
      const { summary, files } = await play(
        "write a note: x",
        {},
        { failing: (tool) => (tool === "write_file" ? "Full." : undefined) },
      );

      expect(summary).toContain("The note could not be written: Full.");
      expect(files).toEqual([]);
    });
  });

  describe("reminders", () => {
    const request = "Remind me in 10 minutes to call Bo.";

    it("waits with a question that is due then, and reminds", async () => {
      const { questions, summary } = await play(request);

      expect(questions).toEqual([
        {
          question: "I will remind you at 09:10 UTC: call Bo",
          options: ["Remind me now", "Cancel"],
          default: "the reminder",
          dueInMinutes: 10,
        },
      ]);
      expect(summary).toMatch(/^Reminder: call Bo/);
    });

    it.each([
      ["Remind me now", /^Reminder: call Bo/],
      ["Cancel", /^Cancelled: I won't remind you of “call Bo”/],
      ["make it 20 minutes", /^You wrote “make it 20 minutes”. I can't change a reminder/],
    ])("follows the answer %s", async (answer, expected) => {
      const { summary } = await play(request, {}, { answer: () => ({ answer, via: "text" }) });

      expect(summary).toMatch(expected);
    });

    it.each([
      ["in 2 hours", 120],
      ["in an hour", 60],
      ["in half an hour", 30],
      ["in 3 days", 4_320],
      ["in 1.5 hours", 90],
    ])("reads %s", async (words, minutes) => {
      const { questions } = await play(`remind me ${words} to stretch`);

      expect(questions[0]?.dueInMinutes).toBe(minutes);
      expect(questions[0]?.question).toMatch(/: stretch$/);
    });

    it.each(["remind me at 15:00 to call Bo", "remind me in 90 days to call Bo", "remind me"])(
      "sets nothing that it can't keep: %s",
      async (words) => {
        const { questions, summary } = await play(words);

        expect(questions).toEqual([]);
        expect(summary).toContain("nothing was set");
      },
    );

    it("says when it could not be set", async () => {
      const { summary } = await play(
        request,
        {},
        { failing: (tool) => (tool === "ask_person" ? "Nobody is there." : undefined) },
      );

      expect(summary).toContain("The reminder could not be set: Nobody is there.");
    });

    it("reminds also when a compaction came in between", async () => {
      const { questions, summary } = await play(request, {}, { compactBefore: [2] });

      expect(questions).toHaveLength(1);
      expect(summary).toMatch(/^Reminder: call Bo/);
    });
  });

  describe("memory", () => {
    it("keeps a fact", async () => {
      const { remembered, summary } = await play("Remember that the fiscal year starts in July");

      expect(remembered).toEqual(["the fiscal year starts in July"]);
      expect(summary).toContain("I will remember: the fiscal year starts in July");
    });

    it("does not claim to have kept what it has not", async () => {
      const { summary } = await play(
        "remember that x is y",
        {},
        { failing: (tool) => (tool === "remember" ? "No room." : undefined) },
      );

      expect(summary).toContain("I could not remember that: No room.");
    });

    it("tells what is remembered", async () => {
      expect((await play("What do you know about the fiscal year?")).summary).toContain(
        "The fiscal year starts in July",
      );
    });

    it("tells that nothing is remembered", async () => {
      expect((await play("what do you know about Mars?")).summary).toContain(
        "Nothing is remembered about that.",
      );
    });
  });

  describe("anything else", () => {
    it("U2: says what it is, what it can do, and how to get a real model", async () => {
      const { turns, summary } = await play("Book me a flight to Prague");

      expect(turns).toEqual([["finish"]]);
      expect(summary).toContain("I can't do this");
      expect(summary).toContain("Nothing was done");
      expect(summary).toContain("OPENAI_API_KEY");
      expect(summary).toContain("OPENAI_BASE_URL");
    });

    it.each(["help", "hi", "What can you do?"])("greets with what it can do: %s", async (request) => {
      const { summary } = await play(request);

      expect(summary).toContain("I follow a few fixed recipes");
      expect(summary).not.toContain("I can't do this");
    });

    it("does not take words of files for a request", async () => {
      const { turns } = await play("Please help", { "inbox/write a note: hello.txt": "x" });

      expect(turns).toEqual([["finish"]]);
    });
  });
});
