// The floor: botbuilder's own adapter over plain node:http, and a bot that does nothing. Nothing is stored.

import { once } from "node:events";
import { createServer } from "node:http";
import {
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  ConfigurationServiceClientCredentialFactory,
} from "botbuilder";
import { startDriver } from "../../harness/http-driver.mjs";
import { startTeamsService, teamsIds } from "../../harness/teams-messages.mjs";

/** What the adapter needs of an Express request and response. */
async function take(adapter, request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  request.body = JSON.parse(Buffer.concat(pieces).toString());
  const shim = {
    socket: request.socket,
    status: (code) => void (response.statusCode = code),
    header: (name, value) => void response.setHeader(name, value),
    send: (body) => void response.write(typeof body === "string" ? body : JSON.stringify(body ?? "")),
    end: () => void response.end(),
  };
  await adapter.process(request, shim, () => Promise.resolve());
}

export async function openSubject() {
  const driver = await startDriver();
  const service = await startTeamsService();
  const authentication = new ConfigurationBotFrameworkAuthentication(
    {
      MicrosoftAppId: teamsIds.app,
      ToChannelFromBotLoginUrl: `https://login.microsoftonline.com/${teamsIds.tenant}`,
      ToChannelFromBotOAuthScope: "https://api.botframework.com",
      ToBotFromChannelTokenIssuer: "https://api.botframework.com",
      ToBotFromChannelOpenIdMetadataUrl: `${service.url}/openid`,
      ToBotFromEmulatorOpenIdMetadataUrl: `${service.url}/openid`,
      ValidateAuthority: true,
    },
    new ConfigurationServiceClientCredentialFactory({
      MicrosoftAppId: teamsIds.app,
      MicrosoftAppPassword: "bench",
      MicrosoftAppTenantId: teamsIds.tenant,
      MicrosoftAppType: "SingleTenant",
    }),
  );
  const adapter = new CloudAdapter(authentication);
  const server = createServer((request, response) => void take(adapter, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${server.address().port}/api/messages`;
  return {
    measure: ({ messages, ...pace }) => driver.ask({ url, ...pace, bodies: service.messages(messages) }),
    async close() {
      await driver.close();
      server.closeAllConnections();
      server.close();
      await service.close();
    },
  };
}
