// Where the page of a run is.

export const consoleRuns = "/console/runs";

export function consolePath(run: string): string {
  return `${consoleRuns}/${run}`;
}

/** Of a run's page and nothing else: where a sign-in may lead back to. */
export function isConsolePath(path: string): boolean {
  return /^\/console\/runs\/run_[0-9a-z]{1,40}$/.test(path);
}
