import { describe, expect, test } from 'vitest';
import { buildDockerConfig, type SignIn, verifyDockerConfig } from '../../../src/kubernetes/docker-config.ts';
import { FULL_NAME, refusalOf, textOf, version } from './accessed.ts';

const server = 'europe-docker.pkg.dev';

describe('a registry is signed in to with', () => {
  test.each<[string, SignIn['username'], string, { username: string; password: string }]>([
    ['a name from the config', '_json_key', 'pa:ss', { username: '_json_key', password: 'pa:ss' }],
    ['a name from a payload', version('kbot'), '{"a":"b"}\n', { username: 'kbot', password: '{"a":"b"}\n' }],
    ['any text', version('\ufeffä "\\'), '\u0000€', { username: '\ufeffä "\\', password: '\u0000€' }],
  ])('%s', (_, username, password, parts) => {
    const config = buildDockerConfig({ server, username, password: version(password) }, 'a.yaml');
    const auth = Buffer.from(`${parts.username}:${parts.password}`).toString('base64');
    expect(JSON.parse(textOf(config) ?? '')).toEqual({ auths: { [server]: { ...parts, auth } } });
  });

  test('a registry of any name', () => {
    const config = buildDockerConfig({ server: '__proto__', username: 'a', password: version('b') }, 'a.yaml');
    expect(textOf(config)).toBe('{"auths":{"__proto__":{"username":"a","password":"b","auth":"YTpi"}}}');
  });
});

describe('a sign-in is refused, and not quoted, for', () => {
  const ofPayload = `Cannot use ${FULL_NAME}: `;
  const ofFile = 'Cannot write apps/kbot.yaml: ';
  const bytes = Uint8Array.of(0x63, 0xff);
  test.each<[string, SignIn['username'], string | Uint8Array, string]>([
    ['a colon in a name from the config', 'can:ary', 'b', `${ofFile}the user name for a registry is empty or holds`],
    ['an empty name from the config', '', 'b', `${ofFile}the user name for a registry is empty or holds a colon`],
    [
      'a colon in a name from a payload',
      version('can:ary'),
      'b',
      `${ofPayload}the user name for a registry is empty or`,
    ],
    ['an empty name', version(''), 'canary', `${ofPayload}the user name for a registry is empty.`],
    ['a name that is no text', version(bytes), 'canary', `${ofPayload}the user name for a registry is not UTF-8 text.`],
    ['an empty password', version('canary'), '', `${ofPayload}the password for a registry is empty.`],
    [
      'a password that is no text',
      version('canary'),
      bytes,
      `${ofPayload}the password for a registry is not UTF-8 text.`,
    ],
  ])('%s', (_, username, password, message) => {
    const signIn = { server, username, password: version(password) };
    const refusal = refusalOf(() => buildDockerConfig(signIn, 'apps/kbot.yaml'));
    expect(refusal).toMatchObject({ code: 'DOCKER_CONFIG_INVALID', text: expect.stringContaining(message) });
    expect(refusal?.text).not.toMatch(/can:?ary/);
  });
});

describe('a payload that is a whole docker config', () => {
  const entry = '{"auths":{"a.dev":{"auth":"YTpi"}}}';
  test.each([
    ['.dockerconfigjson', entry],
    ['.dockerconfigjson', ` ${entry}\n`],
    ['.dockerconfigjson', '{"credsStore":"x","auths":{"__proto__":1}}'],
    ['.dockercfg', '{"a.dev":{}}'],
    ['.dockercfg', '{}'],
  ] as const)('may be, as %s: %s', (key, json) => {
    expect(refusalOf(() => verifyDockerConfig(version(json), key))).toBeUndefined();
  });

  test.each<['.dockerconfigjson' | '.dockercfg', string | Uint8Array]>([
    ['.dockerconfigjson', '{}'],
    ['.dockerconfigjson', '{"canary":{}}'],
    ['.dockerconfigjson', '{"auths":{}}'],
    ['.dockerconfigjson', '{"auths":["canary"]}'],
    ['.dockerconfigjson', '{"auths":"canary"}'],
    ['.dockerconfigjson', '{"auths":null}'],
    ['.dockerconfigjson', '{"__proto__":{"auths":{"a":{}}}}'],
    ['.dockerconfigjson', `[${entry}]`],
    ['.dockerconfigjson', 'null'],
    ['.dockerconfigjson', `${entry}canary`],
    ['.dockerconfigjson', Buffer.from(entry).toString('base64')],
    ['.dockerconfigjson', '{"auths":'.repeat(100_000)],
    ['.dockerconfigjson', Uint8Array.of(0xff, 0xfe)],
    ['.dockercfg', '[]'],
    ['.dockercfg', '"canary"'],
    ['.dockercfg', ''],
  ])('may not be, as %s: %.60s', (key, json) => {
    const refusal = refusalOf(() => verifyDockerConfig(version(json), key));
    const wanted = key === '.dockercfg' ? 'a JSON object' : 'a JSON object with a registry in `auths`';
    expect(refusal).toMatchObject({
      code: 'DOCKER_CONFIG_INVALID',
      text: expect.stringContaining(`Cannot use ${FULL_NAME}: what becomes \`${key}\` is not ${wanted}. Add`),
    });
    expect(refusal?.text).not.toContain('canary');
  });
});
