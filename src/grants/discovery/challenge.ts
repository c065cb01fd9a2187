// What a service says in `WWW-Authenticate` (RFC 9110, 11.6.1; RFC 6750; RFC 9728): read, not believed.

export interface BearerChallenge {
  /** Such as `insufficient_scope`, a 403 whose scopes can be asked for. */
  readonly error?: string;
  readonly scopes: readonly string[];
  /** Where the service describes itself. */
  readonly metadata?: string;
}

const mostHeader = 8_192;
const mostScopes = 50;
const scheme = /([\w!#$%&'*+.^`|~-]+)(?:\s+|$|(?=,))/y;
const token68 = /[\w.~+/-]+=*(?=\s*(?:,|$))/y;
const parameter = /([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y;
const between = /[\s,]*/y;
const scopeToken = /^[\u0021\u0023-\u005b\u005d-\u007e]{1,200}$/;

/** The first challenge of scheme Bearer; undefined where there is none. */
export function bearerChallenge(header: string | null): BearerChallenge | undefined {
  const found = challengesOf((header ?? "").slice(0, mostHeader)).find(({ name }) => name === "bearer");
  if (!found) return undefined;
  const error = found.parameters.get("error");
  const metadata = found.parameters.get("resource_metadata");
  return {
    ...(error === undefined ? {} : { error }),
    scopes: scopesOf(found.parameters.get("scope")),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function scopesOf(text = ""): string[] {
  const scopes = text.split(/\s+/).filter((one) => scopeToken.test(one));
  return [...new Set(scopes)].slice(0, mostScopes);
}

interface Challenge {
  readonly name: string;
  readonly parameters: Map<string, string>;
}

function challengesOf(text: string): Challenge[] {
  const found: Challenge[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(text) ?? undefined;
    if (match) at = pattern.lastIndex;
    return match;
  };
  for (take(between); at < text.length; take(between)) {
    const pair = take(parameter);
    if (pair) {
      const [, name = "", quoted, plain = ""] = pair;
      const value = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1");
      const { parameters } = found.at(-1) ?? { parameters: new Map<string, string>() };
      if (!parameters.has(name.toLowerCase())) parameters.set(name.toLowerCase(), value);
      continue;
    }
    const named = take(scheme);
    if (!named) return found;
    found.push({ name: (named[1] ?? "").toLowerCase(), parameters: new Map() });
    take(token68);
  }
  return found;
}
