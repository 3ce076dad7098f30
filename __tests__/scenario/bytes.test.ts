// Every payload comes back byte for byte, by sops and by a decryption that is none of sops'.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startWorld, type World } from '../stand-ins/world.ts';
import { openManifest } from './reading.ts';

const tools = fileURLToPath(new URL('../../.tools/bin', import.meta.url));

/** What stands under a data key of the committed manifest, as `sops decrypt` says it. */
async function decryptWithSops(world: World, key: string): Promise<string> {
  await using directory = await mkdtempDisposable(join(tmpdir(), 'decrypt-'));
  await writeFile(join(directory.path, 'manifest.yaml'), world.manifest());
  const env = {
    PATH: [tools, process.env['PATH']].join(delimiter),
    HOME: directory.path,
    SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    SOPS_GCP_KMS_ENDPOINT: world.google.url,
    GOOGLE_OAUTH_ACCESS_TOKEN: world.google.tokens.exchanged,
  };
  const parameters = ['decrypt', '--extract', `["data"]["${key}"]`, 'manifest.yaml'];
  const { stdout } = await promisify(execFile)('sops', parameters, { env, cwd: directory.path, maxBuffer: 1e7 });
  return stdout;
}

test.concurrent.for<{ what: string; payload: Buffer | string }>([
  { what: 'a trailing newline', payload: '123456:valid\n' },
  { what: 'empty lines, blanks and tabs', payload: '\n\n  first\r\n\n\tsecond  \n\n\n' },
  { what: 'what YAML takes for a number', payload: '0b11' },
  { what: 'what YAML takes for a date', payload: '2024-01-01' },
  { what: 'what YAML takes for null', payload: '~' },
  { what: 'what ends lines in Unicode', payload: 'a\u2028b\u2029c\u0085d\u007fe\ufefff' },
  { what: 'what looks encrypted', payload: 'ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]' },
  { what: 'what Flux would substitute', payload: `\${TOKEN} $\{TOKEN:-x} $$` },
  { what: 'every byte there is', payload: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)) },
  { what: 'one NUL', payload: Buffer.alloc(1) },
  { what: '64 KiB, the most that there is', payload: randomBytes(65_536) },
  // In base64 these read `1234`, `true`, `null`, `1e10`, `0b11` and `2024`.
  { what: 'what is an integer in base64', payload: Buffer.from('1234', 'base64') },
  { what: 'what is a Boolean in base64', payload: Buffer.from('true', 'base64') },
  { what: 'what is null in base64', payload: Buffer.from('null', 'base64') },
  { what: 'what is a float in base64', payload: Buffer.from('1e10', 'base64') },
])('$what', async ({ payload }) => {
  await using world = await startWorld();
  world.secret.addVersion(payload);
  await using run = await world.run();

  expect(run.outputs['outcome'], run.stdout).toBe('created');
  const { macIsValid, payloads } = await openManifest(world);
  expect(macIsValid).toBe(true);
  expect(payloads['token']?.equals(Buffer.from(payload))).toBe(true);
  expect(await decryptWithSops(world, 'token')).toBe(Buffer.from(payload).toString('base64'));
});
