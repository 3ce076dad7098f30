// Where one run meets its fault: the ways in which a fault gets at Google, at GitHub and at the process, each of which
// counts as met only once it has really struck.

import { setTimeout as wait } from 'node:timers/promises';
import { processesOf } from '../__tests__/scenario/leak/processes.ts';
import type { Fault as GitHubFault, LoggedRequest } from '../__tests__/stand-ins/github/github.ts';
import type { GoogleRequest } from '../__tests__/stand-ins/google/google.ts';
import type { Random } from './random.ts';
import type { Request } from './requests.ts';
import type { Scene } from './scene.ts';

/** Without `when` and `times`. */
type EffectOf<Fault> = Fault extends unknown ? Omit<Fault, 'when' | 'times'> : never;
type GitHubEffect = EffectOf<GitHubFault>;
type GoogleEffect = EffectOf<Parameters<Scene['world']['google']['fault']>[0]>;

export interface Stage {
  readonly scene: Scene;
  readonly random: Random;
  readonly request: Request;
  /** A folder of this run's own, with RUNNER_TEMP in it. */
  readonly folder: string;
  readonly temp: string;
  hasStruck(): boolean;
  strike(): void;
  /** Once, or as often as it is said. Matched anew for each request, as long as the run goes on. */
  onGitHub(when: (request: LoggedRequest) => boolean, effect: GitHubEffect, times?: number): void;
  onGoogle(when: (request: GoogleRequest) => boolean, effect: GoogleEffect, times?: number): void;
  /** Sends the action itself a signal, as a runner does; the fault has struck where it was still there. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** Ends all of it, so that no other run meets it. */
  end(): void;
  /** Whether GitHub will never answer that. */
  isLost(request: LoggedRequest): boolean;
}

export const FOR_EVER = Number.POSITIVE_INFINITY;

export function openStage(given: Pick<Stage, 'scene' | 'random' | 'request' | 'folder' | 'temp'>): Stage {
  const { google, github } = given.scene.world;
  const lost = new Set<LoggedRequest>();
  let struck = false;
  let isOver = false;
  const strike = () => {
    struck = true;
  };

  /** At most so often, and only as long as the run goes on. */
  const limited = <Met>(when: (request: Met) => boolean, times: number, met: (request: Met) => void) => {
    let left = times;
    return (request: Met) => {
      if (isOver || left <= 0 || !when(request)) return false;
      left -= 1;
      met(request);
      return true;
    };
  };

  return {
    ...given,
    strike,
    hasStruck: () => struck,
    isLost: (request) => lost.has(request),
    end() {
      isOver = true;
      google.restoreChecksum();
    },
    onGitHub(when, effect, times = 1) {
      const isNeverAnswered = 'hang' in effect || 'reset' in effect;
      const met = (request: LoggedRequest) => {
        if (isNeverAnswered) lost.add(request);
        strike();
      };
      github.fault({ ...effect, when: limited(when, times, met), times: FOR_EVER });
    },
    onGoogle(when, effect, times = 1) {
      google.fault({ ...effect, when: limited(when, times, strike), times: FOR_EVER });
    },
    async signal(signal) {
      const processes = await processesOf(given.folder);
      // What it starts is not given RUNNER_TEMP.
      const action = processes.find(({ environment }) => environment.includes(`RUNNER_TEMP=${given.temp}\0`));
      if (action === undefined || isOver) return;
      try {
        process.kill(action.pid, signal);
        strike();
      } catch {
        // It has just ended.
      }
    },
  };
}

/** Once the process is there, and so many milliseconds later. */
export async function afterStart({ folder }: Stage, milliseconds: number): Promise<void> {
  for (let tries = 0; tries < 200 && (await processesOf(folder)).length === 0; tries += 1) await wait(10);
  await wait(milliseconds);
}
