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

/** A source whose every answer is another version. */
function countingSource(): SecretSource & { asked: number } {
  return {
    asked: 0,
    async access({ name }) {
      this.asked += 1;
      return await Promise.resolve({
        name: { ...name, version: String(this.asked) },
        payload: new Plaintext(Buffer.from(String(this.asked))),
      });
    },
  };
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
    ['a number', request({ kind: 'number', number: '1' })],
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
});

const keys = await Promise.all([generateAgeKey(), generateAgeKey()]);
const ruleFor = ({ recipient }: AgeKey) => recipientsRule([{ kind: 'age', id: recipient }]);

function encryption(over: Partial<EncryptionRequest> = {}, version = '1'): EncryptionRequest {
  const clear = { ...CLEAR, metadata: { ...CLEAR.metadata, annotations: { version } } };
  return {
    file: 'clusters/kbot-token.yaml',
    manifest: secretManifest({ token: 'payload' }, clear),
    rule: ruleFor(keys[0]),
    configuration: undefined,
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

  const configuration = { path: '.sops.yaml', text: JSON.stringify({ creation_rules: [{ age: keys[0].recipient }] }) };
  test.each<[string, EncryptionRequest]>([
    ['for another version', encryption({}, '2')],
    ['for another file', encryption({ file: 'clusters/other.yaml' })],
    ['for other recipients', encryption({ rule: ruleFor(keys[1]) })],
    ['under a configuration', encryption({ configuration })],
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

  test('is made anew where only the text of the configuration is another', async () => {
    const encrypter = countingEncrypter();
    const remembering = rememberEncryptions(encrypter);
    await remembering.encrypt(encryption({ configuration }));
    await remembering.encrypt(
      encryption({ configuration: { ...configuration, text: `# who\n${configuration.text}` } }),
    );
    await remembering.encrypt(encryption({ configuration: { ...configuration, path: 'clusters/.sops.yaml' } }));
    expect(encrypter.encrypted).toBe(3);
  });
});
