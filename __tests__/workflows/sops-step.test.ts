// The step that brings sops to a runner: the same everywhere, and run here with a curl that answers from this machine.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const RELEASE = 'https://github.com/getsops/sops/releases/download/v3.13.3/sops-v3.13.3';
const NAME = 'Install sops, unless the runner has one';

/** As curl: notes the address that it is asked for, and writes the download where it is told to. */
const curl = `#!/bin/bash
while [ $# -gt 1 ]; do
  if [ "$1" = --output ]; then file=$2; fi
  shift
done
printf %s "$1" > "$RUNNER_TEMP/request"
mkdir -p "\${file%/*}"
printf %s "$DOWNLOAD" > "$file"
`;

interface Workflow {
  jobs: Record<string, { steps?: { name?: string; uses?: string; run?: string }[] }>;
}

/** Of every job that runs the action in a step of its own; undefined where it has no such step. */
function findScripts(workflow: string): Record<string, string | undefined> {
  const { jobs }: Workflow = parse(workflow);
  const running = Object.entries(jobs).filter(([, { steps = [] }]) =>
    steps.some(({ uses = '' }) => /^(your-org\/flux-secret-sync@|\$\/)/.test(uses)),
  );
  return Object.fromEntries(
    running.map(([job, { steps = [] }]) => [job, steps.find(({ name }) => name === NAME)?.run]),
  );
}

const { sync: script = '' } = findScripts(read('examples/workflows/dispatch.yml'));

interface Runner {
  script?: string;
  arch?: string;
  /** What the download brings. */
  download?: string;
  /** Whether a sops is there already. */
  hasSops?: boolean;
}

/** As the runner would: `bash -e`, with nothing on PATH but what the script may need. */
function install({ script: run = script, arch = 'X64', download = '', hasSops = false }: Runner) {
  const directory = mkdtempSync(join(tmpdir(), 'sops-step-'));
  const file = (name: string) => join(directory, name);
  const content = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), 'utf8') : '');
  try {
    const bin = file('bin');
    mkdirSync(bin);
    for (const program of ['bash', 'chmod', 'dirname', 'mkdir', 'sha256sum']) {
      symlinkSync(`/usr/bin/${program}`, join(bin, program));
    }
    writeFileSync(join(bin, 'curl'), curl, { mode: 0o755 });
    if (hasSops) writeFileSync(join(bin, 'sops'), '#!/bin/bash\n', { mode: 0o755 });
    writeFileSync(file('step.sh'), run);
    const { status, stdout } = spawnSync('/bin/bash', ['-e', file('step.sh')], {
      encoding: 'utf8',
      env: {
        PATH: bin,
        RUNNER_OS: 'Linux',
        RUNNER_ARCH: arch,
        RUNNER_TEMP: directory,
        GITHUB_PATH: file('path'),
        DOWNLOAD: download,
      },
    });
    const added = content('path').trim();
    return {
      status,
      stdout,
      request: content('request'),
      added: added.replace(directory, ''),
      installed: added === '' ? undefined : spawnSync(join(added, 'sops'), { encoding: 'utf8' }).stdout,
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

describe('the step that installs sops', () => {
  test('is the same in every job that writes, and in no other', () => {
    const examples = readdirSync(join(root, 'examples/workflows')).map((file) => `examples/workflows/${file}`);
    const files = [...examples, '.github/workflows/sync.yml'];
    const scripts = Object.fromEntries(files.map((file) => [file.replace(/.*\//, ''), findScripts(read(file))]));
    expect(scripts).toEqual({
      'config.yml': { review: undefined, sync: script },
      'dispatch.yml': { sync: script },
      'drift.yml': { drift: undefined },
      'new-version.yml': { sync: script },
      'reusable.yml': {},
      'rotation.yml': { sync: script },
      'sync.yml': { sync: script },
    });
    expect(script).toContain('sops');
  });

  test('pins the release that the set-up of this project pins', () => {
    const setup = read('scripts/setup/sops-release.mjs');
    const pins = [...script.matchAll(/suffix=(\S+) sha256=([0-9a-f]{64})/g)];
    expect(pins.map(([, suffix]) => suffix)).toEqual(['linux.amd64', 'linux.arm64']);
    for (const [, suffix, sha256] of pins) {
      expect(setup).toMatch(new RegExp(`suffix: '${suffix}',\\s+sha256: '${sha256}'`));
    }
    expect(setup).toContain("version = '3.13.3'");
    expect(script).toContain(`${RELEASE}.$suffix`);
  });

  test('leaves a runner alone that has sops', () => {
    expect(install({ hasSops: true })).toMatchObject({ status: 0, request: '', added: '' });
  });

  test('puts what it has downloaded on PATH, if its SHA-256 is the pinned one', () => {
    const download = '#!/bin/sh\necho sops for the test\n';
    const sha256 = createHash('sha256').update(download).digest('hex');
    const pinned = script.replace(/(linux\.arm64 sha256=)\w+/, `$1${sha256}`);
    const { request, ...run } = install({ script: pinned, arch: 'ARM64', download });
    expect(run).toMatchObject({ status: 0, added: '/sops-3.13.3', installed: 'sops for the test\n' });
    expect(request).toMatch(
      /^https:\/\/github\.com\/getsops\/sops\/releases\/download\/v3\.13\.3\/\S+\.linux\.arm64$/m,
    );
  });

  test('fails on a download that is not the pinned release, and puts nothing on PATH', () => {
    const run = install({ download: '#!/bin/sh\necho another sops\n' });
    expect(run.request).toBe(`${RELEASE}.linux.amd64`);
    expect(run).toMatchObject({ status: 1, added: '', installed: undefined });
  });

  test('says so where no release is pinned for the runner', () => {
    const run = install({ arch: 'ARM' });
    expect(run).toMatchObject({ status: 1, request: '', added: '' });
    expect(run.stdout).toContain('::error::No sops is pinned for Linux ARM.');
  });
});
