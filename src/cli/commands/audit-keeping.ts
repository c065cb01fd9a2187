// `deputy audit payload|erase|keys|rotate-key`: what is kept beside the chain, and what signs it.

import type { Command } from "commander";
import { AppError } from "../../base/errors.ts";
import { payloadParts } from "../../domain/audit-line.ts";
import { asRunId, asTenantId } from "../../domain/ids.ts";
import { cliActor, withAudit } from "../audit-desk.ts";
import type { CliContext } from "../contract.ts";
import { personNamed, requirePerson } from "../known-person.ts";
import { withRows } from "../open-rows.ts";
import { printJson } from "../print.ts";
import { findRun, stepNumber } from "../run-views.ts";

interface Form {
  readonly json?: boolean;
}

export function addAuditKeeping(audit: Command, context: CliContext): void {
  addPayload(audit, context);
  addErase(audit, context);
  addKeys(audit, context);
  addRotate(audit, context);
}

function addPayload(audit: Command, context: CliContext): void {
  audit
    .command("payload <run> <step>")
    .description("what the tool of a step got and returned, as the log kept it")
    .option("--json", "one JSON value")
    .action(async (run: string, step: string) => {
      const n = stepNumber(step);
      const { openPayload } = await import("../../audit/payloads.ts");
      const parts = await withAudit(context, async (deps) =>
        Object.fromEntries(
          await Promise.all(
            payloadParts.map(
              async (part) => [part, await openPayload(deps, { run: asRunId(run), step: n, part })] as const,
            ),
          ),
        ),
      );
      if (Object.values(parts).every(({ state }) => state === "absent"))
        throw new AppError("cli.not_found", `Nothing is kept of step ${step} of ${run}.`);
      printJson(context.stdout, parts);
    });
}

function addErase(audit: Command, context: CliContext): void {
  audit
    .command("erase")
    .description("erase what tools got and returned; the chain stays valid and says so")
    .option("--run <id>", "of one run")
    .option("--person <key>", "of all runs of one person, as slack:T0001:U0001")
    .option("--json", "one JSON value")
    .action(async ({ run, person, json }: Form & { readonly run?: string; readonly person?: string }) => {
      const whose =
        run === undefined ? person !== undefined && { person: personNamed(person) } : { run: asRunId(run) };
      if (whose === false || (run !== undefined && person !== undefined))
        throw new AppError("cli.usage", "Say whose: --run ID or --person KEY.");
      const { erasePayloads } = await import("../../audit/payloads.ts");
      const erased = await withRows(context, async (rows) => {
        const by = { actor: cliActor(context), time: Date.now() };
        const count = await erasePayloads(rows.store, whose, by);
        // Payloads may be there of a run or a person that is not any more.
        if (count === 0 && run !== undefined) await findRun(rows, run);
        if (count === 0 && "person" in whose) await requirePerson(rows, whose.person);
        return count;
      });
      if (json) return printJson(context.stdout, { erased });
      context.stdout.write(`${erased} payloads are erased; the chain says so.\n`);
    });
}

function addKeys(audit: Command, context: CliContext): void {
  audit
    .command("keys")
    .description("the public keys that checkpoints are signed with, as key lines: keep them for verify --pub")
    .option("--json", "one JSON value")
    .action(async ({ json }: Form) => {
      const { keyLine } = await import("../../audit/signing-key.ts");
      const keys = await withRows(context, ({ store }) => store.read((tx) => tx.audit.keys()));
      const lines = keys.map(keyLine);
      if (json) return printJson(context.stdout, { keys: lines });
      // Not to stdout, which goes into the file of kept keys.
      if (lines.length === 0)
        context.stderr.write("Nothing signs the log yet: its key is made with the first checkpoint.\n");
      for (const line of lines) context.stdout.write(`${JSON.stringify(line)}\n`);
    });
}

function addRotate(audit: Command, context: CliContext): void {
  audit
    .command("rotate-key")
    .description("sign with another key from now on; the present one signs it, and is destroyed")
    .option("--json", "one JSON value")
    .action(async ({ json }: Form) => {
      const { rotateSigningKey } = await import("../../audit/signing-key.ts");
      const event = { tenant: asTenantId("local"), actor: cliActor(context) };
      const rotated = await withAudit(context, (deps) => rotateSigningKey(deps, event));
      if (json) return printJson(context.stdout, rotated);
      context.stdout.write(`${rotated.id} signs from now on; ${rotated.replaced} has signed it.\n`);
    });
}
