// The entry of the action.

import './esm-globals.ts';
import { run } from './main.ts';

await run();
// Sockets that are kept alive, and requests that were given up, would hold the process open.
process.stdout.write('', () => process.exit());
