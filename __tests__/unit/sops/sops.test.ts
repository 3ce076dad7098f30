// The Encrypter over the real sops, and over programs that call themselves sops and do something else.

import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { ActionError, type ErrorCode, formatError } from '../../../src/errors.ts';
import { EncryptedManifest } from '../../../src/sops/encrypted-manifest.ts';
import type { EncryptionRequest } from '../../../src/sops/encrypter.ts';
import { type EncryptionRule, type Recipient, recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { sopsEnvironment } from '../../../src/sops/environment.ts';
import { type GoogleStandIn, startGoogle } from '../../stand-ins/google/google.ts';
import { recordingSops } from '../../stand-ins/runner.ts';
import { decryptIndependently } from '../../stand-ins/sops-oracle.ts';
import {
  generateAgeKey,
  openWorkshop,
  PGP_KEY,
  SOPS,
  secretManifest,
  type Workshop,
  writeKeyring,
} from './real-sops.ts';

const CANARY = 'canary-q8Zr2';
const KMS = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';
const FILE = 'clusters/dev/demo/kbot-token.yaml';

const [ours, other] = await Promise.all([generateAgeKey(), generateAgeKey()]);
const age = (...ids: string[]): Recipient[] => ids.map((id) => ({ kind: 'age', id }));
const cancelled = new ActionError('CANCELLED', { message: 'Cannot go on: cancelled.', remedy: 'Run it again.' });

function request(over: Partial<EncryptionRequest> = {}): EncryptionRequest {
  return {
    file: FILE,
    manifest: secretManifest({ token: CANARY }),
    rule: recipientsRule(age(ours.recipient)),
    ...over,
  };
}

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop[Symbol.asyncDispose]());

/** A program that says which sops it is, and does this instead of encrypting. */
async function program(script: string): Promise<string> {
  const path = join(workshop.directory, 'programs', 'sops');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `#!/bin/sh\nif [ "$1" = --version ]; then echo "sops 3.13.3"; exit; fi\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

const privateFolders = async () =>
  (await readdir(workshop.directory)).filter((name) => name.startsWith('flux-secret-sync-'));

async function failure(encrypting: Promise<EncryptedManifest>): Promise<ActionError> {
  const outcome: unknown = await encrypting.catch((error: unknown) => error);
  if (outcome instanceof ActionError) return outcome;
  throw new Error(`This is no ActionError: ${String(outcome)}`);
}

describe('a manifest is encrypted', () => {
  test('for the recipients that are given: each of them opens it, and nobody else', async () => {
    const rule = recipientsRule(age(ours.recipient, other.recipient));
    const { file, text } = await workshop.encrypter().encrypt(request({ rule }));
    expect(file).toBe(FILE);
    const token = Buffer.from(CANARY).toString('base64');
    for (const { identity } of [ours, other]) {
      const { document, macIsValid } = await decryptIndependently(text, { age: identity });
      expect(macIsValid).toBe(true);
      expect(document).toMatchObject({ kind: 'Secret', data: { token } });
    }
    const { identity } = await generateAgeKey();
    await expect(decryptIndependently(text, { age: identity })).rejects.toThrow('No entry of this file opens');
  });

  test.each<[string, Partial<EncryptionRule>]>([
    ['another selector', { selector: { kind: 'encrypted_regex', pattern: '^data$' } }],
    [
      'a pattern that breaks lines in YAML',
      { selector: { kind: 'unencrypted_regex', pattern: '^(kind|apiVersion|metadata|type|\u2028|\u0085)$' } },
    ],
    ['a MAC over what is encrypted only', { macOnlyEncrypted: true }],
  ])('as its rule says: %s', async (_, more) => {
    const rule = { ...recipientsRule(age(ours.recipient)), ...more };
    const { text } = await workshop.encrypter().encrypt(request({ rule }));
    await expect(workshop.decrypt(text, ours)).resolves.toMatchObject({ kind: 'Secret' });
  });

  test.each(['-a/-b.yaml', 'a b/c d.yaml', 'ü/日本.yaml', "a'b/$HOME.yaml", '--config.yaml'])(
    'whatever its path: %s',
    async (file) => {
      const sops = workshop.encrypter();
      await expect(sops.encrypt(request({ file }))).resolves.toBeInstanceOf(EncryptedManifest);
    },
  );

  test.each([
    ['names others', JSON.stringify({ creation_rules: [{ age: other.recipient, mac_only_encrypted: true }] })],
    [
      'has no rule that matches',
      JSON.stringify({ creation_rules: [{ path_regex: '^nothing$', age: other.recipient }] }),
    ],
    ['is broken', 'creation_rules: ['],
  ])('for recipients that are given, though a .sops.yaml above the folder that sops works in %s', async (_, above) => {
    await writeFile(join(workshop.directory, '.sops.yaml'), above);
    const { text } = await workshop.encrypter().encrypt(request());
    await expect(decryptIndependently(text, { age: ours.identity })).resolves.toMatchObject({ macIsValid: true });
    await expect(decryptIndependently(text, { age: other.identity })).rejects.toThrow('No entry of this file opens');
  });

  test('several at a time, with one question for the version', async () => {
    const sops = await recordingSops(join(workshop.directory, 'recording'), SOPS);
    const encrypter = workshop.encrypter({ binary: { kind: 'path', path: sops.path } });
    const files = ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml'];
    const manifests = await Promise.all(files.map((file) => encrypter.encrypt(request({ file }))));
    expect(manifests.map(({ file }) => file)).toEqual(files);
    const verbs = (await sops.calls()).map(({ arguments: [first] }) => (first === '--version' ? first : 'encrypt'));
    expect(verbs.toSorted()).toEqual(['--version', 'encrypt', 'encrypt', 'encrypt', 'encrypt']);
  });

  test('with the payload in no argument and no environment', async () => {
    const sops = await recordingSops(join(workshop.directory, 'recording'), SOPS);
    await workshop.encrypter({ binary: { kind: 'path', path: sops.path } }).encrypt(request());
    const shown = JSON.stringify(await sops.calls());
    expect(shown).toContain(FILE);
    expect(shown).not.toContain(CANARY);
    expect(shown).not.toContain(Buffer.from(CANARY).toString('base64'));
  });
});

describe('sops works in a private folder', () => {
  test('that nobody else can read and that holds the rule and nothing more', async () => {
    const found = join(workshop.directory, 'found');
    const path = await program(`/usr/bin/find . -printf '%y %m %p\\n' | sort > '${found}'; exit 1`);
    await failure(workshop.encrypter({ binary: { kind: 'path', path } }).encrypt(request()));
    const lines = (await readFile(found, 'utf8')).trimEnd().split('\n');
    expect(lines).toEqual(['d 700 .', 'f 600 ./.sops.yaml']);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['it is done', () => workshop.encrypter().encrypt(request())],
    ['sops fails', async () => failure(workshop.encrypter().encrypt(request({ rule: recipientsRule(age('age1x')) })))],
    [
      'there is no sops',
      async () => failure(workshop.encrypter({ binary: { kind: 'path', path: '/no/sops' } }).encrypt(request())),
    ],
    [
      'the gate refuses',
      async () =>
        failure(workshop.encrypter({ binary: { kind: 'path', path: await program('exit 0') } }).encrypt(request())),
    ],
    [
      'the run has ended before',
      () => {
        const deadline = startDeadline(10_000);
        deadline.cancel(cancelled);
        return failure(workshop.encrypter({ deadline }).encrypt(request()));
      },
    ],
    [
      'the run ends meanwhile',
      async () => {
        const deadline = startDeadline(10_000);
        const path = await program(': > "$HOME/started"; exec /bin/sleep 60');
        const failing = failure(workshop.encrypter({ binary: { kind: 'path', path }, deadline }).encrypt(request()));
        while (!existsSync(join(workshop.directory, 'started'))) await delay(5);
        expect(await privateFolders()).toHaveLength(1);
        deadline.cancel(cancelled);
        return failing;
      },
    ],
  ])('that is gone when %s', async (_, encrypt) => {
    await encrypt();
    expect(await privateFolders()).toEqual([]);
  });
});

describe('a sops that does not end', () => {
  test('is killed at the deadline, with what it has started', async () => {
    const pids = join(workshop.directory, 'pids');
    const path = await program(`/bin/sleep 60 & echo "$$ $!" > '${pids}'; wait`);
    const error = await failure(
      workshop.encrypter({ binary: { kind: 'path', path }, deadline: startDeadline(2_000) }).encrypt(request()),
    );
    expect(error.code).toBe('DEADLINE_EXCEEDED');
    const started = (await readFile(pids, 'utf8')).trim().split(' ').map(Number);
    expect(started).toHaveLength(2);
    await vi.waitFor(async () => expect(await Promise.all(started.map(isRunning))).toEqual([false, false]));
  });

  test('is killed when the job is cancelled', async () => {
    const deadline = startDeadline(10_000);
    const path = await program(': > "$HOME/started"; exec /bin/sleep 60');
    const failing = failure(workshop.encrypter({ binary: { kind: 'path', path }, deadline }).encrypt(request()));
    while (!existsSync(join(workshop.directory, 'started'))) await delay(5);
    deadline.cancel(cancelled);
    expect(await failing).toBe(cancelled);
  });

  test('not even when it is asked for its version, is waited for longer than the deadline', async () => {
    const path = join(workshop.directory, 'hanging');
    await writeFile(path, '#!/bin/sh\nexec /bin/sleep 2\n');
    await chmod(path, 0o755);
    const error = await failure(
      workshop.encrypter({ binary: { kind: 'path', path }, deadline: startDeadline(100) }).encrypt(request()),
    );
    expect(error.code).toBe('DEADLINE_EXCEEDED');
  });
});

/** Whoever has ended and is not yet taken notice of does not run any more. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State:\tX');
  return !/^State:\t[XZ]/m.test(status);
}

describe('whatever calls itself sops, nothing but a verified manifest comes out', () => {
  const large = { manifest: secretManifest({ token: `${CANARY}${'x'.repeat(65_000)}` }) };
  test.each<[string, string, ErrorCode, Partial<EncryptionRequest>?]>([
    ['leaves at once and well', 'exit 0', 'MANIFEST_NOT_ENCRYPTED', large],
    ['leaves at once and badly', 'exit 3', 'SOPS_FAILED', large],
    ['is ended by a signal', 'kill -9 $$', 'SOPS_FAILED', large],
    ['closes its stdin and lives on', 'exec <&-; exit 0', 'MANIFEST_NOT_ENCRYPTED', large],
    ['says nothing', '/bin/cat > /dev/null', 'MANIFEST_NOT_ENCRYPTED'],
    ['gives back what it got', '/bin/cat', 'MANIFEST_NOT_ENCRYPTED'],
    ['stops in the middle', `${SOPS} "$@" | /usr/bin/head -c 700`, 'MANIFEST_NOT_ENCRYPTED'],
    ['lacks its last line', `${SOPS} "$@" | /usr/bin/head -n -1`, 'MANIFEST_NOT_ENCRYPTED'],
    ['adds what it got', `tee="$(/bin/cat)"; printf %s "$tee" | ${SOPS} "$@"; echo "# $tee"`, 'MANIFEST_NOT_ENCRYPTED'],
    [
      'adds a document',
      `tee="$(/bin/cat)"; printf %s "$tee" | ${SOPS} "$@"; echo "---"; echo "$tee"`,
      'MANIFEST_NOT_ENCRYPTED',
    ],
    [
      'encrypts for somebody else',
      `${SOPS} --config /dev/null encrypt --age ${other.recipient} --input-type json --output-type yaml --encrypted-regex '^(data|stringData)$' --filename-override x.yaml`,
      'MANIFEST_NOT_ENCRYPTED',
    ],
    ['writes and then fails', `${SOPS} "$@"; exit 5`, 'SOPS_FAILED'],
    ['tells all on stderr', '/bin/cat >&2; exit 1', 'SOPS_FAILED'],
  ])('though it %s', async (_, script, code, over = {}) => {
    const error = await failure(
      workshop.encrypter({ binary: { kind: 'path', path: await program(script) } }).encrypt(request(over)),
    );
    expect(error.code).toBe(code);
    const said = `${formatError(error)}${String(error.cause ?? '')}`;
    expect(said).not.toContain(CANARY);
    expect(said).not.toContain(Buffer.from(CANARY).toString('base64').slice(0, 12));
  });

  test('ten megabytes on stderr do it no harm', async () => {
    const path = await program(`/usr/bin/head -c 10000000 /dev/zero >&2; exec ${SOPS} "$@"`);
    await expect(workshop.encrypter({ binary: { kind: 'path', path } }).encrypt(request())).resolves.toBeInstanceOf(
      EncryptedManifest,
    );
  });

  test.each([
    ['is too old', 'echo "sops 3.9.4"', 'SOPS_TOO_OLD'],
    ['is something else', 'echo "age 1.2.0"', 'SOPS_NOT_FOUND'],
  ])('nothing is handed to one that %s', async (_, script, code) => {
    const path = join(workshop.directory, 'old');
    const touched = join(workshop.directory, 'touched');
    await writeFile(path, `#!/bin/sh\nif [ "$1" = --version ]; then ${script}; exit; fi\n: > '${touched}'\n`);
    await chmod(path, 0o755);
    await expect(
      failure(workshop.encrypter({ binary: { kind: 'path', path } }).encrypt(request())),
    ).resolves.toMatchObject({ code });
    expect(existsSync(touched)).toBe(false);
  });
});

describe('Cloud KMS', () => {
  let google: GoogleStandIn;
  beforeAll(async () => {
    google = await startGoogle({ checkAccessTokens: true, accessToken: 'ya29.input', cryptoKeys: [KMS] });
  });
  afterEach(() => {
    google.clearFaults();
    google.allowKey(KMS);
  });
  afterAll(() => google[Symbol.asyncDispose]());

  const kms = recipientsRule([{ kind: 'gcp_kms', id: KMS }]);
  const encrypt = ({ rule = kms, accessToken = 'ya29.input' } = {}) => {
    const environment = sopsEnvironment(
      { PATH: '/usr/bin:/bin', HOME: workshop.directory },
      { accessToken, kmsEndpoint: new URL(google.url) },
    );
    return workshop.encrypter({ environment }).encrypt(request({ rule }));
  };

  test('encrypts the data key in one request, with the access token, and decrypts nothing', async () => {
    const before = google.requests.length;
    const { text } = await encrypt();
    expect(google.requests.slice(before).map(({ service, path }) => [service, path.split(/[:?]/)[1]])).toEqual([
      ['cloudkms', 'encrypt'],
    ]);
    await expect(decryptIndependently(text, { gcpKms: google.decrypt })).resolves.toMatchObject({ macIsValid: true });
  });

  test('may be joined by age: either opens the file', async () => {
    const rule = recipientsRule([{ kind: 'gcp_kms', id: KMS }, ...age(ours.recipient)]);
    const { text } = await encrypt({ rule });
    await expect(workshop.decrypt(text, ours)).resolves.toMatchObject({ kind: 'Secret' });
    await expect(decryptIndependently(text, { gcpKms: google.decrypt })).resolves.toMatchObject({ macIsValid: true });
  });

  const status = (code: number) => ({ status: code, body: { error: { code, message: CANARY, status: 'X' } } });
  test.each<[ErrorCode, string, () => void, Parameters<typeof encrypt>[0]?]>([
    ['SOPS_KEY_DENIED', 'the account may not encrypt', () => google.denyKey(KMS, 'encrypt')],
    [
      'SOPS_KEY_NOT_FOUND',
      'there is no such key',
      () => undefined,
      { rule: recipientsRule([{ kind: 'gcp_kms', id: `${KMS}-2` }]) },
    ],
    [
      'SOPS_KEY_NOT_FOUND',
      'the key is none',
      () => undefined,
      { rule: recipientsRule([{ kind: 'gcp_kms', id: 'projects/p' }]) },
    ],
    ['SOPS_KEY_UNUSABLE', 'the key is disabled', () => google.fault({ when: 'cloudkms', ...status(400) })],
    ['GOOGLE_QUOTA_EXHAUSTED', 'the quota is used up', () => google.fault({ when: 'cloudkms', ...status(429) })],
    ['GOOGLE_CREDENTIALS_REJECTED', 'the token is not accepted', () => undefined, { accessToken: 'ya29.expired' }],
    ['SOPS_KEY_SERVICE_UNREACHABLE', 'it fails', () => google.fault({ when: 'cloudkms', ...status(500) })],
    ['SOPS_KEY_SERVICE_UNREACHABLE', 'it cuts the connection', () => google.fault({ when: 'cloudkms', reset: true })],
    [
      'SOPS_KEY_SERVICE_UNREACHABLE',
      'a web page answers',
      () => google.fault({ when: 'cloudkms', status: 200, body: `<html>${CANARY}` }),
    ],
    [
      'MANIFEST_NOT_ENCRYPTED',
      'it answers without a ciphertext',
      () => google.fault({ when: 'cloudkms', status: 200, body: {} }),
    ],
  ])('ends in %s when %s', async (code, _, arrange, given) => {
    arrange();
    const error = await failure(encrypt(given));
    expect(error.code).toBe(code);
    expect(formatError(error)).not.toContain(CANARY);
  });

  test('ends in GOOGLE_CREDENTIALS_REJECTED without any credentials', async () => {
    const environment = sopsEnvironment(
      { PATH: '/usr/bin:/bin', HOME: workshop.directory, GCE_METADATA_HOST: '127.0.0.1:9' },
      { accessToken: undefined, kmsEndpoint: new URL(google.url) },
    );
    const error = await failure(workshop.encrypter({ environment }).encrypt(request({ rule: kms })));
    expect(error.code).toBe('GOOGLE_CREDENTIALS_REJECTED');
  });
});

describe('PGP', () => {
  const pgp = recipientsRule([{ kind: 'pgp', id: PGP_KEY.fingerprint }]);
  // No PATH: there is no gpg to help.
  const encrypt = () => {
    const environment = sopsEnvironment(
      { HOME: workshop.directory },
      { accessToken: undefined, kmsEndpoint: undefined },
    );
    return workshop.encrypter({ environment }).encrypt(request({ rule: pgp }));
  };

  test('needs no gpg where the public key lies in the keyring of the job', async () => {
    await writeKeyring(join(workshop.directory, '.gnupg'));
    const { text } = await encrypt();
    expect(text).toContain('-----BEGIN PGP MESSAGE-----');
    expect(text).toContain(`fp: ${PGP_KEY.fingerprint}`);
  });

  test('ends in SOPS_RECIPIENT_INVALID where it does not', async () => {
    await expect(failure(encrypt())).resolves.toMatchObject({
      code: 'SOPS_RECIPIENT_INVALID',
      message: `Cannot encrypt ${FILE}: a recipient is not one, or its public key is not on this runner.`,
    });
  });
});

test('an age recipient that is none is not said again: it may be a secret key', async () => {
  const error = await failure(workshop.encrypter().encrypt(request({ rule: recipientsRule(age(ours.identity)) })));
  expect(error.code).toBe('SOPS_RECIPIENT_INVALID');
  expect(formatError(error)).not.toContain(ours.identity);
});
