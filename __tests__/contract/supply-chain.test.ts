// What the project itself is made of and by: pinned, with no more permissions than needed, and kept up to date.
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isScalar, parse, parseDocument, visit } from 'yaml';
import { read } from './project.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Files that are the project's own, relative to its root. */
function findFiles(pattern: string): string[] {
  return globSync(pattern, {
    cwd: root,
    exclude: ['**/node_modules', '.tools', 'dist', '__tests__', 'coverage'],
  }).sort();
}

const workflows = findFiles('{.github,examples}/workflows/*.{yml,yaml}');
const actions = findFiles('{.,.github/actions/*}/action.{yml,yaml}');

interface Step {
  uses?: string;
  run?: string;
  with?: Record<string, unknown>;
}
interface Job {
  permissions?: unknown;
  steps?: Step[];
}
interface Workflow {
  on: Record<string, unknown>;
  permissions?: unknown;
  jobs: Record<string, Job>;
}

const readWorkflow = (path: string): Workflow => parse(read(path));
const stepsOf = (path: string) => Object.values(readWorkflow(path).jobs).flatMap(({ steps = [] }) => steps);

interface Use {
  path: string;
  action: string;
  comment: string;
}

/** Everything that a file uses, together with the comment behind it. */
function findUses(path: string): Use[] {
  const uses: Use[] = [];
  visit(parseDocument(read(path)), {
    Pair(_, { key, value }) {
      if (!(isScalar(key) && key.value === 'uses' && isScalar(value))) return;
      uses.push({ path, action: String(value.value), comment: value.comment?.trim() ?? '' });
    },
  });
  return uses;
}

const uses = [...workflows, ...actions].flatMap(findUses);

/** `$/…` and `./…` are this repository at the commit that runs; the examples name its tag, as their users will. */
function isOwn({ path, action }: Use): boolean {
  if (/^(\$|\.)\//.test(action)) return true;
  return path.startsWith('examples/') && /^your-org\/flux-secret-sync(\/[\w./-]+)?@v\d+$/.test(action);
}

describe('actions of others', () => {
  const foreign = uses.filter((use) => !isOwn(use));

  test('are pinned by a commit, with the version that it is beside it', () => {
    const isPinned = ({ action, comment }: Use) => /@[0-9a-f]{40}$/.test(action) && /^v\d+\.\d+\.\d+$/.test(comment);
    expect(foreign.length).toBeGreaterThan(20);
    expect(foreign.filter((use) => !isPinned(use))).toEqual([]);
  });

  test('have the same pin everywhere', () => {
    const pins = new Map<string, Set<string>>();
    for (const { action, comment } of foreign) {
      const [name = '', commit = ''] = action.split('@');
      const repository = name.split('/').slice(0, 2).join('/');
      pins.set(repository, (pins.get(repository) ?? new Set()).add(`${commit} ${comment}`));
    }
    expect([...pins].filter(([, { size }]) => size > 1)).toEqual([]);
  });
});

describe('workflows', () => {
  const onlyCalled = (path: string) => Object.keys(readWorkflow(path).on).every((event) => event === 'workflow_call');

  test('grant nothing to all jobs, and say of each job what it may do', () => {
    // What is only called may do what its caller says.
    const started = workflows.filter((path) => !onlyCalled(path));
    expect(started.length).toBeGreaterThan(8);
    for (const path of started) {
      const { permissions, jobs } = readWorkflow(path);
      expect(permissions, path).toEqual({});
      for (const [name, job] of Object.entries(jobs)) {
        expect(job.permissions, `${path}: ${name}`).toEqual(expect.any(Object));
      }
    }
  });

  test('write nothing in this repository but releases, and what CodeQL found', () => {
    const writes = workflows
      .filter((path) => path.startsWith('.github/'))
      .flatMap((path) =>
        Object.entries(readWorkflow(path).jobs).map(([id, { permissions }]) => ({ path, id, permissions })),
      )
      .flatMap(({ path, id, permissions }) =>
        Object.entries(permissions ?? {})
          .filter(([, access]) => access !== 'read')
          .map(([scope, access]) => `${path} ${id} ${scope}: ${access}`),
      );
    expect(writes).toEqual([
      '.github/workflows/codeql.yml analyze security-events: write',
      '.github/workflows/release.yml publish contents: write',
      '.github/workflows/release.yml publish id-token: write',
      '.github/workflows/release.yml publish attestations: write',
    ]);
  });

  test('run no code of a pull request with the rights of the repository', () => {
    const events = workflows.flatMap((path) => Object.keys(readWorkflow(path).on));
    expect(events).toContain('pull_request');
    expect(events.filter((event) => /^(pull_request_target|workflow_run|issue_comment)$/.test(event))).toEqual([]);
  });

  test('leave no token behind where they check out', () => {
    const checkouts = workflows.flatMap(stepsOf).filter(({ uses: action }) => action?.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(6);
    for (const { with: inputs } of checkouts) expect(inputs).toHaveProperty('persist-credentials', false);
  });

  test('put no expression into a script', () => {
    const scripts = workflows.flatMap(stepsOf).flatMap(({ run }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(10);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  test('run only scripts that package.json has', () => {
    const { scripts }: { scripts: object } = JSON.parse(read('package.json'));
    const named = workflows
      .flatMap(stepsOf)
      .flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:-]+)/g)].map(([, name = '']) => name));
    expect(named).toContain('check:dist');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('install no package where they may publish', () => {
    const { publish } = readWorkflow('.github/workflows/release.yml').jobs;
    const scripts = publish?.steps?.flatMap(({ run }) => run ?? []).join('\n') ?? '';
    expect(scripts).toContain('gh release create');
    expect(scripts).not.toMatch(/\bnp[mx]\b/);
    const called = [...scripts.matchAll(/\bnode (\S+)/g)].map(([, path = '']) => path);
    expect(called).toEqual(['scripts/sbom.mjs']);
    for (const path of called) {
      const imported = [...read(path).matchAll(/\bfrom '([^']+)'|\bimport\(/g)].map(([, name]) => name);
      for (const name of imported) expect(name).toMatch(/^node:/);
    }
  });
});

interface Update {
  'package-ecosystem': string;
  directory?: string;
  directories?: string[];
  cooldown?: { 'default-days'?: number };
}

describe('Dependabot', () => {
  const { updates }: { updates: Update[] } = parse(read('.github/dependabot.yml'));

  test.each(updates.map((update) => [update['package-ecosystem'], update] as const))(
    'waits a week before it takes a new version: %s',
    (_, { cooldown }) => {
      expect(cooldown?.['default-days']).toBeGreaterThanOrEqual(7);
    },
  );

  // The folder `/` of github-actions is .github/workflows and action.yml.
  const folderOf = (path: string) => join('/', dirname(path)).replace(/^\/\.github\/workflows$/, '/');
  const manifests = {
    npm: findFiles('**/package.json'),
    'github-actions': [...workflows, ...actions],
    pip: findFiles('**/requirements*.txt'),
  };

  test.each(Object.entries(manifests))('looks after every folder that has something of %s', (ecosystem, paths) => {
    const watched = updates
      .filter((update) => update['package-ecosystem'] === ecosystem)
      .flatMap(({ directory, directories = [] }) => [...(directory ? [directory] : []), ...directories]);
    const isWatched = (path: string) =>
      watched.some((pattern) => pattern === folderOf(path) || pattern === `${dirname(folderOf(path))}/*`);
    expect(paths).not.toEqual([]);
    expect(paths.filter((path) => !isWatched(path))).toEqual([]);
  });

  test('leaves out no other kind of manifest', () => {
    expect(updates.map((update) => update['package-ecosystem']).sort()).toEqual(Object.keys(manifests).sort());
    expect(findFiles('**/{go.mod,Dockerfile,Cargo.toml,Gemfile,pyproject.toml,.gitmodules}')).toEqual([]);
  });
});

describe('packages', () => {
  interface Package {
    integrity?: string;
    resolved?: string;
  }
  const { packages }: { packages: Record<string, Package> } = JSON.parse(read('package-lock.json'));
  const { '': own, ...others } = packages;

  test('are what their hash says, wherever they come from', () => {
    expect(own).toBeDefined();
    expect(Object.keys(others).length).toBeGreaterThan(100);
    const isHashed = ({ integrity = '' }: Package) => /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity);
    expect(Object.keys(others).filter((path) => !isHashed(others[path] ?? {}))).toEqual([]);
  });

  test('name no host that they come from', () => {
    expect(Object.keys(others).filter((path) => others[path]?.resolved !== undefined)).toEqual([]);
    expect(read('package-lock.json').match(/https?:\/\/[^"]*\.tgz/g)).toBeNull();
    expect(read('.npmrc')).toMatch(/^omit-lockfile-registry-resolved=true$/m);
    expect(read('.npmrc')).not.toMatch(/registry *=|\/\/|_auth/);
  });

  test('of Python are pinned and hashed too', () => {
    for (const path of findFiles('**/requirements*.txt')) {
      const entries = read(path).replaceAll('\\\n', ' ').trim().split('\n');
      for (const entry of entries) expect(entry, path).toMatch(/^[\w-]+==\d[\w.]* +--hash=sha256:[0-9a-f]{64}/);
    }
  });
});

describe('SECURITY.md', () => {
  const policy = read('SECURITY.md');

  test('says where to report, what not to send, and how a release is verified', () => {
    expect(policy).toContain('https://github.com/your-org/flux-secret-sync/security/advisories/new');
    expect(policy).toMatch(/^## What not to send$/m);
    expect(policy).toContain('gh release verify');
    expect(policy).toContain('docs/threat-model.md');
  });

  test('and docs/releasing.md ask for the workflow that attests', () => {
    const identity = '/.github/workflows/release.yml@refs/tags/';
    expect(workflows).toContain('.github/workflows/release.yml');
    for (const page of [policy, read('docs/releasing.md')]) {
      expect(page).toContain('gh attestation verify');
      expect(page).toContain(`https://github.com/your-org/flux-secret-sync${identity}`);
    }
  });
});

describe('docs/sops-releases.md', () => {
  const commands = [...read('docs/sops-releases.md').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

  test('has the signature checked against the one identity that makes the releases of sops', () => {
    const script = commands.join('\n');
    expect(script).toContain(
      '--certificate-identity "https://github.com/getsops/sops/.github/workflows/release.yml@refs/tags/v$VERSION"',
    );
    expect(script).toContain('--certificate-oidc-issuer https://token.actions.githubusercontent.com');
    expect(script).not.toMatch(/regexp|insecure/);
  });

  test('makes the lines of the table of what sops publishes', () => {
    const { sha256 }: { sha256: Record<string, Record<string, string>> } = JSON.parse(read('src/sops/releases.json'));
    const [version = '', row = {}] = Object.entries(sha256)[0] ?? [];
    // Beside the binaries, what else is in that list: the universal binary, and whatever may come.
    const published = { ...row, darwin: 'c'.repeat(64), 'linux.amd64.spdx.sbom.json': 'd'.repeat(64) };
    const checksums = Object.entries(published).map(([suffix, hash]) => `${hash}  sops-v${version}.${suffix}\n`);
    const folder = mkdtempSync(join(tmpdir(), 'checksums-'));
    try {
      writeFileSync(join(folder, `sops-v${version}.checksums.txt`), checksums.join(''));
      const command = commands.find((code = '') => code.startsWith('sed ')) ?? '';
      const env = { PATH: process.env['PATH'], VERSION: version };
      const printed = execFileSync('bash', ['--noprofile', '--norc', '-c', command], {
        cwd: folder,
        env,
        encoding: 'utf8',
      });
      expect(JSON.parse(`{${printed.trim().split('\n').join(',')}}`)).toEqual(row);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
