// All faults, each as likely as the others.

import type { Random } from '../random.ts';
import { type Fault, NO_FAULT } from './fault.ts';
import { github } from './github.ts';
import { google } from './google.ts';
import { job } from './job.ts';
import { sops } from './sops.ts';

const FAULTS: readonly Fault[] = [...google, ...sops, ...github, ...job];

/** One run in twelve meets none. */
export function drawFault(random: Random, isAlone: boolean): Fault {
  return random.chance(1 / 12) ? NO_FAULT : random.pick(isAlone ? FAULTS : FAULTS.filter(({ isOfAll }) => !isOfAll));
}
