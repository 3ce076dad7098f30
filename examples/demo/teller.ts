// Tells one run of the action: what it was asked for, and what has come of it. Every claim is checked before it is made.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RecordingSops, recordingSops } from '../../__tests__/stand-ins/runner.ts';
import type { World, WorldRun } from '../../__tests__/stand-ins/world.ts';
import { decrypt, readableLines, showCommit } from './evidence.ts';
import { renderMarkdown } from './markdown.ts';
import { field } from './page.ts';

interface Telling {
  /** Those that the run is given beside the workflow's own. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'held';
  /** The version that the manifest carries afterwards, and what this version holds. */
  readonly version: string;
  readonly payload: string;
}

export interface Teller extends AsyncDisposable {
  /** What it answers has no folders any more. @throws {Error} with the claim that does not hold */
  tell(telling: Telling): Promise<WorldRun>;
}

/** @param entry the built action; this repository's own where it is undefined */
export async function createTeller(world: World, entry: string | undefined): Promise<Teller> {
  const directory = await mkdtemp(join(tmpdir(), 'demo-'));
  const sops = await recordingSops(join(directory, 'sops'));
  const environment = {
    SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    SOPS_GCP_KMS_ENDPOINT: world.google.url,
    GOOGLE_OAUTH_ACCESS_TOKEN: world.google.tokens.exchanged,
  };
  let known: string | undefined;

  return {
    async tell(telling) {
      const before = world.flux.head('main');
      await using run = await runOnce(world, sops, { entry, inputs: telling.inputs });
      const branch = (run.outputs['pull-request-operation'] === 'created' && run.outputs['branch']) || 'main';
      verifyOutcome(telling, run, { before, after: world.flux.head(branch) });
      const manifest = world.manifest(branch);
      const payload = await decrypt(manifest, 'token', { sops: sops.path, environment, directory });
      insist(payload.equals(Buffer.from(telling.payload)), `sops gives back version ${telling.version}`, run);

      field('with', formatInputs(telling.inputs));
      field('commit', describeCommit(world, run, branch));
      field('manifest', describeManifest(manifest, known));
      field('decrypts', [`to "${payload}", the very ${payload.length} bytes of version ${telling.version}`]);
      field('cost', [run.cost]);
      field('summary', renderMarkdown(run.summary));
      known = manifest;
      return run;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

async function runOnce(
  world: World,
  sops: RecordingSops,
  { entry, inputs }: { entry: string | undefined; inputs: Telling['inputs'] },
): Promise<WorldRun & { cost: string }> {
  const earlier = (await sops.calls()).length;
  const start = performance.now();
  const run = await world.run(inputs, { pathFirst: [sops.directory], ...(entry !== undefined && { entry }) });
  const seconds = (performance.now() - start) / 1000;
  const calls = (await sops.calls()).slice(earlier);
  const encryptions = calls.filter((call) => call.arguments.includes('encrypt')).length;
  const google = (service: string) => run.google.filter((request) => request.service === service).length;
  const cost =
    `GitHub ${run.github.length}, token exchange ${google('sts')}, Secret Manager ${google('secretmanager')}, ` +
    `Cloud KMS ${google('cloudkms')}, sops ${calls.length} (${encryptions} to encrypt); ${seconds.toFixed(1)} s`;
  return Object.assign(run, { cost });
}

function verifyOutcome(
  { outcome, version }: Telling,
  run: WorldRun,
  head: { before: string | undefined; after: string | undefined },
): void {
  const { outputs } = run;
  insist(run.exitCode === 0 && outputs['outcome'] === outcome, `the outcome is ${outcome}`, run);
  insist(outputs['version'] === version, `the manifest carries version ${version}`, run);
  const isWritten = outcome === 'created' || outcome === 'updated';
  const expected = isWritten ? outputs['commit-sha'] : head.before;
  insist(
    head.after === expected && isWritten === (head.after !== head.before),
    'the branch is where it is said to be',
    run,
  );
}

export function insist(holds: boolean, claim: string, { stdout, stderr }: WorldRun): void {
  if (!holds) throw new Error(`It does not hold that ${claim}. The action said:\n${stdout}${stderr}`);
}

/** On one line, where there are few. */
function formatInputs(inputs: Telling['inputs']): string[] {
  const lines = Object.entries(inputs).map(([name, value]) => `${name}: ${value}`);
  return lines.length <= 2 ? [lines.join(', ')] : lines;
}

function describeCommit({ flux }: World, { outputs }: WorldRun, branch: string): string[] {
  const oid = outputs['commit-sha'];
  if (!oid) return ['none'];
  const [subject = '', changes = ''] = showCommit(flux.gitDir, oid);
  return [subject, `${changes}, on ${branch}`];
}

/** All of it the first time, and then what is new in it and what is gone. */
function describeManifest(manifest: string, known: string | undefined): string[] {
  const lines = readableLines(manifest);
  if (known === undefined) return lines;
  if (known === manifest) return ['the same, byte for byte'];
  const before = readableLines(known);
  const keys = new Set(lines.map(keyOf));
  const clear = lines.slice(0, lines.indexOf('sops:'));
  const fresh = clear.filter((line) => !before.includes(line)).map((line) => line.trim());
  const gone = before.map(keyOf).filter((key) => !keys.has(key));
  return [...fresh, ...gone.map((key) => `${key} is gone`)];
}

function keyOf(line: string): string {
  return line.trim().split(': ')[0] ?? '';
}
