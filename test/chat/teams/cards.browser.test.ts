// Cards in a client that nobody here wrote (T-M5): Microsoft's renderer draws every one of them in Chromium, its buttons are
// pressed there, and what they submit is fed to the door.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { samplePayloads } from "../../../src/chat/teams/render/check-samples.ts";
import { actionIds } from "../../../src/domain/actions.ts";
import { teamsIds } from "../../fakes/teams/fake-teams.ts";
import { startChromium } from "../../servers/chromium.ts";
import { cardsPage } from "../cards-page.ts";
import { openTeamsWorld, type TeamsWorld } from "./teams-world.ts";

interface Executed {
  readonly sample: string;
  readonly type: string;
  readonly verb?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly title: string;
}

describe("chat/teams: cards in Microsoft's renderer", () => {
  let browser: Browser;
  let page: Page;
  let world: TeamsWorld;
  const requested: string[] = [];
  beforeAll(async () => {
    browser = await startChromium();
    world = await openTeamsWorld();
    page = await browser.newPage();
    page.on("request", (request) => void requested.push(request.url()));
    await page.setContent(cardsPage());
    await page.waitForSelector("body[data-ready=yes]");
  });
  afterAll(async () => {
    await browser.close();
    await world.close();
  });

  const inPage = <T>(name: string): Promise<T> => page.evaluate(`window[${JSON.stringify(name)}]`);

  it("finds no element and no action that it does not know, and loads nothing (OUT-1)", async () => {
    expect(await inPage("complaints")).toEqual([]);
    expect(requested.filter((url) => !url.startsWith("about:"))).toEqual([]);
    expect(await page.locator(".teams img").count()).toBe(0);
  });

  it("shows every kind of message, light and dark, with its words", async () => {
    const drawn = samplePayloads().map(([name]) => name);
    for (const theme of ["light", "dark"]) {
      const boxes = await page
        .locator(`.teams.${theme}`)
        .evaluateAll((all) =>
          all.map((box) => [box.getAttribute("data-sample"), (box.textContent ?? "").length > 10]),
        );
      expect(boxes).toEqual(drawn.map((name) => [name, true]));
    }
  });

  it("submits through each of its buttons what the door understands", async () => {
    const cards = page.locator(".teams.light");
    for (let at = 0; at < (await cards.count()); at += 1) {
      const card = cards.nth(at);
      const choice = card.locator("select");
      if ((await choice.count()) > 0) await choice.first().selectOption({ index: 2 });
      for (const button of await card.locator(".ac-pushButton").all()) {
        if (!(await button.isVisible())) continue;
        const before = (await inPage<Executed[]>("executed")).length;
        await button.click();
        if ((await inPage<Executed[]>("executed")).length > before) continue;
        const inner = card.locator("textarea:visible"); // it opened a card of its own
        if ((await inner.count()) > 0) await inner.first().fill("In my own words");
        await card
          .locator(
            ".ac-container .ac-pushButton:visible, .ac-adaptiveCard .ac-adaptiveCard .ac-pushButton:visible",
          )
          .last()
          .click();
      }
    }
    const executed = await inPage<Executed[]>("executed");
    const clicked = executed.filter(({ type }) => type === "Action.Execute");
    expect(new Set(clicked.map(({ verb }) => verb))).toEqual(
      new Set([
        "run.stop",
        "question.answer",
        "approval.approve",
        "approval.deny",
        "approval.view",
        "run.retry",
        "run.resume",
        "budget.add",
        "budget.finish",
        "connect.decline",
        "grant.use_here",
        "result.show_privately",
        "result.post_here",
      ]),
    );

    const person = world.teams.person(teamsIds.ana);
    for (const { verb, data } of clicked) {
      const value = { action: { type: "Action.Execute", verb, data }, trigger: "manual" };
      const { body } = await person.invokes(person.chat, "adaptiveCard/action", value, "1700000000001");
      expect(JSON.parse(body)).toMatchObject({ statusCode: 200, value: "Taken in." });
    }
    expect(world.heard).toHaveLength(clicked.length);
    expect(
      world.heard.every(
        (event) => event.kind === "action" && actionIds.includes(event.action) && event.value !== "",
      ),
    ).toBe(true);
    expect(world.heard).toContainEqual(
      expect.objectContaining({ action: "question.answer", text: "In my own words" }),
    );
    const edit = executed.find(({ type }) => type === "Action.Submit");
    expect(edit).toMatchObject({ data: { form: "approval.edit", msteams: { type: "task/fetch" } } });
    const opened = await person.invokes(person.chat, "task/fetch", { data: edit?.data });
    expect(JSON.parse(opened.body)).toMatchObject({ task: { type: "continue" } });
  });
});
