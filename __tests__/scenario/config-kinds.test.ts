// Every kind of Secret that a config can ask for, through real sops and back, byte for byte.
import { describe, expect, test } from 'vitest';
import {
  TEST_CA,
  TEST_EXPIRED,
  TEST_RSA,
  TEST_SERVER,
  TEST_SERVER_KEY_PKCS8,
} from '../unit/kubernetes/certificates.ts';
import { FOLDER, manifestAt, runConfig, startConfigWorld, valuesOf } from './configs.ts';
import { openManifest, reportOf } from './reading.ts';

const FILE = `${FOLDER}/a.yaml`;
const EXPIRES = 'flux-secret-sync/expires';

async function worldOf(entry: object, secrets: Record<string, (string | Buffer)[]>) {
  return await startConfigWorld({ config: { manifests: [{ file: FILE, name: 'a', ...entry }] }, secrets });
}

describe('a Secret', () => {
  const binary = Buffer.from([0, 255, 10, 13, 128]);
  const docker = '{"auths":{"ghcr.io":{"auth":"bW9uYTpodXNo"}}}';
  const tls = { type: 'kubernetes.io/tls', data: { 'tls.crt': 'CRT', 'tls.key': { secret: 'KEY' } } };

  test.concurrent.for<[string, object, Record<string, string | Buffer>, Record<string, string | Buffer>]>([
    ['of bytes', { data: { blob: 'BLOB' } }, { BLOB: binary }, { blob: binary }],
    ['of a text with a line end', { data: { a: 'A' } }, { A: 'hush\n' }, { a: 'hush\n' }],
    [
      'of a text whose line end is taken off',
      { data: { a: { secret: 'A', trim: 'newline' } } },
      { A: 'hush\r\n' },
      { a: 'hush' },
    ],
    [
      'of basic-auth',
      { type: 'kubernetes.io/basic-auth', data: { username: 'USER', password: 'PASSWORD' } },
      { USER: 'mona', PASSWORD: 'hush' },
      { username: 'mona', password: 'hush' },
    ],
    [
      'of ssh-auth',
      { type: 'kubernetes.io/ssh-auth', data: { 'ssh-privatekey': 'SSH' } },
      { SSH: '-----BEGIN OPENSSH TEST KEY-----\n' },
      { 'ssh-privatekey': '-----BEGIN OPENSSH TEST KEY-----\n' },
    ],
    [
      'of a registry, as it is',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'DOCKER' } },
      { DOCKER: docker },
      { '.dockerconfigjson': docker },
    ],
    [
      'of a registry, made of its parts',
      { docker: { server: 'ghcr.io', username: 'USER', password: { secret: 'JSON', pointer: '/deep/0' } } },
      { USER: 'mona', JSON: '{"deep":["hush"]}' },
      { '.dockerconfigjson': '{"auths":{"ghcr.io":{"username":"mona","password":"hush","auth":"bW9uYTpodXNo"}}}' },
    ],
    [
      'of TLS',
      tls,
      { CRT: `${TEST_SERVER}${TEST_CA}`, KEY: TEST_SERVER_KEY_PKCS8 },
      { 'tls.crt': `${TEST_SERVER}${TEST_CA}`, 'tls.key': TEST_SERVER_KEY_PKCS8 },
    ],
    ['of a type of somebody', { type: 'example.com/thing', data: { a: 'A' } }, { A: 'x' }, { a: 'x' }],
  ])('%s is what was asked for, and is left alone the second time', async ([, entry, payloads, values]) => {
    await using world = await worldOf(
      entry,
      Object.fromEntries(Object.entries(payloads).map(([id, payload]) => [id, [payload]])),
    );
    await using run = await runConfig(world);
    await using again = await runConfig(world);
    const opened = await openManifest(world, { file: FILE });

    expect(run.exitCode, run.stdout).toBe(0);
    expect(opened.macIsValid).toBe(true);
    expect(opened.payloads).toEqual(
      Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Buffer.from(value)])),
    );
    expect(manifestAt(world, FILE).type).toBe(
      (entry as { type?: string }).type ?? ('docker' in entry ? 'kubernetes.io/dockerconfigjson' : 'Opaque'),
    );
    expect(again.outputs, again.stdout).toMatchObject({ outcome: 'unchanged' });
  });

  test.concurrent('that ends in a line end is mentioned, and so is what takes it off', async () => {
    await using world = await worldOf({ data: { a: 'A' } }, { A: ['hush\n'] });
    await using run = await runConfig(world);

    expect(run.summary).toContain('trim: newline');
    expect(run.summary).not.toContain('hush');
  });

  test.concurrent('for a registry is made anew where one of its parts has a new version', async () => {
    const docker = { server: 'ghcr.io', username: { value: '_json_key' }, password: 'PASSWORD' };
    await using world = await worldOf({ docker }, { PASSWORD: ['first', 'second'] });
    await using _ = await runConfig(world, { only: FILE, secret: 'PASSWORD', version: '1' });
    await using run = await runConfig(world);

    expect(reportOf(run).manifests[0]?.sources).toMatchObject([{ key: '.dockerconfigjson', from: '1', to: '2' }]);
    expect(JSON.parse((await valuesOf(world, FILE))['.dockerconfigjson'] ?? '')).toEqual({
      auths: { 'ghcr.io': expect.objectContaining({ username: '_json_key', password: 'second' }) },
    });
  });
});

describe('the certificate of a TLS Secret', () => {
  const tls = { type: 'kubernetes.io/tls', data: { 'tls.crt': 'CRT', 'tls.key': 'KEY' } };

  test.concurrent('says in the manifest when it expires, and unchanged runs still warn', async () => {
    await using world = await worldOf(tls, { CRT: [TEST_EXPIRED], KEY: [TEST_SERVER_KEY_PKCS8] });
    await using run = await runConfig(world);
    await using again = await runConfig(world);

    expect(run.exitCode, run.stdout).toBe(0);
    expect(manifestAt(world, FILE).metadata.annotations[EXPIRES]).toMatch(/^2021-\d\d-\d\dT[\d:]+Z$/);
    expect(again.outputs['outcome']).toBe('unchanged');
    for (const { summary } of [run, again]) expect(summary.match(/expired on 2021/g)).toHaveLength(1);
  });

  test.concurrent('of another key is refused before anything is encrypted', async () => {
    await using world = await worldOf(tls, { CRT: [TEST_RSA], KEY: [TEST_SERVER_KEY_PKCS8] });
    const refs = world.flux.refs();
    await using run = await runConfig(world);

    expect(reportOf(run).error).toMatchObject({
      code: 'CERTIFICATE_INVALID',
      message: expect.stringContaining('does not belong to the key'),
    });
    expect(world.flux.refs()).toEqual(refs);
  });
});
