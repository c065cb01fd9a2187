// Deliveries of Teams: distinct messages of twenty people, with tokens as the Bot Connector signs them, and a service that
// publishes the keys, tells who people are and takes what is said.

import { once } from "node:events";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair, SignJWT } from "jose";

export const teamsIds = {
  app: "11111111-2222-3333-4444-555555555555",
  tenant: "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee",
};

let count = 0;

export async function startTeamsService() {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const key = { ...(await exportJWK(pair.publicKey)), kid: "bench", use: "sig", endorsements: ["msteams"] };
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answerTo(request.url ?? "", key, `http://${request.headers.host}`)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}`;
  const token = await new SignJWT({ serviceurl: `${url}/emea/` })
    .setProtectedHeader({ alg: "RS256", kid: "bench" })
    .setIssuer("https://api.botframework.com")
    .setAudience(teamsIds.app)
    .setNotBefore("-1m")
    .setExpirationTime("1h")
    .sign(pair.privateKey);
  return {
    url,
    host: new URL(url).host,
    /** Each a JSON text with its headers. */
    messages: (many) =>
      Array.from({ length: many }, () => {
        count += 1;
        const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
        return { body: JSON.stringify(message(count, `${url}/emea/`)), headers };
      }),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function answerTo(path, key, origin) {
  if (path === "/openid") {
    return {
      issuer: "https://api.botframework.com",
      jwks_uri: `${origin}/keys`,
      id_token_signing_alg_values_supported: ["RS256"],
    };
  }
  if (path === "/keys") return { keys: [key] };
  if (path.includes("/members/")) return { id: "29:x", tenantId: teamsIds.tenant, userRole: "user" };
  return { id: "1", access_token: "bench", expires_in: 3_600 };
}

function message(n, serviceUrl) {
  const conversation = `19:bench${n % 10}@thread.tacv2;messageid=${1_690_000_000_000 + n}`;
  const bot = { id: `28:${teamsIds.app}`, name: "Deputy" };
  return {
    type: "message",
    id: String(1_690_000_000_000 + n),
    channelId: "msteams",
    serviceUrl,
    timestamp: new Date().toISOString(),
    from: { id: `29:person${n % 20}`, name: `Person ${n % 20}`, aadObjectId: `0000-${n % 20}` },
    recipient: bot,
    conversation: { id: conversation, conversationType: "channel", isGroup: true, tenantId: teamsIds.tenant },
    channelData: { tenant: { id: teamsIds.tenant } },
    text: `<at>Deputy</at> please look at the figures of week ${n}`,
    entities: [{ type: "mention", mentioned: bot, text: "<at>Deputy</at>" }],
  };
}
