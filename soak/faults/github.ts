// What GitHub, and the people on it, do to a run.

import { setTimeout as wait } from 'node:timers/promises';
import type { LoggedRequest } from '../../__tests__/stand-ins/github/github.ts';
import { mergePullRequest, pushToOurFile } from '../people.ts';
import { FOR_EVER, type Stage } from '../stage.ts';
import { type Fault, shortTime } from './fault.ts';

type Row = Omit<Fault, 'isOfAll'>;
type When = (request: LoggedRequest) => boolean;
type Effect = Parameters<Stage['onGitHub']>[1];

const toWrite: When = ({ query }) => query?.startsWith('mutation') === true;
const toRead: When = (request) => !toWrite(request);
const anything: When = () => true;
const PAGE = { status: 502, body: '<html>Bad Gateway</html>' };
const refusal = (type: string) => ({ status: 200, body: { errors: [{ type, message: 'No.' }] } });
const secondaryLimit = {
  status: 403,
  headers: { 'retry-after': '1' },
  body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
};

const once = (when: When, effect: Effect): Row['arrange'] => {
  return (stage) => {
    stage.onGitHub(when, effect);
    return undefined;
  };
};
const always = (when: When, effect: Effect): Row['arrange'] => {
  return (stage) => {
    stage.onGitHub(when, effect, FOR_EVER);
    return undefined;
  };
};
/** In a run that has not much time. */
const forEver = (when: When, effect: Effect): Row['arrange'] => {
  return (stage) => {
    stage.onGitHub(when, effect, FOR_EVER);
    return shortTime(stage);
  };
};
/** Somebody does something, if there is something to do, when it arrives or just before a ref is moved. */
const meanwhile = (
  act: (stage: Stage) => Promise<boolean>,
  moment: 'before' | 'beforeRefUpdate' = 'before',
): Row['arrange'] => {
  return (stage) => {
    let hasStruck = false;
    const acted = async () => {
      hasStruck = await act(stage);
    };
    stage.onGitHub(toWrite, moment === 'before' ? { before: acted } : { beforeRefUpdate: acted });
    return { hasStruck: () => hasStruck };
  };
};

const pushBeside = async ({ scene, random }: Stage) => {
  await scene.push({ 'apps/pushed.yaml': `at: ${random.text(9)}\n` });
  return true;
};
const pushOver = ({ scene, random, request }: Stage) => pushToOurFile(scene, random.pick(request.places), random);

const reading: readonly Row[] = [
  { name: 'GitHub: reset before a read', ends: 'survived', arrange: once(toRead, { reset: true }) },
  { name: 'GitHub: 502 to a read', ends: 'survived', arrange: once(toRead, PAGE) },
  { name: 'GitHub: 502 to each read', ends: 'failed', arrange: forEver(toRead, PAGE) },
  {
    name: 'GitHub: 401',
    ends: 'failed',
    arrange: always(anything, { status: 401, body: { message: 'Bad credentials' } }),
  },
  { name: 'GitHub: hangs', ends: 'failed', arrange: forEver(anything, { hang: true }) },
  { name: 'GitHub: secondary limit', ends: 'survived', arrange: once(anything, secondaryLimit) },
];

const writes: readonly Row[] = [
  { name: 'GitHub: reset before a write', ends: 'survived', arrange: once(toWrite, { reset: true }) },
  { name: 'GitHub: answer to a write lost', ends: 'survived', arrange: once(toWrite, { loseAnswer: true }) },
  { name: 'GitHub: answer to each write lost', ends: 'either', arrange: forEver(toWrite, { loseAnswer: true }) },
  { name: 'GitHub: 502 to a write', ends: 'survived', arrange: once(toWrite, PAGE) },
  { name: 'GitHub: 502 to each write', ends: 'failed', arrange: forEver(toWrite, PAGE) },
  { name: 'GitHub: hangs at a write', ends: 'failed', arrange: forEver(toWrite, { hang: true }) },
  {
    name: 'GitHub: 403 to a write',
    ends: 'failed',
    arrange: always(toWrite, { status: 403, body: { message: 'Resource not accessible by integration' } }),
  },
  {
    name: 'GitHub: 422 to a write',
    ends: 'failed',
    arrange: always(toWrite, { status: 422, body: { message: 'Validation Failed' } }),
  },
  { name: 'GitHub: refuses a write', ends: 'failed', arrange: always(toWrite, refusal('UNPROCESSABLE')) },
  {
    name: 'GitHub: protected branch',
    ends: 'failed',
    arrange: always(toWrite, refusal('BRANCH_PROTECTION_RULE_VIOLATION')),
  },
  { name: 'GitHub: secondary limit of writes', ends: 'survived', arrange: once(toWrite, secondaryLimit) },
  {
    name: 'GitHub: carries a write out after the run',
    ends: 'either',
    arrange: (stage) => {
      stage.onGitHub(toWrite, { before: () => wait(4_000) });
      return shortTime(stage);
    },
  },
  { name: 'people: push before a write', ends: 'survived', arrange: meanwhile(pushBeside) },
  { name: 'people: push during a write', ends: 'survived', arrange: meanwhile(pushBeside, 'beforeRefUpdate') },
  { name: 'people: push to our file before a write', ends: 'survived', arrange: meanwhile(pushOver) },
  {
    name: 'people: push to our file during a write',
    ends: 'survived',
    arrange: meanwhile(pushOver, 'beforeRefUpdate'),
  },
  {
    name: 'people: merge a pull request before a write',
    ends: 'survived',
    arrange: meanwhile(({ scene, random }) => mergePullRequest(scene, random)),
  },
];
const writing = writes.map((row): Row => ({ ...row, needsChange: true }));

export const github: readonly Fault[] = [...reading, ...writing].map((row) => ({
  ...row,
  isOfAll: row.ends !== 'survived',
}));
