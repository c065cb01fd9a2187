import { describe, expect, it } from "vitest";
import { asTenantId } from "../../src/domain/ids.ts";
import { memoryId } from "../../src/domain/memory.ts";
import { asksForAll, bestMatches } from "../../src/domain/recall.ts";

const found = (query: string, ...facts: string[]): string[] =>
  bestMatches(
    facts.map((fact) => ({ fact })),
    query,
  ).map(({ fact }) => fact);

describe("domain/recall", () => {
  it.each([
    ["a plural", "which countries?", "The country of the head office is Norway"],
    ["a singular", "the invoice box", "Invoices and boxes are in the cellar"],
    ["accents", "ucetni", "Faktury posílá účetní"],
    ["capitals and accents", "ÚČETNÍ", "Faktury posílá účetní"],
    ["endings", "komu patří fakturou", "Faktury posílá účetní"],
    ["a sharp s", "STRASSE", "Die Straße ist gesperrt"],
    ["a crossed l", "Lodz", "Biuro jest w Łodź"],
    ["full width letters", "ＡＣＭＥ", "The vendor is Acme"],
    ["Chinese without spaces", "田中さんの電話", "請求書は田中へ送る"],
    ["one letter of it", "田", "請求書は田中へ送る"],
    ["Greek", "ΤΙΜΟΛΟΓΙΟ", "Το τιμολόγιο είναι στο συρτάρι"],
    ["a number", "room 4711", "The archive is in 4711"],
  ])("RC1: finds across %s", (_, query, fact) => {
    expect(found(query, "Lunch is at noon", fact)).toEqual([fact]);
  });

  it.each([
    ["an unrelated word that begins alike", "our constitution", "The constructor is called twice"],
    ["small words only", "what is the plan of it", "The printer is on the second floor"],
    ["part of a number", "471", "The archive is in 4711"],
  ])("does not find by %s", (_, query, fact) => {
    expect(found(query, fact)).toEqual([]);
  });

  it("puts a rare word before a common one, and the same word before one like it", () => {
    const facts = [
      "The report of March is late",
      "The report of April is late",
      "The reporter is called Cem",
      "The report of the printer is on paper",
    ];

    expect(found("printer report", ...facts)[0]).toBe("The report of the printer is on paper");
    expect(found("reports", ...facts).at(-1)).toBe("The reporter is called Cem");
  });

  it("tells a question without words from one", () => {
    expect(asksForAll(" ?! ")).toBe(true);
    expect(asksForAll("the")).toBe(false);
  });

  it("finds one among as many long facts as a scope holds", () => {
    const facts = Array.from({ length: 1_000 }, (_, n) => ({
      fact: `Fact ${n} ${"lorem ipsum dolor sit amet ".repeat(16)}`,
    }));

    expect(bestMatches([...facts, { fact: "The needle is here" }], "where is the needle")).toHaveLength(1);
  });

  it("knows the same fact in other clothes", () => {
    const owner = { tenant: asTenantId("local"), agent: "deputy", scope: "channel:a" } as const;
    const id = memoryId({ ...owner, fact: "Ana likes tea" });

    expect(memoryId({ ...owner, fact: " ana  likes TEA. " })).toBe(id);
    expect(memoryId({ ...owner, fact: "Ana likes teas" })).not.toBe(id);
    expect(memoryId({ ...owner, agent: "other", fact: "Ana likes tea" })).not.toBe(id);
  });
});
