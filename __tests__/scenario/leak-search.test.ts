// The leak test is worth what its search is worth: here a secret is put into each place, in each form, and found.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { recordingSops } from '../stand-ins/runner.ts';
import { startWorld } from '../stand-ins/world.ts';
import { binaryCanary, canaryOf, findForms, textCanary } from './leak/canary.ts';
import { collectPlaces, findLeaks } from './leak/evidence.ts';

const LEAKY_ACTION = fileURLToPath(new URL('leak/leaky-action.ts', import.meta.url));

const around = (length: number, bytes: Buffer) =>
  Buffer.concat([Buffer.alloc(length, '.'), bytes, Buffer.from('behind it')]);
const wrapped = (text: string) => text.replace(/.{10}/g, '$&\n    ');

type Leak<Secret> = readonly [form: string, how: string, leak: (secret: Secret) => Buffer | string];
const BYTES: readonly Leak<Buffer>[] = [
  ['as it is', 'between others', (bytes) => around(5, bytes)],
  ['base64', 'from its first byte', (bytes) => `"${bytes.toString('base64')}"`],
  ['base64', 'behind one byte', (bytes) => around(1, bytes).toString('base64')],
  ['base64', 'behind two bytes', (bytes) => around(2, bytes).toString('base64')],
  ['base64', 'in lines', (bytes) => wrapped(around(4, bytes).toString('base64'))],
  ['base64url', 'from its first byte', (bytes) => bytes.toString('base64url')],
  ['base64url', 'behind one byte', (bytes) => around(1, bytes).toString('base64url')],
  ['base64url', 'behind two bytes', (bytes) => around(2, bytes).toString('base64url')],
  ['hex', 'in one word', (bytes) => bytes.toString('hex')],
  ['hex', 'as a Buffer is inspected', (bytes) => inspect({ payload: bytes })],
  ['HEX', 'in one word', (bytes) => bytes.toString('hex').toUpperCase()],
  ['percent', 'in lower case', (bytes) => bytes.toString('hex').replace(/../g, '%$&')],
  ['percent', 'in upper case', (bytes) => bytes.toString('hex').toUpperCase().replace(/../g, '%$&')],
  ['numbers', 'as a Buffer becomes JSON', (bytes) => JSON.stringify({ payload: bytes })],
  ['numbers', 'as a Uint8Array is inspected', (bytes) => inspect({ payload: new Uint8Array(bytes) })],
  ['latin1', 'as a string', (bytes) => bytes.toString('latin1')],
];
const TEXT: readonly Leak<string>[] = [
  ['JSON', 'in an object', (text) => JSON.stringify({ text })],
  ['JSON in JSON', 'in a report', (text) => JSON.stringify({ report: JSON.stringify({ text }) })],
  ['JSON in ASCII', 'with \\u', (text) => JSON.stringify(text).replaceAll('ä', '\\u00e4').replaceAll('ö', '\\u00f6')],
  ['URI', 'in a query', (text) => `https://example.com/?text=${encodeURIComponent(text)}`],
  ['form', 'in a body', (text) => new URLSearchParams([['a', text]]).toString()],
  ['inspected', 'in an error', (text) => inspect({ text: [text] }, { breakLength: Number.POSITIVE_INFINITY })],
];

describe('the search finds', () => {
  test.each(BYTES)('a text, and each line of it: %s, %s', (form, _, leak) => {
    const canary = textCanary();
    const lines = canary.bytes.toString('utf8').split('\n').filter(Boolean);
    expect(findForms(Buffer.from(leak(canary.bytes)), canary)).toContain(form);
    expect(lines).toHaveLength(5);
    for (const line of lines) expect(findForms(Buffer.from(leak(Buffer.from(line))), canary), line).not.toEqual([]);
  });

  test.each(TEXT)('a text, and each line of it: as %s, %s', (form, _, leak) => {
    const canary = textCanary();
    const text = canary.bytes.toString('utf8');
    expect(findForms(Buffer.from(leak(text)), canary)).toContain(form);
    for (const line of text.split('\n').filter(Boolean)) {
      expect(findForms(Buffer.from(leak(line)), canary), line).not.toEqual([]);
    }
  });

  test.each(BYTES)('bytes that are no text, and a part of them: %s, %s', (form, _, leak) => {
    const canary = binaryCanary();
    expect(findForms(Buffer.from(leak(canary.bytes)), canary)).toContain(form);
    expect(findForms(Buffer.from(leak(canary.bytes.subarray(23, 42))), canary)).not.toEqual([]);
  });

  test.each(BYTES)('the manifest that sops is given, in base64 itself: %s, %s', (_form, _, leak) => {
    const canary = binaryCanary();
    const manifest = JSON.stringify({ kind: 'Secret', data: { token: canary.bytes.toString('base64') } });
    expect(findForms(Buffer.from(leak(Buffer.from(manifest))), canary)).not.toEqual([]);
  });

  test.each([textCanary(), binaryCanary()])('a Uint8Array that became JSON: $name', (canary) => {
    const json = JSON.stringify({ payload: new Uint8Array(canary.bytes) });
    expect(findForms(Buffer.from(json), canary)).toEqual(['numbered']);
  });

  test('nothing where nothing is', () => {
    const [canary, other] = [textCanary(), canaryOf('another secret, and no part of the first')];
    expect(findForms(Buffer.concat([other.bytes, binaryCanary().bytes]), canary)).toEqual([]);
  });
});

/** A run of the action that tells it everywhere, in a repository where somebody has told it too. */
async function tell(secret: string) {
  await using world = await startWorld();
  await world.flux.commit({ branch: 'told', files: { 'x.yaml': secret } });
  const folder = await mkdtemp(join(tmpdir(), 'leak-search-'));
  const sops = await recordingSops(join(folder, 'bin'));
  await using run = await world.run(
    { 'sops-path': sops.path },
    { entry: LEAKY_ACTION, env: { SECRET_TO_TELL: secret, TMPDIR: folder } },
  );
  expect(run.exitCode, run.stderr).toBe(0);
  const places = await collectPlaces({ world, run, calls: await sops.calls(), folders: [folder] });
  await rm(folder, { recursive: true });
  return { places, masks: run.masks };
}

describe('the places', () => {
  test('are all that a run prints, writes, asks for and starts', async () => {
    const secret = 'k7Qx-2vB_9';
    const { places } = await tell(secret);

    const leaks = findLeaks(places, canaryOf(secret));
    const found = leaks.map((leak) => leak.replace(`${secret} in `, '').replace(/: as it is$/, ''));
    expect(found).toEqual(
      expect.arrayContaining([
        ...['stdout', 'stderr', 'sops arguments', 'sops environment', 'git objects'],
        ...['output', 'state', 'env', 'path', 'step-summary'].map((file) => `file file-commands/${file}`),
        'file temp/.hidden/RUNNER_TEMP',
        'file workspace/.hidden/GITHUB_WORKSPACE',
        'file home/.hidden/HOME',
        'file tool-cache/.hidden/RUNNER_TOOL_CACHE',
        'file .hidden/TMPDIR',
        `file temp/folder-${secret}`,
        ...['GitHub', 'Google'].flatMap((service) =>
          ['URL', 'headers', 'body', 'body, decoded'].map((part) => `${service} ${part}`),
        ),
      ]),
    );
  });

  test('are without what the runner is asked to mask, and without those that are allowed', async () => {
    const { places, masks } = await tell('nothing');

    expect(masks).toEqual(['masked']);
    expect(findLeaks(places, canaryOf('masked'))).toEqual([]);
    expect(findLeaks(places, canaryOf('nothing')).length).toBeGreaterThan(20);
    expect(findLeaks(places, canaryOf('nothing'), /^(file|GitHub|Google|std|sops|git)/)).toEqual([]);
  });
});
