// What can go wrong with a release of sops on its way to the runner. Nothing of one is run that is not what was expected:
// the mirror has the program that notes each of its runs.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Answer, startReleaseServer } from '../../stand-ins/release-server.ts';
import type { Fault, FaultTable } from './fault.ts';

/** In no table, so that its SHA-256 comes with the workflow. */
const VERSION = '3.99.0';
/** Of its file for this machine on the mirror. */
const PATH = `/mirror/v${VERSION}/sops-v${VERSION}.linux.amd64`;
/** As Node names this machine. */
const HERE = `${process.platform} ${process.arch}`;

interface Mirror {
  /** What comes, one request after the other, before the release itself does. */
  answers?: Answer[];
  /** What the mirror has in the place of the program. */
  release?: string;
  /** What lies already where the tool cache keeps it. */
  cached?: 'the program' | 'something else' | 'nothing';
  inputs?: Record<string, string>;
  env?: (directory: string) => Record<string, string>;
}

/** A job that takes its sops from a mirror. */
function from({ answers = [], release, cached, inputs, env }: Mirror): Pick<Fault, 'job'> {
  return {
    async job(directory, _, stack) {
      const mirror = stack.use(await startReleaseServer());
      const program = await readFile(join(directory, 'recording/sops'));
      const sha256 = mirror.publish(VERSION, release === undefined ? program : Buffer.from(release));
      mirror.publish('3.13.3', program);
      mirror.answer(...answers);
      const tools = join(directory, 'tools');
      if (cached !== undefined) await cache(tools, { 'the program': program, ...OTHERS }[cached]);
      return {
        inputs: { 'sops-version': VERSION, 'sops-sha256': sha256, 'sops-download-url': mirror.url, ...inputs },
        env: { RUNNER_TOOL_CACHE: tools, ...env?.(directory) },
        timeout: 120_000,
      };
    },
  };
}

const OTHERS = { 'something else': Buffer.from('#!/bin/sh\n/bin/cat\n'), nothing: undefined };

/** As `@actions/tool-cache` leaves it. */
async function cache(tools: string, program: Buffer | undefined): Promise<void> {
  const folder = join(tools, 'flux-secret-sync-sops', VERSION, process.arch);
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}.complete`, '');
  if (program === undefined) return;
  await writeFile(join(folder, 'sops'), program);
  await chmod(join(folder, 'sops'), 0o755);
}

const BY_DEFAULT = { 'sops-version': '', 'sops-sha256': '' };
const NO_SOPS = () => ({ PATH: '/nonexistent' });
const FOREVER = { timeout: '90s' };
const unavailable: Answer = { status: 503 };

const downloads: Fault[] = [
  {
    when: 'it is what it should be, and nothing else is wrong',
    ...from({}),
    outcome: 'created',
  },
  {
    when: 'it is moved',
    ...from({ answers: [{ movedTo: `${PATH}?signed=1` }, { movedTo: PATH }] }),
    outcome: 'created',
  },
  {
    when: 'it is moved in a circle',
    ...from({ answers: Array<Answer>(60).fill({ movedTo: PATH }) }),
    code: 'RELEASE_UNREACHABLE',
    says: 'it answers with status 302',
    remedy: '`sops-download-url`',
  },
  {
    when: 'other bytes come',
    ...from({ answers: [{ bytes: Buffer.from('#!/bin/sh\n/bin/cat\n') }] }),
    code: 'RELEASE_TAMPERED',
    says: `its SHA-256 is`,
    remedy: 'Find out what stands between this runner and the release page; nothing of it was run.',
  },
  {
    when: 'nothing comes',
    ...from({ answers: [{ bytes: Buffer.alloc(0) }] }),
    code: 'RELEASE_TAMPERED',
    says: 'its SHA-256 is e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 instead of',
    remedy: 'nothing of it was run',
  },
  {
    when: 'it breaks off each time',
    inputs: FOREVER,
    ...from({ answers: Array<Answer>(3).fill({ truncatedAt: 20 }) }),
    code: 'RELEASE_UNREACHABLE',
    says: 'it cannot be reached',
    remedy: 'Check the network and HTTPS_PROXY',
  },
  {
    when: 'it is not there',
    ...from({ answers: [{ status: 404 }] }),
    code: 'RELEASE_UNREACHABLE',
    says: `${PATH}: it answers with status 404`,
    remedy: 'name a mirror with the input `sops-download-url`, or install sops on the runner',
  },
  {
    when: 'its page is unavailable twice',
    inputs: FOREVER,
    ...from({ answers: [unavailable, unavailable] }),
    outcome: 'created',
  },
  {
    when: 'its page stays unavailable',
    inputs: FOREVER,
    ...from({ answers: [unavailable, unavailable, unavailable] }),
    code: 'RELEASE_UNREACHABLE',
    says: 'it answers with status 503',
    remedy: 'install sops on the runner',
  },
  {
    when: 'its page never answers',
    inputs: { timeout: '3s' },
    ...from({ answers: [{ hang: true }] }),
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
  },
  {
    when: 'it is the right one and cannot run here',
    ...from({ release: '\u007fELF for another machine' }),
    code: 'RELEASE_NOT_RUNNABLE',
    says: 'its SHA-256 is right, but it does not run on this runner',
    remedy: '`sops-path`',
  },
];

const caches: Fault[] = [
  {
    when: 'it was kept, and its page is gone',
    ...from({ cached: 'the program', answers: [{ status: 404 }] }),
    outcome: 'created',
    also: (run) => expect(run.stdout).not.toContain('404'),
  },
  {
    when: 'something else lies where it was kept',
    ...from({ cached: 'something else' }),
    code: 'RELEASE_TAMPERED',
    says: `Cannot use sops ${VERSION} from the tool cache of this runner: its SHA-256 is`,
    remedy: 'and find out who has put it there',
  },
  {
    when: 'it is gone from where it was kept',
    ...from({ cached: 'nothing' }),
    code: 'TOOL_CACHE_UNUSABLE',
    says: 'the tool cache of this runner does not take it',
    remedy: 'RUNNER_TOOL_CACHE has to be a folder that can be written',
  },
  {
    when: 'the job has no tool cache',
    ...from({ env: () => ({ RUNNER_TOOL_CACHE: '' }) }),
    code: 'TOOL_CACHE_UNUSABLE',
    says: 'the tool cache of this runner does not take it',
    remedy: 'or install sops on the runner.',
  },
  {
    when: 'the tool cache is a file',
    ...from({
      release: '#!/bin/sh\nexit 0\n',
      env: (directory) => ({ RUNNER_TOOL_CACHE: join(directory, 'recording/sops') }),
    }),
    code: 'TOOL_CACHE_UNUSABLE',
    says: `Cannot keep sops ${VERSION}`,
    remedy: 'RUNNER_TOOL_CACHE',
  },
];

const choices: Fault[] = [
  {
    when: 'nobody knows its SHA-256',
    ...from({ inputs: { 'sops-sha256': '' } }),
    code: 'INPUT_INVALID',
    says: `\`sops-version: ${VERSION}\` is not known for ${HERE}`,
    remedy: 'Mend them in the workflow',
  },
  {
    when: 'none is named, the runner has no sops, and the page has no release',
    ...from({ inputs: BY_DEFAULT, env: NO_SOPS, answers: [{ status: 404 }] }),
    code: 'RELEASE_UNREACHABLE',
    says: 'Cannot download sops 3.13.3 from',
    remedy: 'install sops on the runner',
  },
  {
    when: 'none is named, the runner has no sops, and the page has another than the known one',
    ...from({ inputs: BY_DEFAULT, env: NO_SOPS }),
    code: 'RELEASE_TAMPERED',
    says: 'Cannot use sops 3.13.3 from',
    remedy: 'Find out what stands between',
  },
];

export const release: FaultTable = {
  from: 'of a release of sops',
  encrypting: false,
  faults: [...downloads, ...caches, ...choices],
};
