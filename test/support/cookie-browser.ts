// A browser without pictures: keeps cookies per origin and goes where it is sent, one redirect at a time if asked.

export interface CookieBrowser {
  /** Follows redirects until `until` says stop, or there is none. */
  open(url: string, options?: OpenOptions): Promise<Page>;
  /** Sets a cookie as if the origin had. */
  setCookie(origin: string, name: string, value: string): void;
  cookies(origin: string): ReadonlyMap<string, string>;
}

export interface OpenOptions {
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Stops before this address is asked for. */
  readonly until?: (url: URL) => boolean;
}

export interface Page {
  readonly url: URL;
  /** Absent where `until` stopped it. */
  readonly response?: Response;
  readonly text: string;
}

export function createCookieBrowser(): CookieBrowser {
  const jar = new Map<string, Map<string, string>>();
  const of = (origin: string): Map<string, string> => {
    const held = jar.get(origin) ?? new Map<string, string>();
    jar.set(origin, held);
    return held;
  };
  const keep = (origin: string, response: Response): void => {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) of(origin).delete(name);
      else of(origin).set(name, value);
    }
  };
  return {
    setCookie: (origin, name, value) => void of(origin).set(name, value),
    cookies: (origin) => of(origin),
    async open(address, { form, headers = {}, until } = {}) {
      let url = new URL(address);
      let body = form;
      for (let hop = 0; hop < 20; hop += 1) {
        if (until?.(url)) return { url, text: "" };
        const cookie = [...of(url.origin)].map(([name, value]) => `${name}=${value}`).join("; ");
        const response = await fetch(url, {
          redirect: "manual",
          ...(body ? { method: "POST", body: new URLSearchParams(body) } : {}),
          headers: { ...(cookie ? { cookie } : {}), ...(body ? { origin: url.origin } : {}), ...headers },
        });
        keep(url.origin, response);
        const location = response.headers.get("location");
        if (location === null) return { url, response, text: await response.text() };
        await response.body?.cancel();
        url = new URL(location, url);
        body = undefined;
      }
      throw new Error(`Too many redirects, at ${url.href}`);
    },
  };
}
