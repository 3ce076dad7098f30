// The real sops for tests of the parts around it: age keys to encrypt for, an encrypter as the action makes it, and sops
// alone, so that what it makes of a configuration can be held against what the action makes of it.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startDeadline } from '../../../src/deadline.ts';
import type { ClearManifest, SecretManifest } from '../../../src/kubernetes/secret-manifest.ts';
import { Plaintext } from '../../../src/plaintext.ts';
import type { SopsConfiguration } from '../../../src/sops/configuration.ts';
import type { Encrypter } from '../../../src/sops/encrypter.ts';
import { createSops, type SopsOptions } from '../../../src/sops/sops.ts';

const PATH = [fileURLToPath(new URL('../../../.tools/bin', import.meta.url)), process.env['PATH']].join(delimiter);

export const SOPS = findSops();

function findSops(): string {
  const found = PATH.split(delimiter)
    .map((folder) => join(folder, 'sops'))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error('There is no sops on PATH, nor in .tools/bin.');
  return found;
}

export interface AgeKey {
  identity: string;
  recipient: string;
}

export async function generateAgeKey(): Promise<AgeKey> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** Made by gpg for these tests: an Ed25519 key of `acme`, public part only. */
export const PGP_KEY = {
  fingerprint: '36575BDF14B5006A4494826912B3C35B04CEE5BE',
  publicKey:
    'mDMEXgvhABYJKwYBBAHaRw8BAQdAuZ3fg+Me6X52wNbfVq8e61GN5tUYf+miDfv3AxXakX+0BGFjbWWIkAQTFggAOBYhBDZXW98U' +
    'tQBqRJSCaRKzw1sEzuW+BQJeC+EAAhsBBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJEBKzw1sEzuW+ilEBAM6oSbyB2B2YpCVs' +
    'pqUcahm/gyBTGLP+pYA1qAGDOrLvAP4txB6qfuplZM20GzcqElQvYlYEsteiEM5SuJGN1kYFD7g4BF4L4QASCisGAQQBl1UBBQEB' +
    'B0BL6f9JlQwyayPcIjvLSiGuURLn2sGzK9N8i67z03z6DQMBCAeIeAQYFggAIBYhBDZXW98UtQBqRJSCaRKzw1sEzuW+BQJeC+EA' +
    'AhsMAAoJEBKzw1sEzuW+7i0BALYXwL5F2rv70NuJ/fwABMfHGqfomep1bDDMWC9zXXXjAQDxdQAM5owFwbcUw9lk/99Tr39CDP4Z' +
    'VmaVMMI5izRDDw==',
} as const;

/** The keyring that sops reads by itself: it needs no gpg for it. */
export async function writeKeyring(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'pubring.gpg'), Buffer.from(PGP_KEY.publicKey, 'base64'));
}

export const CLEAR: ClearManifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'kbot-token',
    namespace: 'demo',
    labels: { 'app.kubernetes.io/managed-by': 'flux-secret-sync' },
    annotations: { 'flux-secret-sync/owner': 'inputs' },
  },
  type: 'Opaque',
};

export function secretManifest(data: Readonly<Record<string, string | Uint8Array>>, clear = CLEAR): SecretManifest {
  const payloads = Object.entries(data).map(([key, bytes]) => [key, new Plaintext(Buffer.from(bytes))] as const);
  return { clear, data: new Map(payloads) };
}

interface SopsRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A place of its own to work in; `await using` removes it. */
export interface Workshop extends AsyncDisposable {
  directory: string;
  /** The Encrypter as the action makes it. */
  encrypter(options?: Partial<SopsOptions>): Encrypter;
  /** sops by itself on a document, in the folder of a `.sops.yaml`. */
  encryptAlone(document: object, where: { configuration: SopsConfiguration; file: string }): Promise<SopsRun>;
  /** What sops opens a file to, as JSON. @throws {Error} where it does not */
  decrypt(text: string, key: AgeKey): Promise<unknown>;
}

export async function openWorkshop(environment: Readonly<Record<string, string>> = {}): Promise<Workshop> {
  const directory = await mkdtemp(join(tmpdir(), 'workshop-'));
  const env = { PATH, HOME: directory, ...environment };

  function run(cwd: string, parameters: readonly string[], { stdin = '', key = '' } = {}): Promise<SopsRun> {
    return new Promise((resolve) => {
      const options = { cwd, env: { ...env, SOPS_AGE_KEY: key }, maxBuffer: 1e7 };
      const child = execFile(SOPS, parameters, options, (_, stdout, stderr) =>
        resolve({ exitCode: child.exitCode, stdout, stderr }),
      );
      // It may leave without reading.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
    });
  }

  return {
    directory,
    encrypter: (options = {}) =>
      createSops({
        binary: { kind: 'path', path: SOPS },
        temporaryDirectory: directory,
        environment: env,
        deadline: startDeadline(120_000),
        ...options,
      }),
    async encryptAlone(document, { configuration, file }) {
      const root = await mkdtemp(join(directory, 'alone-'));
      const path = join(root, configuration.path);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, configuration.text);
      const format = ['--input-type', 'json', '--output-type', 'yaml', '--filename-override', join(root, file)];
      return run(dirname(path), ['encrypt', ...format], { stdin: JSON.stringify(document) });
    },
    async decrypt(text, { identity }) {
      const folder = await mkdtemp(join(directory, 'decrypt-'));
      await writeFile(join(folder, 'secret.yaml'), text);
      const parameters = ['decrypt', '--output-type', 'json', 'secret.yaml'];
      const { exitCode, stdout, stderr } = await run(folder, parameters, { key: identity });
      if (exitCode !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as unknown;
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
