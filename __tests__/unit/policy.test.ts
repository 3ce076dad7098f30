import { describe, expect, test } from 'vitest';
import type { ActionError } from '../../src/errors.ts';
import type { SecretName } from '../../src/google/resource-names.ts';
import { createGuard } from '../../src/policy.ts';
import { type Recipient, recipientsRule, SECRET_VALUES } from '../../src/sops/encryption-rule.ts';

const kms = (id: string): Recipient => ({ kind: 'gcp_kms', id });
const key = 'projects/demo/locations/global/keyRings/flux/cryptoKeys/sops';
const ssh = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI+a/b=';

function allowsSecret(allowedSecrets: readonly string[], name: SecretName): boolean {
  return refusalOf(() => createGuard({ allowedSecrets, allowedRecipients: [] }).refuseSecret(name)) === undefined;
}

function refusalOf(refuse: () => void): Pick<ActionError, 'code' | 'message' | 'remedy'> | undefined {
  try {
    refuse();
    return undefined;
  } catch (error) {
    return error as ActionError;
  }
}

describe('allowed-secrets', () => {
  test.each<[string, readonly string[], SecretName, boolean]>([
    ['nothing listed allows everything', [], { project: 'demo', secret: 'TELE_TOKEN' }, true],
    ['a full name', ['projects/demo/secrets/TELE_TOKEN'], { project: 'demo', secret: 'TELE_TOKEN' }, true],
    ['another case', ['projects/demo/secrets/tele_token'], { project: 'demo', secret: 'TELE_TOKEN' }, false],
    ['a star', ['projects/demo/secrets/KBOT_*'], { project: 'demo', secret: 'KBOT_TOKEN' }, true],
    ['a star is no other secret', ['projects/demo/secrets/KBOT_*'], { project: 'demo', secret: 'TELE_TOKEN' }, false],
    ['a star is no other project', ['projects/demo/secrets/*'], { project: 'prod', secret: 'KBOT_TOKEN' }, false],
    ['a glob is no prefix', ['projects/demo/secrets/KBOT'], { project: 'demo', secret: 'KBOT_TOKEN' }, false],
    [
      'a star does not cross a slash',
      ['projects/*/secrets/KBOT'],
      { project: 'demo', location: 'europe-west1', secret: 'KBOT' },
      false,
    ],
    [
      'a regional secret by its name',
      ['projects/demo/locations/europe-west1/secrets/*'],
      { project: 'demo', location: 'europe-west1', secret: 'KBOT' },
      true,
    ],
    ['two stars cross slashes', ['projects/demo/**'], { project: 'demo', location: 'x', secret: 'KBOT' }, true],
    ['braces', ['projects/demo/secrets/{KBOT,TELE}_*'], { project: 'demo', secret: 'TELE_TOKEN' }, true],
    ['braces list all there is', ['projects/demo/secrets/{KBOT,TELE}_*'], { project: 'demo', secret: 'DB_URL' }, false],
    ['a question mark', ['projects/demo/secrets/KEY_?'], { project: 'demo', secret: 'KEY_12' }, false],
    ['a range', ['projects/demo/secrets/KEY_[0-4]'], { project: 'demo', secret: 'KEY_3' }, true],
    ['one of several', ['projects/a/secrets/*', 'projects/b/secrets/*'], { project: 'b', secret: 'KBOT' }, true],
    ['an exclamation mark does not negate', ['!projects/demo/secrets/A'], { project: 'demo', secret: 'B' }, false],
    ['a dot is a dot', ['projects/example.com:demo/**'], { project: 'examplexcom:demo', secret: 'B' }, false],
    ['a domain-scoped project', ['projects/*:demo/secrets/*'], { project: 'example.com:demo', secret: 'B' }, true],
    ['extended globs are not read', ['projects/demo/secrets/!(A)'], { project: 'demo', secret: 'B' }, false],
  ])('%s: %j', (_, globs, name, allowed) => {
    expect(allowsSecret(globs, name)).toBe(allowed);
  });

  test('names the secret that is outside, and who may let it in', () => {
    const guard = createGuard({ allowedSecrets: ['projects/demo/secrets/KBOT_*'], allowedRecipients: [] });
    expect(refusalOf(() => guard.refuseSecret({ project: 'demo', secret: 'TELE_TOKEN' }))).toMatchObject({
      code: 'SECRET_NOT_ALLOWED',
      message: 'Cannot access projects/demo/secrets/TELE_TOKEN: the input `allowed-secrets` does not list it.',
      remedy: expect.stringContaining('whoever owns the workflow'),
    });
  });
});

describe('allowed-recipients', () => {
  test.each<[string, readonly string[], readonly Recipient[], boolean]>([
    ['nothing listed allows everything', [], [kms(key)], true],
    ['a key by its name', [key], [kms(key)], true],
    ['every key of a ring', ['projects/demo/locations/*/keyRings/flux/cryptoKeys/*'], [kms(key)], true],
    ['a star does not cross a slash', ['projects/demo/*'], [kms(key)], false],
    ['one outside of many refuses them all', [key], [kms(key), kms(`${key}2`)], false],
    ['an age recipient by its beginning', ['age1abc*'], [{ kind: 'age', id: 'age1abcdef' }], true],
    ['an SSH key word for word, slashes and plus signs in it', [ssh], [{ kind: 'age', id: ssh }], true],
    ['a fingerprint', ['ABCD*'], [{ kind: 'pgp', id: 'FFFF0123' }], false],
  ])('%s', (_, allowedRecipients, recipients, allowed) => {
    const refuse = () =>
      createGuard({ allowedSecrets: [], allowedRecipients }).refuseRecipients(recipientsRule(recipients));
    expect(refusalOf(refuse) === undefined).toBe(allowed);
  });

  test('looks into every key group, and names who is outside', () => {
    const rule = {
      keyGroups: [[kms(key)], [{ kind: 'age', id: 'age1intruder' } as const]],
      threshold: 1,
      selector: SECRET_VALUES,
      macOnlyEncrypted: false,
    };
    expect(
      refusalOf(() => createGuard({ allowedSecrets: [], allowedRecipients: [key] }).refuseRecipients(rule)),
    ).toMatchObject({
      code: 'RECIPIENT_NOT_ALLOWED',
      message: 'Cannot encrypt for age1intruder: the input `allowed-recipients` does not list it.',
      remedy: expect.stringContaining('.sops.yaml'),
    });
  });
});

test('a guard goes on answering, however often it is asked', () => {
  const guard = createGuard({ allowedSecrets: ['projects/demo/secrets/A'], allowedRecipients: [] });
  for (let asked = 0; asked < 3; asked += 1) {
    expect(refusalOf(() => guard.refuseSecret({ project: 'demo', secret: 'A' }))).toBeUndefined();
    expect(refusalOf(() => guard.refuseSecret({ project: 'demo', secret: 'B' }))).toMatchObject({
      code: 'SECRET_NOT_ALLOWED',
    });
  }
});
