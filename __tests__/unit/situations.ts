// Situations that a run meets: what is wished, what the branch holds, what latest is. And what a run publishes in one,
// encrypted by the real sops, so that it is what the next run meets.
import { expect } from 'vitest';
import type { DesiredSecret } from '../../src/desired-secret.ts';
import type { SecretVersionName, VersionRequest } from '../../src/google/resource-names.ts';
import { Plaintext } from '../../src/plaintext.ts';
import { buildClearManifest, plan, type Situation, type Write } from '../../src/plan.ts';
import { type EncryptionRule, recipientsRule } from '../../src/sops/encryption-rule.ts';
import { generateAgeKey, openWorkshop } from './sops/real-sops.ts';

export const FILE = 'clusters/dev/demo/kbot-token.yaml';
export const LATEST: VersionRequest = { kind: 'latest' };
export const STABLE: VersionRequest = { kind: 'alias', alias: 'stable' };
/** Who this run would hold a version for, and who has held one before. */
export const NOW = { by: 'octocat', since: '2026-11-20T10:00:00.000Z' };
export const EARLIER = { by: 'hubot', since: '2026-01-02T03:04:05.000Z' };

const [key, otherKey] = await Promise.all([generateAgeKey(), generateAgeKey()]);
const rule = recipientsRule([{ kind: 'age', id: key.recipient }]);
const otherRule = recipientsRule([{ kind: 'age', id: otherKey.recipient }]);

export function number(version: string): VersionRequest {
  return { kind: 'number', number: version };
}

/** As Google names it. */
export function version(version: string, more: Partial<SecretVersionName> = {}): SecretVersionName {
  return { project: '123456789012', secret: 'TELE_TOKEN', version, ...more };
}

export interface Wish extends Partial<Omit<DesiredSecret, 'data'>> {
  version?: VersionRequest;
  key?: string;
  project?: string;
  secret?: string;
}

export function desire(wish: Wish = {}): DesiredSecret {
  const { version = LATEST, key = 'token', project = 'demo', secret = 'TELE_TOKEN', ...more } = wish;
  const data = new Map([[key, { name: { project, secret }, version }]]);
  return { file: FILE, name: 'kbot-token', namespace: 'demo', type: 'Opaque', data, hold: undefined, ...more };
}

export interface Circumstances {
  wish?: Wish;
  text?: string;
  /** What `latest` or the alias resolves to; undefined where nobody has asked. */
  resolved?: SecretVersionName | string;
  rule?: EncryptionRule;
  /** By a rule that names other recipients. */
  forOthers?: boolean;
  refresh?: boolean;
  hold?: typeof NOW;
}

export function situation(circumstances: Circumstances = {}): Situation {
  const { wish, text, resolved, forOthers = false, refresh = false, hold = NOW } = circumstances;
  const desired = desire(wish);
  const name = typeof resolved === 'string' ? version(resolved) : resolved;
  const entries = [...desired.data.keys()].flatMap((key) => (name === undefined ? [] : [[key, name] as const]));
  const asked = circumstances.rule ?? (forOthers ? otherRule : rule);
  return { desired, text, rule: asked, resolved: new Map(entries), refresh, hold };
}

export function planWrite(given: Situation): Write {
  const change = plan(given);
  if (change.kind === 'create' || change.kind === 'update') return change;
  return expect.unreachable(`it is ${change.kind}`);
}

/** What a run in this situation publishes once it has accessed this version. */
export async function commit(given: Situation, number: string): Promise<string> {
  await using workshop = await openWorkshop();
  const change = planWrite(given);
  const keys = [...change.desired.data.keys()];
  const clear = buildClearManifest(change, new Map(keys.map((key) => [key, version(number)])));
  const data = new Map(keys.map((key) => [key, new Plaintext(Buffer.from(`payload ${number}`))]));
  const request = { file: FILE, manifest: { clear, data }, rule: given.rule, configuration: undefined };
  return (await workshop.encrypter().encrypt(request)).text;
}
