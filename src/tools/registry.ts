// The built-in tools: one file in `builtin/` and one line here.

import { askPerson } from "./builtin/ask-person.ts";
import { checkIn } from "./builtin/check-in.ts";
import { editFile } from "./builtin/edit-file.ts";
import { fetchUrl } from "./builtin/fetch-url.ts";
import { finish } from "./builtin/finish.ts";
import { listFiles } from "./builtin/list-files.ts";
import { readFile } from "./builtin/read-file.ts";
import { recall } from "./builtin/recall.ts";
import { remember } from "./builtin/remember.ts";
import { runCommand } from "./builtin/run-command.ts";
import { scheduleTask } from "./builtin/schedule-task.ts";
import { searchFiles } from "./builtin/search-files.ts";
import { setPlan } from "./builtin/set-plan.ts";
import { shareFile } from "./builtin/share-file.ts";
import { writeFile } from "./builtin/write-file.ts";
import type { Tool } from "./contract.ts";

export const builtinTools: readonly Tool[] = [
  listFiles,
  readFile,
  searchFiles,
  writeFile,
  editFile,
  runCommand,
  fetchUrl,
  setPlan,
  checkIn,
  askPerson,
  shareFile,
  scheduleTask,
  remember,
  recall,
  finish,
];
