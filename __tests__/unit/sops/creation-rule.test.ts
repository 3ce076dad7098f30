// The action's reading of a `.sops.yaml` held against that of the real sops: whatever sops makes of a file, the action
// has to expect, or to refuse with a code.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { ActionError, type ErrorCode } from '../../../src/errors.ts';
import type { SopsConfiguration } from '../../../src/sops/configuration.ts';
import { parseCreationRules } from '../../../src/sops/creation-rule.ts';
import { type GoogleStandIn, startGoogle } from '../../stand-ins/google/google.ts';
import { CLEAR, generateAgeKey, openWorkshop, PGP_KEY, type Workshop, writeKeyring } from './real-sops.ts';

const [A = '', B = '', C = ''] = await Promise.all(['a', 'b', 'c'].map(async () => (await generateAgeKey()).recipient));
const KMS = 'projects/demo-project/locations/global/keyRings/flux/cryptoKeys/sops';
const FILE = 'clusters/dev/demo/kbot-token.yaml';

let google: GoogleStandIn;
let keyring: string;
let workshop: Workshop;
beforeAll(async () => {
  google = await startGoogle();
  keyring = await mkdtemp(join(tmpdir(), 'keyring-'));
  await writeKeyring(keyring);
  workshop = await openWorkshop({
    GNUPGHOME: keyring,
    SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
    SOPS_GCP_KMS_ENDPOINT: google.url,
    GOOGLE_OAUTH_ACCESS_TOKEN: 'ya29.stand-in',
  });
});
afterAll(async () => {
  await workshop[Symbol.asyncDispose]();
  await google[Symbol.asyncDispose]();
  await rm(keyring, { recursive: true, force: true });
});

interface Effect {
  groups: string[][];
  threshold: number;
  selector: string;
  macOnlyEncrypted: boolean;
}

const SELECTORS = ['regex', 'suffix', 'comment_regex'].flatMap((what) => [`encrypted_${what}`, `unencrypted_${what}`]);
const FIELDS = { gcp_kms: 'resource_id', age: 'recipient', pgp: 'fp' } as const;
/** What sops does by itself where a rule says nothing; the action says `^(data|stringData)$` then. */
const SOPS_DEFAULT = 'unencrypted_suffix=_unencrypted';
const ACTION_DEFAULT = 'encrypted_regex=^(data|stringData)$';

/** What the `sops` block of a file says, read here once more and not by the code that is tested. */
function effectOfBlock(text: string): Effect {
  const { sops } = parse(text) as { sops: Record<string, unknown> };
  const groups = (sops['key_groups'] ?? [sops]) as Record<string, Record<string, string>[]>[];
  const selector = SELECTORS.filter((name) => sops[name] !== undefined).map((name) => `${name}=${String(sops[name])}`);
  return {
    groups: groups.map((group) =>
      Object.entries(FIELDS)
        .flatMap(([kind, field]) => (group[kind] ?? []).map((entry) => `${kind}:${entry[field]}`))
        .filter((id, index, all) => all.indexOf(id) === index)
        .sort(),
    ),
    threshold: groups.length > 1 ? Number(sops['shamir_threshold']) : 1,
    selector: selector.join().replace(SOPS_DEFAULT, ACTION_DEFAULT),
    macOnlyEncrypted: sops['mac_only_encrypted'] === true,
  };
}

function effectOfReading(configuration: SopsConfiguration, file: string): Effect | ErrorCode {
  try {
    const { keyGroups, threshold, selector, macOnlyEncrypted } = parseCreationRules(configuration)(file);
    const groups = keyGroups.map((group) => [...new Set(group.map(({ kind, id }) => `${kind}:${id}`))].sort());
    return {
      groups,
      threshold: groups.length > 1 ? threshold : 1,
      selector: `${selector.kind}=${selector.pattern}`.replace(SOPS_DEFAULT, ACTION_DEFAULT),
      macOnlyEncrypted,
    };
  } catch (error) {
    if (error instanceof ActionError) return error.code;
    throw error;
  }
}

async function effectOfSops(configuration: SopsConfiguration, file: string): Promise<Effect | undefined> {
  const document = { ...CLEAR, data: { token: 'dG9rZW4=' } };
  const { exitCode, stdout } = await workshop.encryptAlone(document, { configuration, file });
  return exitCode === 0 ? effectOfBlock(stdout) : undefined;
}

/** [what it is about, the text, the effect, the file and the configuration's path where they matter] */
type Case = [string, string, Effect, { file?: string; path?: string }?];

const effect = (groups: string[][], over: Partial<Effect> = {}): Effect => ({
  groups: groups.map((group) => group.toSorted()),
  threshold: groups.length,
  selector: ACTION_DEFAULT,
  macOnlyEncrypted: false,
  ...over,
});
const age = (...recipients: string[]) => recipients.map((recipient) => `age:${recipient}`);
const ONLY_A = effect([age(A)]);
const A_AND_B = effect([age(A, B)]);
const THREE_GROUPS = effect([age(A), age(B), age(C)]);

/** One rule, of these lines. */
const rule = (...lines: string[]) => `creation_rules:\n  - ${lines.join('\n    ')}\n`;
const groups = (...flow: string[]) => rule(`key_groups: [${flow.join(', ')}]`);

const whichRule: Case[] = [
  [
    'the first that matches wins',
    `creation_rules:\n- {path_regex: prod, age: ${B}}\n- {path_regex: dev, age: ${A}}\n- {age: ${C}}`,
    ONLY_A,
  ],
  ['one without path_regex matches everything', `creation_rules: [{age: ${A}}, {path_regex: dev, age: ${B}}]`, ONLY_A],
  ['one with an empty path_regex matches everything', rule("path_regex: ''", `age: ${A}`), ONLY_A],
  ['one with a null path_regex matches everything', rule('path_regex: null', `age: ${A}`), ONLY_A],
  [
    'a pattern after the match is not even compiled',
    `creation_rules: [{age: ${A}}, {path_regex: '['}, {kms: arn:aws:kms, age: ${B}}]`,
    ONLY_A,
  ],
  [
    'the path is the one below the folder of the configuration',
    `creation_rules: [{path_regex: ^clusters/, age: ${B}}, {path_regex: ^demo/kbot, age: ${A}}]`,
    ONLY_A,
    { path: 'clusters/dev/.sops.yaml' },
  ],
  [
    'a configuration beside the file sees only its name',
    rule(`path_regex: '\\Akbot-token\\.yaml\\z'`, `age: ${A}`),
    ONLY_A,
    { path: 'clusters/dev/demo/.sops.yaml' },
  ],
  ['letters beyond ASCII count as one', rule("path_regex: '^./x'", `age: ${A}`), ONLY_A, { file: 'ü/x.yaml' }],
  ['a path may begin with a hyphen', rule("path_regex: '^-a/-b'", `age: ${A}`), ONLY_A, { file: '-a/-b.yaml' }],
  ['a path may hold blanks', rule("path_regex: '^a b/'", `age: ${A}`), ONLY_A, { file: 'a b/x.yaml' }],
  ...[
    '(?i)CLUSTERS/DEV',
    '(?i:DEV)/demo',
    '\\Aclusters',
    '\\.yaml\\z',
    '(?s).*demo.*',
    '(?m)yaml$',
    '(?U)dev+',
    '(?P<environment>dev)',
    '(?<environment>dev)',
    '[[:alpha:]]+/dev',
    '\\p{Ll}+/\\pL',
    '\\p{Any}',
    '\\Qdev/demo\\E',
    '\\x64ev',
    '\\bdev\\b',
    'd.*?v',
    '[]a]',
    '(?i)\\x{212A}bot',
    'clusters/(dev|staging)/[^/]*/.*',
  ].map(
    (pattern): Case => [
      `${pattern} is a pattern that matches`,
      `creation_rules: [{path_regex: '${pattern}', age: ${A}}, {age: ${B}}]`,
      ONLY_A,
    ],
  ),
  ...['^/clusters', 'dev$', '\\z.', '\\d', '(?-i)DEV', '\\p{Greek}', '[a&&b]v', 'DEV'].map(
    (pattern): Case => [
      `${pattern} is a pattern that does not`,
      `creation_rules: [{path_regex: '${pattern}', age: ${B}}, {age: ${A}}]`,
      ONLY_A,
    ],
  ),
];

const forWhom: Case[] = [
  ['a text', rule(`age: ${A}`), ONLY_A],
  ['a text with commas', rule(`age: ${A},${B}`), A_AND_B],
  ['a text with commas and blanks', rule(`age: " ${A} ,\\t${B} "`), A_AND_B],
  ['a comma at the end', rule(`age: "${A},"`), ONLY_A],
  ['commas with nothing between', rule(`age: ",${A},,${B}"`), A_AND_B],
  ['a folded text', rule('age: >-', `  ${A},`, `  ${B}`), A_AND_B],
  ['a text of several lines', rule('age: |', `  ${A},`, `  ${B}`), A_AND_B],
  ['a list', rule('age:', `  - ${A}`, `  - ${B}`), A_AND_B],
  ['a list of texts with commas', rule(`age: ["${A}, ${B}"]`), A_AND_B],
  ['a list with blanks', rule(`age: ["${A} "]`), ONLY_A],
  ['the same one twice', rule(`age: [${A}, ${A}, "${A},${A}"]`), ONLY_A],
  [
    'several key services',
    rule(`age: ${A}`, `gcp_kms: "${KMS} , ${KMS}-2"`, `pgp: ${PGP_KEY.fingerprint}`),
    effect([[...age(A), `gcp_kms:${KMS}`, `gcp_kms:${KMS}-2`, `pgp:${PGP_KEY.fingerprint}`]]),
  ],
  [
    'a list of Cloud KMS keys',
    rule(`gcp_kms: [${KMS}, "${KMS}-2 "]`),
    effect([[`gcp_kms:${KMS}`, `gcp_kms:${KMS}-2`]]),
  ],
  [
    'a fingerprint in groups of four',
    rule(`pgp: "${PGP_KEY.fingerprint.replace(/.{4}/g, '$& ')}"`),
    effect([[`pgp:${PGP_KEY.fingerprint}`]]),
  ],
  [
    'empty other kinds',
    rule(`age: ${A}`, 'pgp: ""', 'gcp_kms: []', 'kms: ""', 'azure_keyvault: null', 'hckms: []'),
    ONLY_A,
  ],
];

const keyGroups: Case[] = [
  ['one group is like none', groups(`{age: [${A}, ${B}]}`), A_AND_B],
  ['key groups win over recipients beside them', rule(`age: ${C}`, `key_groups: [{age: [${A}]}]`), ONLY_A],
  ['an empty list of them does not', rule(`age: ${A}`, 'key_groups: []'), ONLY_A],
  ['each is one of its own', groups(`{age: [${A}]}`, `{age: [${B}]}`, `{age: [${C}]}`), THREE_GROUPS],
  [
    'the threshold is as said',
    rule(`key_groups: [{age: [${A}]}, {age: [${B}]}, {age: [${C}]}]`, 'shamir_threshold: 2'),
    { ...THREE_GROUPS, threshold: 2 },
  ],
  [
    'a threshold of nought is all of them',
    rule(`key_groups: [{age: [${A}]}, {age: [${B}]}, {age: [${C}]}]`, 'shamir_threshold: 0'),
    THREE_GROUPS,
  ],
  ['a threshold says nothing of one group', rule(`age: ${A}`, 'shamir_threshold: 2'), ONLY_A],
  ['the same recipient may be in two groups', groups(`{age: [${A}]}`, `{age: [${A}]}`), effect([age(A), age(A)])],
  ['the same recipient twice in a group is once', groups(`{age: [${A}, "${A},${B}"]}`), A_AND_B],
  [
    'Cloud KMS keys are named by resource_id',
    groups(`{gcp_kms: [{resource_id: " ${KMS}"}], age: [${A}], pgp: [${PGP_KEY.fingerprint}]}`),
    effect([[...age(A), `gcp_kms:${KMS}`, `pgp:${PGP_KEY.fingerprint}`]]),
  ],
  [
    'merge takes in the recipients of other groups, and of theirs',
    groups(`{merge: [{merge: [{age: [${A}]}], gcp_kms: [{resource_id: ${KMS}}]}, {age: [${B}]}], age: [${C}]}`),
    effect([[...age(A, B, C), `gcp_kms:${KMS}`]]),
  ],
];

const whichValues: Case[] = [
  ...[
    ['encrypted_regex: ^data$', 'encrypted_regex=^data$'],
    ['unencrypted_regex: ^(kind|metadata)$', 'unencrypted_regex=^(kind|metadata)$'],
    ['encrypted_suffix: _secret', 'encrypted_suffix=_secret'],
    ['unencrypted_suffix: _clear', 'unencrypted_suffix=_clear'],
    ['encrypted_comment_regex: sops', 'encrypted_comment_regex=sops'],
    ['unencrypted_comment_regex: clear', 'unencrypted_comment_regex=clear'],
    ['encrypted_regex: ^(data', 'encrypted_regex=^(data'],
    ['encrypted_regex: ""', ACTION_DEFAULT],
    ['encrypted_regex: null', ACTION_DEFAULT],
  ].map(([line = '', selector = '']): Case => [line, rule(`age: ${A}`, line), { ...ONLY_A, selector }]),
  [
    'an empty one beside another',
    rule(`age: ${A}`, 'encrypted_regex: ^data$', 'encrypted_suffix: ""', 'unencrypted_regex: null'),
    { ...ONLY_A, selector: 'encrypted_regex=^data$' },
  ],
  ...['true', 'True', 'yes', 'on', 'y', '"yes"'].map(
    (word): Case => [
      `mac_only_encrypted: ${word}`,
      rule(`age: ${A}`, `mac_only_encrypted: ${word}`),
      { ...ONLY_A, macOnlyEncrypted: true },
    ],
  ),
  ...['false', 'no', 'off', 'n', 'null'].map(
    (word): Case => [`mac_only_encrypted: ${word}`, rule(`age: ${A}`, `mac_only_encrypted: ${word}`), ONLY_A],
  ),
];

const asYaml: Case[] = [
  ['JSON', JSON.stringify({ creation_rules: [{ path_regex: 'dev', age: A }] }), ONLY_A],
  ['a document marker', `---\n${rule(`age: ${A}`)}...\n`, ONLY_A],
  ['a byte order mark', `\ufeff${rule(`age: ${A}`)}`, ONLY_A],
  ['comments', `# who\n${rule(`age: ${A} # reads`)}`, ONLY_A],
  [
    'what else stands there',
    `stores: {yaml: {indent: 4}}\ndestination_rules: []\n${rule(`age: ${A}`, 'x-note: b')}`,
    ONLY_A,
  ],
  ['an anchor for a recipient', `x: &x ${A}\n${rule(`age: [*x, ${B}]`)}`, A_AND_B],
  ['an anchor for a rule', `x: &x {age: ${A}}\ncreation_rules: [*x]`, ONLY_A],
  ['an anchor for a key group', `x: &x {age: [${A}]}\n${groups(`{merge: [*x], age: [${B}]}`)}`, A_AND_B],
  ['a merge key', `x: &x {age: ${A}}\ncreation_rules: [{<<: *x}]`, ONLY_A],
  ['a merge key of a group', `x: &x {age: [${A}]}\n${groups('{<<: *x}')}`, ONLY_A],
  ['a merge key after what wins over it', `x: &x {age: ${B}}\ncreation_rules: [{age: ${A}, <<: *x}]`, ONLY_A],
  ['a merge key before what wins over it', `x: &x {age: ${B}}\ncreation_rules: [{<<: *x, age: ${A}}]`, ONLY_A],
  [
    'a merge key of several, of which the first wins',
    `x: &x {age: ${A}}\ny: &y {age: ${B}, mac_only_encrypted: true}\ncreation_rules: [{<<: [*x, *y]}]`,
    { ...ONLY_A, macOnlyEncrypted: true },
  ],
  [
    'a merge key in what is merged',
    `x: &x {age: ${A}}\ny: &y {<<: *x, mac_only_encrypted: true}\ncreation_rules: [{<<: *y}]`,
    { ...ONLY_A, macOnlyEncrypted: true },
  ],
  [
    'a merge key under another path',
    `x: &x {path_regex: prod, age: ${A}}\ncreation_rules: [*x, {<<: *x, path_regex: dev}]`,
    ONLY_A,
  ],
  ['a quoted merge key, which is none', `x: &x {age: ${B}}\ncreation_rules: [{"<<": *x, age: ${A}}]`, ONLY_A],
  ['a key that is called __proto__', `creation_rules: [{__proto__: {age: ${B}}, age: ${A}}]`, ONLY_A],
];

describe.each([
  ['the rule that governs a path', whichRule],
  ['whom a rule names', forWhom],
  ['key groups', keyGroups],
  ['which values a rule selects', whichValues],
  ['YAML', asYaml],
])('%s is read as sops reads it', (_, cases) => {
  test.concurrent.each(cases)('%s', async (_, text, expected, { file = FILE, path = '.sops.yaml' } = {}) => {
    const configuration = { path, text };
    expect(effectOfReading(configuration, file)).toEqual(expected);
    expect(await effectOfSops(configuration, file)).toEqual(expected);
  });
});

describe('what sops refuses, the action refuses first, with a code', () => {
  test.concurrent.each<[string, string, ErrorCode]>([
    ['nothing at all', '', 'SOPS_NO_RULE'],
    ['no rules', 'creation_rules: []', 'SOPS_NO_RULE'],
    ['rules that are null', 'creation_rules:', 'SOPS_NO_RULE'],
    ['rules for publishing only', 'destination_rules: []', 'SOPS_NO_RULE'],
    ['no rule for the path', rule('path_regex: prod', `age: ${A}`), 'SOPS_NO_RULE'],
    ['a rule for nobody', rule('path_regex: dev'), 'SOPS_NO_RULE'],
    ['a rule for nobody, in many words', rule('age: ", ,"', 'pgp: []', 'gcp_kms: null'), 'SOPS_NO_RULE'],
    ['a key group for nobody', groups('{}'), 'SOPS_NO_RULE'],
    ['a key group of empty lists', groups('{age: [], merge: []}'), 'SOPS_NO_RULE'],
    ['a prototype with rules', `__proto__: {creation_rules: [{age: ${A}}]}`, 'SOPS_NO_RULE'],
    ...[
      '(?=dev)',
      '(?!prod)',
      '(dev)\\1',
      '[',
      '*',
      'dev++',
      'a**',
      'a{1001}',
      '\\Z',
      '\\u0064',
      '(?#c)',
      '[^]',
      '\\',
    ].map((pattern): [string, string, ErrorCode] => [
      `the pattern ${pattern}`,
      rule(`path_regex: '${pattern}'`, `age: ${A}`),
      'SOPS_CONFIG_INVALID',
    ]),
    ['no mapping', 'creation_rules', 'SOPS_CONFIG_INVALID'],
    ['a list', '[]', 'SOPS_CONFIG_INVALID'],
    ['rules that are no list', `creation_rules: {age: ${A}}`, 'SOPS_CONFIG_INVALID'],
    ['a rule that is no mapping', `creation_rules: [${A}]`, 'SOPS_CONFIG_INVALID'],
    ['a later rule that is no mapping', `creation_rules: [{age: ${A}}, x]`, 'SOPS_CONFIG_INVALID'],
    ['broken YAML', `creation_rules:\n\t- age: ${A}`, 'SOPS_CONFIG_INVALID'],
    ['a key twice', `creation_rules: [{age: ${A}, age: ${B}}]`, 'SOPS_CONFIG_INVALID'],
    ['rules twice', `${rule(`age: ${A}`)}${rule(`age: ${B}`)}`, 'SOPS_CONFIG_INVALID'],
    ['an alias of nothing', 'creation_rules: [{age: *nobody}]', 'SOPS_CONFIG_INVALID'],
    [
      'a group that contains itself',
      `creation_rules: [{key_groups: [&g {age: [${A}], merge: [*g]}]}]`,
      'SOPS_CONFIG_INVALID',
    ],
    ['a merge key of no mapping', `creation_rules: [{<<: null, age: ${A}}]`, 'SOPS_CONFIG_INVALID'],
    ['a path_regex that is a list', rule('path_regex: [dev]', `age: ${A}`), 'SOPS_CONFIG_INVALID'],
    ['a recipient that is a number', rule('age: 1'), 'SOPS_CONFIG_INVALID'],
    ['a recipient that is a mapping', rule('age: {recipient: x}'), 'SOPS_CONFIG_INVALID'],
    ['a list with null in it', rule(`age: [${A}, null]`), 'SOPS_CONFIG_INVALID'],
    ['key groups that are no list', rule('key_groups: {}'), 'SOPS_CONFIG_INVALID'],
    ['a merge that is no list', groups(`{merge: {age: [${A}]}}`), 'SOPS_CONFIG_INVALID'],
    ['a Cloud KMS key without a name', groups('{gcp_kms: [{}]}'), 'SOPS_CONFIG_INVALID'],
    ['a threshold in quotes', rule(`age: ${A}`, 'shamir_threshold: "2"'), 'SOPS_CONFIG_INVALID'],
    [
      'two selectors',
      rule(`age: ${A}`, 'encrypted_regex: ^data$', 'unencrypted_suffix: _clear'),
      'SOPS_CONFIG_INVALID',
    ],
    [
      'two selectors, one for comments',
      rule(`age: ${A}`, 'encrypted_regex: a', 'encrypted_comment_regex: b'),
      'SOPS_CONFIG_INVALID',
    ],
  ])('%s', async (_, text, code) => {
    const configuration = { path: '.sops.yaml', text };
    expect(effectOfReading(configuration, FILE)).toBe(code);
    expect(await effectOfSops(configuration, FILE)).toBeUndefined();
  });
});

describe('the action refuses, though sops would not', () => {
  test.each<[string, string, ErrorCode]>([
    ['a pattern that is a number', rule('path_regex: 1', `age: ${A}`), 'SOPS_CONFIG_INVALID'],
    ['a pattern that is a Boolean', rule(`age: ${A}`, 'encrypted_regex: true'), 'SOPS_CONFIG_INVALID'],
    ['an empty rule', `creation_rules: [null, {age: ${A}}]`, 'SOPS_CONFIG_INVALID'],
    ['an empty group', groups('null', `{age: [${A}]}`), 'SOPS_CONFIG_INVALID'],
    ['a second document', `${rule(`age: ${A}`)}---\na: b\n`, 'SOPS_CONFIG_INVALID'],
    [
      'aliases that explode',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e]\n${rule(`age: ${A}`)}`,
      'SOPS_CONFIG_INVALID',
    ],
    [
      'aliases that explode from nothing',
      `a0: &a0 []\n${Array.from({ length: 60 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]\n`).join('')}${rule(`age: ${A}`)}`,
      'SOPS_CONFIG_INVALID',
    ],
    ['a merge of what is no mapping', `x: &x [1]\ncreation_rules: [{<<: *x, age: ${A}}]`, 'SOPS_CONFIG_INVALID'],
    ['an encrypted_regex that is no argument', rule(`age: ${A}`, 'encrypted_regex: "^data\\0"'), 'SOPS_CONFIG_INVALID'],
    [
      'an encrypted_regex that is too long',
      rule(`age: ${A}`, `encrypted_regex: ${'a'.repeat(2_001)}`),
      'SOPS_CONFIG_INVALID',
    ],
    ['a path_regex that is too long', rule(`path_regex: ${'a'.repeat(2_001)}`, `age: ${A}`), 'SOPS_CONFIG_INVALID'],
    ['a path_regex of too many steps', rule(`path_regex: ${'x{1000}'.repeat(60)}`, `age: ${A}`), 'SOPS_CONFIG_INVALID'],
    ...['kms', 'azure_keyvault', 'hc_vault_transit_uri'].flatMap((service): [string, string, ErrorCode][] => [
      [`${service} in a rule`, rule(`age: ${A}`, `${service}: some-key`), 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
      [`a list of ${service}`, rule(`age: ${A}`, `${service}: [some-key]`), 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
      [
        `${service} beside key groups`,
        rule(`${service}: some-key`, `key_groups: [{age: [${A}]}]`),
        'SOPS_KEY_SERVICE_NOT_SUPPORTED',
      ],
      [`${service} alone`, rule(`${service}: some-key`), 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
      [
        `${service} by a merge key`,
        `x: &x {${service}: k}\ncreation_rules: [{<<: *x, age: ${A}}]`,
        'SOPS_KEY_SERVICE_NOT_SUPPORTED',
      ],
    ]),
    ['hckms in a rule', rule(`age: ${A}`, 'hckms: [some-key]'), 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
    ...['kms: [{arn: a}]', 'azure_keyvault: [{vaultUrl: u}]', 'hc_vault: [u]', 'hckms: [{key_id: k}]'].flatMap(
      (service): [string, string, ErrorCode][] => [
        [`${service} in a key group`, groups(`{age: [${A}], ${service}}`), 'SOPS_KEY_SERVICE_NOT_SUPPORTED'],
        [
          `${service} in what a group merges`,
          groups(`{merge: [{merge: [{${service}}]}], age: [${A}]}`),
          'SOPS_KEY_SERVICE_NOT_SUPPORTED',
        ],
      ],
    ),
  ])('%s', (_, text, code) => {
    expect(effectOfReading({ path: '.sops.yaml', text }, FILE)).toBe(code);
  });

  test('and names the configuration, the service and the way out', () => {
    const configuration = {
      path: 'clusters/dev/.sops.yaml',
      text: rule(`age: ${A}`, 'kms: arn:aws:kms:eu-west-1:1:key/k'),
    };
    expect(() => parseCreationRules(configuration)(FILE)).toThrow(
      expect.objectContaining({
        message:
          'Cannot encrypt as clusters/dev/.sops.yaml says: its rule names kms, and only gcp_kms, age and pgp may be asked.',
        remedy: 'Give the file a rule with these only, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
      }),
    );
  });
});

describe('a person is told what is wrong with a configuration, where, and what to do:', () => {
  const steps = 'x{1000}'.repeat(60);
  const deep = `creation_rules: ${'['.repeat(200)}${']'.repeat(200)}`;
  test.each<[string, string]>([
    ['it is too large', `${rule(`age: ${A}`)}# ${'x'.repeat(256 * 1024)}`],
    ['it has too many parts, or nests too deep', deep],
    ['it is not valid YAML (TAB_AS_INDENT)', `creation_rules:\n\t- age: ${A}`],
    ['it is not valid YAML (MULTIPLE_DOCS)', `${rule(`age: ${A}`)}---\na: b\n`],
    ['a key stands twice in one mapping', `creation_rules: [{age: ${A}, age: ${B}}]`],
    ['its aliases cannot be resolved', `creation_rules: [{key_groups: [&g {age: [${A}], merge: [*g]}]}]`],
    ['a mapping is missing', 'creation_rules'],
    ['creation_rules is not a list', `creation_rules: {age: ${A}}`],
    ['path_regex is not text: put it into quotes', rule('path_regex: [dev]', `age: ${A}`)],
    ['a path_regex is not a regular expression as Go knows them (RE2)', rule("path_regex: '['", `age: ${A}`)],
    ['its path_regex are too large to be tried', rule(`path_regex: ${steps}`, `age: ${A}`)],
    [
      'its path_regex are too large to be tried',
      `creation_rules:\n${Array(2)
        .fill(`- {path_regex: '${steps.slice(0, steps.length / 2)}', age: ${A}}\n`)
        .join('')}`,
    ],
    ['key_groups is not a list', rule('key_groups: {}')],
    ['merge is not a list of key groups', groups(`{merge: {age: [${A}]}}`)],
    ['age holds something that is no recipient', rule('age: ä')],
    ['age holds something that is not text', rule('age: 1')],
    ['age holds something that is not text', groups(`{age: [{resource_id: ${A}}]}`)],
    ['gcp_kms holds something that is not text', groups('{gcp_kms: [{}]}')],
    ['one rule has both encrypted_regex and unencrypted_suffix', rule('encrypted_regex: a', 'unencrypted_suffix: b')],
    ['encrypted_regex is not text: put it into quotes', rule(`age: ${A}`, 'encrypted_regex: true')],
    ['encrypted_regex is too long, or holds a null', rule(`age: ${A}`, `encrypted_regex: ${'a'.repeat(2_001)}`)],
    ['shamir_threshold is not a number', rule(`age: ${A}`, 'shamir_threshold: "2"')],
    ['shamir_threshold is not a number', rule(`age: ${A}`, 'shamir_threshold: 1.5')],
  ])('%s', (reason, text) => {
    expect(() => parseCreationRules({ path: 'clusters/.sops.yaml', text })('clusters/a.yaml')).toThrow(
      expect.objectContaining({
        code: 'SOPS_CONFIG_INVALID',
        message: `Cannot read clusters/.sops.yaml of the Flux repository: ${reason}.`,
        remedy: 'Mend it there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
      }),
    );
  });

  test('but not where a pattern is as long as it may be', () => {
    const text = rule(`path_regex: 'dev|${'a'.repeat(1_996)}'`, `age: ${A}`, `encrypted_regex: ${'a'.repeat(2_000)}`);
    expect(effectOfReading({ path: '.sops.yaml', text }, FILE)).toMatchObject({ groups: [age(A)] });
  });

  test.each([
    ['none of its creation rules matches', rule('path_regex: prod', `age: ${A}`)],
    ['the creation rule that matches names no recipient', rule('path_regex: a')],
  ])('%s', (reason, text) => {
    expect(() => parseCreationRules({ path: 'clusters/.sops.yaml', text })('clusters/a.yaml')).toThrow(
      expect.objectContaining({
        code: 'SOPS_NO_RULE',
        message: `Cannot encrypt clusters/a.yaml as clusters/.sops.yaml says: ${reason}.`,
        remedy: 'Add a rule for its path there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
      }),
    );
  });
});

test('nothing of a configuration is printed, however odd it is', () => {
  const warned = vi.spyOn(process, 'emitWarning');
  const text = `? [${A}]\n: {? {a: b} : c}\n${rule(`age: ${A}`)}`;
  expect(effectOfReading({ path: '.sops.yaml', text }, FILE)).toEqual(ONLY_A);
  expect(warned).not.toHaveBeenCalled();
});

describe('rules that are read once', () => {
  const text = `creation_rules:\n- {path_regex: ^dev/, age: ${A}}\n- {path_regex: ^prod/, age: [${B}]}\n- {path_regex: '[', age: ${C}}\n`;
  const recipientsOf = (file: string, findRule = parseCreationRules({ path: '.sops.yaml', text })) =>
    findRule(file).keyGroups.flatMap((group) => group.map(({ id }) => id));

  test('govern each file by its own path, in any order and again', () => {
    const findRule = parseCreationRules({ path: '.sops.yaml', text });
    for (const [file, recipient] of [
      ['prod/a.yaml', B],
      ['dev/a.yaml', A],
      ['prod/b.yaml', B],
      ['dev/prod/a.yaml', A],
      ['prod/a.yaml', B],
    ] as const) {
      expect(recipientsOf(file, findRule)).toEqual([recipient]);
    }
  });

  test('fail for the files that they cannot govern, and for those only', () => {
    const findRule = parseCreationRules({ path: '.sops.yaml', text });
    for (let asked = 0; asked < 2; asked += 1) {
      expect(() => findRule('other/a.yaml')).toThrow(expect.objectContaining({ code: 'SOPS_CONFIG_INVALID' }));
      expect(recipientsOf('dev/a.yaml', findRule)).toEqual([A]);
    }
  });

  test('are a thousand for a thousand folders, found in time', () => {
    const folders = Array.from({ length: 1_000 }, (_, index) => `clusters/c${index}`);
    const many = folders.map((folder) => `- {path_regex: ^${folder}/, age: ${A}}\n`).join('');
    const before = process.cpuUsage();
    const findRule = parseCreationRules({ path: '.sops.yaml', text: `creation_rules:\n${many}` });
    for (const folder of folders) expect(recipientsOf(`${folder}/demo/a.yaml`, findRule)).toEqual([A]);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });
});

describe('a hostile configuration is refused in time', () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`);
  test.each<[string, string, ErrorCode]>([
    ['larger than any', `# ${'x'.repeat(256 * 1024)}\n${rule(`age: ${A}`)}`, 'SOPS_CONFIG_INVALID'],
    ['of very many keys', `a: {${keys.join(', ')}}\n`, 'SOPS_NO_RULE'],
    ['of very many keys, one of them twice', `a: {${[...keys, 'k7: 2'].join(', ')}}\n`, 'SOPS_CONFIG_INVALID'],
    ['with an alias of itself', `creation_rules: &a [{age: ${A}, b: *a}]`, 'SOPS_CONFIG_INVALID'],
    ['of lists without end', '['.repeat(100_000), 'SOPS_CONFIG_INVALID'],
    ['with a pattern that other readers try forever', rule(`path_regex: '(x+x+)+y$'`, `age: ${A}`), 'SOPS_NO_RULE'],
    ['with a recipient of several lines', rule(`age: "${A}\\nb"`), 'SOPS_CONFIG_INVALID'],
    ['with a recipient that is far too long', rule(`age: ${'a'.repeat(1_025)}`), 'SOPS_CONFIG_INVALID'],
    ['with a recipient in other letters', rule('age: agé1'), 'SOPS_CONFIG_INVALID'],
  ])('%s', (_, text, code) => {
    const before = process.cpuUsage();
    expect(effectOfReading({ path: '.sops.yaml', text }, `clusters/${'x'.repeat(200)}.yaml`)).toBe(code);
    expect(process.cpuUsage(before).user).toBeLessThan(3_000_000);
  });

  test('and one that is just not too large is read', () => {
    const short = rule(`age: ${A}`);
    const text = `${short}# ${'x'.repeat(256 * 1024 - short.length - 3)}\n`;
    expect(text).toHaveLength(256 * 1024);
    expect(effectOfReading({ path: '.sops.yaml', text }, FILE)).toEqual(ONLY_A);
  });
});

// Whatever a rule looks like: either both read the same, or the action has refused, or sops does.
test('no rule is read as something else than what sops makes of it', async () => {
  const recipient = fc.constantFrom(A, B, C);
  const listed = fc.array(recipient, { maxLength: 3 });
  const written = fc.oneof(
    listed,
    fc
      .tuple(listed, fc.constantFrom(',', ', ', ' ,', ',,'), fc.constantFrom('', ',', ' '))
      .map(([list, comma, end]) => list.join(comma) + end),
  );
  const group = fc.letrec<{ group: object }>((tie) => ({
    group: fc.record(
      {
        age: listed,
        gcp_kms: fc.subarray([{ resource_id: KMS }, { resource_id: `${KMS}-2` }]),
        merge: fc.array(tie('group'), { maxLength: 2, depthIdentifier: 'group' }),
      },
      { requiredKeys: [] },
    ),
  })).group;
  const selector = fc.constantFrom<object>(
    {},
    { encrypted_regex: '^data$' },
    { unencrypted_regex: '^kind$' },
    { encrypted_suffix: 'a' },
    { unencrypted_suffix: '_clear' },
    { encrypted_regex: 'a', encrypted_suffix: 'b' },
    { encrypted_regex: '', unencrypted_suffix: 'b' },
  );
  const anyRule = fc
    .tuple(
      fc.record(
        {
          path_regex: fc.constantFrom('', 'dev', 'prod', '^clusters/', '(?i)DEMO', '\\.yaml\\z', '[', '(?=a)'),
          age: written,
          gcp_kms: fc.constantFrom(KMS, `${KMS}, ${KMS}-2`, '', [KMS]),
          key_groups: fc.array(group, { maxLength: 3 }),
          shamir_threshold: fc.integer({ min: 0, max: 3 }),
          mac_only_encrypted: fc.constantFrom<unknown>(true, false, 'yes', 'no', null),
        },
        { requiredKeys: [] },
      ),
      selector,
    )
    .map(([rule, selector]) => ({ ...rule, ...selector }));
  const anyText = fc
    .tuple(fc.array(anyRule, { minLength: 1, maxLength: 3 }), fc.constantFrom(stringify, JSON.stringify))
    .map(([creation_rules, format]) => format({ creation_rules }));
  const anyFile = fc.constantFrom(FILE, 'prod/x.yaml', 'x.yaml');

  await fc.assert(
    fc.asyncProperty(anyText, anyFile, async (text, file) => {
      const configuration = { path: '.sops.yaml', text };
      const reading = effectOfReading(configuration, file);
      const made = await effectOfSops(configuration, file);
      if (typeof reading === 'string') expect(made).toBeUndefined();
      else expect([reading, undefined]).toContainEqual(made);
    }),
    { numRuns: 60 },
  );
});
