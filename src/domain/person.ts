// A human (or bot) in a tenant, as a platform presents them with a message or a click.

import { z } from "zod";
import { asPersonKey } from "./ids.ts";

export const PersonKeySchema = z
  .string()
  .regex(/^[^:\s]+:[^:\s]+:\S+$/, "expected platform:organisation:user")
  .transform(asPersonKey);

export const Person = z.object({
  key: PersonKeySchema,
  name: z.string(),
  kind: z.enum(["member", "guest", "external", "bot"]),
  /** IANA zone, where the platform tells. */
  timeZone: z.string().optional(),
  /** BCP 47 tag of the language their client is set to, where the platform tells. */
  locale: z.string().optional(),
  /** The platform has not said yet who they are: `kind` is the least that they may be. */
  unchecked: z.literal(true).optional(),
});
export type Person = z.infer<typeof Person>;

/** Could it be the tag of a language? */
export function isLocale(text: string): boolean {
  return /^[a-z]{2,3}(-[a-z0-9]{2,8}){0,3}$/i.test(text);
}
