// The whole product with Teams connected: a fake Bot Connector on loopback, a model that is scripted.

import { type FakeTeams, type SaidMessage, startFakeTeams } from "../fakes/teams/fake-teams.ts";
import { type Product, type ProductOptions, startProduct } from "./product.ts";

/** Where links lead; what listens there is at the product's own address. */
export const publicUrl = "https://deputy.example";

export interface TeamsProduct extends Product {
  readonly teams: FakeTeams;
}

export interface TeamsProductOptions extends ProductOptions {
  /** One that outlives the product; a new one that ends with it when absent. */
  readonly teams?: FakeTeams;
}

export async function startTeamsProduct(options: TeamsProductOptions = {}): Promise<TeamsProduct> {
  const teams = options.teams ?? (await startFakeTeams());
  const product = await startProduct({
    ...options,
    env: { ...teams.env, DEPUTY_PUBLIC_URL: publicUrl, ...options.env },
  });
  teams.deliverTo(`${product.app.url}/api/messages`);
  return {
    ...product,
    teams,
    async stop() {
      await product.stop();
      if (options.teams === undefined) await teams.close();
    },
  };
}

/** Everything that a person can read of it. */
export function wordsOf({ activity }: SaidMessage): string {
  return JSON.stringify([activity["text"], activity["attachments"], activity["summary"]]);
}
