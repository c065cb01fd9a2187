// Tasks of so many effects each, of every kind in turn.

import { effectKinds } from "./effect-tools.mjs";

/** Names and kinds differ from task to task, so that tasks that go side by side are in the midst of different things. */
let made = 0;

export function effectTasks({ tasks, effects, kinds = effectKinds }) {
  return Array.from({ length: tasks }, () => {
    made += 1;
    const mark = `task-${made}x`;
    return {
      mark,
      effects: Array.from({ length: effects }, (_, place) => ({
        kind: kinds[(made + place) % kinds.length],
        name: `${mark}.${place}`,
      })),
    };
  });
}
