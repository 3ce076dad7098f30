// node_modules as package-lock.json has it, with the Node of the action's own runtime in node_modules/.bin.
import { readFileSync } from 'node:fs';
import { answerOf, run } from './command.mjs';

export function providePackages() {
  const wanted = packagesIn('package-lock.json');
  const node = wanted['node_modules/node'].version;
  if (isInstalled(wanted) && isNode(node)) return;
  run('npm ci, Node 24 among it (about half a minute)', 'npm', ['ci', '--include=dev', '--loglevel=error'], {
    remedy: 'See what npm says above.',
  });
  if (isNode(node)) return;
  throw new Error(
    `node_modules/.bin/node does not answer v${node}: npm may have been told to run no install scripts. ` +
      'Run `npm ci --ignore-scripts=false` and try again.',
  );
}

/** npm keeps a list of what it has really installed, and writes it last: what it lacks is not there. */
function isInstalled(wanted) {
  const installed = packagesIn('node_modules/.package-lock.json');
  return Object.entries(wanted).every(([path, { integrity, optional }]) => {
    if (path === '') return true;
    return path in installed ? installed[path].integrity === integrity : optional;
  });
}

function packagesIn(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return {};
    throw new Error(`Cannot read ${lockfile}: ${error.message}.`, { cause: error });
  }
}

function isNode(version) {
  return answerOf('node_modules/.bin/node', ['--version']) === `v${version}`;
}
