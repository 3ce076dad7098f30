// The runner's own promises, held against tiny actions that are written for each test.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findInTree, parseCommands, parseFileCommand, type RunOptions, recordingSops, runAction } from './runner.ts';

const actionFile = `
inputs:
  project-id: { description: p, required: true }
  message: { description: m }
  indent: { description: i, default: 010 }
  github-token: { description: t, default: '\${{ github.token }}' }
  repository: { description: r, default: "\${{github.repository}}" }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runner-test-'));
  await writeFile(join(folder, 'action.yml'), actionFile);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function run(script: string, options: RunOptions = {}) {
  const entry = join(folder, 'entry.mjs');
  await writeFile(entry, script);
  return runAction({ actionFile: join(folder, 'action.yml'), entry, ...options });
}

describe('runAction', () => {
  it('gives inputs as the runner does, with the defaults of action.yml', async () => {
    await using ended = await run('console.log(JSON.stringify(process.env))', {
      inputs: { 'project-id': 'p', repository: '' },
      github: { token: 'ghs_own', repository: 'o/r' },
    });
    expect(JSON.parse(ended.stdout)).toMatchObject({
      'INPUT_PROJECT-ID': 'p',
      INPUT_MESSAGE: '',
      INPUT_INDENT: '010',
      'INPUT_GITHUB-TOKEN': 'ghs_own',
      INPUT_REPOSITORY: '',
    });
    await using defaulted = await run('console.log(process.env.INPUT_REPOSITORY)', { github: { repository: 'o/r' } });
    expect(defaulted.stdout).toBe('o/r\n');
  });

  it('refuses an input that action.yml does not declare', async () => {
    await expect(run('', { inputs: { projectid: 'p' } })).rejects.toThrow('declares no input projectid');
  });

  it('makes the environment from nothing, with the job in it and the token not', async () => {
    process.env['LEAKED_FROM_THE_TEST'] = 'yes';
    await using ended = await run('console.log(JSON.stringify(process.env))', {
      github: { apiUrl: 'https://ghe.example/api/v3', token: 'ghs_own', repository: 'o/r', actor: 'ada' },
      inputs: { 'github-token': '' },
      env: { EXTRA: '1' },
    });
    delete process.env['LEAKED_FROM_THE_TEST'];
    const environment: unknown = JSON.parse(ended.stdout);
    expect(environment).toMatchObject({
      EXTRA: '1',
      HOME: ended.home,
      RUNNER_TEMP: ended.temp,
      GITHUB_WORKSPACE: ended.workspace,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_REPOSITORY_OWNER: 'o',
      GITHUB_ACTOR: 'ada',
      GITHUB_TRIGGERING_ACTOR: 'ada',
      GITHUB_API_URL: 'https://ghe.example/api/v3',
      GITHUB_GRAPHQL_URL: 'https://ghe.example/api/graphql',
      GITHUB_SERVER_URL: 'https://ghe.example',
      GITHUB_WORKFLOW_REF: 'o/r/.github/workflows/sync.yml@refs/heads/main',
      METADATA_SERVER_DETECTION: 'none',
    });
    expect(environment).not.toHaveProperty('LEAKED_FROM_THE_TEST');
    expect(environment).not.toHaveProperty('RUNNER_DEBUG');
    expect(ended.stdout).not.toContain('ghs_own');
  });

  it('runs Node 24, in the workspace', async () => {
    await using ended = await run('console.log(process.version, process.cwd())');
    expect(ended.stdout).toMatch(/^v24\./);
    expect(ended.stdout).toContain(ended.workspace);
  });

  it('reads outputs, summary, masks and annotations', async () => {
    await using ended = await run(`
      import { appendFileSync } from 'node:fs';
      appendFileSync(process.env.GITHUB_OUTPUT, 'a<<ghadelimiter_1\\ntwo\\nlines\\nghadelimiter_1\\nb=1=2\\nc<<X\\n\\nX\\n');
      appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Done\\n');
      console.log('::add-mask::100%25%0Atwo');
      console.log('::error title=Cannot%3A read,file=a%2Cb::50%25 %3A%0Amore');
      console.error('::warning::careful');
      process.exitCode = 3;
    `);
    expect(ended).toMatchObject({ exitCode: 3, signal: null, summary: '# Done\n', masks: ['100%\ntwo'] });
    expect(ended.outputs).toEqual({ a: 'two\nlines', b: '1=2', c: '' });
    expect(ended.annotations).toEqual([
      { level: 'error', message: '50% %3A\nmore', properties: { title: 'Cannot: read', file: 'a,b' } },
      { level: 'warning', message: 'careful', properties: {} },
    ]);
  });

  it('understands what @actions/core writes', async () => {
    const core = JSON.stringify(import.meta.resolve('@actions/core'));
    await using ended = await run(
      `import * as core from ${core};
       core.setSecret('100%\\nline');
       core.setOutput('a', 'two\\nlines');
       core.setOutput('b', core.getInput('message'));
       core.error('fifty % :: of\\nit', { title: 'Cannot: x, y' });
       await core.summary.addRaw('text').write();
       core.setFailed('no');`,
      { inputs: { message: 'given' } },
    );
    expect(ended).toMatchObject({
      exitCode: 1,
      outputs: { a: 'two\nlines', b: 'given' },
      summary: 'text',
      masks: ['100%\nline'],
      annotations: [
        { level: 'error', message: 'fifty % :: of\nit', properties: { title: 'Cannot: x, y' } },
        { level: 'error', message: 'no' },
      ],
    });
  });

  it('kills an action that does not end, and what it started', async () => {
    const start = performance.now();
    await using ended = await run(
      `import { spawn } from 'node:child_process';
       spawn('sleep', ['60'], { stdio: 'inherit' });
       setInterval(() => {}, 1000);`,
      { timeout: 400 },
    );
    expect(ended).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('turns debug logging on', async () => {
    await using ended = await run('console.log(process.env.RUNNER_DEBUG)', { debug: true });
    expect(ended.stdout).toBe('1\n');
  });
});

describe('parseCommands', () => {
  it.each([
    ['::notice::hi', ['notice']],
    ['  ::notice::hi', ['notice']],
    ['text ::notice::hi', []],
    ['text ##[error]hi', ['error']],
    ['##[section]hi', []],
    ['::unknown::hi', []],
    ['::stop-commands::T\n::error::x\n::T::\n::notice::y', ['stop-commands', 'notice']],
  ])('finds in %j the commands %j', (printed, names) => {
    expect(parseCommands(printed).map(({ name }) => name)).toEqual(names);
  });
});

describe('parseFileCommand', () => {
  it.each(['no operator', 'a<<X\nnever closed', '=value'])('refuses %j as the runner does', (content) => {
    expect(() => parseFileCommand(content)).toThrow();
  });
});

describe('findInTree', () => {
  it('finds bytes in content and in names, and nothing else', async () => {
    await writeFile(join(folder, 'data.bin'), Buffer.from([0, 255, 1, 2, 254]));
    await writeFile(join(folder, 'canary.txt'), '');
    const bytes = Buffer.from([255, 1, 2]);
    const name = Buffer.from('canary');
    expect(await findInTree(folder, [bytes, name, Buffer.from('absent')])).toEqual(
      expect.arrayContaining([
        { file: 'data.bin', needle: bytes },
        { file: 'canary.txt', needle: name },
      ]),
    );
    expect(await findInTree(folder, [Buffer.from('absent')])).toEqual([]);
    await expect(findInTree(folder, [Buffer.alloc(0)])).rejects.toThrow(RangeError);
  });
});

describe('recordingSops', () => {
  it('is the first on PATH where its folder is put in front', async () => {
    const sops = await recordingSops(join(folder, 'first'));
    await using ended = await run(
      `import { execFileSync } from 'node:child_process'; execFileSync('sops', ['--version']);`,
      { pathFirst: [sops.directory] },
    );
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await sops.calls()).toMatchObject([{ arguments: ['--version'], environment: { HOME: ended.home } }]);
  });

  it('notes arguments and environment of each call and hands stdin on', async () => {
    const sops = await recordingSops(join(folder, 'first'));
    await using ended = await run(
      `import { spawn } from 'node:child_process';
       const child = spawn(process.env.SOPS, ['--version', 'a b', ''], { env: { ONLY: 'this=that' }, stdio: ['pipe', 'inherit', 'inherit'] });
       child.stdin.on('error', () => {});
       child.stdin.end('secret');`,
      { env: { SOPS: sops.path } },
    );
    expect(ended.stdout).toContain('sops 3.');
    expect(await sops.calls()).toEqual([{ arguments: ['--version', 'a b', ''], environment: { ONLY: 'this=that' } }]);
  });
});
