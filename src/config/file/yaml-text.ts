// Values as YAML, for files that people read and paste.

import { stringify } from "yaml";

export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 110 });
}
