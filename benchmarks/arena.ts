// Where the runs for one secret are measured.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, openGround, usualWay } from './ground.ts';
import { type Command, measureTimes } from './measure.ts';
import type { AnsweredRequest } from './stand-ins.ts';

/** In the order of the table. */
export const contenderNames = [
  'emptyScript',
  'unchangedPinned',
  'unchangedLatest',
  'createdPinned',
  'createdLatest',
  'shellScript',
] as const;
export type ContenderName = (typeof contenderNames)[number];

export interface Arena extends AsyncDisposable {
  readonly contenders: Readonly<Record<ContenderName, Contender>>;
  /** Those since the last call. */
  takeRequests(): Promise<AnsweredRequest[]>;
}

const FILE = 'clusters/dev/demo/kbot-token.yaml';
const INPUTS = { secret: 'TELE_TOKEN', name: 'kbot-token', namespace: 'demo', key: 'token', file: FILE };

/** @param options the built action, and how many milliseconds longer each request takes */
export async function openArena({ entry, delay }: { entry: string; delay: number }): Promise<Arena> {
  const ground = await openGround({ delay, inputs: INPUTS });
  const { branch, environment } = ground;

  const emptyScript = join(ground.folder, 'empty.mjs');
  await writeFile(emptyScript, '');
  const node = (script: string, version: string): Command => ({
    program: process.execPath,
    arguments: [script],
    environment: { ...environment, INPUT_VERSION: version },
  });
  const action = (version: string) => node(entry, version);

  const empty = branch.head();
  await measureTimes(action('1'));
  const synced = branch.head();
  const from = (start: string, changes: boolean): Pick<Contender, 'reset' | 'verify'> => ({
    reset: () => branch.moveTo(start),
    verify() {
      if ((branch.head() !== start) !== changes)
        throw new Error(`The run should have committed ${changes ? 'once' : 'nothing'}.`);
    },
  });
  const shellScript = usualWay(ground, {
    program: 'usual-way.sh',
    variables: { SECRET: 'TELE_TOKEN', FILE, NAME: 'kbot-token', NAMESPACE: 'demo', KEY: 'token' },
  });

  return {
    contenders: {
      emptyScript: { command: node(emptyScript, '1'), ...from(synced, false) },
      unchangedPinned: { command: action('1'), ...from(synced, false) },
      unchangedLatest: { command: action('latest'), ...from(synced, false) },
      createdPinned: { command: action('1'), ...from(empty, true) },
      createdLatest: { command: action('latest'), ...from(empty, true) },
      shellScript: { command: shellScript, ...from(empty, true) },
    },
    takeRequests: ground.takeRequests,
    [Symbol.asyncDispose]: () => ground[Symbol.asyncDispose](),
  };
}
