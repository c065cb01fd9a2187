// `deputy audit export|verify|payload|erase|keys|rotate-key`: the record of what happened (docs/audit.md).
//
//   AC1  `verify FILE` needs neither settings nor a database. It exits with 0 where all is as it happened, 1 where something was
//        altered, 2 where something is missing, 3 where a signature or a key is not good, 4 where the file cannot be read.

import { open } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import type { ExportOptions } from "../../audit/export.ts";
import type { Verdict } from "../../audit/verify.ts";
import { errorText } from "../../base/errors.ts";
import { asTenantId } from "../../domain/ids.ts";
import { boundOf, publicKeysOf, requireOrder, requireTenant } from "../audit-bounds.ts";
import { cliActor, withAudit } from "../audit-desk.ts";
import { cannotWrite } from "../cannot-write.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { printJson } from "../print.ts";
import { linesOf } from "../read-lines.ts";
import { addAuditKeeping } from "./audit-keeping.ts";

export const addAudit: AddCommand = (program, context, finish) => {
  const audit = program
    .command("audit")
    .description("export, verify and look after the record of what happened");
  addExport(audit, context);
  addVerify(audit, context, finish);
  addAuditKeeping(audit, context);
};

interface ExportForm {
  readonly from?: string;
  readonly to?: string;
  readonly tenant?: string;
  readonly out?: string;
  readonly json?: boolean;
}

function addExport(audit: Command, context: CliContext): void {
  audit
    .command("export")
    .description("the log as lines that prove themselves: events, checkpoints, keys")
    .option("--from <when>", "a date, a time, or the number of an event")
    .option("--to <when>", "the same; included")
    .option("--tenant <id>", "only this tenant")
    .option("--out <file>", "a file instead of stdout")
    .option("--json", "with --out: one JSON value that says what was written")
    .action(async (form: ExportForm) => {
      const { exportLines } = await import("../../audit/export.ts");
      const options = optionsOf(form, context);
      const written = await withAudit(context, async (deps) => {
        if (options.tenant !== undefined) await requireTenant(deps.store, options.tenant);
        return writeAll(exportLines(deps, options), form, context);
      });
      if (form.out === undefined) return;
      if (form.json) return printJson(context.stdout, { file: form.out, lines: written });
      context.stdout.write(`${form.out}: ${written} lines.\n`);
    });
}

function optionsOf(form: ExportForm, context: CliContext): ExportOptions {
  const { tenant } = form;
  const from = form.from === undefined ? undefined : boundOf(form.from, false);
  const to = form.to === undefined ? undefined : boundOf(form.to, true);
  if (from && to) requireOrder(from, to);
  return {
    actor: cliActor(context),
    ...(tenant === undefined ? {} : { tenant: asTenantId(tenant) }),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

async function writeAll(
  lines: AsyncIterable<string>,
  { out }: ExportForm,
  context: CliContext,
): Promise<number> {
  const file = out === undefined ? undefined : await openFile(path.resolve(context.cwd, out));
  let count = 0;
  try {
    for await (const line of lines) {
      count += 1;
      if (file) await file.add(`${line}\n`);
      else context.stdout.write(`${line}\n`);
    }
  } finally {
    await file?.close();
  }
  return count;
}

interface OpenFile {
  add(text: string): Promise<void>;
  close(): Promise<void>;
}

async function openFile(file: string): Promise<OpenFile> {
  const refused = (cause: unknown): never => {
    throw cannotWrite(file, cause);
  };
  const handle = await open(file, "w", 0o600).catch(refused);
  return {
    add: (text) => handle.appendFile(text).catch(refused),
    close: () => handle.close(),
  };
}

interface VerifyForm {
  readonly anchor?: readonly string[];
  readonly pub?: string;
  readonly partial?: boolean;
  readonly json?: boolean;
}

const exitCodes: Readonly<Record<Verdict["result"], number>> = {
  ok: 0,
  altered: 1,
  gap: 2,
  signature: 3,
  unreadable: 4,
};

const addVerify: AddCommand = (audit, context, finish) => {
  audit
    .command("verify <file>")
    .description(
      "whether an export is what happened; needs no database (exit codes: 0 to 4, see docs/audit.md)",
    )
    .option("--anchor <file...>", "files that checkpoints were anchored in")
    .option("--pub <file>", "public keys that you kept: nothing else is believed")
    .option("--partial", "the export ends before the anchor, and that is no fault")
    .option("--json", "one JSON value")
    .action(async (file: string, form: VerifyForm) => {
      const verdict = await verdictOn(file, form, context);
      finish(exitCodes[verdict.result]);
      if (form.json) return printJson(context.stdout, shown(verdict));
      context.stdout.write(`${sentence(verdict)}\n`);
    });
};

async function verdictOn(file: string, form: VerifyForm, { cwd }: CliContext): Promise<Verdict> {
  const { verifyExport } = await import("../../audit/verify.ts");
  const at = (name: string): string => path.resolve(cwd, name);
  try {
    return await verifyExport(linesOf(at(file)), {
      ...(form.anchor === undefined ? {} : { anchor: allLines(form.anchor.map(at)) }),
      ...(form.pub === undefined ? {} : { keys: await publicKeysOf(at(form.pub)) }),
      ...(form.partial === undefined ? {} : { partial: form.partial }),
    });
  } catch (error) {
    return { result: "unreadable", why: errorText(error).replace(/\.$/, ""), events: 0, tenants: [] };
  }
}

async function* allLines(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) yield* linesOf(file);
}

function shown({ result, why, events, head, firstBad, tenants }: Verdict): object {
  return {
    events,
    head,
    first_bad: firstBad,
    result,
    why,
    tenants: tenants.map(({ tenant, events: count, from, to, head: last, signedTo, erased, bad }) => ({
      tenant,
      events: count,
      from,
      to,
      head: last,
      signed_to: signedTo,
      erased,
      ...(bad ? { first_bad: bad.seq, why: bad.why } : {}),
    })),
  };
}

function sentence({ result, why, events, head, firstBad, tenants }: Verdict): string {
  if (result !== "ok")
    return `NOT GOOD (${result}${firstBad === undefined ? "" : ` at ${firstBad}`}): ${why ?? ""}.`;
  const erased = tenants.reduce((sum, one) => sum + one.erased, 0);
  const note = erased > 0 ? ` Payloads were erased ${erased} times, as the events say.` : "";
  const whose = tenants.length === 1 ? "1 tenant" : `${tenants.length} tenants`;
  return `Good: ${events} events of ${whose}, chained and signed to the last; head ${head ?? "none"}.${note}`;
}
