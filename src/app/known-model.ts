// What was last seen of the model service: for readiness, without asking it anything.

import type { Clock } from "../base/clock.ts";
import { errorText, isAppError } from "../base/errors.ts";
import type { Model } from "../model/contract.ts";
import type { ModelSetup } from "../runtime/deps.ts";

export interface KnownModel {
  readonly setup: ModelSetup;
  /** `ok`, or how the last call failed; `not asked yet` since the start of this process. */
  last(): { readonly state: string; readonly at?: string };
}

export function knowModel(setup: ModelSetup, clock: Clock): KnownModel {
  let last: { readonly state: string; readonly at?: string } = { state: "not asked yet" };
  const note = (state: string): void => {
    last = { state, at: new Date(clock.now()).toISOString() };
  };
  const model: Model = {
    ...setup.model,
    async generate(request, options) {
      try {
        const answer = await setup.model.generate(request, options);
        note("ok");
        return answer;
      } catch (error) {
        if (!options.signal.aborted) note(isAppError(error) ? error.code : errorText(error));
        throw error;
      }
    },
  };
  return { setup: { ...setup, model }, last: () => last };
}
