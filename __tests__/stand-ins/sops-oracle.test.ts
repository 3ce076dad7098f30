// The oracle agrees with the real sops on what a file says, and on which files are not to be believed.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decryptIndependently } from './sops-oracle.ts';

const toolFolder = fileURLToPath(new URL('../../.tools/bin', import.meta.url));
const PATH = [toolFolder, process.env['PATH']].join(delimiter);

const manifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'payments', namespace: 'shop', labels: { '1': 'one', b: 'two' }, generation: 3 },
  immutable: true,
  data: { z: 'Zmlyc3Q=', a: 'c2Vjb25k', '10': 'dGVu', empty: '', 'tls.crt': 'w6TDtsO8', '': 'bmFtZWxlc3M=' },
};

let folder: string;
let identity: string;
let recipient: string;
let encrypted: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'oracle-test-'));
  identity = await generateX25519Identity();
  recipient = await identityToRecipient(identity);
  encrypted = encrypt(manifest);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dataOnly = ['--encrypted-regex', '^(data|stringData)$'];

function encrypt(
  document: object,
  flags: readonly string[] = dataOnly,
  recipients = recipient,
  globalFlags: readonly string[] = [],
): string {
  const parameters = ['--config', '/dev/null', ...globalFlags, 'encrypt', '--age', recipients, '--input-type', 'json'];
  return execFileSync(
    'sops',
    [...parameters, '--output-type', 'yaml', '--filename-override', 'secret.yaml', ...flags],
    {
      input: JSON.stringify(document),
      env: { PATH, HOME: folder },
      encoding: 'utf8',
    },
  );
}

/** What the real sops makes of a file. */
function decrypt(file: string, key = identity): { status: number | null; document: unknown } {
  const path = join(folder, 'encrypted.yaml');
  writeFileSync(path, file);
  const env = { PATH, HOME: folder, SOPS_AGE_KEY: key };
  const { status, stdout } = spawnSync('sops', ['decrypt', '--output-type', 'json', path], { env, encoding: 'utf8' });
  return { status, document: status === 0 ? (JSON.parse(stdout) as unknown) : undefined };
}

const macMismatch = 51;

describe('a file that sops wrote', () => {
  it('opens to what went in, and its MAC is valid', async () => {
    expect(await decryptIndependently(encrypted, { age: identity })).toEqual({ document: manifest, macIsValid: true });
    expect(decrypt(encrypted)).toEqual({ status: 0, document: manifest });
  });

  it.each([
    [
      'every type, all encrypted',
      { s: 'ä\u2028\n', i: 42, big: 9_007_199_254_740_991, f: 1.5, t: true, n: null, l: ['x', { y: false }, [1]] },
      [],
    ],
    [
      'every type, none encrypted',
      { s: 'ä\u2028\n', i: -42, f: 0.25, t: false, n: null, l: ['x', { y: true }], e: '' },
      ['--unencrypted-regex', '.'],
    ],
    [
      'strings that look like something else',
      { a: '0b11', b: '1_000', c: 'yes', d: '~', e: '2024-01-01', f: '1e3', g: '<<' },
      ['--unencrypted-regex', '.'],
    ],
    ['the same strings encrypted', { a: '0b11', b: '1_000', c: 'yes', d: '~', e: '2024-01-01', f: '1e3', g: '<<' }, []],
  ])('opens with %s', async (_, document, flags) => {
    const file = encrypt(document, flags);
    expect(await decryptIndependently(file, { age: identity })).toEqual({ document, macIsValid: true });
    expect(decrypt(file)).toEqual({ status: 0, document });
  });

  it('opens with any one of several identities', async () => {
    const other = await generateX25519Identity();
    const file = encrypt(manifest, dataOnly, `${recipient},${await identityToRecipient(other)}`);
    for (const age of [identity, other]) {
      expect(await decryptIndependently(file, { age })).toMatchObject({ macIsValid: true });
    }
  });
});

describe('a wrong key', () => {
  it('is refused, as by sops', async () => {
    const other = await generateX25519Identity();
    expect(decrypt(encrypted, other).status).toBe(128);
    await expect(decryptIndependently(encrypted, { age: other })).rejects.toThrow('No entry of this file opens');
    await expect(decryptIndependently(encrypted, { dataKey: Buffer.alloc(32) })).rejects.toThrow('does not open');
    const refusing = () => Promise.reject(new Error('denied'));
    await expect(decryptIndependently(encrypted, { gcpKms: refusing })).rejects.toThrow('No entry of this file opens');
  });
});

describe('a file that was tampered with', () => {
  it.each([
    ['a readable value', (file: string) => file.replace('namespace: shop', 'namespace: ship')],
    ['a readable Boolean', (file: string) => file.replace('immutable: true', 'immutable: false')],
    ['the time', (file: string) => file.replace(/lastmodified: "2/, 'lastmodified: "3')],
    ['the MAC, for none', (file: string) => file.replace(/^ +mac: .*\n/m, '')],
    ['an encrypted value, for none', (file: string) => file.replace(/^ +z: .*\n/m, '')],
    ['the order', (file: string) => file.replace(/^( +z: .*\n)( +a: .*\n)/m, '$2$1')],
    [
      'the MAC, for that of another run',
      (file: string) => file.replace(/ mac: .*/, / mac: .*/.exec(encrypt(manifest))?.[0] ?? ''),
    ],
  ])('does not pass with %s changed', async (_, tamper) => {
    const file = tamper(encrypted);
    expect(file).not.toBe(encrypted);
    expect(await decryptIndependently(file, { age: identity })).toMatchObject({ macIsValid: false });
    expect(decrypt(file).status).toBe(macMismatch);
  });

  it('does not open where two values have changed places', async () => {
    const file = encrypted.replace(/( z: )(.*\n)(.* a: )(.*\n)/, '$1$4$3$2');
    expect(file).not.toBe(encrypted);
    await expect(decryptIndependently(file, { age: identity })).rejects.toThrow('data:z: does not open');
    expect(decrypt(file).document).toBeUndefined();
  });

  it('passes with mac_only_encrypted where only a readable value changed, as with sops', async () => {
    const file = encrypt(manifest, dataOnly, recipient, ['--mac-only-encrypted']);
    const changed = file.replace('namespace: shop', 'namespace: ship');
    for (const each of [file, changed]) {
      expect(await decryptIndependently(each, { age: identity })).toMatchObject({ macIsValid: true });
      expect(decrypt(each).status).toBe(0);
    }
    const claimed = file.replace(/^ +mac_only_encrypted: true\n/m, '');
    expect(await decryptIndependently(claimed, { age: identity })).toMatchObject({ macIsValid: false });
  });
});

it.each([
  ['two documents', 'a: b\n---\nc: d\n'],
  ['no sops file', 'a: b\n'],
  ['a list', '- a\n'],
  ['broken YAML', 'a: [\n'],
  ['nothing', ''],
])('refuses %s', async (_, file) => {
  await expect(decryptIndependently(file, { age: identity })).rejects.toThrow();
});
