import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { countMessages, countRequest, countTokens, countTools } from "../../src/model/tokens.ts";
import { aRequest } from "../contracts/model-contract.ts";

/** Counts by OpenAI's own tokenizer (o200k_base), taken once. */
const measured: readonly (readonly [what: string, text: string, tokens: number])[] = [
  [
    "English prose",
    "The report covers the last quarter and lists every region with its revenue, its discounts and the rows that could not be used. Nothing was left out without saying so.",
    33,
  ],
  [
    "code",
    'export function countMessage(message: ModelMessage): number {\n  if (message.role === "user") return tokensPerMessage + countTokens(message.text);\n  return sum(message.calls.map((call) => countTokens(call.arguments)));\n}\n',
    46,
  ],
  [
    "JSON",
    '{"id":"run_01jd8k3","state":"working","steps":[{"n":1,"kind":"model","startedAt":1795430400123},{"n":2,"kind":"tool","tool":"read_file"}]}',
    49,
  ],
  [
    "CSV",
    "2026-01-02,EMEA,Desk lamp,1,34.5,0,web\n2026-01-02,North America,Cable tray,2,24.9,0.1,partner\n2026-01-03,Asia-Pacific,Webcam,61,74,0.05,field\n",
    71,
  ],
  ["numbers", "120934882 48832 993.221 77 20 1.5 448829384 0.00012 2026 11 23", 34],
  ["hashes", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 43],
  ["base64", "tVvXz8Kq0p3s9JbN7hLr2mWcYQ4eFgD5iUaO6xTnZkB1yHoRPGjSlEwCuMvIdA8q+/3fX0=", 62],
  ["ids", "3f2504e0-4f89-11d3-9a0c-0305e82c3301\n3f2504e0-4f89-11d3-9a0c-0305e82c4418", 55],
  [
    "log lines",
    "2026-11-23T09:04:12.113Z INFO [worker-3] run_01jd8k3a step=17 took=33.120ms\n2026-11-23T09:04:12.251Z WARN [worker-1] run_01jd8k3b step=4 took=1250.001ms",
    78,
  ],
  ["capitals", "WARNING: DO NOT DELETE THE FILES BEFORE THE BACKUP HAS FINISHED.", 16],
  [
    "a table",
    "| region | units | revenue |\n| --- | ---: | ---: |\n| EMEA | 12 | 3,401.50 |\n| APAC | 7 | 912.00 |",
    42,
  ],
  [
    "German",
    "Die Geschäftsführung bittet um eine Zusammenfassung der Umsätze des letzten Quartals nach Regionen und Produktgruppen.",
    22,
  ],
  [
    "Czech",
    "Příliš žluťoučký kůň úpěl ďábelské ódy. Vedoucí oddělení prosí o souhrn tržeb za poslední čtvrtletí.",
    46,
  ],
  ["Russian", "Пожалуйста, подготовьте сводку продаж за последний квартал по регионам и продуктам.", 21],
  ["Greek", "Παρακαλώ συνοψίστε τις πωλήσεις του τελευταίου τριμήνου ανά περιοχή.", 24],
  ["Chinese", "请按地区和产品汇总上一季度的销售额，并在报告中说明数据中的问题。", 21],
  ["Japanese", "前四半期の売上を地域別・製品別にまとめて、データの問題点も報告してください。", 28],
  ["Korean", "지난 분기 매출을 지역별, 제품별로 요약하고 데이터의 문제점도 보고해 주세요.", 24],
  ["Arabic", "يرجى تلخيص مبيعات الربع الأخير حسب المنطقة والمنتج وذكر مشاكل البيانات.", 20],
  ["Hebrew", "אנא סכמו את המכירות ברבעון האחרון לפי אזור ומוצר.", 17],
  ["Hindi", "कृपया पिछली तिमाही की बिक्री का सारांश क्षेत्र और उत्पाद के अनुसार तैयार करें।", 22],
  ["Thai", "กรุณาสรุปยอดขายไตรมาสที่ผ่านมาตามภูมิภาคและสินค้า พร้อมระบุปัญหาของข้อมูล", 29],
  ["emoji", "🎉🚀😀👩‍💻🇨🇿✅❌📊", 19],
];
const exampleTokens = 28_326;

describe("model/tokens", () => {
  it.each(measured)("N1: does not count %s too low", (_what, text, tokens) => {
    expect(countTokens(text)).toBeGreaterThanOrEqual(tokens);
    expect(countTokens(text)).toBeLessThan(tokens * 3);
  });

  it("N1: does not count the example file too low", () => {
    const csv = readFileSync(new URL("../../examples/sales-2026.csv", import.meta.url), "utf8");

    expect(countTokens(csv)).toBeGreaterThanOrEqual(exampleTokens);
    expect(countTokens(csv)).toBeLessThan(exampleTokens * 1.5);
  });

  it("N1: counts long runs of blanks and newlines", () => {
    expect(countTokens("\n".repeat(1_000))).toBeGreaterThanOrEqual(63);
    expect(countTokens(`x${" ".repeat(3_000)}`)).toBeGreaterThan(30);
  });

  it("counts nothing for nothing", () => {
    expect(countTokens("")).toBe(0);
    expect(countMessages([])).toBe(0);
    expect(countTools([])).toBe(0);
  });

  it("counts messages, calls, results and tools into a request", () => {
    const request = aRequest({
      messages: [
        { role: "user", text: "Hello there" },
        {
          role: "assistant",
          text: "",
          calls: [{ id: "call_1", name: "read_file", arguments: '{"path":"a"}' }],
        },
        { role: "tool", callId: "call_1", content: "words ".repeat(100) },
      ],
    });

    const total = countRequest(request);

    expect(total).toBeGreaterThan(countMessages(request.messages) + countTools(request.tools));
    expect(countMessages(request.messages)).toBeGreaterThan(100);
    expect(countMessages(request.messages)).toBeLessThan(200);
  });
});
