// `npm run cards [FILE]`: writes one page with every kind of message as Slack blocks and as Teams cards, light and dark.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { cardsPage } from "../test/chat/cards-page.ts";

const file = path.resolve(process.argv[2] ?? "cards.html");
writeFileSync(file, cardsPage());
console.log(`${file} is written: open it in a browser.`);
