import { silentLogger } from "../../src/base/logger.ts";
import { createEmbeddedQueue } from "../../src/queue/embedded.ts";
import { fairnessContract } from "../contracts/fairness-contract.ts";

fairnessContract("embedded", async () => createEmbeddedQueue({ maxWaiting: 1_000, log: silentLogger }));
