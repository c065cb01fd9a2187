// `deputy doctor`: what works here and what does not, with the fix. Exit 1 if a check fails.

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
    });
};
