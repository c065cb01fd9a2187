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

  it("T-S4, T-M5: finds no element and no action that it does not know, and loads nothing (OUT-1)", async () => {
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

  it("T-M5: submits through each of its buttons what the door understands", async () => {
    const cards = page.locator(".teams.light");
    for (let at = 0; at < (await cards.count()); at += 1) {
      const card = cards.nth(at);
      const choice = card.locator("select");
      if ((await choice.count()) > 0) await choice.first().selectOption({ index: 2 });
      const pressed = new Set<string | null>(); // the page of one's own work has the same buttons many times
      for (const button of await card.locator(".ac-pushButton").all()) {
        if (!(await button.isVisible())) continue;
        const label = await button.textContent();
        if ((await card.getAttribute("data-sample")) === "home" && pressed.has(label)) continue;
        pressed.add(label);
        const before = (await inPage<Executed[]>("executed")).length;
        await button.click();
        if ((await inPage<Executed[]>("executed")).length > before) continue;
        const inner = card.locator(".ac-adaptiveCard .ac-adaptiveCard:visible"); // it opened a card of its own
        const field = inner.locator("textarea:visible");
        if ((await field.count()) > 0) await field.first().fill("In my own words");
        await inner.locator(".ac-pushButton:visible").last().click();
        await button.click(); // and closes it
      }
    }
    const executed = await inPage<Executed[]>("executed");
    const clicked = executed.filter(({ type }) => type === "Action.Execute");
    const otherwise: readonly string[] = ["connect.open", "feedback.up", "feedback.down"]; // a link, and Teams' own thumbs
    const verbs = new Set(clicked.flatMap(({ verb }) => verb ?? []));
    expect([...verbs].toSorted()).toEqual(actionIds.filter((id) => !otherwise.includes(id)).toSorted());

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
