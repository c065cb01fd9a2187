// `deputy keys status|rotate|retire|erase`: the keys of the vault, changed while it is used (docs/connections.md).

import type { Command } from "commander";
import { resealSlackTokens } from "../../app/slack-rows.ts";
import { asTenantId, type TenantId } from "../../domain/ids.ts";
import { resealOAuthClients } from "../../grants/discovery/sealed-clients.ts";
import type { Tx } from "../../store/contract.ts";
import { keyStatus, retireKeys, rotateDataKeys } from "../../vault/keys.ts";
import { cliActor } from "../audit-desk.ts";
import { withKeys } from "../connection-desk.ts";
import type { AddCommand, CliContext } from "../contract.ts";
import { eraseTenant } from "../erase-tenant.ts";
import { recordKeys, recordKeysOfAll } from "../key-record.ts";
import { keyedTenants } from "../keyed-tenants.ts";
import { withRows } from "../open-rows.ts";
import { printJson, printList, timeText } from "../print.ts";

interface Form {
  readonly json?: boolean;
  readonly tenant?: string;
  readonly master?: boolean;
  readonly now?: boolean;
}

const noKeys = "No account was connected so far, so there is no data key.";

export const addKeys: AddCommand = (program, context) => {
  const keys = program.command("keys").description("show, renew and retire the keys of the vault");
  addStatus(keys, context);
  addRotate(keys, context);
  addRetire(keys, context);
  addErase(keys, context);
};

function addStatus(keys: Command, context: CliContext): void {
  keys
    .command("status")
    .description("data keys by tenant, and how many connections each seals")
    .option("--json", "one JSON value")
    .action(async (options: Form) => {
      const { master, status } = await withKeys(context, async (desk) => ({
        master: desk.vault.master,
        status: await keyStatus(desk),
      }));
      if (options.json) return printJson(context.stdout, { master, keys: status });
      printList(
        context.stdout,
        ["TENANT", "VERSION", "STATE", "CONNECTIONS", "MASTER KEY", "SINCE"],
        status.map(({ tenant, version, state, rows, master: by, createdAt }) => [
          tenant,
          String(version),
          state,
          String(rows),
          by === master ? "present" : `former (${by})`,
          timeText(createdAt),
        ]),
        noKeys,
      );
    });
}

function addRotate(keys: Command, context: CliContext): void {
  keys
    .command("rotate")
    .description("a new data key for each tenant, and everything sealed anew; safe to break off and repeat")
    .option("--tenant <id>", "only this tenant")
    .option("--master", "instead: data keys and Slack's tokens under the present DEPUTY_MASTER_KEY")
    .option("--json", "one JSON value")
    .action(async ({ json, tenant, master }: Form) => {
      if (master) {
        const done = await withKeys(context, ({ store, vault, keys }) =>
          store.write(async (tx) => {
            const counts = {
              rewrapped: await vault.rewrap(tx),
              slack: await resealSlackTokens(tx, keys),
              clients: await resealOAuthClients(tx, keys),
            };
            const data = { key: "master", ...masterView(counts) };
            if (Object.values(counts).some((count) => count > 0))
              await recordKeysOfAll(tx, { by: cliActor(context), data });
            return counts;
          }),
        );
        if (json) return printJson(context.stdout, masterView(done));
        context.stdout.write(
          `${done.rewrapped} data keys wrapped, ${done.slack} tokens of Slack installations and ${done.clients} secrets of OAuth registrations sealed with the present master key.\n`,
        );
        return;
      }
      const rotated = await withKeys(context, async (desk) => {
        if (tenant !== undefined) await keyedTenants(desk.store, tenant);
        return rotateDataKeys(desk, tenant === undefined ? undefined : asTenantId(tenant), (tx, renewed) =>
          recordKeys(tx, renewed.tenant, {
            by: cliActor(context),
            data: { key: "data", version: renewed.version },
          }),
        );
      });
      if (json) return printJson(context.stdout, { rotated });
      if (rotated.length === 0) context.stdout.write(`${noKeys}\n`);
      for (const one of rotated)
        context.stdout.write(`${one.tenant}: key ${one.version}, ${one.resealed} connections sealed anew.\n`);
    });
}

function masterView({
  rewrapped,
  slack,
  clients,
}: Readonly<Record<"rewrapped" | "slack" | "clients", number>>): Readonly<Record<string, number>> {
  return {
    rewrapped,
    ...(slack === 0 ? {} : { slack_installations: slack }),
    ...(clients === 0 ? {} : { oauth_clients: clients }),
  };
}

function addRetire(keys: Command, context: CliContext): void {
  keys
    .command("retire [tenant]")
    .description("destroy the former data keys of a tenant, or of all; refused while a connection needs one")
    .option("--json", "one JSON value")
    .action(async (tenant: string | undefined, { json }: Form) => {
      const recordRetired = (tx: Tx, of: TenantId, retired: readonly number[]): Promise<void> =>
        recordKeys(tx, of, { by: cliActor(context), data: { key: "data", retired } });
      const tenants = await withKeys(context, async (desk) => {
        const done: { readonly tenant: TenantId; readonly retired: readonly number[] }[] = [];
        for (const each of await keyedTenants(desk.store, tenant))
          done.push({ tenant: each, retired: await retireKeys(desk, each, recordRetired) });
        return done;
      });
      if (json) return printJson(context.stdout, tenant === undefined ? { tenants } : tenants[0]);
      for (const { tenant: each, retired } of tenants)
        context.stdout.write(
          `${each}: ${retired.length === 0 ? "nothing to retire" : `retired ${retired.join(", ")}`}.\n`,
        );
      if (tenants.length === 0) context.stdout.write(`${noKeys}\n`);
    });
}

function addErase(keys: Command, context: CliContext): void {
  keys
    .command("erase <tenant>")
    .description(
      "end all connections of a tenant, and when the server has given them back, destroy the tenant's data keys",
    )
    .option("--now", "destroy at once, whatever the services have been told")
    .option("--json", "one JSON value")
    .action(async (tenant: string, { json, now = false }: Form) => {
      const wish = { tenant: asTenantId(tenant), atOnce: now, by: cliActor(context) };
      const done = await withRows(context, ({ store }) => eraseTenant(store, wish));
      if (json) return printJson(context.stdout, done);
      context.stdout.write(
        done.left > 0
          ? `${tenant}: ${done.left} connections are being given back at their services. Run this again in a minute; nothing was destroyed yet.\n`
          : `${tenant}: ${done.erased} keys destroyed, and with them all that they had sealed.\n`,
      );
    });
}
