// Builds the action: src/ → lib/ with tsc → dist/ with ncc. With --check it builds into a temporary folder instead, and
// fails unless the dist/ that is here is the same, byte for byte. Called by npm, which puts tsc and ncc on PATH.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

if (process.argv.includes('--check')) check();
else build('dist');

function build(folder) {
  rmSync('lib', { recursive: true, force: true });
  execFileSync('tsc', ['-p', 'src/tsconfig.json'], { stdio: 'inherit' });
  // Only now: a type error leaves the build that is there.
  rmSync(folder, { recursive: true, force: true });
  const options = ['--license', 'licenses.txt', '--no-cache', '--quiet'];
  execFileSync('ncc', ['build', 'lib/index.js', '-o', folder, ...options], { stdio: 'inherit' });
}

function check() {
  const scratch = mkdtempSync(join(tmpdir(), 'dist-'));
  try {
    build(scratch);
    const built = readFolder(scratch);
    const committed = readFolder('dist');
    const names = new Set([...built.keys(), ...committed.keys()]);
    const wrong = [...names].filter((name) => built.get(name) !== committed.get(name));
    if (wrong.length === 0) return;
    console.error(`dist/ is not what a clean build gives: see ${wrong.join(', ')}. Run \`npm run build\`.`);
    process.exitCode = 1;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Relative path → content of every file in the folder; none where there is no folder. */
function readFolder(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      return [relative(folder, path), readFileSync(path, 'latin1')];
    }),
  );
}
