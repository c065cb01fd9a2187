// People whom the agent has seen, and an act that finance decides: what the console's tests begin with.

import { asTenantId } from "../../src/domain/ids.ts";
import type { RulesFor } from "../../src/gateway/rules.ts";
import { fixedTools } from "../../src/tools/source.ts";
import { mail } from "./asked-approval.ts";
import { ada, ana, bo, createGatewayWorld, type GatewayWorld, guest } from "./gateway-world.ts";

export const tenant = asTenantId("fake-t1");

export async function createConsoleWorld(onDisk = false): Promise<GatewayWorld> {
  const world = await createGatewayWorld({
    onDisk,
    approvals: { groups: { finance: [bo.key] }, tools: fixedTools([mail]) },
  });
  await world.store.write(async (tx) => {
    for (const person of [ana, bo, ada, guest]) await tx.people.see(person, tenant, 0);
  });
  return world;
}

/** The rules of the world, for whichever agent is asked about. */
export function rulesOf(world: GatewayWorld): RulesFor {
  return (_at, agent) => ({ ...world.rules, agent: agent ?? world.rules.agent });
}
