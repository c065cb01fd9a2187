// `deputy doctor`: what works here and what does not, with the fix. Exit 1 if a check fails.

import type { Check } from "../check.ts";
import type { AddCommand } from "../contract.ts";
import { doctorChecks } from "../doctor-checks.ts";
import { printJson } from "../print.ts";

const marks = { pass: "ok  ", warn: "warn", fail: "FAIL", skip: "skip" } as const;

export const addDoctor: AddCommand = (program, context, finish) => {
  program
    .command("doctor")
    .description("check this installation and say how to mend what is wrong")
    .option("--json", "one JSON value")
    .option("--offline", "call nothing outside this machine")
    .action(async (options: { json?: boolean; offline?: boolean }) => {
      const checks = await doctorChecks(context, { offline: options.offline ?? false });
      finish(checks.some((check) => check.status === "fail") ? 1 : 0);
      if (options.json) return printJson(context.stdout, { checks });
      for (const { group, id, status, observed, fix } of checks) {
        context.stdout.write(`${marks[status]}  ${group}: ${id}: ${observed}\n`);
        if (status !== "pass" && fix !== "") context.stdout.write(`      ${fix}\n`);
      }
      context.stdout.write(`\n${summary(checks)}\n`);
    });
};

function summary(checks: readonly Check[]): string {
  const count = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  const [failed, warned] = [count("fail"), count("warn")];
  if (failed > 0) return `${failed} of ${checks.length} checks failed: Deputy does not work as it should.`;
  if (warned > 0)
    return `Deputy works. ${warned === 1 ? "One thing is" : `${warned} things are`} worth a look.`;
  return "All is well.";
}
