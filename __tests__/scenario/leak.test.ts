// Nothing but ciphertext leaves the process: a secret is looked for wherever a run leaves something, in every form, for
// every way in which a run can end once it has the secret. A row more is a test more.
import { access, mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Fault as GitHubFault, LoggedRequest } from '../stand-ins/github/github.ts';
import { actionEntry, type RecordingSops, recordingSops } from '../stand-ins/runner.ts';
import { FILE, KMS_KEY, startWorld, type World, type WorldRun } from '../stand-ins/world.ts';
import { NO_SECRET } from './configs.ts';
import { binaryCanary, type Canary, canaryOf, findForms, textCanary } from './leak/canary.ts';
import { collectPlaces, filesBelow, findLeaks } from './leak/evidence.ts';
import { type FakeSops, fakeSops } from './leak/fake-sops.ts';
import { processesOf } from './leak/processes.ts';

const CANARIES = [textCanary(), binaryCanary()];
const AGE = 'age1rkf4asms834n07qs029fdz8uvwcknelthuwmlxhtuemc2uu9zvfscwgn6v';

interface Story {
  name: string;
  /** The outcome of the last run, or the code of its failure. */
  ends: string;
  /** The Flux repository, where it holds more than a README. */
  files?: Record<string, string>;
  /** Runs that went before, by their inputs. */
  before?: Record<string, string>[];
  inputs?: Record<string, string>;
  env?: Record<string, string>;
  /** In the place of sops. */
  sops?: FakeSops;
  /** What is done to GitHub and Google before the last run. */
  meets?: (world: World, canary: Canary) => void;
}

const isCommit = ({ operationName }: LoggedRequest) => operationName === 'Commit';
/** What a server or a proxy may say that has seen too much. */
const quote = ({ bytes }: Canary) => `${bytes.toString('latin1')} ${bytes.toString('base64')}`;
const refusal = (type: string, message: string): GitHubFault => ({
  when: isCommit,
  times: Number.POSITIVE_INFINITY,
  status: 200,
  body: { data: { createCommitOnBranch: null }, errors: [{ type, message, path: ['createCommitOnBranch'] }] },
});
const googleRefuses = (status: number, name: string): Required<Story>['meets'] => {
  return ({ google }, canary) => {
    const error = { code: status, message: quote(canary), status: name, details: [{ reason: quote(canary) }] };
    google.fault({ when: 'secretmanager', status, body: { error } });
  };
};
const rule = (text: string) => ({ '.sops.yaml': `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n    ${text}\n` });

/** The secret by way of a config, with one entry. */
function asked(entry: object): Pick<Story, 'files' | 'inputs'> {
  const config = { project: 'demo-project', manifests: [{ file: FILE, name: 'kbot-token', ...entry }] };
  return {
    files: { 'flux-secrets.yaml': JSON.stringify(config) },
    inputs: { ...NO_SECRET, config: 'flux-secrets.yaml' },
  };
}

/** A newest version that has the secret within JSON. */
const within = (name: string): Required<Story>['meets'] => {
  return ({ secret }, { bytes }) => void secret.addVersion(JSON.stringify({ [name]: bytes.toString('base64') }));
};

const SUCCESSES: Story[] = [
  { name: 'a commit', ends: 'created' },
  { name: 'an update', ends: 'updated', before: [{ version: '2' }], inputs: { version: '1' } },
  { name: 'a commit for a rule of the repository', ends: 'created', files: rule(''), inputs: { 'gcp-kms': '' } },
  { name: 'a commit for an age recipient', ends: 'created', inputs: { 'gcp-kms': '', age: AGE } },
  { name: 'a pull request', ends: 'created', inputs: { publish: 'pull-request', labels: 'secrets' } },
  {
    name: 'a pull request brought up to date',
    ends: 'created',
    before: [{ version: '2', publish: 'pull-request' }],
    inputs: { version: '1', publish: 'pull-request' },
  },
  { name: 'a run that publishes nothing', ends: 'created', inputs: { publish: 'none' } },
  { name: 'a run that finds nothing to do', ends: 'unchanged', before: [{}] },
  { name: 'a held version', ends: 'held', before: [{ version: '2' }, { version: '1', hold: 'true' }] },
  {
    name: 'a second attempt after a push by others',
    ends: 'created',
    meets({ github, flux }) {
      const push = () => flux.commit({ branch: 'main', files: { 'other.yaml': 'x: 1\n' } });
      github.fault({ when: isCommit, before: push });
    },
  },
];

const CONFIG_SUCCESSES: Story[] = [
  {
    name: 'a part of a payload',
    ends: 'created',
    ...asked({ data: { token: { secret: 'TELE_TOKEN', pointer: '/part' } } }),
    meets: within('part'),
  },
  {
    name: 'the entries of a payload',
    ends: 'created',
    ...asked({ dataFrom: [{ secret: 'TELE_TOKEN', format: 'json' }] }),
    meets: within('ENTRY'),
  },
  {
    name: 'the password of a registry',
    ends: 'created',
    ...asked({
      docker: { server: 'r.example', username: { value: 'u' }, password: { secret: 'TELE_TOKEN', pointer: '/p' } },
    }),
    meets: within('p'),
  },
  {
    name: 'a payload that is mentioned for its line end',
    ends: 'created',
    ...asked({ data: { token: { secret: 'TELE_TOKEN', trim: 'newline' }, whole: 'TELE_TOKEN' } }),
  },
];

const CONFIG_FAILURES: Story[] = [
  {
    name: 'the payload is not the JSON that a pointer needs',
    ends: 'PAYLOAD_MALFORMED',
    ...asked({ data: { token: { secret: 'TELE_TOKEN', pointer: '/a' } } }),
  },
  {
    name: 'the payload is not the JSON whose entries are asked for',
    ends: 'PAYLOAD_MALFORMED',
    ...asked({ dataFrom: [{ secret: 'TELE_TOKEN', format: 'json' }] }),
  },
  {
    name: 'the payload is no dotenv',
    ends: 'PAYLOAD_MALFORMED',
    ...asked({ dataFrom: [{ secret: 'TELE_TOKEN', format: 'dotenv' }] }),
  },
  {
    name: 'an entry has a name that cannot be a key',
    ends: 'DATA_KEY_INVALID',
    ...asked({ dataFrom: [{ secret: 'TELE_TOKEN', format: 'json' }] }),
    meets: ({ secret }, { bytes }) => void secret.addVersion(JSON.stringify({ [bytes.toString('base64')]: 'x' })),
  },
  {
    name: 'the payload is no certificate',
    ends: 'CERTIFICATE_INVALID',
    ...asked({ type: 'kubernetes.io/tls', data: { 'tls.crt': 'TELE_TOKEN', 'tls.key': 'TELE_TOKEN' } }),
  },
  {
    name: 'the payload is no docker configuration',
    ends: 'DOCKER_CONFIG_INVALID',
    ...asked({ type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'TELE_TOKEN' } }),
  },
  {
    name: 'a second manifest fails, and the first is published',
    ends: 'PAYLOAD_MALFORMED',
    files: {
      'flux-secrets.yaml': JSON.stringify({
        project: 'demo-project',
        manifests: [
          { file: FILE, name: 'kbot-token', data: { token: 'TELE_TOKEN' } },
          { file: 'b.yaml', name: 'b', data: { token: { secret: 'TELE_TOKEN', pointer: '/a' } } },
        ],
      }),
    },
    inputs: { ...NO_SECRET, config: 'flux-secrets.yaml', 'on-error': 'publish-rest' },
  },
];

const FAILURES: Story[] = [
  ...CONFIG_FAILURES,
  { name: 'Google refuses and quotes', ends: 'SECRET_ACCESS_DENIED', meets: googleRefuses(403, 'PERMISSION_DENIED') },
  { name: 'Google does not know it and quotes', ends: 'SECRET_NOT_FOUND', meets: googleRefuses(404, 'NOT_FOUND') },
  {
    name: 'Google refuses with a status of its own and quotes',
    ends: 'GOOGLE_UNREACHABLE',
    meets: googleRefuses(501, 'UNIMPLEMENTED'),
  },
  {
    name: 'the token exchange refuses and quotes',
    ends: 'GOOGLE_CREDENTIALS_REJECTED',
    meets: ({ google }, canary) =>
      google.fault({ when: 'sts', status: 400, body: { error: 'invalid_grant', error_description: quote(canary) } }),
  },
  {
    name: 'the checksum is not that of the payload',
    ends: 'SECRET_CHECKSUM_MISMATCH',
    meets: ({ google }) => google.corruptChecksum(),
  },
  { name: 'the file is something else', ends: 'FILE_NOT_OURS', files: { [FILE]: 'kind: ConfigMap\n' } },
  {
    name: 'the repository turns out not to be there',
    ends: 'REPOSITORY_NOT_FOUND',
    meets({ github, google, flux }) {
      flux.settings.mayRead = false;
      const met = () => vi.waitFor(() => expect(google.requests.at(-1)?.response).toContain('payload'), 20_000);
      github.fault({ when: ({ operationName }) => operationName === 'Snapshot', before: met });
    },
  },
  { name: 'sops is missing', ends: 'SOPS_NOT_FOUND', inputs: { 'sops-path': 'no-such-sops' } },
  { name: 'sops is too old', ends: 'SOPS_TOO_OLD', sops: { version: 'echo sops 3.9.4' } },
  { name: 'sops is something else', ends: 'SOPS_NOT_FOUND', sops: { version: 'echo another program' } },
  { name: 'sops tells all on stderr', ends: 'SOPS_FAILED', sops: { encrypt: 'cat >&2; exit 1' } },
  {
    name: 'sops tells all and says it is for want of a rule',
    ends: 'SOPS_NO_RULE',
    sops: { encrypt: 'cat >&2; echo no matching creation rules found >&2; exit 1' },
  },
  { name: 'sops tells all on stdout', ends: 'SOPS_FAILED', sops: { encrypt: 'cat; exit 1' } },
  { name: 'sops encrypts nothing', ends: 'MANIFEST_NOT_ENCRYPTED', sops: { encrypt: 'cat' } },
  { name: 'sops writes no YAML', ends: 'MANIFEST_NOT_ENCRYPTED', sops: { encrypt: 'printf "%s" "[{: "; cat' } },
  {
    name: 'sops makes a key of the value',
    ends: 'MANIFEST_NOT_ENCRYPTED',
    sops: {
      encrypt: `value=$(sed 's/.*"token":"\\([^"]*\\)".*/\\1/'); echo "data: {\\"$value\\": x}"; echo "sops: {mac: \\"$value\\"}"`,
    },
  },
  {
    name: 'the rule encrypts something else',
    ends: 'MANIFEST_NOT_ENCRYPTED',
    files: rule('encrypted_regex: ^spec$'),
    inputs: { 'gcp-kms': '' },
  },
  {
    name: 'the rule encrypts by a suffix that no key has',
    ends: 'MANIFEST_NOT_ENCRYPTED',
    files: rule('encrypted_suffix: _secret'),
    inputs: { 'gcp-kms': '' },
  },
  { name: 'Cloud KMS denies', ends: 'SOPS_KEY_DENIED', meets: ({ google }) => google.denyKey(KMS_KEY) },
  {
    name: 'Cloud KMS refuses and quotes',
    ends: 'SOPS_KEY_UNUSABLE',
    meets: ({ google }, canary) => google.fault({ when: 'cloudkms', status: 400, body: quote(canary) }),
  },
  {
    name: 'a key is not in the keyring',
    ends: 'SOPS_RECIPIENT_INVALID',
    inputs: { 'gcp-kms': '', pgp: 'A'.repeat(40) },
  },
  {
    name: 'GitHub refuses the commit and quotes',
    ends: 'GITHUB_REFUSED',
    meets: ({ github }, canary) => github.fault(refusal(quote(canary), quote(canary))),
  },
  {
    name: 'GitHub forbids the commit and quotes',
    ends: 'TOKEN_LACKS_PERMISSION',
    meets: ({ github }, canary) => github.fault({ when: isCommit, status: 403, body: { message: quote(canary) } }),
  },
  {
    name: 'the branch is protected',
    ends: 'BRANCH_PROTECTED',
    meets: ({ flux }) => void flux.settings.protectedBranches.push('main'),
  },
  {
    name: 'pull requests are not permitted',
    ends: 'PULL_REQUEST_NOT_PERMITTED',
    inputs: { publish: 'pull-request' },
    meets: ({ flux }) => Object.assign(flux.settings, { mayCreatePullRequests: false }),
  },
  {
    name: 'a reviewer is refused, with a quotation',
    ends: 'REVIEWER_REFUSED',
    inputs: { publish: 'pull-request', reviewers: 'octocat' },
    meets({ github }, canary) {
      const message = `Reviews may only be requested from collaborators. ${quote(canary)}`;
      github.fault({ when: ({ path }) => path.endsWith('/requested_reviewers'), status: 422, body: { message } });
    },
  },
  {
    name: 'no answer comes to the commit, nor any afterwards',
    ends: 'PUBLICATION_UNCERTAIN',
    inputs: { timeout: '3s' },
    meets({ github }) {
      github.fault({ when: isCommit, loseAnswer: true });
      github.fault({ when: () => github.requests.length > 2, times: Number.POSITIVE_INFINITY, hang: true });
    },
  },
  {
    name: 'the branch moves for ever',
    // The time may be over while a write is under way.
    ends: 'DEADLINE_EXCEEDED or PUBLICATION_UNCERTAIN',
    inputs: { timeout: '3s' },
    meets: ({ github }) => github.fault(refusal('STALE_DATA', 'Expected branch to point to "a" but it did not.')),
  },
  {
    name: 'sops takes too long',
    ends: 'DEADLINE_EXCEEDED',
    inputs: { timeout: '3s' },
    sops: { encrypt: 'exec sleep 60' },
  },
  {
    name: 'the job is cancelled while sops runs',
    ends: 'CANCELLED',
    sops: { encrypt: 'kill -TERM "$PPID"; exec sleep 60' },
  },
  { name: 'the folder for temporary files is missing', ends: 'TEMP_UNUSABLE', env: { RUNNER_TEMP: '/no/such/folder' } },
  {
    name: 'sops goes between its version and its work',
    ends: 'SOPS_NOT_FOUND',
    sops: { version: 'echo sops 3.13.3; rm "$(command -v sops)"' },
  },
];

interface Stage extends AsyncDisposable {
  world: World;
  sops: RecordingSops;
  /** Where the run may put temporary files outside of its own folders. */
  temporary: string;
  run(): Promise<WorldRun>;
}

async function prepare(story: Story, canary: Canary): Promise<Stage> {
  const world = await startWorld({ 'README.md': 'The Flux repository.\n', ...story.files });
  world.secret.addVersion(canary.bytes);
  world.secret.addVersion(canary.bytes);
  for (const inputs of story.before ?? []) await (await world.run(inputs))[Symbol.asyncDispose]();
  story.meets?.(world, canary);

  const folder = await mkdtemp(join(tmpdir(), 'leak-'));
  const temporary = join(folder, 'tmp');
  await mkdir(temporary);
  const fake = story.sops && (await fakeSops(folder, story.sops));
  const sops = await recordingSops(join(folder, 'bin'), fake);
  const inputs = { ...(fake !== undefined && { 'sops-path': sops.path }), ...story.inputs };
  return {
    world,
    sops,
    temporary,
    run: () =>
      world.run(inputs, {
        pathFirst: [sops.directory],
        env: { TMPDIR: temporary, GOOGLE_SDK_NODE_LOGGING: '*', LOG_STREAM: '1', LOG_TOKENS: '1', ...story.env },
        debug: true,
      }),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

function endOf({ outputs }: WorldRun): string {
  const { error } = JSON.parse(outputs['report'] ?? '{}') as { error?: { code: string } };
  return error?.code ?? outputs['outcome'] ?? '';
}

async function collect({ world, sops, temporary }: Stage, run: WorldRun) {
  return collectPlaces({ world, run, calls: await sops.calls(), folders: [temporary] });
}

/** What there is to see once sops is at work; @throws {Error} before that */
async function lookAt({ sops, temporary }: Stage) {
  const [call] = await sops.calls();
  if (call === undefined) throw new Error('sops has not been asked for its version.');
  const job = dirname(call.environment['HOME'] ?? '');
  const processes = await processesOf(job);
  const working = processes.find(({ commandLine }) => commandLine.includes('encrypt'));
  const folder = await readlink(`/proc/${working?.pid}/cwd`);
  await access(join(folder, 'started'));
  const files = await Promise.all([job, temporary, '/dev/shm'].map(filesBelow));
  return {
    folder,
    files: files.flat(),
    processes: processes.map(({ commandLine, environment }) => ({
      name: `process ${commandLine}`,
      bytes: Buffer.from(commandLine + environment),
    })),
  };
}

describe.for(CANARIES)('a secret of $name is nowhere to be seen', (canary) => {
  test.concurrent.for([...SUCCESSES, ...CONFIG_SUCCESSES, ...FAILURES])('$name ($ends)', async (story) => {
    await using stage = await prepare(story, canary);
    await using run = await stage.run();
    const places = await collect(stage, run);

    expect(story.ends.split(' or '), run.stdout + run.stderr).toContain(endOf(run));
    expect(run.exitCode).toBe(FAILURES.includes(story) ? 1 : 0);
    const { github, google } = stage.world;
    const answers = google.requests.map(({ response }) => response).join('\n');
    expect(findForms(Buffer.from(answers), canary), 'the run has met the secret').not.toEqual([]);
    expect(findLeaks(places, canary)).toEqual([]);
    expect(findLeaks(places, canaryOf(github.token), /^GitHub headers$/)).toEqual([]);
    expect(findLeaks(places, canaryOf(google.tokens.exchanged), /^Google headers$/)).toEqual([]);
    expect(findLeaks(places, canaryOf(google.tokens.oidc), /^Google body/)).toEqual([]);
  });

  test.concurrent('while sops runs, neither in a file nor at a process', async () => {
    const sops = { encrypt: ': > started; while [ ! -e ended ]; do sleep 0.02; done; exit 1' };
    await using stage = await prepare({ name: '', ends: '', sops, files: rule(''), inputs: { 'gcp-kms': '' } }, canary);
    const running = stage.run();
    const { folder, files, processes } = await vi.waitFor(() => lookAt(stage), { timeout: 30_000, interval: 20 });
    await writeFile(join(folder, 'ended'), '');
    await using run = await running;

    expect(endOf(run)).toBe('SOPS_FAILED');
    expect(files.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^file temp\/[^/]+\/\.sops\.yaml$/));
    expect(processes.map(({ name }) => name)).toContainEqual(expect.stringContaining(actionEntry));
    expect(findLeaks([...files, ...processes], canary)).toEqual([]);
    expect(await readdir(folder).catch(() => 'gone')).toBe('gone');
  });

  test.concurrent('with every debugging switch of Node on', async () => {
    await using stage = await prepare({ name: '', ends: '', env: { NODE_DEBUG: '*' } }, canary);
    await using run = await stage.run();

    expect(run.outputs).toMatchObject({ outcome: 'created' });
    // Node itself prints the headers of requests then, tokens and all; payloads it does not.
    expect(run.stderr).toContain('HTTP');
    expect(findLeaks(await collect(stage, run), canary)).toEqual([]);
  });
});

test('a Google access token is in the environment of sops where it was given, and nowhere else', async () => {
  const canary = textCanary();
  await using stage = await prepare({ name: '', ends: '' }, canary);
  const { world, sops, temporary } = stage;
  const token = world.google.tokens.exchanged;
  await using run = await world.run(
    { 'access-token': token },
    { pathFirst: [sops.directory], env: { GOOGLE_APPLICATION_CREDENTIALS: '', TMPDIR: temporary }, debug: true },
  );
  const places = await collect(stage, run);

  expect(run.outputs).toMatchObject({ outcome: 'created' });
  expect(run.masks).toContain(token);
  expect(findLeaks(places, canaryOf(token))).toContain(`${token} in sops environment: as it is`);
  expect(findLeaks(places, canaryOf(token), /^(Google headers|sops environment)$/)).toEqual([]);
  expect(findLeaks(places, canary)).toEqual([]);
});
