// Where the pages of the console are.

export const consoleHome = "/console";
export const consoleRuns = `${consoleHome}/runs`;

export function consolePath(run: string): string {
  return `${consoleRuns}/${run}`;
}

/** Of a page of the console and nothing else: where a sign-in may lead back to. */
export function isConsolePath(path: string): boolean {
  return path === consoleHome || isRunPath(path);
}

export function isRunPath(path: string): boolean {
  return /^\/console\/runs\/run_[0-9a-z]{1,40}$/.test(path);
}
