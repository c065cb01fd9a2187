// What every store does (src/store/contract.ts, S1 to S6), run by each driver.

import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import type { Store } from "../../src/store/contract.ts";
import { auditSuite } from "./store-audit.ts";
import { authoritySuite } from "./store-authorities.ts";
import { brakeSuite } from "./store-brakes.ts";
import { conversationSuite } from "./store-conversations.ts";
import { dueSuite } from "./store-due.ts";
import { fairnessSuite } from "./store-fairness.ts";
import { goingOnSuite } from "./store-going-on.ts";
import { grantSuite } from "./store-grants.ts";
import { inboxSuite } from "./store-inbox.ts";
import { installationSuite } from "./store-installations.ts";
import { journalSuite } from "./store-journal.ts";
import { keepsakeSuite } from "./store-keepsakes.ts";
import { outboxSuite } from "./store-outbox.ts";
import { personLinkSuite } from "./store-person-links.ts";
import { retentionSuite } from "./store-retention.ts";
import { runSuite } from "./store-runs.ts";
import { scheduleSuite } from "./store-schedules.ts";
import { stepCommitSuite } from "./store-step-commit.ts";
import { taintSuite } from "./store-taint.ts";
import { mcpToolSuite } from "./store-mcp.ts";
import { teamsReferenceSuite } from "./store-teams.ts";
import { transactionSuite } from "./store-transactions.ts";
import { waitSuite } from "./store-waits.ts";

/** One database for all cases of a driver. */
export interface StoreBed {
  /** Another store on the same database; whoever opens it closes it. */
  open(): Promise<Store>;
  /** Plain SQL, on a connection of its own. */
  execute(sql: string): Promise<void>;
  end(): Promise<void>;
}

/** The suites read these when a case runs. */
export interface StoreCase {
  readonly store: Store;
  readonly bed: StoreBed;
}

/** Children before the rows they point to. */
const tables = [
  "troubles",
  "sightings",
  "withheld",
  "steps",
  "mailbox",
  "waits",
  "approvals",
  "feedback",
  "briefs",
  "runs",
  "inbox",
  "outbox",
  "conversations",
  "people",
  "muted_channels",
  "manifests",
  "memories",
  "locks",
  "slack_installations",
  "data_keys",
  "connection_uses",
  "connections",
  "consents",
  "browsers",
  "schedules",
  "brakes",
  "person_links",
  "link_codes",
  "authorities",
  "oauth_clients",
  "scope_wants",
];

export function storeContract(name: string, start: () => Promise<StoreBed>): void {
  describe(`store contract: ${name}`, () => {
    let bed: StoreBed;
    let store: Store;
    beforeAll(async () => {
      bed = await start();
      store = await bed.open();
    });
    beforeEach(async () => {
      await bed.execute(`begin; ${tables.map((table) => `delete from ${table}`).join("; ")}; commit`);
    });
    afterAll(async () => {
      await store.close();
      await bed.end();
    });

    const current: StoreCase = {
      get store() {
        return store;
      },
      get bed() {
        return bed;
      },
    };
    describe("transactions", () => {
      transactionSuite(current);
    });
    describe("going on", () => {
      goingOnSuite(current);
    });
    describe("conversations and people", () => {
      conversationSuite(current);
    });
    describe("inbox", () => {
      inboxSuite(current);
    });
    describe("runs", () => {
      runSuite(current);
    });
    describe("brakes", () => {
      brakeSuite(current);
    });
    describe("fairness", () => {
      fairnessSuite(current);
    });
    describe("steps and mailbox", () => {
      journalSuite(current);
    });
    describe("the quick commit of a step", () => {
      stepCommitSuite(current);
    });
    describe("waits", () => {
      waitSuite(current);
    });
    describe("outbox", () => {
      outboxSuite(current);
    });
    describe("manifests, memories, feedback and locks", () => {
      keepsakeSuite(current);
    });
    describe("retention", () => {
      retentionSuite(current);
    });
    describe("schedules", () => {
      scheduleSuite(current);
    });
    describe("taint", () => {
      taintSuite(current);
    });
    describe("audit", () => {
      auditSuite(current);
    });
    describe("installations", () => {
      installationSuite(current);
    });
    describe("grants", () => {
      grantSuite(current);
    });
    describe("tools of MCP servers", () => {
      mcpToolSuite(current);
    });
    describe("authorization servers", () => {
      authoritySuite(current);
    });
    describe("Teams references", () => {
      teamsReferenceSuite(current);
    });
    describe("what is due", () => {
      dueSuite(current);
    });
    describe("person links", () => {
      personLinkSuite(current);
    });
  });
}
