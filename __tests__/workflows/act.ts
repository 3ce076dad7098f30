// Runs a workflow as GitHub would, by act, without containers: this action from a copy whose endpoints lead to the
// stand-ins, the actions of others from small stand-ins in ./actions. The workflow's own text is not touched.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { git } from '../stand-ins/github/git.ts';
import { FLUX_REPOSITORY, type World } from '../stand-ins/world.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const standInActions = fileURLToPath(new URL('actions/', import.meta.url));
/** `github.token` outside of the Flux repository: none that the GitHub stand-in knows. */
export const JOB_TOKEN = 'ghs_ofTheJob';
const APP_PRIVATE_KEY = 'the key of the App';
const variables = { FLUX_APP_CLIENT_ID: 'Iv23client' };
const milliseconds = 45_000;

export interface WorkflowOptions {
  /** A file of examples/workflows, or a workflow's text. */
  readonly workflow: string;
  readonly eventName: 'workflow_dispatch' | 'schedule' | 'repository_dispatch' | 'push' | 'pull_request';
  /** What GitHub says of the event: `github.event`. */
  readonly event: object;
  /** Where the workflow is, if it is in the Flux repository; otherwise it is in acme/payments. */
  readonly repository?: typeof FLUX_REPOSITORY;
  /** The commit of the Flux repository that the event is about. */
  readonly sha?: string;
  /** What else is in the repository of the workflow: path → content. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface WorkflowRun {
  readonly exitCode: number | null;
  /** What the steps of all jobs printed. */
  readonly printed: string;
  readonly summary: string;
  /** Of this action. */
  readonly outputs: Readonly<Record<string, string>>;
}

export async function runWorkflow(world: World, options: WorkflowOptions): Promise<WorkflowRun> {
  const directory = await mkdtemp(join(tmpdir(), 'act-'));
  try {
    const { repository = 'acme/payments' } = options;
    const workspace = await stageWorkspace(join(directory, basename(repository)), world, options);
    const action = await stageAction(join(directory, 'flux-secret-sync'), world.google.url);
    const event = join(directory, 'event.json');
    await writeFile(event, JSON.stringify(options.event));
    const env = {
      GITHUB_API_URL: world.github.url,
      GITHUB_SERVER_URL: world.github.url,
      GITHUB_REPOSITORY: repository,
      METADATA_SERVER_DETECTION: 'none',
      STAND_IN_APP: `${variables.FLUX_APP_CLIENT_ID} ${APP_PRIVATE_KEY}`,
      STAND_IN_CREDENTIALS: await world.google.workloadIdentity(directory),
      STAND_IN_GITHUB_TOKEN: world.github.token,
    };
    const secrets = {
      FLUX_APP_PRIVATE_KEY: APP_PRIVATE_KEY,
      GITHUB_TOKEN: repository === FLUX_REPOSITORY ? world.github.token : JOB_TOKEN,
    };
    return await runAct(join(directory, 'home'), [
      ...[options.eventName, '--eventpath', event, '--actor', 'octocat', '--json'],
      ...['--directory', workspace, '--platform', 'ubuntu-latest=-self-hosted', '--no-cache-server'],
      ...['--action-cache-path', join(directory, 'cache')],
      ...(await localRepositories(action)).flatMap((local) => ['--local-repository', local]),
      ...assignments('--env', env),
      ...assignments('--secret', secrets),
      ...assignments('--var', variables),
    ]);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The repository whose workflow runs. */
async function stageWorkspace(
  directory: string,
  world: World,
  { workflow, files = {}, sha }: WorkflowOptions,
): Promise<string> {
  const folder = join(directory, '.github/workflows');
  await mkdir(folder, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
  if (workflow.includes('\n')) await writeFile(join(folder, 'workflow.yml'), workflow);
  else await cp(join(root, 'examples/workflows', workflow), join(folder, basename(workflow)));
  const gitDir = join(directory, '.git');
  await git(gitDir, ['init', '--quiet', '--initial-branch', 'main', directory]);
  const identity = ['-c', 'user.name=octocat', '-c', 'user.email=octocat@users.noreply.github.com'];
  await git(gitDir, [...identity, 'commit', '--quiet', '--allow-empty', '--message', 'The workflow']);
  if (sha !== undefined) {
    await git(gitDir, ['fetch', '--quiet', world.flux.gitDir, '+refs/heads/*:refs/flux/*']);
    await git(gitDir, ['update-ref', 'HEAD', sha]);
  }
  return directory;
}

interface ActionFile {
  inputs: Record<string, object>;
}
interface ReusableWorkflow {
  on: { workflow_call: ActionFile };
}

/**
 * This repository as far as a runner loads it, with endpoints of the stand-ins by default. `$/`, which act does not know,
 * is said as docs/reusable-workflow.md tells for servers that do not know it either.
 */
async function stageAction(directory: string, endpoint: string): Promise<string> {
  await cp(join(root, 'dist'), join(directory, 'dist'), { recursive: true });
  const files = ['action.yml', '.github/actions/sync/action.yml', '.github/workflows/sync.yml'];
  await Promise.all(
    files.map(async (file) => {
      const document: ActionFile | ReusableWorkflow = parse(await readFile(join(root, file), 'utf8'));
      const { inputs } = 'on' in document ? document.on.workflow_call : document;
      for (const name of ['secret-manager-endpoint', 'kms-endpoint'])
        inputs[name] = { ...inputs[name], default: endpoint };
      await mkdir(dirname(join(directory, file)), { recursive: true });
      const said = stringify(document).replaceAll(/\$\/(\S+)/g, 'your-org/flux-secret-sync/$1@v1');
      await writeFile(join(directory, file), said);
    }),
  );
  return directory;
}

/** `owner/name@ref=folder` for every action that the examples and the reusable workflow name: nothing is fetched. */
async function localRepositories(action: string): Promise<string[]> {
  const workflow = await readFile(join(root, '.github/workflows/sync.yml'), 'utf8');
  const others = [...workflow.matchAll(/uses: (\S+\/(\S+)@[0-9a-f]{40})/g)];
  return [
    `your-org/flux-secret-sync@v1=${action}`,
    ...others.map(([, reference, name]) => `${reference}=${standInActions}${name}`),
  ];
}

function assignments(flag: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}

interface Entry {
  readonly msg?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly step?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
}

async function runAct(home: string, args: string[]): Promise<WorkflowRun> {
  // Steps inherit this environment: the Node of the action's runtime stands first, and nothing of the machine's is left.
  const path = [dirname(process.execPath), join(root, '.tools/bin'), process.env['PATH'] ?? '/usr/bin:/bin'];
  const env = { PATH: path.join(delimiter), HOME: home, LANG: 'C.UTF-8' };
  const child = spawn('act', args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: milliseconds });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  const entries = stdout.split('\n').filter(Boolean).map(parseEntry);
  const ofAction = entries.filter(({ step }) => step?.startsWith('your-org/flux-secret-sync'));
  const printed = entries.filter(({ raw_output: isPrinted }) => isPrinted).map(({ msg }) => msg);
  const outputs = ofAction.filter(({ command }) => command === 'set-output');
  return {
    exitCode: child.exitCode,
    printed: [...printed, ...(child.exitCode === 0 ? [] : [stdout, stderr])].join('\n'),
    summary: ofAction.find(({ command }) => command === 'summary')?.content ?? '',
    outputs: Object.fromEntries(outputs.map(({ name = '', arg = '' }) => [name, arg])),
  };
}

function parseEntry(line: string): Entry {
  return JSON.parse(line) as Entry;
}
