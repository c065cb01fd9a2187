// `deputy connections list|revoke`: accounts at outside services (docs/connections.md).

import { listConnections, revokeFromCli } from "../connection-desk.ts";
import type { AddCommand } from "../contract.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printList } from "../print.ts";

interface Form {
  readonly json?: boolean;
}

export const addConnections: AddCommand = (program, context) => {
  const connections = program
    .command("connections")
    .description("show and revoke accounts at outside services");
  connections
    .command("list")
    .description("all of them, revoked ones too; never a token")
    .option("--json", "one JSON value")
    .action(async (options: Form) => {
      const listed = await withRows(context, listConnections);
      if (options.json) return printJson(context.stdout, { connections: listed });
      printList(
        context.stdout,
        ["CONNECTION", "NAME", "OWNER", "ACCOUNT", "STATE", "SCOPES"],
        listed.map(({ id, name, owner, account, state, scopes }) => [
          id,
          name,
          owner,
          account,
          state,
          scopes.join(" "),
        ]),
        "No account is connected. People connect theirs when work needs it, or with `connect NAME` in chat.",
      );
    });
  connections
    .command("revoke <id>")
    .description("end a connection: at once here, and at the service by the server that runs")
    .option("--json", "one JSON value")
    .action(async (id: string, options: Form) => {
      await withRows(context, ({ store }) => revokeFromCli(store, id, context));
      if (options.json) return printJson(context.stdout, { id, state: "revoked" });
      context.stdout.write(`${id} is revoked.\n`);
    });
};
