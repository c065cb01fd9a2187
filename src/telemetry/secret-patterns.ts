// Texts that look like credentials whoever they belong to (RED-3): the net for secrets that nobody registered.
//
// Every pattern starts with something literal and has bounded or linear parts, so that hostile text cannot make it slow.

const patterns: readonly RegExp[] = [
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]{0,20000}?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/,
  /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,400}/,
  /\bxapp-[A-Za-z0-9-]{10,400}/,
  /hooks\.slack\.com\/(?:services|workflows|triggers|commands|actions)\/[A-Za-z0-9/_-]{10,200}/,
  /\bgh[pousr]_[A-Za-z0-9]{20,255}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,255}/,
  /\bglpat-[A-Za-z0-9_-]{20,255}/,
  /\bAIza[A-Za-z0-9_-]{35}/,
  /\bya29\.[A-Za-z0-9_-]{20,2048}/,
  /\bGOCSPX-[A-Za-z0-9_-]{20,64}/,
  /\b1\/\/0[A-Za-z0-9_-]{30,512}/,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/,
  /\bsk-[A-Za-z0-9_-]{20,400}/,
  /\bsk_(?:live|test)_[A-Za-z0-9]{16,255}/,
  /\beyJ[A-Za-z0-9_-]{10,4096}\.eyJ[A-Za-z0-9_-]{10,8192}\.[A-Za-z0-9_-]{10,8192}/,
  /(?<=\b(?:Bearer|Basic|Token) )[A-Za-z0-9._~+/-]{16,8192}={0,2}/i,
  /(?<=\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'\\]{0,200}:)[^\s/@"'\\]{1,200}(?=@)/i,
  /(?<=\baws_secret_access_key["']?\s{0,5}[=:]\s{0,5}["']?)[A-Za-z0-9/+]{40}/i,
];

const all = new RegExp(patterns.map(({ source }) => `(?:${source})`).join("|"), "gi");

/** Replaces whatever looks like a credential. */
export function hidePatterns(text: string, mark: string): string {
  return text.replace(all, mark);
}

/** Where a credential of several lines begins whose end is not there; the length of the text if there is none. */
export function openPattern(text: string): number {
  const begun = text.lastIndexOf("-----BEGIN");
  return begun < 0 || text.indexOf("-----END", begun) >= 0 ? text.length : begun;
}
