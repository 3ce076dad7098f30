// Names that people write, in inputs and elsewhere: whatever the text, it is a name or refused; and what is written by
// the rules is read as it was meant.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kustomizationPaths } from '../../src/flux/folders.ts';
import { findPathProblem, isBranch, isRepository } from '../../src/github/names.ts';
import { createMatcher } from '../../src/globs.ts';
import {
  formatSecretName,
  formatSecretVersionName,
  formatVersion,
  parseFullName,
  parseSecretVersionName,
  parseVersion,
} from '../../src/google/resource-names.ts';
import { NameRefused, parseSecretInput } from '../../src/google/secret-input.ts';
import { configurationPaths } from '../../src/publisher.ts';
import { anyText } from '../unit/any-text.ts';
import { problemsWith } from '../unit/inputs/read-with.ts';
import { attempt, OBJECT_KEYS, verifyShared } from './no-trace.ts';

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      'projects/',
      'secrets/',
      'locations/',
      'versions/',
      '/versions/',
      'demo-project',
      'TELE_TOKEN',
      'latest',
      'v1',
      '3',
      '03',
    ],
    ...[
      '/',
      ':',
      '@',
      '#',
      '?',
      '//',
      'sm://',
      'https://console.cloud.google.com/',
      'project=',
      '&',
      ':access',
      ' ',
      '\n',
      '%2F',
    ],
    ...[
      '..',
      '.git',
      '.github',
      '.yaml',
      '*',
      '**',
      '{a,b}',
      '!',
      '[',
      '](x)',
      '`',
      '|',
      '::error::x',
      '##[group]',
      'age1',
      'AGE-SECRET-KEY-1',
    ],
    ...OBJECT_KEYS,
  ),
  anyText({ maxLength: 4 }),
);
const soup = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

const project = fc.oneof(fc.stringMatching(/^[a-z][-a-z0-9]{4,20}[a-z0-9]$/), fc.stringMatching(/^\d{1,20}$/));
const secret = fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/);
const location = fc.option(fc.stringMatching(/^[a-z][a-z0-9-]{1,20}$/), { nil: undefined });
const number = fc.stringMatching(/^[1-9]\d{0,18}$/);
const name = fc
  .record({ project, secret, location })
  .map(({ location: place, ...rest }) => ({ ...rest, ...(place !== undefined && { location: place }) }));

describe('names of secrets', () => {
  test('are read as they are written', () => {
    fc.assert(
      fc.property(name, number, (given, version) => {
        expect(parseSecretVersionName(formatSecretVersionName({ ...given, version }))).toEqual({ ...given, version });
        expect(parseFullName(formatSecretName(given))).toEqual({ name: given });
        const asked = parseSecretInput({ secret: formatSecretName(given), version, projectId: '' });
        expect(asked).toEqual({ name: given, version: { kind: 'number', number: version } });
      }),
      { numRuns: 500 },
    );
  });

  test('of any pieces are what they say, or nothing', () => {
    fc.assert(
      fc.property(soup, (text) => {
        const full = parseFullName(text);
        if (full !== undefined)
          expect(formatSecretName(full.name) + (full.version === undefined ? '' : `/versions/${full.version}`)).toBe(
            text,
          );
        const version = parseSecretVersionName(text);
        if (version !== undefined) expect(formatSecretVersionName(version)).toBe(text);
        const asked = parseVersion(text);
        if (asked !== undefined && text !== '') expect(formatVersion(asked)).toBe(text);
        verifyShared();
      }),
      { numRuns: 3_000 },
    );
  });

  test('are taken or refused with sentences, and what is advised is taken', () => {
    fc.assert(
      fc.property(
        soup,
        fc.oneof(fc.constant(''), soup),
        fc.constantFrom('', 'demo-project', 'no project'),
        (text, version, projectId) => {
          const refused = refusalOf({ secret: text, version, projectId });
          if (refused === undefined) return;
          expect(refused.length).toBeGreaterThan(0);
          const advised =
            /is no secret's name: write `secret: ([^`]*)`(?: and `project-id: ([^`]*)`)?(?: and `version: ([^`]*)`)?$/.exec(
              refused[0] ?? '',
            );
          if (advised === null || text.includes('`')) return;
          const [, written = '', inProject = 'demo-project', ofVersion = ''] = advised;
          expect(
            refusalOf({ secret: written, version: ofVersion, projectId: written.includes('/') ? '' : inProject }),
          ).toBeUndefined();
        },
      ),
      { numRuns: 3_000 },
    );
  });
});

function refusalOf(input: Parameters<typeof parseSecretInput>[0]): readonly string[] | undefined {
  try {
    parseSecretInput(input);
    return undefined;
  } catch (error) {
    if (error instanceof NameRefused) return error.problems;
    throw error;
  }
}

describe('names in git', () => {
  test('that are taken hold nothing that git, a shell or a runner reads otherwise', () => {
    fc.assert(
      fc.property(soup, (text) => {
        if (isRepository(text)) expect(text).toMatch(/^[\w-]+\/[\w.-]+$/);
        if (isBranch(text)) expect(text).not.toMatch(/[\p{Cc} ~^:?*[\\]|\.\.|^-/u);
        if (findPathProblem(text) !== undefined) return;
        expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\\]|^\/|(^|\/)\.{0,2}(\/|$)/u);
        expect(text.toLowerCase()).not.toMatch(/(^|\/)\.git(hub)?\//);
        for (const path of [...configurationPaths(text), ...kustomizationPaths(text)]) expect(path).not.toMatch(/^\//);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('globs', () => {
  // As inputs have them.
  const glob = soup.map((text) => text.trim()).filter((text) => text !== '');

  test('of any pieces match or do not, and match themselves where they are plain', () => {
    fc.assert(
      fc.property(fc.array(glob, { maxLength: 3 }), soup, (globs, text) => {
        expect(typeof attempt(() => createMatcher(globs)(text))).toBe('boolean');
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(name, (given) => createMatcher([formatSecretName(given)])(formatSecretName(given))));
  });
});

describe('inputs', () => {
  const NAMES = [
    ...[
      'secret',
      'version',
      'project-id',
      'name',
      'namespace',
      'key',
      'file',
      'hold',
      'config',
      'config-source',
      'only',
      'on-error',
    ],
    ...[
      'repository',
      'token',
      'base',
      'publish',
      'branch',
      'title',
      'body',
      'labels',
      'reviewers',
      'team-reviewers',
      'auto-merge',
      'draft',
    ],
    ...[
      'commit-message',
      'gcp-kms',
      'age',
      'pgp',
      'allowed-secrets',
      'allowed-recipients',
      'refresh',
      'timeout',
      'access-token',
    ],
    ...['secret-manager-endpoint', 'kms-endpoint', 'sops-path', 'sops-version', 'sops-sha256', 'sops-download-url'],
  ];

  test('of any texts are taken, or refused on one line', () => {
    // The environment holds neither.
    const value = soup.map((text) => text.replaceAll('\0', '').toWellFormed());
    const inputs = fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 5 });
    fc.assert(
      fc.property(inputs, (given) => {
        const said = problemsWith(given);
        expect(said).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        verifyShared();
      }),
      { numRuns: 2_000 },
    );
  });
});
