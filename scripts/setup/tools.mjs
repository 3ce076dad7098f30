// The tools beside the npm packages: one on PATH is taken where it will do, else the pinned one goes into .tools/bin.
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answerOf, run } from './command.mjs';
import { fetchSops, version as sopsVersion } from './sops-release.mjs';

const folder = fileURLToPath(new URL('../../.tools/', import.meta.url));
const bin = join(folder, 'bin');
const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));

const tools = {
  // sops takes stdin together with --filename-override since 3.10.
  sops: { version: sopsVersion, oldest: '3.10.0', install: installSops },
  act: { version: '0.2.89', install: installAct },
  actionlint: { version: '1.7.12', install: installActionlint },
  zizmor: { version: versionIn(readFileSync(requirements, 'utf8')), install: installZizmor },
};

/** @throws {Error} a sentence with its remedy, where the tool is neither there nor to be had. */
export async function provideTool(name) {
  if (!Object.hasOwn(tools, name))
    throw new Error(`No tool is called ${name}. Ask for ${Object.keys(tools).join(', ')}.`);
  const { version, oldest, install } = tools[name];
  const fromPath = versionOf(name);
  const suits = oldest ? isAtLeast(oldest, fromPath) : fromPath === version;
  if (suits || versionOf(join(bin, name)) === version) return;

  mkdirSync(bin, { recursive: true });
  await install({ version, otherwise: `put ${name} ${oldest ? `${oldest} or newer` : version} on PATH` });
  if (versionOf(join(bin, name)) !== version)
    throw new Error(`.tools/bin/${name} does not run: delete .tools and try again.`);
}

async function installSops({ version, otherwise }) {
  if (await fetchSops(join(bin, 'sops'))) return;
  goInstall(`github.com/getsops/sops/v3/cmd/sops@v${version}`, { time: 'one to two minutes', otherwise });
}

function installAct({ version, otherwise }) {
  goInstall(`github.com/nektos/act@v${version}`, { time: 'about two minutes', otherwise });
}

function installActionlint({ version, otherwise }) {
  goInstall(`github.com/rhysd/actionlint/cmd/actionlint@v${version}`, { time: 'half a minute', otherwise });
}

function goInstall(target, { time, otherwise }) {
  if (answerOf('go', ['version']) === undefined) {
    throw new Error(`Cannot build ${target}: there is no Go on PATH. Install Go, or ${otherwise}.`);
  }
  run(`go install ${target} (${time})`, 'go', ['install', target], {
    remedy: `See what Go says above, or ${otherwise}.`,
    env: { GOBIN: bin, CGO_ENABLED: '0' },
  });
}

/** From PyPI, by the hashes in requirements.txt, into a folder of its own. */
function installZizmor({ version, otherwise }) {
  const target = join(folder, 'zizmor');
  const link = join(bin, 'zizmor');
  for (const stale of [target, link]) rmSync(stale, { recursive: true, force: true });
  const options = ['--target', target, '--no-deps', '--only-binary', ':all:', '--require-hashes', '-r', requirements];
  run(`pip install zizmor ${version} (some seconds)`, 'python3', ['-m', 'pip', 'install', ...options], {
    remedy: `See what pip says above, or ${otherwise}.`,
  });
  symlinkSync('../zizmor/bin/zizmor', link);
}

function versionOf(command) {
  return versionIn(answerOf(command, ['--version']) ?? '');
}

function versionIn(text) {
  return /\d+\.\d+\.\d+/.exec(text)?.[0];
}

function isAtLeast(oldest, version) {
  return version !== undefined && version.localeCompare(oldest, 'en', { numeric: true }) >= 0;
}
