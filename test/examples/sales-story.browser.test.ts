import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startChromium } from "../servers/chromium.ts";
import { type SalesStage, startSalesStage } from "./sales-stage.ts";

let at: SalesStage;
let browser: Browser;
beforeAll(async () => {
  [at, browser] = await Promise.all([startSalesStage(), startChromium()]);
});
afterAll(async () => {
  await browser.close();
  await at.stop();
});

it("CON-4 to CON-8: a real browser goes from the card to Fernway and back, and the work goes on", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(at.product.app.chatUrl ?? "");
  const thread = await at.asks("ana");
  for (const title of ["Fernway CRM", "Fernway Mail"]) {
    const card = await at.asked(thread, title);
    const { url } = card.body.options.find(({ action }) => action === "connect.open") ?? {};
    at.used(card);
    await page.goto(`${url}?as=ana`);
    await page.getByRole("button", { name: `Go on to ${title}` }).click();
    await page.getByRole("heading").first().waitFor();
    const ana = page.getByRole("button", { name: /^Ana/ });
    if (await ana.isVisible()) await ana.click();
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByText(`${title} is connected as ana@fernway.example`).waitFor();
  }
  const card = await at.approval(thread);

  expect(card.body.text).toContain("jo.keller@acme.example");
  expect(at.world.mail.drafts.size).toBe(1);
});
