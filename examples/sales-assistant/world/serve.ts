// Fernway by itself, for `npm run dev`: `npx tsx examples/sales-assistant/world/serve.ts`, at the addresses that deputy.config.yml has.

import { startSalesWorld, usualPorts } from "./world.ts";

const { login, crm, mail, settings } = await startSalesWorld({ ports: usualPorts });
process.stdout.write(`Sign-in ${login.issuer}\nCRM     ${crm.url}\nMail    ${mail.url}\n`);
process.stdout.write(`Start Deputy with DEPUTY_EGRESS_ALLOW=${settings["DEPUTY_EGRESS_ALLOW"]}\n`);
