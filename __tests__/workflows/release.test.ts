// The scripts of the release workflow, run here on a repository of their own. gh only notes what it is asked.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Workflow {
  jobs: Record<string, { steps: { name?: string; uses?: string; run?: string; with?: Record<string, string> }[] }>;
}
const { jobs }: Workflow = parse(readFileSync(join(root, '.github/workflows/release.yml'), 'utf8'));
const steps = Object.values(jobs).flatMap((job) => job.steps);

function findScript(name: string): string {
  const script = steps.find((step) => step.name === name)?.run;
  if (script === undefined) throw new Error(`The release has no step called ${name}.`);
  return script;
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

interface Component {
  'bom-ref': string;
  name: string;
  version: string;
  hashes: { alg: string; content: string }[];
}
interface Sbom {
  bomFormat: string;
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const scratch = mkdtempSync(join(tmpdir(), 'release-'));
const repository = join(scratch, 'repository');
const bin = join(scratch, 'bin');

const gh = `#!/bin/bash
echo "$*" >> "$REQUESTS"
case "$1 $2" in
  'release create') exit "$CREATED" ;;
  api*/commits/*) echo "$TAGGED" ;;
  api*) echo "$IMMUTABLE" ;;
esac
`;

interface Run {
  tag?: string;
  environment?: Record<string, string>;
}

/** As a step of GitHub's runner: bash, and it ends at the first command that fails. */
function runStep(name: string, { tag = 'v1.2.3', environment = {} }: Run = {}) {
  const { PATH = '', HOME = '' } = process.env;
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', '-c', findScript(name)],
    {
      cwd: repository,
      encoding: 'utf8',
      env: { PATH: `${bin}:${PATH}`, HOME, GITHUB_REF_NAME: tag, ...environment },
    },
  );
  return { status, printed: stdout + stderr };
}

function git(...args: string[]): string {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], { cwd: repository, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** A commit on main that is version 1.2.3, and as GitHub's checkout leaves it. */
beforeAll(() => {
  mkdirSync(join(repository, 'dist'), { recursive: true });
  mkdirSync(bin);
  writeFileSync(join(bin, 'gh'), gh, { mode: 0o755 });
  for (const file of ['action.yml', 'LICENSE', 'dist/index.js', 'README.md']) {
    writeFileSync(join(repository, file), `${file}\n`);
  }
  mkdirSync(join(repository, 'scripts'));
  for (const file of ['package-lock.json', 'scripts/sbom.mjs']) copyFileSync(join(root, file), join(repository, file));
  const project = readJson(join(root, 'package.json')) as object;
  writeFileSync(join(repository, 'package.json'), JSON.stringify({ ...project, version: '1.2.3' }));
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=1.2.3');
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('checkout', '--quiet', '--detach');
});

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the check of the tag', () => {
  const CHECK = 'The tag is the version, and on main';

  test('lets the version of package.json pass that is on main', () => {
    const { status, printed } = runStep(CHECK);
    expect(status, printed).toBe(0);
  });

  test.each(['v1.2.4', 'v1.2.30', '1.2.3'])('refuses a tag that is not the version: %s', (tag) => {
    expect(runStep(CHECK, { tag })).toEqual({
      status: 1,
      printed: `::error::The tag is ${tag}, but package.json says 1.2.3.\n`,
    });
  });

  test('refuses a commit that is not on main', () => {
    git('commit', '--quiet', '--allow-empty', '--message=Not merged');
    try {
      const { status, printed } = runStep(CHECK);
      expect(status).toBe(1);
      expect(printed).toContain('::error::The commit of v1.2.3 is not on main.');
    } finally {
      git('checkout', '--quiet', '--detach', 'main');
    }
  });
});

describe('the assets', () => {
  const archive = 'assets/flux-secret-sync-v1.2.3.tar.gz';
  const sbom = 'assets/flux-secret-sync-v1.2.3.cdx.json';

  beforeAll(() => {
    // What lies around in the folder is not what was committed.
    writeFileSync(join(repository, 'dist/index.js'), 'changed\n');
    const { status, printed } = runStep('Pack the action, and list what it is made of');
    expect(status, printed).toBe(0);
  });

  test('are the action as it is committed, and nothing else', () => {
    const list = spawnSync('tar', ['-tzf', archive], { cwd: repository, encoding: 'utf8' }).stdout.trim().split('\n');
    const files = list
      .filter((path) => !path.endsWith('/'))
      .map((path) => path.replace('flux-secret-sync-v1.2.3/', ''));
    expect(files.sort()).toEqual(['LICENSE', 'action.yml', 'dist/index.js']);
    const { stdout } = spawnSync('tar', ['-xzOf', archive, 'flux-secret-sync-v1.2.3/dist/index.js'], {
      cwd: repository,
      encoding: 'utf8',
    });
    expect(stdout).toBe('dist/index.js\n');
  });

  test('list every package that the action needs, by its hash, and none that only development does', () => {
    const { packages } = readJson(join(root, 'package-lock.json')) as {
      packages: Record<string, { version: string; dev?: boolean; integrity: string }>;
    };
    const { bomFormat, components } = readJson(join(repository, sbom)) as Sbom;
    const locked = Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version, integrity }]) => `${path.replace(/^.*node_modules\//, '')}@${version} ${integrity}`);
    const listed = components.map(({ name, version, hashes: [hash] }) => {
      const integrity = Buffer.from(hash?.content ?? '', 'hex').toString('base64');
      return `${name}@${version} ${hash?.alg.toLowerCase().replace('-', '')}-${integrity}`;
    });
    expect(bomFormat).toBe('CycloneDX');
    expect(listed.length).toBeGreaterThan(90);
    expect(listed.sort()).toEqual([...new Set(locked)].sort());
  });

  test('list every package whose licence is in dist/, but for the bundler', () => {
    const { components } = readJson(join(repository, sbom)) as Sbom;
    const listed = new Set(components.map(({ name }) => name));
    const packages = Object.keys((readJson(join(root, 'package-lock.json')) as { packages: object }).packages);
    const known = new Set(packages.map((path) => path.replace(/^.*node_modules\//, '')));
    const lines = readFileSync(join(root, 'dist/licenses.txt'), 'utf8').split('\n');
    const bundled = new Set(lines.filter((line) => line !== '' && known.has(line)));
    expect(bundled.size).toBeGreaterThan(50);
    expect([...bundled].filter((name) => !listed.has(name))).toEqual(['@vercel/ncc']);
  });

  test('say of nothing that it needs what is not listed', () => {
    const { metadata, components, dependencies } = readJson(join(repository, sbom)) as Sbom;
    const refs = new Set([metadata.component, ...components].map((component) => component['bom-ref']));
    expect(metadata.component['bom-ref']).toBe('flux-secret-sync@1.2.3');
    expect(new Set(dependencies.map(({ ref }) => ref))).toEqual(refs);
    expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
  });

  test('are what is attested, together with the files that runners execute', () => {
    const attested = steps.filter(({ uses }) => uses?.startsWith('actions/attest@')).map((step) => step.with ?? {});
    expect(attested).toHaveLength(2);
    for (const { 'subject-path': subjects } of attested) {
      expect(subjects?.trim().split('\n')).toEqual(['assets/*.tar.gz', 'action.yml', 'dist/**']);
    }
    const paths = attested.map((inputs) => inputs['sbom-path']?.replace(/\$\{\{ github\.ref_name \}\}/, 'v1.2.3'));
    expect(paths).toEqual([undefined, sbom]);
  });
});

describe('publishing', () => {
  const requests = join(scratch, 'requests');

  function publish({ created = '0', immutable = 'true', tagged = git('rev-parse', 'HEAD').trim() } = {}) {
    rmSync(requests, { force: true });
    const run = runStep('Publish, once everything is attached', {
      environment: { GH_REPO: 'acme/it', REQUESTS: requests, CREATED: created, IMMUTABLE: immutable, TAGGED: tagged },
    });
    return { ...run, requests: existsSync(requests) ? readFileSync(requests, 'utf8').trim().split('\n') : [] };
  }

  test('is done when everything is attached to the draft', () => {
    const run = publish();
    expect(run.status, run.printed).toBe(0);
    const files = 'assets/flux-secret-sync-v1.2.3.cdx.json assets/flux-secret-sync-v1.2.3.tar.gz';
    expect(run.requests).toEqual([
      `release create v1.2.3 --draft --verify-tag --title v1.2.3 --generate-notes ${files}`,
      'api repos/acme/it/commits/tags/v1.2.3 --jq .sha',
      'release edit v1.2.3 --draft=false',
      'api repos/acme/it/releases/tags/v1.2.3 --jq .immutable',
    ]);
  });

  test('is not done where something could not be attached', () => {
    const run = publish({ created: '1' });
    expect(run.status).toBe(1);
    expect(run.requests).toHaveLength(1);
  });

  test('is not done where the tag has moved since', () => {
    const run = publish({ tagged: 'f'.repeat(40) });
    expect(run.status).toBe(1);
    expect(run.printed).toContain('v1.2.3 has moved since it was attested');
    expect(run.requests.join()).not.toContain('release edit');
  });

  test.each(['false', 'null', ''])('fails where the release can still be changed: %o', (immutable) => {
    const run = publish({ immutable });
    expect(run.status).toBe(1);
    expect(run.printed).toContain('turn on release immutability');
  });
});
