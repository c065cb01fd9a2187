// `deputy approvals list|decide`: what is asked for, and a decision from the command line. Whoever runs it is the person
// `local:cli:<os user>`, and has to be among those who may decide like anyone else (design 10).

import type { Command } from "commander";
import { createApprovalParts } from "../../app/approval-parts.ts";
import { createAgentDirectory } from "../../app/agent-directory.ts";
import { masterKeySource } from "../../app/open-edges.ts";
import { wholeArguments } from "../../approvals/card-text.ts";
import { visible } from "../../approvals/visible-text.ts";
import { shortDigest } from "../../domain/approval.ts";
import { AppError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { Approval } from "../../domain/approval.ts";
import { asApprovalId } from "../../domain/ids.ts";
import { decideApprovals } from "../../gateway/approval-desk.ts";
import { builtinTools } from "../../tools/registry.ts";
import { fixedTools } from "../../tools/source.ts";
import { findMasterKey } from "../../vault/master-key.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { withDesk } from "../desk-from-cli.ts";
import { type Rows, withRows } from "../open-rows.ts";
import { cliPerson, osUser } from "../os-user.ts";
import { printJson, printList } from "../print.ts";

interface Form {
  readonly json?: boolean;
}

const listed = 200;

export const addApprovals: AddCommand = (program, context) => {
  const approvals = program.command("approvals").description("what waits for an approval, and deciding it");
  addList(approvals, context);
  addDecide(approvals, context);
};

function addList(approvals: Command, context: CliContext): void {
  approvals
    .command("list")
    .description("what is asked for now, and with --all what was decided")
    .option("--all", "decided ones too")
    .option("--json", "one JSON value")
    .action(async ({ json, all }: Form & { readonly all?: boolean }) => {
      const rows = await withRows(context, ({ store }) =>
        store.read((tx) => (all ? tx.approvals.list(listed) : tx.approvals.pending(listed))),
      );
      const shown = rows.map(viewOf);
      if (json) return printJson(context.stdout, { approvals: shown });
      printList(
        context.stdout,
        ["APPROVAL", "STATE", "TOOL", "DIGEST", "MAY DECIDE", "EXPIRES"],
        shown.map((one) => [
          one.id,
          one.state,
          one.tool,
          shortDigest(one.digest),
          one.approvers.join(", "),
          one.expires_at,
        ]),
        all ? "Nothing was ever put to anybody for approval." : "Nothing waits for an approval.",
      );
      if (!all) for (const row of rows) context.stdout.write(`\n${actOf(row)}\n`);
    });
}

/** What would be done, whole: whoever decides here sees what the card shows (APR-5). */
function actOf(approval: Approval): string {
  const { id, facts } = approval;
  const lines = [
    ...wholeArguments(approval).split("\n"),
    ...facts.warnings.map((warning) => `Warning: ${visible(warning)}`),
    `Asked for by ${visible(facts.subjectName)}: ${visible(facts.why)}`,
  ];
  return [`${id} ${visible(approval.tool)}`, ...lines.map((line) => `  ${line}`)].join("\n");
}

function addDecide(approvals: Command, context: CliContext): void {
  approvals
    .command("decide <id> <verdict>")
    .description("approve or deny, as the person local:cli:<os user>")
    .option("--json", "one JSON value")
    .action(async (id: string, verdict: string, { json }: Form) => {
      if (verdict !== "approve" && verdict !== "deny") {
        throw new AppError("cli.usage", `${verdict} is no verdict: say approve or deny.`);
      }
      const after = await withRows(context, (rows) => decide(rows, context, { id, verdict }));
      if (json) return printJson(context.stdout, viewOf(after));
      context.stdout.write(`${after.id} is ${after.state}.\n`);
    });
}

async function decide(
  rows: Rows,
  context: CliContext,
  { id, verdict }: { readonly id: string; readonly verdict: "approve" | "deny" },
): Promise<Approval> {
  const { config, store } = rows;
  const approval = await store.read((tx) => tx.approvals.find(asApprovalId(id)));
  if (!approval)
    throw new AppError("cli.unknown_id", `There is no approval ${id}. See: deputy approvals list`);
  const masterKey = await findMasterKey(store, masterKeySource(config));
  if (!masterKey) throw new AppError("cli.no_key", "There is no master key yet, so nothing can be decided.");
  const by = { key: cliPerson(context), name: osUser(context), kind: "member" } as const;
  const agents = createAgentDirectory(config);
  const parts = createApprovalParts(config, { masterKey, agents, tools: fixedTools(builtinTools) });
  const refusal = await withDesk(rows, (desk) =>
    desk.decide(async (d) => {
      const run = await d.tx.runs.find(approval.run);
      const wait = await d.tx.waits.find(approval.wait);
      if (!run || !wait) return "The work that it belongs to is gone.";
      const deciding = { only: approval.id, verdict, via: "cli", by, forRun: false } as const;
      return decideApprovals(d, parts, { run, wait }, deciding);
    }),
  );
  if (refusal !== undefined) throw new AppError("cli.refused", `${by.key}: ${refusal}`);
  return (await store.read((tx) => tx.approvals.find(approval.id))) ?? approval;
}

interface ApprovalView {
  readonly id: string;
  readonly run: string;
  readonly state: string;
  readonly tool: string;
  readonly digest: string;
  readonly arguments: unknown;
  readonly approvers: readonly string[];
  readonly expires_at: string;
}

function viewOf(approval: Approval): ApprovalView {
  const { id, run, state, tool, digest, facts, expiresAt } = approval;
  return {
    id,
    run,
    state,
    tool,
    digest,
    arguments: parseJson(approval.arguments)?.value,
    approvers: [...new Set(facts.approvers.flat())],
    expires_at: new Date(expiresAt).toISOString(),
  };
}
