import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecretVersionRequest, VersionRequest } from '../../src/google/resource-names.ts';
import type { SecretSource } from '../../src/google/secret-source.ts';
import { rememberAccesses, rememberEncryptions } from '../../src/memory.ts';
import { Plaintext } from '../../src/plaintext.ts';
import type { Encrypter, EncryptionRequest } from '../../src/sops/encrypter.ts';
import { recipientsRule } from '../../src/sops/encryption-rule.ts';
import { type AgeKey, CLEAR, generateAgeKey, openWorkshop, secretManifest, type Workshop } from './sops/real-sops.ts';

const request = (version: VersionRequest, secret = 'TELE_TOKEN', location?: string): SecretVersionRequest => ({
  name: { project: 'demo-project', secret, ...(location === undefined ? {} : { location }) },
  version,
});
const LATEST: VersionRequest = { kind: 'latest' };
const LATEST_ENABLED: VersionRequest = { kind: 'latest-enabled' };
const ONE: VersionRequest = { kind: 'number', number: '1' };

interface CountingSource extends SecretSource {
  asked: number;
  looked: number;
}

/** A source whose every answer is another version, but for a number; it answers with the project's number. */
function countingSource(): CountingSource {
  const source: CountingSource = {
    asked: 0,
    looked: 0,
    access({ name, version }) {
      source.asked += 1;
      const number = version.kind === 'number' ? version.number : String(source.asked);
      const payload = new Plaintext(Buffer.from(number));
      return Promise.resolve({ name: { ...name, project: '42', version: number }, payload });
    },
    findNewestEnabled(name) {
      source.looked += 1;
      return Promise.resolve({ ...name, project: '42', version: String(10 + source.looked) });
    },
  };
  return source;
}

describe('a version that was accessed', () => {
  test('is not asked for twice, not even at the same time', async () => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    const answers = await Promise.all([secrets.access(request(LATEST)), secrets.access(request(LATEST))]);
    answers.push(await secrets.access(request(LATEST)));
    expect(answers.map(({ name }) => name.version)).toEqual(['1', '1', '1']);
    expect(source.asked).toBe(1);
  });

  test.each<[string, SecretVersionRequest]>([
    ['another number', request({ kind: 'number', number: '2' })],
    ['an alias', request({ kind: 'alias', alias: 'stable' })],
    ['another secret', request(LATEST, 'OTHER')],
    ['a regional secret', request(LATEST, 'TELE_TOKEN', 'europe-west3')],
  ])('is another one than %s', async (_, other) => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    await secrets.access(request(LATEST));
    await secrets.access(other);
    expect(source.asked).toBe(2);
  });

  test('can be asked for again, and the new answer counts from then on', async () => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    await secrets.access(request(LATEST));
    expect((await secrets.accessAgain(request(LATEST))).name.version).toBe('2');
    expect((await secrets.access(request(LATEST))).name.version).toBe('2');
    expect(source.asked).toBe(2);
  });

  test.each<[string, VersionRequest]>([
    ['latest', LATEST],
    ['an alias', { kind: 'alias', alias: 'stable' }],
    ['a number', ONE],
    ['the newest enabled one', LATEST_ENABLED],
  ])('as %s is remembered by its number, in the project by id and by number', async (_, version) => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    const accessed = await secrets.access(request(version));
    const number: VersionRequest = { kind: 'number', number: accessed.name.version };
    expect(await secrets.access(request(number))).toBe(accessed);
    const byNumber = { name: { ...request(number).name, project: '42' }, version: number };
    expect(await secrets.access(byNumber)).toBe(accessed);
    expect(source.asked).toBe(1);
  });

  test('that could not be had once is had by its number when `latest` turns out to be it', async () => {
    const source = countingSource();
    const denied = new Error('denied');
    const failing: SecretSource = {
      ...source,
      access: (request) => (request.version.kind === 'number' ? Promise.reject(denied) : source.access(request)),
    };
    const secrets = rememberAccesses(failing);
    await expect(secrets.access(request(ONE))).rejects.toBe(denied);
    const accessed = await secrets.access(request(LATEST));
    expect(await secrets.access(request(ONE))).toBe(accessed);
  });
});

describe('the newest enabled version', () => {
  test('is looked for once, not even at the same time twice, and accessed once', async () => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    const { name } = request(LATEST_ENABLED);
    const [found, accessed, same] = await Promise.all([
      secrets.findNewestEnabled(name),
      secrets.access(request(LATEST_ENABLED)),
      secrets.access(request(LATEST_ENABLED)),
    ]);
    expect([found.version, accessed.name.version, same]).toEqual(['11', '11', accessed]);
    expect(await secrets.findNewestEnabled(name)).toBe(found);
    expect([source.looked, source.asked]).toEqual([1, 1]);
  });

  test('of another secret is another one', async () => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    for (const [secret, location] of [['TELE_TOKEN'], ['OTHER'], ['TELE_TOKEN', 'europe-west3']]) {
      await secrets.findNewestEnabled(request(LATEST_ENABLED, secret, location).name);
    }
    expect(source.looked).toBe(3);
  });

  test('can be looked for again, and the new answer counts from then on', async () => {
    const source = countingSource();
    const secrets = rememberAccesses(source);
    await secrets.access(request(LATEST_ENABLED));
    expect((await secrets.accessAgain(request(LATEST_ENABLED))).name.version).toBe('12');
    expect((await secrets.access(request(LATEST_ENABLED))).name.version).toBe('12');
    expect([source.looked, source.asked]).toEqual([2, 2]);
  });
});

const keys = await Promise.all([generateAgeKey(), generateAgeKey()]);
const ruleFor = ({ recipient }: AgeKey) => recipientsRule([{ kind: 'age', id: recipient }]);

function encryption(over: Partial<EncryptionRequest> = {}, version = '1'): EncryptionRequest {
  const clear = { ...CLEAR, metadata: { ...CLEAR.metadata, annotations: { version } } };
  return {
    file: 'clusters/kbot-token.yaml',
    manifest: secretManifest({ token: 'payload' }, clear),
    rule: ruleFor(keys[0]),
    ...over,
  };
}

describe('ciphertext', () => {
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await openWorkshop();
  });
  afterAll(() => workshop[Symbol.asyncDispose]());

  function countingEncrypter(): Encrypter & { encrypted: number } {
    const sops = workshop.encrypter();
    return {
      encrypted: 0,
      encrypt(request) {
        this.encrypted += 1;
        return sops.encrypt(request);
      },
    };
  }

  test('is made once for what stays as it was, even if the request is another object', async () => {
    const encrypter = countingEncrypter();
    const remembering = rememberEncryptions(encrypter);
    const [first, second] = await Promise.all([remembering.encrypt(encryption()), remembering.encrypt(encryption())]);
    expect(second).toBe(first);
    expect(await remembering.encrypt(encryption())).toBe(first);
    expect(encrypter.encrypted).toBe(1);
  });

  test.each<[string, EncryptionRequest]>([
    ['for another version', encryption({}, '2')],
    ['for another file', encryption({ file: 'clusters/other.yaml' })],
    ['for other recipients', encryption({ rule: ruleFor(keys[1]) })],
  ])('is made anew %s', async (_, other) => {
    const encrypter = countingEncrypter();
    const remembering = rememberEncryptions(encrypter);
    const first = await remembering.encrypt(encryption());
    const second = await remembering.encrypt(other);
    expect(second.text).not.toBe(first.text);
    expect(await remembering.encrypt(other)).toBe(second);
    expect(await remembering.encrypt(encryption())).toBe(first);
    expect(encrypter.encrypted).toBe(2);
  });
});
