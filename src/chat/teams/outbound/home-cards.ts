// A person's own page about their work (ux c.13), as a card in their personal chat: made when they ask for it, and kept up to
// date there for as long as they may be looking at it.

import type { Clock } from "../../../base/clock.ts";
import type { HomePage } from "../../../domain/home-page.ts";
import type { PersonKey } from "../../../domain/ids.ts";
import { createShortMemory } from "../../short-memory.ts";
import { placeLink } from "../deep-links.ts";
import type { TeamsDeps } from "../deps.ts";
import { renderHome } from "../render/home-card.ts";
import { postActivity, type PosterDeps, replaceActivity } from "./post-message.ts";

export interface HomeCards {
  publish(person: PersonKey, page: HomePage, nonce: string): Promise<void>;
  /** The next page is a new card. */
  forget(person: PersonKey): void;
}

const keptUpMs = 3_600_000;
const mostCards = 2_000;

export function createHomeCards(deps: PosterDeps & Pick<TeamsDeps, "settings">, clock: Clock): HomeCards {
  const { tenantId } = deps.settings;
  const shown = createShortMemory<string>(clock, { ms: keptUpMs, most: mostCards });
  return {
    forget: (person) => shown.delete(person),
    async publish(person, page, nonce) {
      const spot = await deps.places.personal(person);
      const known = shown.get(person);
      const activity = renderHome(page, { nonce, linkTo: (at) => placeLink(at, tenantId) });
      if (known === undefined) shown.set(person, await postActivity(deps, spot, activity));
      else await replaceActivity(deps, { spot, messageId: known, activity });
    },
  };
}
