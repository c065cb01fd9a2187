// Where credentials may be sent: encrypted, or on this machine (OA1).

export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

export function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare = url.username === "" && url.password === "" && url.hash === "";
  return bare && (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url)));
}
