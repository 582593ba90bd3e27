// Builds dist/cli.js and dist/verify.html.

import { write } from "./bundle.mjs";

await write();
