// What is in Secret Manager: secrets whose every version is made up anew, so that wherever one turns up it is known.

import { type Canary, canaryOf } from '../__tests__/scenario/leak/canary.ts';
import type { GoogleSecret } from '../__tests__/stand-ins/google/google.ts';
import type { World } from '../__tests__/stand-ins/world.ts';
import type { Random } from './random.ts';

const SECRET_IDS = ['TELE_TOKEN', 'API_KEY', 'LINES', 'DB'] as const;
export type SecretId = (typeof SECRET_IDS)[number];

interface Version {
  readonly payload: Buffer;
  /** By JSON pointer; the whole payload by ''. */
  readonly values: ReadonlyMap<string, Buffer>;
  readonly canaries: readonly Canary[];
}

export interface Secret {
  readonly id: SecretId;
  /** With the project's number, as Google's answers and manifests have it. */
  readonly name: string;
  /** The first one is version 1. */
  readonly versions: readonly Version[];
  /** The number of the alias `live`. */
  readonly live: number;
  addVersion(random: Random): void;
  moveAlias(version: number): void;
}

/** Each with three versions to begin with. */
export function addSecrets({ google, secret }: World, random: Random): readonly Secret[] {
  return SECRET_IDS.map((id) => {
    // The world has that one already.
    const made = createSecret(id, id === 'TELE_TOKEN' ? secret : google.addSecret(id));
    for (let version = 1; version <= 3; version += 1) made.addVersion(random);
    made.moveAlias(2);
    return made;
  });
}

function createSecret(id: SecretId, stored: GoogleSecret): Secret {
  const versions: Version[] = [];
  let live = 1;
  return {
    id,
    name: stored.name,
    versions,
    get live() {
      return live;
    },
    addVersion(random) {
      const version = createVersion(`${id} version ${versions.length + 1}`, drawPayload(id, random));
      stored.addVersion(version.payload);
      versions.push(version);
    },
    moveAlias(version) {
      stored.alias('live', version);
      live = version;
    },
  };
}

function drawPayload(id: SecretId, random: Random): string {
  switch (id) {
    case 'TELE_TOKEN':
      return `${random.integer(100_000, 999_999)}:${random.text(35)}`;
    case 'API_KEY':
      return `${random.text(random.integer(12, 90))}=="'\\n%2F&+#<>`;
    case 'LINES':
      return `-----BEGIN ${random.text(8)}-----\n${random.text(64)}\n${random.text(40)}\n\n  ${random.text(9)}\t\n`;
    case 'DB':
      return JSON.stringify({ user: random.text(14), password: `pässwörd-${random.text(24)}` });
  }
}

function createVersion(name: string, text: string): Version {
  const parts = name.startsWith('DB ') ? Object.entries(JSON.parse(text) as Record<string, string>) : [];
  const values = new Map([['', text], ...parts.map(([key, value]): [string, string] => [`/${key}`, value])]);
  // JSON around them would hide that it is one of the values that is told.
  const told = parts.length === 0 ? [text] : parts.map(([, value]) => value);
  return {
    payload: Buffer.from(text),
    values: new Map([...values].map(([pointer, value]) => [pointer, Buffer.from(value)])),
    canaries: told.map((value) => ({ ...canaryOf(value), name })),
  };
}
