// The few methods of Slack's Web API that taking a mention needs.

import { once } from "node:events";
import { createServer } from "node:http";
import { slackIds } from "./slack-mentions.mjs";

export async function startStubSlackApi() {
  const server = createServer((request, response) => {
    const pieces = [];
    request.on("data", (piece) => pieces.push(piece));
    request.on("end", () => {
      const method = request.url.slice("/api/".length);
      const form = new URLSearchParams(Buffer.concat(pieces).toString());
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer(method, form)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}/api`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(method, form) {
  if (method === "users.info") {
    const id = form.get("user");
    return {
      ok: true,
      user: { id, team_id: slackIds.team, name: id, real_name: id, profile: {}, tz: "Europe/Prague" },
    };
  }
  return { ok: true };
}
