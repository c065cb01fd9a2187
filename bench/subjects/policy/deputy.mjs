// The evaluator alone, with rules of every kind: most are about the tool that is called, so that their conditions are looked at, too.

import { product } from "../../harness/product-place.mjs";

const [{ evaluate }, { loadPolicy }] = await Promise.all(
  ["policy/evaluate.js", "policy/load-policy.js"].map(product),
);

const conditions = [
  { path: "/to", op: "not_in_domain", value: ["corp.example", "partner.example"] },
  { path: "/amount", op: "gt", value: 5_000 },
  { path: "/subject", op: "matches", value: "(?i)invoice|contract" },
  { path: "/path", op: "under", value: "reports" },
  { path: "/to", op: "count_gt", value: 20 },
];

function rulesOf(count) {
  return Array.from({ length: count }, (_, at) => ({
    name: `rule-${at}`,
    layer: "org",
    match: at % 4 === 0 ? { effect: "money" } : { tool: at % 4 === 1 ? "crm__*" : "mail__*" },
    where: [conditions[at % conditions.length]],
    decision: ["ask", "allow", "ask", "deny"][at % 4],
    approvers: ["managers"],
    quorum: 1,
    notRequester: false,
    examples: { match: [], noMatch: [] },
  }));
}

const call = {
  tenant: "local",
  agent: "deputy",
  mode: "employee",
  channel: "C01",
  person: "slack:T1:U1",
  personKind: "member",
  tool: "mail__send",
  effect: "write-external",
  known: "server",
  arguments: {
    to: ["ana@corp.example", "bob@partner.example"],
    subject: "Numbers of the week",
    amount: 12,
    path: "notes/a.md",
  },
  taint: { external: [], private: [] },
  now: 0,
};

export function openSubject() {
  return {
    measure({ rules, calls }) {
      const { policy } = loadPolicy({ rules: rulesOf(rules), channelApprovers: {}, groups: {} });
      for (let at = 0; at < 500; at += 1) evaluate(policy, call);
      const took = Array.from({ length: calls }, () => {
        const began = performance.now();
        evaluate(policy, call);
        return (performance.now() - began) * 1_000;
      }).toSorted((a, b) => a - b);
      const meanMicros = took.reduce((sum, one) => sum + one, 0) / calls;
      return { meanMicros, p99Micros: took[Math.floor(calls * 0.99)] };
    },
  };
}
