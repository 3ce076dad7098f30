// The gate. Every case starts from what the real sops has written and changes one thing: that has to be refused, and
// named.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Document, parse, parseDocument } from 'yaml';
import type { ActionError } from '../../../src/errors.ts';
import type { SopsConfiguration } from '../../../src/sops/configuration.ts';
import { parseCreationRules } from '../../../src/sops/creation-rule.ts';
import { EncryptedManifest, type Expectation, notEncrypted } from '../../../src/sops/encrypted-manifest.ts';
import { type EncryptionRule, type Recipient, recipientsRule } from '../../../src/sops/encryption-rule.ts';
import { SopsDocument } from '../../../src/sops/sops-document.ts';
import { type AgeKey, CLEAR, generateAgeKey, openWorkshop, secretManifest, type Workshop } from './real-sops.ts';

const CANARY = 'canary-q8Zr2';
const FILE = 'clusters/dev/demo/kbot-token.yaml';
const DATA = { token: CANARY, 'tls.crt': Buffer.from([0, 255]) };

const [ours, other] = await Promise.all([generateAgeKey(), generateAgeKey()]);
const age = ({ recipient }: AgeKey): Recipient => ({ kind: 'age', id: recipient });
const rule = recipientsRule([age(ours)]);

let workshop: Workshop;
let written: string;
beforeAll(async () => {
  workshop = await openWorkshop();
  written = await encrypt(rule);
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function encrypt(by: EncryptionRule, { clear = CLEAR, data = DATA as Record<string, string | Buffer> } = {}) {
  const request = { file: FILE, manifest: secretManifest(data, clear), rule: by };
  return (await workshop.encrypter().encrypt(request)).text;
}

function violationsOf(text: string, expected: Partial<Expectation> = {}): string[] {
  const verified = EncryptedManifest.verify(FILE, SopsDocument.parse(text), {
    clear: CLEAR,
    dataKeys: Object.keys(DATA),
    empty: [],
    rule,
    ...expected,
  });
  return verified instanceof EncryptedManifest ? [] : verified.violations;
}

/** One thing changed at a path; everything else as sops wrote it. */
const setting = (path: (string | number)[], value: unknown) => (text: string) => {
  const document = parseDocument(text);
  document.setIn(path, value);
  return document.toString({ lineWidth: 0 });
};
const deleting =
  (...path: (string | number)[]) =>
  (text: string) => {
    const document = parseDocument(text);
    document.deleteIn(path);
    return document.toString({ lineWidth: 0 });
  };
const replacing = (pattern: RegExp | string, by: string) => (text: string) => text.replace(pattern, () => by);
/** A recipient more, in the words of the one that is there. */
const adding = (path: (string | number)[], entry: object) => (text: string) => {
  const { enc } = parse(text).sops.age?.[0] ?? parse(text).sops.key_groups[0].age[0];
  return setting(path, { enc, ...entry })(text);
};
const PLAIN_ENTRY = { enc: 'AA==', created_at: '2026-11-21T00:00:00Z' };
const PGP_MESSAGE = '-----BEGIN PGP MESSAGE-----\n\nAAAA\n=AAAA\n-----END PGP MESSAGE-----\n';
const foreign = [{ ...PLAIN_ENTRY, id: CANARY }];

const NOT_PLAIN = ['it is not one plain YAML document'];
const NOT_ENCRYPTED = ['a value is not encrypted'];
const NOT_ASKED = ['what stands in clear is not what was asked for'];
const UNREADABLE = ['its sops block cannot be read'];
const NOT_BARE = ['it has comments, directives, tags or anchors'];
const OTHER_RULE = ['its recipients, or what it encrypts, are not those of the rule'];

describe('what sops has written', () => {
  test('is an encrypted manifest, with its text untouched', () => {
    const verified = EncryptedManifest.verify(FILE, SopsDocument.parse(written), {
      clear: CLEAR,
      dataKeys: Object.keys(DATA),
      empty: [],
      rule,
    });
    expect(verified).toBeInstanceOf(EncryptedManifest);
    expect(verified).toMatchObject({ file: FILE, text: written });
    expect(written).not.toContain(CANARY);
    expect(written).not.toContain(Buffer.from(CANARY).toString('base64'));
  });

  test.each<[string, (text: string) => string]>([
    [
      'in another order',
      (text) => new Document(Object.fromEntries(Object.entries(parse(text)).toReversed())).toString(),
    ],
    ['as JSON', (text) => JSON.stringify(parse(text))],
    [
      'with other quotes and breaks',
      (text) => new Document(parse(text)).toString({ defaultStringType: 'QUOTE_DOUBLE' }),
    ],
    ['with line ends of another system', (text) => text.replaceAll('\n', '\r\n')],
    ['with another time', setting(['sops', 'lastmodified'], '2020-01-01T00:00:00Z')],
    ['by another version of sops', setting(['sops', 'version'], '3.10.0-rc.1')],
    ['by a sops that lists what it does not use', setting(['sops', 'kms'], [])],
    ['with the same recipient twice', (text) => setting(['sops', 'age', 1], parse(text).sops.age[0])(text)],
  ])('passes %s', (_, change) => {
    const text = change(written);
    expect(text).not.toBe(written);
    expect(violationsOf(text)).toEqual([]);
  });

  test.each([
    ['<<'],
    ['yes'],
    ['0b11'],
    ['2024-01-01'],
    ['~'],
    [''],
    [' '],
    ['# no comment'],
    ['a: b # c\n- d\n'],
    ['\u0085\u2028\u007f'],
    ['ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]'],
    ['&a *a !b %c @d `e'],
  ])('passes with the annotation %j of somebody else', async (note) => {
    const clear = { ...CLEAR, metadata: { ...CLEAR.metadata, annotations: { note } } };
    const text = await encrypt(rule, { clear });
    expect(violationsOf(text, { clear })).toEqual([]);
    expect(SopsDocument.parse(text)?.clear['metadata']).toEqual(clear.metadata);
  });

  test('passes with data keys that YAML would take for something else', async () => {
    const keys = [
      '1',
      '0x10',
      '0o7',
      '0b11',
      '1_000',
      '1e3',
      '.5',
      '1.',
      '-1',
      '.inf',
      '.nan',
      'null',
      'true',
      'True',
      'yes',
      'no',
      'y',
      'on',
      '2024-01-01',
      '-',
      '_',
      'data',
      'sops',
      'kind',
    ];
    const text = await encrypt(rule, { data: Object.fromEntries(keys.map((key) => [key, key])) });
    expect(violationsOf(text, { dataKeys: keys })).toEqual([]);
    expect(new Set(SopsDocument.parse(text)?.data.keys())).toEqual(new Set(keys));
  });
});

describe('a change of a value is refused', () => {
  test.each<[string, (text: string) => string, string[]]>([
    ['in clear', setting(['data', 'token'], CANARY), NOT_ENCRYPTED],
    ['in base64', setting(['data', 'token'], Buffer.from(CANARY).toString('base64')), NOT_ENCRYPTED],
    ['empty', setting(['data', 'token'], ''), NOT_ENCRYPTED],
    ['null', setting(['data', 'token'], null), NOT_ENCRYPTED],
    ['a number', setting(['data', 'token'], 42), NOT_ENCRYPTED],
    ['a Boolean', setting(['data', 'token'], true), NOT_ENCRYPTED],
    ['a list', setting(['data', 'token'], [CANARY]), NOT_ENCRYPTED],
    ['a mapping', setting(['data', 'token'], { nested: CANARY }), NOT_ENCRYPTED],
    ['a list of ciphertext', (text) => setting(['data', 'token'], [parse(text).data.token])(text), NOT_ENCRYPTED],
    [
      'ciphertext and more',
      (text) => setting(['data', 'token'], `${parse(text).data.token}${CANARY}`)(text),
      NOT_ENCRYPTED,
    ],
    [
      'more and ciphertext',
      (text) => setting(['data', 'token'], `${CANARY}\n${parse(text).data.token}`)(text),
      NOT_ENCRYPTED,
    ],
    [
      'ciphertext of a number',
      (text) => setting(['data', 'token'], parse(text).data.token.replace('type:str', 'type:int'))(text),
      NOT_ENCRYPTED,
    ],
    [
      'ciphertext of a comment',
      (text) => setting(['data', 'token'], parse(text).data.token.replace('type:str', 'type:comment'))(text),
      NOT_ENCRYPTED,
    ],
    [
      'ciphertext of nothing',
      setting(['data', 'token'], 'ENC[AES256_GCM,data:,iv:AA==,tag:AA==,type:str]'),
      NOT_ENCRYPTED,
    ],
    [
      'what only looks like it',
      setting(['data', 'token'], `ENC[AES256_GCM,data:${CANARY},iv:AA==,tag:AA==,type:str]`),
      NOT_ENCRYPTED,
    ],
    ['the text <<', replacing(/^ {2}token: .*$/m, '  token: !!merge <<'), NOT_ENCRYPTED],
    ['the second one in clear', setting(['data', 'tls.crt'], 'AP8='), ['a value is not encrypted']],
    [
      'under another key',
      (text) => deleting('data', 'token')(setting(['data', CANARY], parse(text).data.token)(text)),
      ['a data key is missing', 'it has a data key that was not asked for'],
    ],
    ['one more', setting(['data', 'more'], CANARY), ['it has a data key that was not asked for']],
    [
      'one more, encrypted',
      (text) => setting(['data', 'more'], parse(text).data.token)(text),
      ['it has a data key that was not asked for'],
    ],
    ['missing', deleting('data', 'token'), ['a data key is missing']],
    ['no data', deleting('data'), ['a data key is missing', 'a data key is missing']],
    ['data that is null', setting(['data'], null), ['a data key is missing', 'a data key is missing']],
    [
      'data that is text',
      setting(['data'], CANARY),
      ['a data key is missing', 'a data key is missing', 'it has a data key that was not asked for'],
    ],
    [
      'data that is ciphertext',
      (text) => setting(['data'], parse(text).data.token)(text),
      ['a data key is missing', 'a data key is missing', 'it has a data key that was not asked for'],
    ],
    [
      'data that is a list',
      setting(['data'], [CANARY]),
      ['a data key is missing', 'a data key is missing', 'it has a data key that was not asked for'],
    ],
    [
      'data that is a set',
      replacing(/^data:\n( {2}.*\n)+/m, 'data: !!set {token, tls.crt}\n'),
      [...NOT_BARE, 'a value is not encrypted', 'a value is not encrypted'],
    ],
    ['stringData', setting(['stringData'], { token: CANARY }), ['it has stringData']],
    [
      'stringData, encrypted',
      (text) => setting(['stringData'], { token: parse(text).data.token })(text),
      ['it has stringData'],
    ],
    ['stringData that is text', setting(['stringData'], CANARY), ['it has stringData']],
  ])('%s', (_, change, violations) => {
    const text = change(written);
    expect(text).not.toBe(written);
    const found = violationsOf(text);
    expect(found.toSorted()).toEqual(violations.toSorted());
    expect(found.join()).not.toContain(CANARY);
  });
});

describe('a change of what stands in clear is refused', () => {
  test.each<[string, (text: string) => string, string[]]>([
    [
      'kind in ciphertext',
      (text) => setting(['kind'], parse(text).data.token)(text),
      ['kind or apiVersion is not readable', ...NOT_ASKED],
    ],
    ['another kind', setting(['kind'], 'ConfigMap'), ['kind or apiVersion is not readable', ...NOT_ASKED]],
    ['no kind', deleting('kind'), ['kind or apiVersion is not readable', ...NOT_ASKED]],
    [
      'apiVersion in ciphertext',
      (text) => setting(['apiVersion'], parse(text).data.token)(text),
      ['kind or apiVersion is not readable', ...NOT_ASKED],
    ],
    ['metadata in ciphertext', (text) => setting(['metadata', 'name'], parse(text).data.token)(text), NOT_ASKED],
    ['another name', setting(['metadata', 'name'], 'other'), NOT_ASKED],
    ['another namespace', setting(['metadata', 'namespace'], 'other'), NOT_ASKED],
    ['no namespace', deleting('metadata', 'namespace'), NOT_ASKED],
    ['one more label', setting(['metadata', 'labels', 'note'], CANARY), NOT_ASKED],
    ['one annotation less', deleting('metadata', 'annotations', 'flux-secret-sync/owner'), NOT_ASKED],
    ['another annotation', setting(['metadata', 'annotations', 'flux-secret-sync/owner'], 'somebody'), NOT_ASKED],
    ['a number in the place of a text', setting(['metadata', 'name'], 1), NOT_ASKED],
    ['another type', setting(['type'], 'kubernetes.io/tls'), NOT_ASKED],
    ['one more field', setting(['immutable'], true), NOT_ASKED],
    ['one more field, null', setting(['note'], null), NOT_ASKED],
    ['a field called toString', setting(['toString'], CANARY), NOT_ASKED],
    ['a field called <<', setting(['<<'], { note: CANARY }), NOT_ASKED],
    ['a merge key', (text) => `${text}!!merge <<: {note: ${CANARY}}\n`, NOT_ASKED],
  ])('%s', (_, change, violations) => {
    const text = change(written);
    expect(text).not.toBe(written);
    expect(violationsOf(text)).toEqual(violations);
    expect(violationsOf(text).join()).not.toContain(CANARY);
  });
});

describe('a change of who can read it is refused', () => {
  const selector = 'encrypted_regex';
  test.each<[string, (text: string) => string, string[]]>([
    ['another recipient', setting(['sops', 'age', 0, 'recipient'], other.recipient), OTHER_RULE],
    ['one more recipient', adding(['sops', 'age', 1], { recipient: other.recipient }), OTHER_RULE],
    [
      'one more recipient in the same words',
      setting(['sops', 'age', 0, 'recipient'], `${ours.recipient},${other.recipient}`),
      UNREADABLE,
    ],
    ['a recipient without a data key', deleting('sops', 'age', 0, 'enc'), UNREADABLE],
    ['a data key without a recipient', deleting('sops', 'age', 0, 'recipient'), UNREADABLE],
    ['a recipient that is no mapping', setting(['sops', 'age', 0], ours.recipient), UNREADABLE],
    ['recipients that are no list', setting(['sops', 'age'], { recipient: ours.recipient, enc: '' }), UNREADABLE],
    ['no recipient', deleting('sops', 'age'), OTHER_RULE],
    [
      'a Cloud KMS key beside',
      setting(['sops', 'gcp_kms'], [{ ...PLAIN_ENTRY, resource_id: 'projects/p' }]),
      OTHER_RULE,
    ],
    ['a PGP key beside', setting(['sops', 'pgp'], [{ ...PLAIN_ENTRY, enc: PGP_MESSAGE, fp: 'AB' }]), OTHER_RULE],
    ...['kms', 'hckms', 'azure_kv', 'hc_vault', 'some_kms_of_a_later_sops'].map(
      (service): [string, (text: string) => string, string[]] => [
        `${service} beside`,
        setting(['sops', service], foreign),
        UNREADABLE,
      ],
    ),
    ['a key service that is no list', setting(['sops', 'kms'], { arn: CANARY }), UNREADABLE],
    ['another pattern', setting(['sops', selector], '^data$'), OTHER_RULE],
    [
      'another selector',
      (text) => deleting('sops', selector)(setting(['sops', 'encrypted_suffix'], 'a')(text)),
      OTHER_RULE,
    ],
    ['two selectors', setting(['sops', 'unencrypted_suffix'], '_unencrypted'), UNREADABLE],
    ['no selector', deleting('sops', selector), UNREADABLE],
    ['an empty selector', setting(['sops', selector], ''), UNREADABLE],
    ['mac_only_encrypted', setting(['sops', 'mac_only_encrypted'], true), OTHER_RULE],
    ['key groups beside', (text) => setting(['sops', 'key_groups'], [{ age: parse(text).sops.age }])(text), UNREADABLE],
    [
      'key groups that are no list',
      (text) => deleting('sops', 'age')(setting(['sops', 'key_groups'], {})(text)),
      UNREADABLE,
    ],
    [
      'a key group that is no mapping',
      (text) => deleting('sops', 'age')(setting(['sops', 'key_groups'], [CANARY])(text)),
      UNREADABLE,
    ],
    ['no key group', (text) => deleting('sops', 'age')(setting(['sops', 'key_groups'], [])(text)), OTHER_RULE],
    ['no MAC', deleting('sops', 'mac'), ['sops.mac is missing', ...UNREADABLE]],
    ['an empty MAC', setting(['sops', 'mac'], ''), ['sops.mac is missing', ...UNREADABLE]],
    ['a MAC in clear', setting(['sops', 'mac'], CANARY), ['sops.mac is missing', ...UNREADABLE]],
    ['a field that sops does not have', setting(['sops', 'note'], CANARY), UNREADABLE],
    ['an entry that says more', setting(['sops', 'age', 0, 'note'], CANARY), UNREADABLE],
    ['a data key that is something else', setting(['sops', 'age', 0, 'enc'], CANARY), UNREADABLE],
    ['a time that is none', setting(['sops', 'lastmodified'], CANARY), UNREADABLE],
    ['a version that is none', setting(['sops', 'version'], CANARY), UNREADABLE],
    ['no version', deleting('sops', 'version'), UNREADABLE],
    ['a threshold that is none', setting(['sops', 'shamir_threshold'], CANARY), UNREADABLE],
    ['mac_only_encrypted that is no Boolean', setting(['sops', 'mac_only_encrypted'], CANARY), UNREADABLE],
    ['no block', deleting('sops'), ['sops has not signed it']],
    ['a block that is text', setting(['sops'], CANARY), ['sops has not signed it']],
    ['a block that is a list', setting(['sops'], []), ['sops has not signed it']],
  ])('%s', (_, change, violations) => {
    const text = change(written);
    expect(text).not.toBe(written);
    expect(violationsOf(text)).toEqual(violations);
    expect(violationsOf(text).join()).not.toContain(CANARY);
  });

  describe('where the data key is split', () => {
    const split: EncryptionRule = { ...rule, keyGroups: [[age(ours)], [age(other)]], threshold: 2 };
    let text: string;
    beforeAll(async () => {
      const manifest = secretManifest(DATA);
      text = (await workshop.encrypter().encrypt({ file: FILE, manifest, rule: split })).text;
    });

    test('it passes as it is', () => expect(violationsOf(text, { rule: split })).toEqual([]));

    test.each<[string, (text: string) => string, string[]]>([
      ['another threshold', setting(['sops', 'shamir_threshold'], 1), OTHER_RULE],
      ['a group less', deleting('sops', 'key_groups', 1), OTHER_RULE],
      ['a group more', (text) => setting(['sops', 'key_groups', 2], parse(text).sops.key_groups[0])(text), OTHER_RULE],
      [
        'groups in another order',
        (text) => setting(['sops', 'key_groups'], parse(text).sops.key_groups.toReversed())(text),
        OTHER_RULE,
      ],
      [
        'another recipient in a group',
        setting(['sops', 'key_groups', 1, 'age', 0, 'recipient'], ours.recipient),
        OTHER_RULE,
      ],
      ['another key service in a group', setting(['sops', 'key_groups', 1, 'kms'], foreign), UNREADABLE],
      [
        'a recipient outside the groups',
        (text) => setting(['sops', 'age'], parse(text).sops.key_groups[0].age)(text),
        UNREADABLE,
      ],
      ['another key service outside the groups', setting(['sops', 'kms'], foreign), UNREADABLE],
    ])('%s', (_, change, violations) => {
      expect(violationsOf(change(text), { rule: split })).toEqual(violations);
    });
  });
});

describe('what is not one plain document is refused', () => {
  test.each<[string, (text: string) => string]>([
    ['nothing', () => ''],
    ['blanks', () => ' \n'],
    ['a comment', () => '# nothing\n'],
    ['a text', () => CANARY],
    ['a list', () => `- ${CANARY}`],
    ['a part of it', (text) => text.slice(0, text.indexOf('tls.crt') + 5)],
    ['a second document', (text) => `${text}---\na: ${CANARY}\n`],
    ['a document before', (text) => `a: ${CANARY}\n---\n${text}`],
    ['an empty document after', (text) => `${text}---\n`],
    ['it twice', (text) => `${text}---\n${text}`],
    ['an alias', replacing(/^ {2}token: (.*)$/m, '  token: &a x\n  alias: *a')],
    ['an alias of nothing', replacing(/^ {2}token: (.*)$/m, '  token: *nothing')],
    ['a key twice', (text) => `${text}type: Opaque\n`],
    ['a key twice, in other quotes', (text) => `${text}"type": Opaque\n`],
    ['a key twice, deep within', (text) => `${text}note: {a: [{b: 1, b: 2}]}\n`],
    ['a data key twice', replacing(/^( {2}token: .*)$/m, '  token: x\n  token: y')],
    ['a key called __proto__', (text) => `${text}__proto__: {kind: ${CANARY}}\n`],
    ['a quoted key called __proto__', (text) => `${text}"__proto__": {kind: ${CANARY}}\n`],
    ['a data key called __proto__', replacing(/^data:$/m, `data:\n  __proto__: ${CANARY}`)],
    ['a key that is a number', (text) => `${text}1: ${CANARY}\n`],
    ['a key that is null', (text) => `${text}~: ${CANARY}\n`],
    ['a key that is a list', (text) => `${text}? [${CANARY}]\n: x\n`],
    ['a key that is a mapping', (text) => `${text}? {${CANARY}: x}\n: x\n`],
    ['broken YAML', (text) => `${text}\t: [`],
    ['a bad escape', (text) => `${text}note: "\\z${CANARY}"\n`],
    ['lists without end', () => `a: ${'['.repeat(20_000)}`],
    ['mappings within mappings', () => `a: ${'{a: '.repeat(5_000)}${'}'.repeat(5_000)}`],
    ['bytes that are no text', () => '\u0000\ufffd'],
  ])('%s', (_, change) => {
    const text = change(written);
    expect(violationsOf(text)).toEqual(NOT_PLAIN);
    expect(SopsDocument.parse(text)).toBeUndefined();
  });
});

describe('what could say something beside the data is refused', () => {
  test.each<[string, (text: string) => string]>([
    ['before the document', (text) => `# ${CANARY}\n${text}`],
    ['before a document marker', (text) => `# ${CANARY}\n---\n${text}`],
    ['behind a document marker', (text) => `--- # ${CANARY}\n${text}`],
    ['after a blank line', (text) => `# ${CANARY}\n\n${text}`],
    ['behind a value', replacing(/^ {2}token: .*$/m, `$& # ${CANARY}`)],
    ['behind a key', replacing(/^data:$/m, `data: # ${CANARY}`)],
    ['between two keys', replacing(/^data:$/m, `# ${CANARY}\ndata:`)],
    ['within data', replacing(/^data:$/m, `data:\n  # ${CANARY}`)],
    ['within the block of sops', replacing(/^sops:$/m, `sops:\n  # ${CANARY}`)],
    ['behind the mark of a text of several lines', replacing(/enc: \|-?$/m, `enc: | # ${CANARY}`)],
    ['an anchor', replacing(/^ {2}name: /m, `  name: &${CANARY} `)],
    ['a tag', replacing(/^ {2}name: /m, `  name: !${CANARY} `)],
    ['a tag in full', replacing(/^ {2}name: /m, `  name: !<tag:${CANARY}> `)],
    ['a directive', (text) => `%${CANARY} x\n---\n${text}`],
    ['a directive for tags', (text) => `%TAG !${CANARY}! tag:x\n---\n${text}`],
    ['at the end', (text) => `${text}# ${CANARY}\n`],
    ['after the end of the document', (text) => `${text}...\n# ${CANARY}\n`],
  ])('%s', (_, change) => {
    const text = change(written).replace('$&', /^ {2}token: .*$/m.exec(written)?.[0] ?? '');
    expect(text).toContain(CANARY);
    expect(violationsOf(text)).toEqual(NOT_BARE);
  });

  test.each([
    ['a text', (text: string) => text.replace(/^type: /m, 'type: !!merge ')],
    ['a mapping', (text: string) => text.replace(/^metadata:$/m, 'metadata: !!merge')],
  ])('the tag that sops gives the text <<, on %s that is another', (_, change) => {
    expect(change(written)).not.toBe(written);
    expect(violationsOf(change(written))).toEqual(NOT_BARE);
  });

  test('but a manifest that people wrote may have them: it is read all the same', () => {
    expect(SopsDocument.parse('# by hand\nkind: Secret # here\n')).toMatchObject({ clear: { kind: 'Secret' } });
  });
});

// facts.md: with each of these, sops says that all is well and leaves plaintext, or hides what Flux has to read.
describe('a rule that leaves something in clear ends in MANIFEST_NOT_ENCRYPTED', () => {
  const cases: [string, object, string[], { data?: Record<string, string> }?][] = [
    ['an encrypted_regex that does not compile', { encrypted_regex: '^(data' }, ['a value is not encrypted']],
    ['an encrypted_regex that matches nothing', { encrypted_regex: '^nothing$' }, ['a value is not encrypted']],
    ['an encrypted_regex for stringData only', { encrypted_regex: '^stringData$' }, ['a value is not encrypted']],
    [
      'an encrypted_regex for one key of data',
      { encrypted_regex: '^token$' },
      ['a value is not encrypted'],
      { data: { token: CANARY, other: CANARY } },
    ],
    ['an encrypted_regex that hides metadata too', { encrypted_regex: '^(data|metadata)$' }, NOT_ASKED],
    [
      'an encrypted_regex that hides everything',
      { encrypted_regex: '.*' },
      ['kind or apiVersion is not readable', ...NOT_ASKED],
    ],
    ['an encrypted_suffix that matches nothing', { encrypted_suffix: '_secret' }, ['a value is not encrypted']],
    [
      'an unencrypted_suffix that a data key has',
      { unencrypted_suffix: '_unencrypted' },
      ['kind or apiVersion is not readable', ...NOT_ASKED, 'a value is not encrypted'],
      { data: { token_unencrypted: CANARY } },
    ],
    [
      'an unencrypted_suffix that hides what Flux has to read',
      { unencrypted_suffix: '_clear' },
      ['kind or apiVersion is not readable', ...NOT_ASKED],
    ],
    [
      'an unencrypted_regex that hits a data key called type, too',
      { unencrypted_regex: '^(apiVersion|kind|metadata|type)$' },
      ['a value is not encrypted'],
      { data: { type: CANARY } },
    ],
    ['an unencrypted_regex that matches everything', { unencrypted_regex: '' + '.' }, ['a value is not encrypted']],
    ['an encrypted_comment_regex', { encrypted_comment_regex: 'secret' }, ['a value is not encrypted']],
    [
      'an unencrypted_comment_regex',
      { unencrypted_comment_regex: 'clear' },
      ['kind or apiVersion is not readable', ...NOT_ASKED],
    ],
  ];

  test.concurrent.each(cases)('%s', async (_, selector, violations, { data = { token: CANARY } } = {}) => {
    const text = JSON.stringify({ creation_rules: [{ age: ours.recipient, ...selector }] });
    const configuration: SopsConfiguration = { path: '.sops.yaml', text };
    const request = {
      file: FILE,
      manifest: secretManifest(data),
      rule: parseCreationRules(configuration)(FILE),
    };
    const error: ActionError = await workshop
      .encrypter()
      .encrypt(request)
      .then(
        ({ text }) => {
          throw new Error(`It was taken:\n${text}`);
        },
        (error) => error,
      );
    expect(error).toMatchObject({
      code: 'MANIFEST_NOT_ENCRYPTED',
      message: `Cannot publish ${FILE}: after sops, ${violations.join('; ')}.`,
      remedy:
        'Mend the creation rule in .sops.yaml so that it encrypts `data`, and nothing else, for the expected recipients; where inputs name them, look at the sops that is run.',
    });
    expect(error.cause).toBeUndefined();
  });

  test('and one that says just what is needed in other words does not', async () => {
    const text = JSON.stringify({
      creation_rules: [{ age: ours.recipient, unencrypted_regex: '^(apiVersion|kind|metadata|type)$' }],
    });
    const configuration = { path: '.sops.yaml', text };
    const request = {
      file: FILE,
      manifest: secretManifest(DATA),
      rule: parseCreationRules(configuration)(FILE),
    };
    await expect(workshop.encrypter().encrypt(request)).resolves.toBeInstanceOf(EncryptedManifest);
  });
});

// A label or annotation of somebody else that sops hides or changes is not published otherwise than it was.
describe('what sops does not bring through in clear is refused', () => {
  test.concurrent.each([
    ['an annotation called data', { data: 'x' }],
    ['an annotation called stringData', { stringData: 'x' }],
    ['a line separator, which is a line break to sops', { note: '\u2028x' }],
    ['a text of several lines that begins with a tab, of which sops makes null', { note: '\tx\ny' }],
  ])('%s', async (_, annotations) => {
    const clear = { ...CLEAR, metadata: { ...CLEAR.metadata, annotations } };
    await expect(encrypt(rule, { clear })).rejects.toMatchObject({
      code: 'MANIFEST_NOT_ENCRYPTED',
      message: `Cannot publish ${FILE}: after sops, what stands in clear is not what was asked for.`,
    });
  });
});

describe('an empty value, which sops leaves in clear,', () => {
  let text: string;
  beforeAll(async () => {
    text = await encrypt(rule, { data: { token: CANARY, none: '' } });
  });
  const expected = (empty: string[]) => ({ dataKeys: ['token', 'none'], empty });

  test('passes where the payload has it so, for just that key', () => {
    expect(parse(text).data).toMatchObject({ none: '' });
    expect(violationsOf(text, expected(['none']))).toEqual([]);
  });

  test.each<[string, (text: string) => string, string[], string[]]>([
    ['nothing is said of it', (whole) => whole, [], ['none']],
    ['another one is to be empty', (whole) => whole, ['token'], ['token', 'none']],
    [
      'ciphertext stands in its place',
      (whole) => setting(['data', 'none'], parse(whole).data.token)(whole),
      ['none'],
      ['none'],
    ],
    ['it is null', setting(['data', 'none'], null), ['none'], ['none']],
    ['it is a blank', setting(['data', 'none'], ' '), ['none'], ['none']],
    ['it is a list', setting(['data', 'none'], []), ['none'], ['none']],
    ['another value is gone', setting(['data', 'token'], ''), ['none'], ['token']],
    ['there is a value', setting(['data', 'none'], CANARY), ['none'], ['none']],
  ])('is refused where %s', (_, change, empty, keys) => {
    const violations = violationsOf(change(text), expected(empty));
    expect(violations).toEqual(keys.map(() => 'a value is not encrypted'));
  });

  test('is missed where it is to be there', () => {
    expect(violationsOf(deleting('data', 'none')(text), expected(['none']))).toEqual(['a data key is missing']);
  });
});

// Who can write to the Flux repository can make a file as long as they like.
describe('a file of very many keys is answered in time', () => {
  const keys = Array.from({ length: 100_000 }, (_, index) => `key${index}`);
  const inTime = <T>(work: () => T): T => {
    const before = process.cpuUsage();
    const answer = work();
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
    return answer;
  };

  test('whatever it says of empty ones', () => {
    const document = SopsDocument.parse(`data:\n${keys.map((key) => `  ${key}: ''\n`).join('')}`);
    const empty = keys.map((key) => `${key}x`);
    const verified = inTime(() =>
      EncryptedManifest.verify(FILE, document, { clear: CLEAR, dataKeys: ['token'], empty, rule }),
    );
    expect(verified).not.toBeInstanceOf(EncryptedManifest);
  });

  test('which may repeat', () => {
    const lines = keys.slice(0, 50_000).map((key) => `${key}: x\n`);
    expect(inTime(() => SopsDocument.parse(lines.join('')))).toBeDefined();
    expect(inTime(() => SopsDocument.parse([...lines, 'key0: y\n'].join('')))).toBeUndefined();
    expect(inTime(() => SopsDocument.parse(`a: {${'b: 1, '.repeat(50_000)}}`))).toBeUndefined();
  });

  test('and is not read at all where it is longer than any Secret', () => {
    const padded = (length: number) => `a: ${'x'.repeat(length - 3)}`;
    expect(SopsDocument.parse(padded(2_500_000))).toBeDefined();
    expect(SopsDocument.parse(padded(2_500_001))).toBeUndefined();
  });
});

test('what keeps a manifest from being published is said in one sentence', () => {
  expect(notEncrypted('a.yaml', ['it has comments', 'sops.mac is missing'])).toMatchObject({
    code: 'MANIFEST_NOT_ENCRYPTED',
    message: 'Cannot publish a.yaml: after sops, it has comments; sops.mac is missing.',
  });
});
