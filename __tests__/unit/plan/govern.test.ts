import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { createGovern, type Governing, refuseOutside } from '../../../src/plan/govern.ts';
import { type Recipient, recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { snapshot } from '../situations.ts';

const age = (id: string): Recipient => ({ kind: 'age', id });
const rules = (...lines: string[]) => `creation_rules:\n${lines.map((line) => `- ${line}\n`).join('')}`;
const base = snapshot({
  '.sops.yaml': rules('{path_regex: ^clusters/, age: age1root}'),
  'clusters/dev/.sops.yaml': rules('{path_regex: ^demo/, age: age1dev}', '{path_regex: ^kms/, kms: k}'),
  'clusters/prod/.sops.yaml': rules('{age: age1prod}'),
  'broken/.sops.yaml': 'a: [',
});
const everything: Governing = { recipients: [], policy: { allowedSecrets: [], allowedRecipients: [] } };
const only = (...allowedRecipients: string[]): Governing => {
  return { ...everything, policy: { allowedSecrets: [], allowedRecipients } };
};
const code = (name: string) => expect.objectContaining({ code: name });

describe('a file is encrypted', () => {
  test.each([
    ['clusters/dev/demo/a.yaml', 'age1dev'],
    ['clusters/prod/demo/a.yaml', 'age1prod'],
    ['clusters/test/a.yaml', 'age1root'],
  ])('by the nearest configuration: %s', async (file, recipient) => {
    const govern = await createGovern(everything, { base, files: [file] });
    expect(govern(file)).toEqual(recipientsRule([age(recipient)]));
  });

  test('for the recipients of the inputs, whatever the repository says', async () => {
    const govern = await createGovern({ ...everything, recipients: [age('age1input')] }, { base, files: [] });
    for (const file of ['clusters/dev/demo/a.yaml', 'broken/a.yaml', 'nowhere/a.yaml']) {
      expect(govern(file)).toEqual(recipientsRule([age('age1input')]));
    }
  });

  const unusable = new ActionError('FILE_NOT_REGULAR', { message: 'Cannot use it: a link.', remedy: 'Name a file.' });
  test.each<[string, string, string, Parameters<typeof snapshot>[1]?]>([
    ['there is no configuration above it', 'a.yaml', 'SOPS_NO_RULE', { files: new Map() }],
    ['no rule of the nearest matches, though one above would', 'clusters/dev/other/a.yaml', 'SOPS_NO_RULE'],
    ['the nearest is broken', 'broken/a.yaml', 'SOPS_CONFIG_INVALID'],
    ['the nearest names other key services', 'clusters/dev/kms/a.yaml', 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
    ['the nearest is no file', 'x/a.yaml', 'FILE_NOT_REGULAR', { unusable: new Map([['x/.sops.yaml', unusable]]) }],
  ])('by nothing where %s: that is its own error, and the others go on', async (_, file, expected, more) => {
    const given = { ...base, ...more };
    for (const governing of [everything, only('age1*')]) {
      const govern = await createGovern(governing, { base: given, files: [file] });
      expect(() => govern(file)).toThrow(code(expected));
      if (more?.files !== undefined) {
        expect(() => govern(file)).toThrow(
          `Cannot encrypt ${file}: nobody is named to encrypt it for, and the Flux repository has no .sops.yaml above it.`,
        );
        expect(() => govern(file)).toThrow(expect.objectContaining({ remedy: expect.stringContaining('`age`') }));
      } else expect(govern('clusters/prod/a.yaml')).toEqual(recipientsRule([age('age1prod')]));
    }
  });
});

describe('what the workflow forbids ends the run', () => {
  test('for a rule of any file that is to be written', async () => {
    const files = ['clusters/dev/demo/a.yaml', 'broken/a.yaml', 'clusters/prod/a.yaml'];
    await expect(createGovern(only('age1dev'), { base, files })).rejects.toThrow(code('RECIPIENT_NOT_ALLOWED'));
    const govern = await createGovern(only('age1dev'), { base, files: files.slice(0, 2) });
    expect(govern('clusters/dev/demo/a.yaml')).toEqual(recipientsRule([age('age1dev')]));
    expect(() => govern('clusters/prod/a.yaml')).toThrow(code('RECIPIENT_NOT_ALLOWED'));
  });

  test.each<[string, Governing, string | undefined]>([
    [
      'a secret',
      { ...everything, policy: { allowedSecrets: ['projects/demo/secrets/A'], allowedRecipients: [] } },
      'SECRET_NOT_ALLOWED',
    ],
    [
      'a recipient of the inputs',
      { ...only('age1dev'), recipients: [age('age1dev'), age('age1input')] },
      'RECIPIENT_NOT_ALLOWED',
    ],
    [
      'a secret, where it bounds both',
      { ...everything, policy: { allowedSecrets: ['projects/demo/secrets/A'], allowedRecipients: ['age1*'] } },
      'SECRET_NOT_ALLOWED',
    ],
    ['no recipient of the inputs', { ...only('age1*'), recipients: [age('age1input')] }, undefined],
    ['nothing', everything, undefined],
    ['nothing that is not known yet', only('age1dev'), undefined],
  ])('before anything is read: %s', async (_, governing, expected) => {
    const secrets = ['A', 'B'].map((secret) => ({ project: 'demo', secret }));
    const refusing = refuseOutside(governing, secrets);
    await (expected === undefined
      ? expect(refusing).resolves.toBeUndefined()
      : expect(refusing).rejects.toThrow(code(expected)));
  });
});
