// The one root message entity that Teams takes: what a model wrote carries it (T-M1, T-M2).

import type { Json } from "./teams-message.ts";

export function aiLabel(citation: readonly Json[]): Json {
  return {
    type: "https://schema.org/Message",
    "@type": "Message",
    "@context": "https://schema.org",
    "@id": "",
    additionalType: ["AIGeneratedContent"],
    ...(citation.length > 0 && { citation }),
  };
}
