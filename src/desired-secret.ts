// What should be there: a Kubernetes Secret in a file of the Flux repository and where its data comes from, or no such
// file. The action's inputs and the entries of a config file both come down to this.

import type { SecretVersionRequest } from './google/resource-names.ts';

export type Desired = DesiredSecret | DesiredAbsence;

/** A manifest of this action that is to be deleted, where it is there. */
export interface DesiredAbsence {
  state: 'absent';
  /** Path in the Flux repository, with forward slashes. */
  file: string;
}

export interface DesiredSecret {
  state: 'present';
  /** Path in the Flux repository, with forward slashes. */
  file: string;
  name: string;
  namespace: string | undefined;
  /** `Opaque`, `kubernetes.io/tls`, … */
  type: string;
  immutable: boolean;
  /** Those that are asked for; people's own stay beside them. */
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  /** Data key → how it gets its value. */
  data: ReadonlyMap<string, DataValue>;
  /** Payloads of which each entry becomes a data key. */
  dataFrom: readonly EntriesSource[];
  /** `set` holds these versions against later runs, `release` ends a hold, `keep` leaves what is held. */
  hold: 'set' | 'release' | 'keep';
  /** Requests (`formatVersionRequest`) that this run was asked for by name: no hold keeps them from being taken. */
  explicit?: ReadonlySet<string>;
}

export type DataValue = PayloadValue | DockerConfigValue;

/** A payload, or a part of it. */
export interface PayloadValue {
  kind: 'payload';
  request: SecretVersionRequest;
  /** RFC 6901, into a payload that is JSON; undefined for the whole payload. */
  pointer: string | undefined;
  /** Whether one line end at the payload's end is taken off. */
  trimNewline: boolean;
}

/** The JSON that a kubelet signs in to a registry with. */
interface DockerConfigValue {
  kind: 'docker-config';
  /** The registry's host, such as `europe-docker.pkg.dev`. */
  server: string;
  username: PayloadValue | { kind: 'text'; text: string };
  password: PayloadValue;
}

export interface EntriesSource {
  request: SecretVersionRequest;
  format: 'json' | 'dotenv';
}

/** Every version that is asked for, in one fixed order. */
export function requestsOf({ data, dataFrom }: DesiredSecret): SecretVersionRequest[] {
  return [...[...data.values()].flatMap(requestsOfValue), ...dataFrom.map(({ request }) => request)];
}

/** Those that make up one value; the order is that of `flux-secret-sync/sources`. */
export function requestsOfValue(value: DataValue): SecretVersionRequest[] {
  if (value.kind === 'payload') return [value.request];
  const { username, password } = value;
  return [...(username.kind === 'payload' ? [username.request] : []), password.request];
}
