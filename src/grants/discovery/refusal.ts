// What a server or its authorization server says of itself can't be trusted or used. The sentence goes to people and to the model,
// so it holds hosts and our own words, nothing that was read.

import { AppError } from "../../base/errors.ts";

export class DiscoveryRefusal extends AppError<"discovery.refused"> {
  constructor(what: string) {
    super("discovery.refused", what);
  }
}
