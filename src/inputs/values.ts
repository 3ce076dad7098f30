// Single values out of action inputs. What cannot be read is added to the problems, and reading goes on.

import { getInput } from '@actions/core';
import { isBranch } from '../github/names.ts';
import { shown } from '../markdown.ts';

/** Longer than any name that it could match. */
const MAX_GLOB_LENGTH = 1000;

/** The sentences that a person gets, each with the input's name and what to write instead. */
export type Problems = string[];

export function readBranch(name: string, problems: Problems): string | undefined {
  const branch = optional(name);
  if (branch === undefined) return undefined;
  if (branch.startsWith('refs/')) {
    problems.push(`\`${name}: ${shown(branch)}\` has to be the branch's own name, without refs/heads/`);
  } else if (!isBranch(branch)) {
    problems.push(`\`${name}: ${shown(branch)}\` is no name that git takes for a branch`);
  }
  return branch;
}

export function readBoolean(name: string, problems: Problems): boolean | undefined {
  const text = getInput(name).toLowerCase();
  if (text !== '' && text !== 'true' && text !== 'false') {
    problems.push(`\`${name}: ${shown(text)}\` is neither true nor false`);
  }
  return text === '' ? undefined : text === 'true';
}

export function readTimeout(problems: Problems): number {
  const text = getInput('timeout') || '2m';
  const { amount, unit } = /^(?<amount>[1-9]\d{0,4})(?<unit>[sm]?)$/.exec(text)?.groups ?? {};
  const milliseconds = Number(amount) * (unit === 'm' ? 60_000 : 1_000);
  // Written so that no number at all is refused too.
  if (!(milliseconds <= 3_600_000)) {
    problems.push(
      `\`timeout: ${shown(text)}\` is no time for the run: write seconds or minutes up to an hour, such as 90s or 2m`,
    );
  }
  return milliseconds;
}

export function readEndpoint(name: string, problems: Problems): URL | undefined {
  const url = readUrl(name, problems);
  if (url !== undefined && url.href !== `${url.origin}/`) {
    problems.push(`\`${name}\` may hold a host and a port and nothing else: write ${url.origin}`);
  }
  return url;
}

/** What is asked there cannot be read or changed on the way. */
export function readUrl(name: string, problems: Problems): URL | undefined {
  const text = optional(name);
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  const isLoopback = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  problems.push(`\`${name}: ${shown(text)}\` is no endpoint: write https://HOST (plain http: is for loopback only)`);
  return undefined;
}

export function readGlobs(name: string, problems: Problems): string[] {
  // A comma in braces belongs to the glob.
  const globs = trimmed(getInput(name).match(/(?:\{[^{}\n]*\}|[^,\n])+/g) ?? []);
  const negated = globs.find((glob) => glob.startsWith('!'));
  if (negated !== undefined) problems.push(`\`${name}: ${shown(negated)}\` cannot take away: list what is allowed`);
  const long = globs.find((glob) => glob.length > MAX_GLOB_LENGTH);
  if (long !== undefined) problems.push(`\`${name}: ${shown(long)}\` is longer than ${MAX_GLOB_LENGTH} characters`);
  return globs;
}

/** Commas or line ends between. */
export function readList(name: string): string[] {
  return trimmed(getInput(name).split(/[,\n]/));
}

function trimmed(items: readonly string[]): string[] {
  return items.map((item) => item.trim()).filter((item) => item !== '');
}

export function optional(name: string): string | undefined {
  return getInput(name) || undefined;
}
