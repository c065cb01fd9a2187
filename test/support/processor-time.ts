/** Milliseconds that this process has worked, whatever else the machine does: by these an algorithm is measured. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
