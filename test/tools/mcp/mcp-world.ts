// The client of MCP servers with everything real but the accounts: SQLite, the guarded way out, a workspace, servers on loopback.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Logger, silentLogger } from "../../../src/base/logger.ts";
import { Secret } from "../../../src/base/secret.ts";
import { asPersonKey, asRunId, asTenantId, type PersonKey } from "../../../src/domain/ids.ts";
import type { Run } from "../../../src/domain/run.ts";
import type { Grants, ReadyGrant, WantedScopes } from "../../../src/grants/contract.ts";
import { createGuardedRequest } from "../../../src/net/guarded-request.ts";
import type { Store } from "../../../src/store/contract.ts";
import { createSqliteStore } from "../../../src/store/sqlite.ts";
import type { Tool, ToolContext, ToolOutcome } from "../../../src/tools/contract.ts";
import type { McpServer, ToolRule } from "../../../src/tools/mcp/contract.ts";
import { createMcpTools, type McpTools } from "../../../src/tools/mcp/mcp-tools.ts";
import { usualLimits } from "../../../src/tools/mcp/session.ts";
import type { Sandbox } from "../../../src/tools/sandbox/contract.ts";
import type { Offer } from "../../../src/tools/source.ts";
import { createManualClock, type ManualClock } from "../../fakes/manual-clock.ts";
import { type FakeMcp, type FakeTool, startFakeMcp } from "../../fakes/mcp/mcp-server.ts";
import { temporaryWorkspaces } from "../../workspace/temporary-workspaces.ts";

export const ana = asPersonKey("local:local:ana");
export const bo = asPersonKey("local:local:bo");

export interface McpWorld {
  readonly fake: FakeMcp;
  readonly store: Store;
  readonly clock: ManualClock;
  readonly mcp: McpTools;
  /** Tokens by person; a person without one has no account. */
  readonly tokens: Map<PersonKey, string>;
  /** Versions of tokens that were reported as rejected. */
  readonly rejected: number[];
  /** What accounts were to be asked for besides. */
  readonly wanted: WantedScopes[];
  readonly workspace: ToolContext["workspace"];
  offer(person?: PersonKey, id?: string): Promise<Offer>;
  tool(name: string, person?: PersonKey): Promise<Tool>;
  call(tool: Tool, args: unknown, by?: CallBy): Promise<ToolOutcome>;
  close(): Promise<void>;
}

export interface CallBy {
  readonly person?: PersonKey;
  readonly run?: string;
  readonly step?: number;
  readonly signal?: AbortSignal;
  readonly answers?: ReadonlyMap<string, string>;
  readonly progress?: (text: string) => void;
}

export interface McpWorldOptions {
  readonly tools?: FakeTool[];
  readonly rules?: Readonly<Record<string, ToolRule>>;
  /** With accounts of people. */
  readonly connection?: string;
  readonly idleMs?: number;
  /** Other servers beside it. */
  readonly others?: (fake: FakeMcp) => readonly McpServer[];
  readonly allow?: readonly string[];
  /** Where servers are started. */
  readonly sandbox?: Sandbox;
  readonly log?: Logger;
}

export const reading: ToolRule = { effect: "read", repeat: "read" };
export const writing: ToolRule = { effect: "write-external", repeat: "once" };

export async function openMcpWorld(options: McpWorldOptions = {}): Promise<McpWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "deputy-mcp-"));
  const store = await createSqliteStore({ path: path.join(folder, "deputy.db") });
  const temporary = await temporaryWorkspaces();
  const workspace = await temporary.open();
  const clock = createManualClock();
  const fake = await startFakeMcp(options.tools);
  const tokens = new Map<PersonKey, string>();
  const rejected: number[] = [];
  const wanted: WantedScopes[] = [];
  const { connection } = options;
  const server: McpServer = {
    name: "crm",
    at: { kind: "http", url: fake.url },
    ...(connection === undefined ? {} : { connection }),
    tools: options.rules ?? {},
  };
  const mcp = createMcpTools({
    servers: [server, ...(options.others?.(fake) ?? [])],
    store,
    clock,
    log: options.log ?? silentLogger,
    ...(options.sandbox ? { services: options.sandbox } : {}),
    request: createGuardedRequest({ allow: options.allow ?? [`127.0.0.1:${fake.port}`], clock }),
    grants: () =>
      grantsOf({ tokens, rejected }, (asked) => {
        wanted.push(asked);
        return "will_be_asked";
      }),
    limits: { ...usualLimits, idleMs: options.idleMs ?? 5_000 },
  });
  const lasting = new AbortController();
  const context = ({
    person = ana,
    run = `run_${person}`,
    step = 1,
    signal,
    answers,
    progress,
  }: CallBy): ToolContext => ({
    key: `${run}:${step}`,
    run: { id: asRunId(run), tenant: asTenantId("local") },
    ...(connection === undefined ? {} : { grant: grantOf(person, run, connection) }),
    ...(answers ? { answers } : {}),
    ...(progress ? { progress } : {}),
    workspace,
    ...(options.sandbox
      ? {
          sandbox: options.sandbox.forRun({ run: asRunId(run), workspace, signal: signal ?? lasting.signal }),
        }
      : {}),
    signal: signal ?? new AbortController().signal,
    now: () => clock.now(),
    fetch: () => Promise.reject(new Error("no fetch in this test")),
    recall: () => Promise.resolve([]),
    attach: () => Promise.reject(new Error("nothing is attached in this test")),
  });
  const offer: McpWorld["offer"] = (person = ana, id = `run_${person}`) => mcp.forRun(runOf(person, id));
  return {
    fake,
    store,
    clock,
    mcp,
    tokens,
    rejected,
    wanted,
    workspace,
    offer,
    async tool(name, person) {
      const { tools, held } = await offer(person);
      const found = tools.find((tool) => tool.name === name);
      if (!found) throw new Error(`${name} is not offered: ${held.get(name) ?? "unknown"}`);
      return found;
    },
    async call(tool, args, by = {}) {
      const input = tool.parse(args);
      if (input.kind === "invalid") throw new Error(`refused: ${input.problem}`);
      return input.call.run(context(by));
    },
    async close() {
      await mcp.close();
      await fake.close();
      await store.close();
      await temporary.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function runOf(subject: PersonKey, id: string): Run {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is looked at of a run
  return { id: asRunId(id), tenant: asTenantId("local"), agent: "deputy", subject, mode: "assistant" } as Run;
}

function grantOf(owner: PersonKey, run: string, connection: string): ReadyGrant {
  return {
    id: `conn_${owner}`,
    tenant: asTenantId("local"),
    owner,
    connection,
    account: owner,
    scopes: [],
    run: asRunId(run),
  };
}

function grantsOf(
  { tokens, rejected }: { readonly tokens: ReadonlyMap<PersonKey, string>; readonly rejected: number[] },
  wants: (wanted: WantedScopes) => "will_be_asked" | "given_up",
): Grants {
  return {
    ownerFor: (_connection, { subject }) => subject,
    find: (_tx, { owner, connection, run }) => {
      const person = asPersonKey(owner);
      return Promise.resolve(
        tokens.has(person)
          ? { kind: "ready", grant: grantOf(person, run, connection) }
          : { kind: "missing", why: "not_connected", scopes: [], title: connection },
      );
    },
    token: ({ owner }) =>
      Promise.resolve({
        secret: new Secret(tokens.get(asPersonKey(owner)) ?? "none"),
        version: rejected.length,
      }),
    wants: (_grant, wanted) => Promise.resolve(wants(wanted)),
    rejected: (_grant, version) => Promise.resolve(void rejected.push(version)),
  };
}
