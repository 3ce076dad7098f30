// GitHub's runner as an action meets it: one job's environment, inputs with the defaults of action.yml, the files for
// outputs and summary, workflow commands. The action is a child process that inherits nothing of the test's environment.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
// The discard port: whatever a test forgets to stand in for is refused at once, and never reaches the real service.
const nowhere = 'http://127.0.0.1:9';
// Set where coverage is measured, by coverage.ts. The action is its source then, which Node runs as it is.
const coverageFolder = process.env['COVERAGE_OF_ACTION'];
/** What the runner starts unless it is told otherwise. */
export const actionEntry = join(root, coverageFolder === undefined ? 'dist/index.js' : 'src/index.ts');

interface GitHubJob {
  /** Without a trailing slash. */
  readonly apiUrl?: string;
  readonly serverUrl?: string;
  /** `owner/name` of the repository whose workflow runs. */
  readonly repository?: string;
  readonly actor?: string;
  readonly triggeringActor?: string;
  /** `github.token`, for inputs that default to it; it is in no environment variable. */
  readonly token?: string;
  readonly runId?: string;
  readonly runAttempt?: string;
  readonly eventName?: string;
  readonly event?: object;
  readonly ref?: string;
  readonly sha?: string;
  readonly workflow?: string;
  readonly workflowRef?: string;
}

export interface RunOptions {
  /** By name as in `with:`. One that is given, even as '', takes no default. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** What earlier steps exported, such as GOOGLE_APPLICATION_CREDENTIALS. Wins over everything. */
  readonly env?: Readonly<Record<string, string>>;
  readonly github?: GitHubJob;
  /** Folders to stand before all others on PATH. */
  readonly pathFirst?: readonly string[];
  readonly workspace?: string;
  readonly tempDirectory?: string;
  /** `actionEntry` unless said otherwise. */
  readonly entry?: string;
  readonly actionFile?: string;
  /** As a job that is run again with debug logging. */
  readonly debug?: boolean;
  /** Milliseconds until the action and what it started are killed: 60,000. `signal` is SIGKILL then. */
  readonly timeout?: number;
}

export interface WorkflowCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly value: string;
}

interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly message: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** `await using` removes the folders of the run. */
export interface ActionRun extends AsyncDisposable {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** All that the runner would obey, whoever put it into the output. */
  readonly commands: readonly WorkflowCommand[];
  readonly masks: readonly string[];
  readonly annotations: readonly Annotation[];
  /** Holds all the other folders that were not given. */
  readonly directory: string;
  readonly home: string;
  readonly temp: string;
  readonly workspace: string;
}

/** Runs a built action once. @throws {Error} for an input that its action.yml does not declare. */
export async function runAction(options: RunOptions): Promise<ActionRun> {
  const { github = {}, entry = actionEntry, actionFile = join(root, 'action.yml') } = options;
  const context = jobContext(github);
  const inputs = await inputEnvironment(actionFile, options.inputs ?? {}, context);
  const directory = await mkdtemp(join(tmpdir(), 'flux-secret-sync-job-'));
  const home = join(directory, 'home');
  const temp = options.tempDirectory ?? join(directory, 'temp');
  const workspace = options.workspace ?? join(directory, 'workspace');
  const toolCache = join(directory, 'tool-cache');
  const commandFiles = join(directory, 'file-commands');
  const folders = [home, temp, workspace, toolCache, commandFiles];
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })));
  const file = (name: string): string => join(commandFiles, name);
  await Promise.all(['output', 'step-summary', 'state', 'env', 'path'].map((name) => writeFile(file(name), '')));
  await writeFile(file('event.json'), JSON.stringify(github.event ?? { inputs: {} }));

  const env = {
    PATH: searchPath(options.pathFirst),
    HOME: home,
    LANG: 'C.UTF-8',
    CI: 'true',
    RUNNER_OS: 'Linux',
    RUNNER_ARCH: 'X64',
    RUNNER_NAME: 'GitHub Actions 1',
    RUNNER_ENVIRONMENT: 'github-hosted',
    RUNNER_TEMP: temp,
    RUNNER_TOOL_CACHE: toolCache,
    RUNNER_WORKSPACE: dirname(workspace),
    ...(options.debug && { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' }),
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: workspace,
    GITHUB_EVENT_PATH: file('event.json'),
    GITHUB_OUTPUT: file('output'),
    GITHUB_STEP_SUMMARY: file('step-summary'),
    GITHUB_STATE: file('state'),
    GITHUB_ENV: file('env'),
    GITHUB_PATH: file('path'),
    ...jobEnvironment(context),
    // No Google machine here: without this the client asks the metadata server and waits for it.
    METADATA_SERVER_DETECTION: 'none',
    ...inputs,
    ...options.env,
  };
  const ended = await runNode(entry, { cwd: workspace, env, timeout: options.timeout ?? 60_000 });

  const commands = parseCommands(`${ended.stdout}\n${ended.stderr}`);
  return {
    ...ended,
    outputs: parseFileCommand(await readFile(file('output'), 'utf8')),
    summary: await readFile(file('step-summary'), 'utf8'),
    commands,
    masks: commands.filter(({ name }) => name === 'add-mask').map(({ value }) => value),
    annotations: commands.flatMap(({ name, properties, value }) =>
      name === 'error' || name === 'warning' || name === 'notice' ? [{ level: name, message: value, properties }] : [],
    ),
    directory,
    home,
    temp,
    workspace,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

function searchPath(first: readonly string[] = []): string {
  const machine = process.env['PATH'] ?? '/usr/bin:/bin';
  return [...first, join(root, '.tools/bin'), join(root, 'node_modules/.bin'), machine].join(delimiter);
}

function jobContext(github: GitHubJob) {
  const repository = github.repository ?? 'acme/payments';
  const apiUrl = github.apiUrl ?? nowhere;
  const workflow = github.workflow ?? 'Sync secrets';
  const ref = github.ref ?? 'refs/heads/main';
  const actor = github.actor ?? 'octocat';
  return {
    actor,
    api_url: apiUrl,
    event_name: github.eventName ?? 'workflow_dispatch',
    graphql_url: apiUrl.endsWith('/api/v3') ? apiUrl.replace(/v3$/, 'graphql') : `${apiUrl}/graphql`,
    job: 'sync',
    ref,
    ref_name: ref.replace(/^refs\/(?:heads|tags)\//, ''),
    repository,
    repository_owner: repository.split('/')[0] ?? '',
    run_attempt: github.runAttempt ?? '1',
    run_id: github.runId ?? '1234567890',
    run_number: '42',
    server_url: github.serverUrl ?? apiUrl.replace(/\/api\/v3$/, ''),
    sha: github.sha ?? 'ffac537e6cbbf934b08745a378932722df287a53',
    token: github.token ?? 'ghs_stand-in',
    triggering_actor: github.triggeringActor ?? actor,
    workflow,
    workflow_ref: github.workflowRef ?? `${repository}/.github/workflows/sync.yml@${ref}`,
  };
}

function jobEnvironment({ token: _, ...context }: ReturnType<typeof jobContext>): Record<string, string> {
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [`GITHUB_${name.toUpperCase()}`, value]));
}

async function inputEnvironment(
  actionFile: string,
  given: Readonly<Record<string, string>>,
  context: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  // The runner knows scalars of action.yml as strings only: `default: 010` is '010'.
  const action: unknown = parse(await readFile(actionFile, 'utf8'), { schema: 'failsafe' });
  const { inputs } = action as { inputs?: Record<string, { default?: string } | null> };
  const declared = inputs ?? {};
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(declared, name));
  if (unknown.length > 0) throw new Error(`action.yml declares no input ${unknown.join(', ')}.`);
  const evaluate = (expression: string): string =>
    expression.replace(/\$\{\{\s*(.*?)\s*\}\}/g, (whole, inner: string) => {
      const value = inner.startsWith('github.') ? context[inner.slice('github.'.length)] : undefined;
      if (value === undefined) throw new Error(`This runner cannot evaluate ${whole}.`);
      return value;
    });
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      given[name] ?? evaluate(input?.default ?? ''),
    ]),
  );
}

interface ProcessOptions {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly timeout: number;
}

async function runNode(entry: string, { cwd, env, timeout }: ProcessOptions) {
  const isMeasured = coverageFolder !== undefined;
  // Node reads the variable before it runs anything; the action and its children are not to see it.
  const options = isMeasured ? ['--import', 'data:text/javascript,delete process.env.NODE_V8_COVERAGE'] : [];
  const child = spawn(process.execPath, [...options, entry], {
    cwd,
    env: isMeasured ? { ...env, NODE_V8_COVERAGE: coverageFolder } : env,
    // A process group of its own, so that the deadline reaches the action's children too.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killGroup = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It ended in the meantime.
    }
  };
  const deadline = setTimeout(killGroup, timeout);
  process.once('exit', killGroup);
  try {
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { exitCode: child.exitCode, signal: child.signalCode, stdout, stderr };
  } finally {
    clearTimeout(deadline);
    process.off('exit', killGroup);
  }
}

/** GITHUB_OUTPUT and its like: `name=value` lines and heredocs. @throws {Error} where the runner would. */
export function parseFileCommand(content: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    if (line === '') continue;
    const [, name = '', operator, rest = ''] = /^(.*?)(<<|=)(.*)$/.exec(line) ?? [];
    if (operator === undefined || name === '') throw new Error(`Invalid format '${line}'`);
    if (operator === '=') {
      values[name] = rest;
      continue;
    }
    const end = lines.indexOf(rest);
    if (rest === '' || end < 0) throw new Error(`Matching delimiter not found '${rest}'`);
    values[name] = lines
      .splice(0, end + 1)
      .slice(0, -1)
      .join('\n');
  }
  return values;
}

// Any other name is plain text to the runner.
const knownCommands: ReadonlySet<string> = new Set(
  (
    'add-mask add-matcher add-path debug echo endgroup error group notice ' +
    'remove-matcher save-state set-env set-output stop-commands warning'
  ).split(' '),
);

/** The commands that the runner finds in what a step prints: `::name k=v::` begins a line, `##[name k=v]` is anywhere. */
export function parseCommands(printed: string): WorkflowCommand[] {
  const commands: WorkflowCommand[] = [];
  let resumeToken: string | undefined;
  for (const line of printed.split(/\r?\n/)) {
    const command = parseCommand(line);
    if (resumeToken !== undefined) {
      if (command?.name === resumeToken.toLowerCase()) resumeToken = undefined;
    } else if (command !== undefined && knownCommands.has(command.name)) {
      commands.push(command);
      if (command.name === 'stop-commands') resumeToken = command.value;
    }
  }
  return commands;
}

function parseCommand(line: string): WorkflowCommand | undefined {
  const current = /^\s*::([^\s:]+)(?:\s+(.*?))?::(.*)$/.exec(line);
  const legacy = current === null ? /##\[([^\s\]]+)(?:\s+([^\]]*))?\](.*)$/.exec(line) : null;
  const [, name, properties = '', value = ''] = current ?? legacy ?? [];
  if (name === undefined) return undefined;
  const pairs = properties.split(current === null ? ';' : ',').map((pair) => splitOnce(pair.trim(), '='));
  return {
    name: name.toLowerCase(),
    properties: Object.fromEntries(
      pairs.filter(([key]) => key !== '').map(([key, escaped]) => [key, unescapeWith(escaped, propertyEscapes)]),
    ),
    value: unescapeWith(value, valueEscapes),
  };
}

const valueEscapes: ReadonlyMap<string, string> = new Map([
  ['%0D', '\r'],
  ['%0A', '\n'],
  ['%25', '%'],
]);
const propertyEscapes: ReadonlyMap<string, string> = new Map([
  ...valueEscapes,
  ['%3A', ':'],
  ['%2C', ','],
  ['%3B', ';'],
  ['%5D', ']'],
]);
const unescapeWith = (escaped: string, escapes: ReadonlyMap<string, string>): string =>
  escaped.replace(/%[\dA-F]{2}/g, (code) => escapes.get(code) ?? code);

export interface Finding {
  /** Relative to the folder that was searched. */
  readonly file: string;
  readonly needle: Buffer;
}

/** Looks for bytes in the name and the content of every file below a folder, dot files and `.git` included. */
export async function findInTree(directory: string, needles: readonly Buffer[]): Promise<Finding[]> {
  if (needles.some(({ length }) => length === 0)) throw new RangeError('An empty needle is in every file.');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const findings = await Promise.all(
    entries.map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0);
      return needles
        .filter((needle) => content.includes(needle) || Buffer.from(entry.name).includes(needle))
        .map((needle) => ({ file: relative(directory, path), needle }));
    }),
  );
  return findings.flat();
}

export interface SopsCall {
  /** Without the name of the program. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

export interface RecordingSops {
  /** The folder to give to `pathFirst`, and the program in it. */
  readonly directory: string;
  readonly path: string;
  /** What the operating system showed of each call, in the order of their start. Linux only. */
  calls(): Promise<SopsCall[]>;
}

/** Puts a program `sops` into a new folder that notes how it was called and becomes the real one. */
export async function recordingSops(directory: string, realSops?: string): Promise<RecordingSops> {
  const folder = resolve(directory);
  const path = join(folder, 'sops');
  const log = join(folder, 'calls');
  await mkdir(log, { recursive: true });
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  // Full paths: what the action gives to sops may have no PATH. `$$` stays the same through exec.
  const script = `#!/bin/sh
entry=${quote(log)}/$(/bin/date +%s%N)-$$
/bin/cat /proc/$$/cmdline > "$entry.cmdline"
/bin/cat /proc/$$/environ > "$entry.environ"
exec ${quote(realSops ?? (await findOnPath('sops')))} "$@"
`;
  await writeFile(path, script);
  await chmod(path, 0o755);
  const nulSeparated = async (name: string): Promise<string[]> =>
    (await readFile(join(log, name), 'utf8')).split('\0').slice(0, -1);
  return {
    directory: folder,
    path,
    async calls() {
      // It is written last: a call that was killed before is none.
      const names = (await readdir(log)).filter((name) => name.endsWith('.environ')).sort();
      return Promise.all(
        names.map(async (name) => {
          const variables = await nulSeparated(name);
          return {
            // The kernel names the interpreter and the script first.
            arguments: (await nulSeparated(name.replace(/environ$/, 'cmdline'))).slice(2),
            environment: Object.fromEntries(variables.map((variable) => splitOnce(variable, '='))),
          };
        }),
      );
    },
  };
}

function splitOnce(whole: string, separator: string): [string, string] {
  const at = whole.indexOf(separator);
  return at < 0 ? [whole, ''] : [whole.slice(0, at), whole.slice(at + separator.length)];
}

async function findOnPath(program: string): Promise<string> {
  for (const folder of searchPath().split(delimiter)) {
    const candidate = resolve(folder, program);
    const found = await readdir(folder).then(
      (names) => names.includes(program),
      () => false,
    );
    if (found) return candidate;
  }
  throw new Error(`There is no ${program} on PATH; scripts and tests expect it in .tools/bin.`);
}
