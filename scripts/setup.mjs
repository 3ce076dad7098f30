// Sets up what the commands in package.json need, and only what is missing: `node scripts/setup.mjs [tool…]`.
// It runs on any Node >= 20 before a package is installed, so it imports nothing but Node and its neighbours here.
import { fileURLToPath } from 'node:url';
import { providePackages } from './setup/packages.mjs';
import { provideTool } from './setup/tools.mjs';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
try {
  providePackages();
  for (const name of process.argv.slice(2)) await provideTool(name);
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
