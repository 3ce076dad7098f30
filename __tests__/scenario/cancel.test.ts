// A job that is cancelled gets SIGINT and then SIGTERM: whatever the run is at, it ends, nothing is left of it, and
// nothing is published.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { LoggedRequest } from '../stand-ins/github/github.ts';
import { actionEntry, recordingSops } from '../stand-ins/runner.ts';
import { startWorld, type World, type WorldRun } from '../stand-ins/world.ts';
import { type FakeSops, fakeSops } from './leak/fake-sops.ts';
import { processesOf } from './leak/processes.ts';

interface Moment {
  name: string;
  inputs?: Record<string, string>;
  /** In the place of sops; `kill` is what cancels the job. */
  sops?: (kill: string) => FakeSops;
  /** Has `cancel` called at the moment; `hang` cancels too, and ends when the run has ended. */
  arrange?: (world: World, act: { cancel: () => Promise<void>; hang: () => Promise<void> }) => void;
  /** The writes that GitHub was asked for before, and refused. */
  tried?: string[];
}

const isCommit = ({ operationName }: LoggedRequest) => operationName === 'Commit';
const isRead = ({ operationName }: LoggedRequest) => operationName === 'Snapshot';

const MOMENTS: Moment[] = [
  {
    name: 'while GitHub hangs',
    arrange: ({ github }, { hang }) => github.fault({ when: isRead, before: hang }),
  },
  {
    name: 'while Secret Manager hangs',
    arrange: ({ google }, { hang }) => google.fault({ when: 'secretmanager', before: hang }),
  },
  {
    name: 'while the token exchange hangs',
    arrange: ({ google }, { hang }) => google.fault({ when: 'sts', before: hang }),
  },
  {
    name: 'while Cloud KMS hangs',
    arrange: ({ google }, { hang }) => google.fault({ when: 'cloudkms', before: hang }),
  },
  {
    name: 'while sops runs, with a child of its own',
    sops: (kill) => ({ encrypt: `trap '' INT TERM; sleep 60 & ${kill}; wait` }),
  },
  {
    name: 'while sops runs, and the other signal at once',
    sops: (kill) => ({ encrypt: `${kill}; kill -${kill.includes('INT') ? 'TERM' : 'INT'} "$PPID"; exec sleep 60` }),
  },
  {
    name: 'before anything is written',
    arrange: ({ github }, { cancel }) => github.fault({ when: isRead, before: cancel }),
  },
  {
    name: 'before a pull request is made',
    inputs: { publish: 'pull-request' },
    arrange: ({ google }, { cancel }) => google.fault({ when: 'cloudkms', before: cancel }),
  },
  {
    name: 'before it tries once more',
    tried: ['Commit'],
    arrange({ github, flux }, { cancel }) {
      const push = () => flux.commit({ branch: 'main', files: { 'other.yaml': 'x: 1\n' } });
      github.fault({ when: isCommit, before: push });
      github.fault({ when: (request) => isRead(request) && github.requests.length > 2, before: cancel });
    },
  },
];

/** Killed is not gone: the system takes a moment. */
function hasEnded(folder: string): Promise<void> {
  return vi.waitFor(async () => expect(await processesOf(folder)).toEqual([]), { timeout: 20_000 });
}

interface Cancelled extends AsyncDisposable {
  world: World;
  run: WorldRun;
  folder: string;
}

async function runAndCancel(moment: Moment, signal: NodeJS.Signals): Promise<Cancelled> {
  const world = await startWorld();
  world.secret.addVersion('a secret of some length');
  const folder = await mkdtemp(join(tmpdir(), 'cancel-'));
  const fake = moment.sops?.(`kill -${signal.slice('SIG'.length)} "$PPID"`);
  const sops = await recordingSops(join(folder, 'bin'), fake && (await fakeSops(folder, fake)));
  const cancel = async () => {
    for (const { pid, commandLine } of await processesOf(folder)) {
      if (commandLine.includes(actionEntry)) process.kill(pid, signal);
    }
  };
  moment.arrange?.(world, { cancel, hang: () => cancel().then(() => hasEnded(folder)) });
  const run = await world.run(moment.inputs, { pathFirst: [sops.directory], tempDirectory: join(folder, 'temp') });
  return {
    world,
    run,
    folder,
    async [Symbol.asyncDispose]() {
      await run[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

describe.for(['SIGINT', 'SIGTERM'] as const)('a run that gets %s', (signal) => {
  test.concurrent.for(MOMENTS)('$name ends at once, with nothing left and nothing published', async (moment) => {
    await using cancelled = await runAndCancel(moment, signal);
    const { world, run, folder } = cancelled;

    expect(run, run.stderr).toMatchObject({ exitCode: 1, signal: null, stderr: '' });
    expect(JSON.parse(run.outputs['report'] ?? '')).toMatchObject({ outcome: 'failed', error: { code: 'CANCELLED' } });
    expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false' });
    expect(run.annotations).toMatchObject([{ level: 'error', message: expect.stringContaining('(CANCELLED)') }]);
    expect(run.summary).toContain('Nothing was changed');
    const writes = run.github.filter(({ query }) => query?.startsWith('mutation'));
    expect(writes.map(({ operationName }) => operationName)).toEqual(moment.tried ?? []);
    expect(world.flux.read('refs/heads/main', 'clusters/dev/demo/kbot-token.yaml')).toBeUndefined();
    expect(Object.keys(world.flux.refs())).toEqual(['refs/heads/main']);
    expect(await readdir(join(folder, 'temp'))).toEqual([]);
    await hasEnded(folder);
  });

  test.concurrent('while GitHub writes does not claim that nothing was changed', async () => {
    await using cancelled = await runAndCancel(
      { name: '', arrange: ({ github }, { cancel }) => github.fault({ when: isCommit, before: cancel }) },
      signal,
    );
    const { world, run, folder } = cancelled;

    expect(run, run.stderr).toMatchObject({ exitCode: 1, signal: null, stderr: '' });
    expect(JSON.parse(run.outputs['report'] ?? '')).toMatchObject({ error: { code: 'PUBLICATION_UNCERTAIN' } });
    expect(run.summary).not.toContain('Nothing was changed');
    // The answer would have come too late.
    await vi.waitFor(() => expect(world.manifest()).toContain('ENC['), { timeout: 20_000 });
    await hasEnded(folder);
  });
});
