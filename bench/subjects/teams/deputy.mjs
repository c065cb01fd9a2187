// The product's door for Teams on its web server, with its intake: 200 after the commit. Nobody works on the runs that are started.

import path from "node:path";
import { countRows } from "../../harness/count-rows.mjs";
import { openDoorbell, openDoors } from "../../harness/doors.mjs";
import { startDriver } from "../../harness/http-driver.mjs";
import { clock, ids, openPlace, product } from "../../harness/product.mjs";
import { makeScratch } from "../../harness/scratch.mjs";
import { startTeamsService, teamsIds } from "../../harness/teams-messages.mjs";

const [
  { silentLogger: log },
  { Secret },
  { createTeamsPlatform },
  { createTeamsReferences },
  { createHttpFetch },
  { createWeb },
] = await Promise.all(
  [
    "base/logger.js",
    "base/secret.js",
    "chat/teams/teams-platform.js",
    "app/teams-references.js",
    "net/http-fetch.js",
    "web/web.js",
  ].map(product),
);

export async function openSubject() {
  const scratch = await makeScratch();
  const driver = await startDriver();
  const service = await startTeamsService();
  return {
    async measure({ messages, ...pace }) {
      const place = await openPlace(scratch.nextFile(""));
      const queue = openDoorbell(undefined);
      const standing = (at, person) => platform.people.standing(person, at);
      const { intake } = openDoors(place, queue, { burstMs: 1_500, standing });
      const platform = createTeamsPlatform({
        settings: {
          appId: teamsIds.app,
          appPassword: new Secret("bench"),
          tenantId: teamsIds.tenant,
          loginUrl: `${service.url}/login`,
          openIdMetadataUrl: `${service.url}/openid`,
          serviceHosts: [service.host],
        },
        references: createTeamsReferences({ store: place.store, clock, tenant: teamsIds.tenant }),
        fetch: createHttpFetch({ connectTimeoutMs: 5_000, maxResponseBytes: 1_000_000 }),
        clock,
        ids,
        log,
      });
      const web = createWeb({
        listen: { host: "127.0.0.1", port: 0 },
        clock,
        log,
        ready: () => Promise.resolve({ ok: true, checks: {} }),
        mounts: platform.doors.map(({ path: at, handle }) => ({ path: at, handler: handle })),
      });
      const { url } = await web.start();
      await platform.start(intake.receive);

      const bodies = service.messages(messages);
      const figures = await driver.ask({ url: `${url}/api/messages`, ...pace, bodies });

      await platform.stop();
      await web.stop();
      await intake.stop();
      await queue.close();
      await place.close();
      const stored = countRows(path.join(place.folder, "deputy.db"), "inbox");
      if (stored !== messages) throw new Error(`${stored} of ${messages} messages are in the inbox`);
      return figures;
    },
    async close() {
      await driver.close();
      await service.close();
      await scratch.remove();
    },
  };
}
