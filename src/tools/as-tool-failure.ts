// What a workspace or the net refuses is a result for the model, in the sentence that they wrote for it (T3).

import { NetError } from "../net/errors.ts";
import { WorkspaceError } from "../workspace/errors.ts";
import { ToolFailure } from "./contract.ts";

/** Runs `act`; a `WorkspaceError` or `NetError` becomes a `ToolFailure`. Bugs pass. */
export async function asToolFailure<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof WorkspaceError || error instanceof NetError) {
      throw new ToolFailure(error.message, error);
    }
    throw error;
  }
}
