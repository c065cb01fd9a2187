// The hosts that the bot's token may go to: Slack's, and those that an operator put in their place.
//
//   SH1  A token goes to no other host, whatever address an answer of Slack or a file names.

/** Where Slack keeps files, whichever host its Web API has. */
const fileOrigin = "https://files.slack.com";

/** Tells whether an address is one of the Web API's or of Slack's files. */
export function slackHosts(apiUrl: string): (url: URL) => boolean {
  const api = new URL(apiUrl);
  const origins = new Set([api.origin, `${api.protocol}//files.${api.host}`, fileOrigin]);
  return (url) => origins.has(url.origin) && url.username === "" && url.password === "";
}
