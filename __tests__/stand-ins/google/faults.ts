// What a network and a service do to a request besides answering it. A fault is planned by a test and meets every
// request that it matches, or the first few of them.
import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { GoogleRequest, GoogleService } from './google.ts';

/** A service, a pattern of paths (query included), or any test of the request as it is logged. */
type FaultMatch = GoogleService | RegExp | ((request: GoogleRequest) => boolean);

type FaultEffect =
  /** Answer this instead. An object is sent as JSON. */
  | { readonly status: number; readonly body?: object | string; readonly headers?: Readonly<Record<string, string>> }
  /** Never answer. */
  | { readonly hang: true }
  /** Cut the connection (RST). */
  | { readonly reset: true }
  /** Do with the connection what no service would: break off, drip, never end. */
  | { readonly serve: (response: ServerResponse) => void }
  /** Do this first (add a version, wait), then answer as ever. */
  | { readonly before: (request: GoogleRequest) => void | Promise<void> };

export type Fault = { readonly when: FaultMatch /** Without it: always. */; readonly times?: number } & FaultEffect;

export function createFaults() {
  const planned: { readonly fault: Fault; left: number }[] = [];
  return {
    add: (fault: Fault) => void planned.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clear: () => void planned.splice(0),

    /** The first fault planned for this request, one time less to come. */
    take(request: GoogleRequest): Fault | undefined {
      const met = planned.find(({ fault, left }) => left > 0 && matches(fault.when, request));
      if (met !== undefined) met.left -= 1;
      return met?.fault;
    },
  };
}

function matches(when: FaultMatch, request: GoogleRequest): boolean {
  if (typeof when === 'function') return when(request);
  return when instanceof RegExp ? when.test(request.path) : when === request.service;
}

/** Waits so many milliseconds, or not at all. */
export const delayed = async (milliseconds: number): Promise<void> => {
  if (milliseconds > 0) await wait(milliseconds);
};
