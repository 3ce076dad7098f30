// Situations that a run meets: what is wished, what the branch holds, what latest is. And what a run publishes in one,
// encrypted by the real sops, so that it is what the next run meets.
import { expect } from 'vitest';
import { type DesiredSecret, type PayloadValue, requestsOf } from '../../src/desired-secret.ts';
import {
  formatVersionRequest,
  type SecretVersionName,
  type SecretVersionRequest,
  type VersionRequest,
} from '../../src/google/resource-names.ts';
import { Plaintext } from '../../src/plaintext.ts';
import { openBranches } from '../../src/plan/branches.ts';
import { encryptStep } from '../../src/plan/encrypt-step.ts';
import type { ExistingFile } from '../../src/plan/existing-manifest.ts';
import { type Contents, isWrite, plan, type Situation, type Write } from '../../src/plan/plan.ts';
import { type Planning, planStep, type Step } from '../../src/plan/step.ts';
import { isFollowing } from '../../src/plan/versions.ts';
import type { Proposal, Snapshot, Target } from '../../src/publisher.ts';
import { type EncryptionRule, recipientsRule } from '../../src/sops/encryption-rule.ts';
import { SopsDocument } from '../../src/sops/sops-document.ts';
import { generateAgeKey, openWorkshop } from './sops/real-sops.ts';

export const FILE = 'clusters/dev/demo/kbot-token.yaml';
export const LATEST: VersionRequest = { kind: 'latest' };
export const STABLE: VersionRequest = { kind: 'alias', alias: 'stable' };
export const OWNER = 'acme/flux-gitops/flux-secrets.yaml';
/** Who this run would hold a version for, and who has held one before. */
export const NOW = { by: 'octocat', since: '2026-11-20T10:00:00.000Z' };
export const EARLIER = { by: 'hubot', since: '2026-01-02T03:04:05.000Z' };

const [key, otherKey] = await Promise.all([generateAgeKey(), generateAgeKey()]);
export const RULE = recipientsRule([{ kind: 'age', id: key.recipient }]);
const otherRule = recipientsRule([{ kind: 'age', id: otherKey.recipient }]);

export function number(version: string): VersionRequest {
  return { kind: 'number', number: version };
}

/** As Google names it. */
export function version(version: string, more: Partial<SecretVersionName> = {}): SecretVersionName {
  return { project: '123456789012', secret: 'TELE_TOKEN', version, ...more };
}

export function request(secret = 'TELE_TOKEN', version = LATEST, project = 'demo'): SecretVersionRequest {
  return { name: { project, secret }, version };
}

export function payload(asked: SecretVersionRequest, more: Partial<PayloadValue> = {}): PayloadValue {
  return { kind: 'payload', request: asked, pointer: undefined, trimNewline: false, ...more };
}

/** A registry's user name and password, each a secret of its own. */
export function registry(user: VersionRequest = LATEST, password: VersionRequest = LATEST): Wish {
  const [username, word] = [payload(request('USER', user)), payload(request('PASSWORD', password))];
  const value = { kind: 'docker-config', server: 'ghcr.io', username, password: word } as const;
  return { type: 'kubernetes.io/dockerconfigjson', data: new Map([['.dockerconfigjson', value]]) };
}

export interface Wish extends Partial<Omit<DesiredSecret, 'state'>> {
  version?: VersionRequest;
  key?: string;
  project?: string;
  secret?: string;
}

export function desire(wish: Wish = {}): DesiredSecret {
  const { version = LATEST, key = 'token', project = 'demo', secret = 'TELE_TOKEN', ...more } = wish;
  return {
    ...{ state: 'present', file: FILE, name: 'kbot-token', namespace: 'demo', type: 'Opaque', immutable: false },
    ...{ labels: {}, annotations: {}, dataFrom: [], hold: 'keep' },
    data: new Map([[key, payload(request(secret, version, project))]]),
    ...more,
  };
}

export interface Circumstances {
  wish?: Wish;
  text?: string | undefined;
  /** What everything that is followed resolves to; undefined where nobody has asked. */
  resolved?: SecretVersionName | string;
  rule?: EncryptionRule;
  /** By a rule that names other recipients. */
  forOthers?: boolean;
  owner?: string;
  refresh?: boolean;
  hold?: typeof NOW;
}

export function situation(circumstances: Circumstances = {}): Situation {
  const { wish, text, resolved, forOthers = false, owner = 'inputs', refresh = false, hold = NOW } = circumstances;
  const desired = desire(wish);
  const entries = requestsOf(desired)
    .filter(isFollowing)
    .flatMap((asked): [string, SecretVersionName][] => {
      if (resolved === undefined) return [];
      const { secret } = asked.name;
      return [[formatVersionRequest(asked), typeof resolved === 'string' ? version(resolved, { secret }) : resolved]];
    });
  const rule = circumstances.rule ?? (forOthers ? otherRule : RULE);
  return {
    desired,
    existing: existingFile(text),
    rule,
    owner,
    resolved: new Map(entries),
    refresh,
    hold,
    heldAs: undefined,
  };
}

function existingFile(text: string | undefined): ExistingFile | undefined {
  return text === undefined ? undefined : { document: SopsDocument.parse(text) };
}

export function planWrite(given: Situation): Write {
  const change = plan(given);
  return isWrite(change) ? change : expect.unreachable(`it is ${change.kind}`);
}

/** What is said in clear of versions of which each makes one key. */
export function contents(sources: Readonly<Record<string, SecretVersionName>> = {}): Contents {
  const entries = Object.entries(sources).map(([key, name]) => [key, [name]] as const);
  return { sources: new Map(entries), empty: [], expires: undefined };
}

export function snapshot(files: Readonly<Record<string, string>> = {}, more: Partial<Snapshot> = {}): Snapshot {
  return { branch: 'main', oid: '0'.repeat(40), files: new Map(Object.entries(files)), unusable: new Map(), ...more };
}

export function targetOf(base: Snapshot = snapshot(), proposal?: Proposal): Target {
  const nothing = () => Promise.resolve({});
  return { base, proposal, lostCommit: undefined, publish: nothing, withdraw: nothing };
}

/** How a run that meets this situation goes on. */
export function planning(given: Situation, proposal?: Proposal): Planning {
  const text = given.existing?.document?.text;
  const base = snapshot(text === undefined ? {} : { [given.desired.file]: text });
  return {
    branches: openBranches(targetOf(base, proposal)),
    govern: () => given.rule,
    owner: given.owner,
    refresh: given.refresh,
    hold: given.hold,
    resolve: () => given.resolved,
    secrets: undefined,
  };
}

/** @param now the number that it is known by then that everything resolves to */
export async function stepIn(given: Situation, now?: string): Promise<Step> {
  const step = await planStep(given.desired, planning(given));
  if (step.kind !== 'write' || now === undefined) return step;
  const names = requestsOf(step.desired).map((asked): [string, SecretVersionName] => [
    formatVersionRequest(asked),
    version(now, { secret: asked.name.secret }),
  ]);
  return { ...step, resolved: new Map(names) };
}

export interface Accessible {
  /** The number that everything has that is followed. */
  latest?: string;
  /** Secret → payload. */
  payloads?: Readonly<Record<string, string>>;
}

/** The step of a run in this situation, encrypted. */
export async function encryptIn(given: Situation, { latest = '2', payloads = {} }: Accessible = {}) {
  await using workshop = await openWorkshop();
  const step = await planStep(given.desired, planning(given));
  if (step.kind !== 'write') return expect.unreachable(`it is ${step.kind}`);
  const secrets = {
    access({ name: { secret }, version: asked }: SecretVersionRequest) {
      const number = asked.kind === 'number' ? asked.number : latest;
      const bytes = Buffer.from(payloads[secret] ?? `payload ${number}`);
      return Promise.resolve({ name: version(number, { secret }), payload: new Plaintext(bytes) });
    },
    findNewestEnabled: () => expect.unreachable('nobody follows latest-enabled here'),
  };
  const encrypted = await encryptStep(step, { secrets, encrypter: workshop.encrypter(), say: () => undefined });
  const { manifest } = encrypted;
  return manifest === undefined ? expect.unreachable('it is not encrypted') : { ...encrypted, manifest };
}

/** What a run in this situation publishes, where `latest` is this number. */
export async function commit(given: Situation, latest: string, payloads = {}): Promise<string> {
  return (await encryptIn(given, { latest, payloads })).manifest.text;
}
