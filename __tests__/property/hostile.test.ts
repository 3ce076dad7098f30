// Every reader of text from outside against every text that was made to keep it busy: it answers within a second.

import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { findClaim, findRunCommit, formatCommitBody } from '../../src/github/commit-message.ts';
import { explainFailure } from '../../src/github/failure.ts';
import { findPathProblem, isBranch, isRepository } from '../../src/github/names.ts';
import { createMatcher } from '../../src/globs.ts';
import { findHighest, verifyAccess } from '../../src/google/answers.ts';
import { accessError } from '../../src/google/failure.ts';
import { isLower, parseFullName, parseSecretVersionName, parseVersion } from '../../src/google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../../src/google/secret-input.ts';
import { describeExpiry } from '../../src/kubernetes/key-pair.ts';
import { findProvenance } from '../../src/kubernetes/provenance.ts';
import type { ClearManifest } from '../../src/kubernetes/secret-manifest.ts';
import { harmless } from '../../src/log.ts';
import { code, codeBlock, link, shown, table } from '../../src/markdown.ts';
import { readExistingManifest } from '../../src/plan/existing-manifest.ts';
import { parseCreationRules } from '../../src/sops/creation-rule.ts';
import { EncryptedManifest } from '../../src/sops/encrypted-manifest.ts';
import { parseRecipients } from '../../src/sops/encryption-rule.ts';
import { sopsError } from '../../src/sops/failure.ts';
import { SopsDocument } from '../../src/sops/sops-document.ts';
import { problemsWith } from '../unit/inputs/read-with.ts';
import { latest } from '../unit/kubernetes/accessed.ts';
import { expectInTime, HOSTILE_WORDS, HOSTILE_YAML, MEBIBYTE } from './hostile-texts.ts';
import { attempt } from './no-trace.ts';

const ACCESS = latest('TELE_TOKEN');
const RULE = {
  keyGroups: [[{ kind: 'pgp', id: 'FP' } as const]],
  threshold: 1,
  selector: { kind: 'encrypted_regex', pattern: '^data$' } as const,
  macOnlyEncrypted: false,
};
const CLEAR: ClearManifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', labels: {}, annotations: {} },
  type: 'Opaque',
};
const DESIRED = {
  ...({ state: 'present', file: 'a.yaml', name: 'a', namespace: undefined, type: 'Opaque', immutable: false } as const),
  ...({ labels: {}, annotations: {}, data: new Map(), dataFrom: [], hold: 'keep' } as const),
};

const READERS_OF_YAML: Readonly<Record<string, (text: string) => void>> = {
  'a manifest': (text) => {
    const document = SopsDocument.parse(text);
    readExistingManifest(DESIRED, { document });
  },
  'a .sops.yaml': (text) => {
    parseCreationRules({ path: '.sops.yaml', text })('clusters/dev/a.yaml');
  },
};

/** What is cut before it is looked at is read at its full length too. */
const LENGTHS: Readonly<Record<string, number>> = { 'a .sops.yaml': 256 * 1024 };

describe.each(Object.keys(READERS_OF_YAML))('%s is answered within a second:', (reader) => {
  test.each(Object.keys(HOSTILE_YAML))('%s', (name) => {
    for (const length of new Set([MEBIBYTE, LENGTHS[reader] ?? MEBIBYTE])) {
      expectInTime(HOSTILE_YAML[name] ?? String, (text) => attempt(() => READERS_OF_YAML[reader]?.(text)), length);
    }
  });
});

/** The block is read as far as what is wrong with it. */
const MAC = `ENC[AES256_GCM,data:AA==,iv:${'A'.repeat(43)}=,tag:${'A'.repeat(22)}==,type:str]`;

/** A manifest whose `sops` block has this text somewhere. */
function encrypted(field: string, text: string): string {
  const block = { lastmodified: '2026-01-01T00:00:00Z', mac: MAC, version: '3.13.3', encrypted_regex: '^data$' };
  const pgp = { created_at: '2026-01-01T00:00:00Z', enc: 'e', fp: 'FP' };
  const sops = {
    ...block,
    pgp: [{ ...pgp, ...(field in pgp && { [field]: text }) }],
    ...(field in block && { [field]: text }),
  };
  return stringify({ ...CLEAR, data: { token: field === 'data' ? text : 'x' }, sops }, { lineWidth: 0 });
}

function failure(message: string, more: object = {}): Error {
  return Object.assign(new Error(message), more);
}

const READERS_OF_WORDS: Readonly<Record<string, (text: string) => unknown>> = {
  'a full name': (text) => parseFullName(text),
  'the name of a version': (text) => parseSecretVersionName(text),
  'a version': (text) => parseVersion(text),
  'a secret': (text) => named({ secret: text, version: '', projectId: 'demo-project' }),
  'a secret with its version': (text) => named({ secret: 'TELE_TOKEN', version: text, projectId: text }),
  'whether a version is lower': (text) => isLower(text.slice(0, 19), '3'),
  'a repository': isRepository,
  'a branch': isBranch,
  'a path': findPathProblem,
  'a commit': (text) => [findClaim({ message: text }), findRunCommit([{ message: text }], text)],
  'the trailers behind a message': (text) =>
    formatCommitBody(text, { runId: 'a', scope: 'a', files: { changed: 1, deleted: 0 }, sources: [] }),
  "GitHub's refusal": (text) => [
    explain(failure(text, { errors: [{ type: text, message: text }] })),
    explain(failure(text, { response: {}, status: 422 })),
  ],
  "Google's refusal": (text) => accessError(ACCESS, failure(text, { code: 9 })),
  "Google's name of what it answers": (text) => [
    attempt(() => verifyAccess(ACCESS, { name: text, bytes: new Uint8Array([1]), isIntact: true })),
    attempt(() => findHighest(ACCESS.name, { versions: [{ name: text, isEnabled: true }] } as never)),
  ],
  "sops' failure": (text) =>
    sopsError({ file: 'a.yaml' } as never, { exitCode: 1, stdout: Buffer.alloc(0), stderr: text.slice(0, 65_536) }),
  provenance: (text) =>
    findProvenance({
      'flux-secret-sync/template': text,
      'flux-secret-sync/owner': text,
      'flux-secret-sync/sources': '{"a":"projects/42/secrets/A/versions/1"}',
      'flux-secret-sync/hold': text,
      'flux-secret-sync/manages': text,
      'flux-secret-sync/empty': text,
    }),
  'the sources of provenance': (text) =>
    findProvenance({
      'flux-secret-sync/template': '',
      'flux-secret-sync/owner': '',
      'flux-secret-sync/sources': text.startsWith('[') ? text : JSON.stringify({ a: text, b: [text, text] }),
    }),
  'when a certificate expires': (text) => describeExpiry(text, new Date(0)),
  'a list of recipients': (text) => parseRecipients('pgp', text),
  'a path against globs': (text) => createMatcher(['**/*.yaml', '{a,b}/**/c', '*a*a*'])(text.slice(0, 1024)),
  'a line of the log': harmless,
  'a word in a sentence': (text) => shown(text),
  'a word in Markdown': (text) => [code(text), codeBlock([text]), link(text, text), table([code(text)], [[text]])],
  'a pattern of .sops.yaml': (text) =>
    parseCreationRules({
      path: '.sops.yaml',
      text: JSON.stringify({ creation_rules: [{ path_regex: text, age: 'age1a' }] }),
    }),
};

function named(input: Parameters<typeof parseSecretInput>[0]): unknown {
  try {
    return parseSecretInput(input);
  } catch (error) {
    if (error instanceof NameRefused) return error;
    throw error;
  }
}

function explain(thrown: Error): unknown {
  return explainFailure(thrown, { verb: 'read', repository: 'acme/flux', writes: false });
}

describe.each(Object.keys(READERS_OF_WORDS))('%s is answered within a second:', (reader) => {
  test.each(Object.keys(HOSTILE_WORDS))('%s', (name) => {
    expectInTime(HOSTILE_WORDS[name] ?? String, (text) => attempt(() => READERS_OF_WORDS[reader]?.(text)));
  });
});

describe('the block of sops is answered within a second:', () => {
  const PGP = '-----BEGIN PGP MESSAGE-----\n';
  const AGE = '-----BEGIN AGE ENCRYPTED FILE-----\n';
  test.each<[string, field: string, start: string, fragment: string]>([
    ['a long value', 'data', 'ENC[AES256_GCM,data:', 'A'],
    ['a long code', 'mac', 'ENC[AES256_GCM,data:', 'A='],
    ['a message of PGP without words', 'enc', PGP, '\n'],
    ['a message of PGP without an end', 'enc', PGP, 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n'],
    ['a message of PGP with an end too early', 'enc', PGP, 'A='],
    ['a message of age', 'enc', AGE, '\n'],
    ['a version', 'version', '1.', '1'],
    ['a time', 'lastmodified', '2026-01-01T00:00:00.', '1'],
    ['a recipient', 'fp', 'F', ' '],
    ['recipients', 'fp', 'F', ','],
  ])('%s', (_, field, start, fragment) => {
    const make = (length: number) => encrypted(field, start + fragment.repeat(length / fragment.length));
    expectInTime(make, (text) => {
      const document = SopsDocument.parse(text);
      expect(document).toBeDefined();
      const verified = EncryptedManifest.verify('a.yaml', document, {
        clear: CLEAR,
        dataKeys: ['token'],
        empty: [],
        rule: RULE,
      });
      expect(verified).not.toBeInstanceOf(EncryptedManifest);
    });
  });
});

describe('the rules of .sops.yaml are tried within a second:', () => {
  const path = `clusters/${'a'.repeat(1_000)}/b.yaml`;
  const rules = (pattern: (index: number) => string, count: number) =>
    JSON.stringify({
      creation_rules: Array.from({ length: count }, (_, index) => ({ path_regex: pattern(index), age: 'x' })),
    });
  test.each<[string, string]>([
    ['repeats in repeats', rules(() => '(a{1000}){1000}', 1)],
    ['one pattern that says much with little', rules(() => 'x{1000}'.repeat(285), 1)],
    ['many patterns that say much with little', rules((index) => `(a?){0,1000}a{1000}${index}`, 5_000)],
    ['patterns of all letters', rules((index) => `(\\pL?){0,900}${index}`, 5_000)],
    ['patterns that other readers try forever', rules((index) => `(x+x+)+y${index}`, 6_000)],
    ['pattern in pattern', rules(() => `${'('.repeat(900)}a*${')*'.repeat(900)}`, 50)],
    ['many plain patterns', rules((index) => `^c${index}/`, 7_000)],
    ['one long pattern', rules(() => 'a'.repeat(250_000), 1)],
  ])('%s', (_, text) => {
    expect(text.length).toBeLessThan(256 * 1024);
    expectInTime(
      () => text,
      () => attempt(() => parseCreationRules({ path: '.sops.yaml', text })(path)),
    );
  });
});

describe('inputs are answered within a second:', () => {
  const INPUTS = [
    'secret',
    'version',
    'name',
    'key',
    'file',
    'repository',
    'base',
    'branch',
    'timeout',
    'gcp-kms',
    'age',
  ];
  const MORE = [
    'pgp',
    'allowed-secrets',
    'only',
    'config',
    'labels',
    'reviewers',
    'kms-endpoint',
    'hold',
    'commit-message',
  ];
  test.each(Object.keys(HOSTILE_WORDS))('%s', (name) => {
    for (const input of [...INPUTS, ...MORE]) {
      // The environment has no room for more, nor for what is no character.
      const length = 100 * 1024;
      expectInTime(
        HOSTILE_WORDS[name] ?? String,
        (text) => problemsWith({ [input]: text.replaceAll('\0', '') }),
        length,
      );
    }
  });
});
