import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.ts';
import { narrowConfig, type Override } from '../../../src/config/narrow.ts';
import { ActionError } from '../../../src/errors.ts';
import { read } from './read-config.ts';

const CONFIG = read(`
  project: demo-project
  prune: true
  manifests:
    - { file: clusters/dev/a.yaml, name: a, hold: true, data: { one: { secret: A, version: 9 }, two: { secret: B, version: 9 } } }
    - { file: clusters/dev/.b/b.yaml, name: b, dataFrom: [{ secret: A, format: json }, { secret: C, format: dotenv }] }
    - { file: clusters/prod/c.yaml, name: c, docker: { server: r, username: A, password: projects/other-project/secrets/A } }
    - { file: clusters/prod/d.yaml, name: d, docker: { server: r, username: { value: u }, password: B }, hold: false }
    - { file: clusters/prod/e.yaml, name: e, data: { one: projects/demo-project/locations/europe-west3/secrets/A } }
    - { file: old.yaml, state: absent }
`);
const FILES = CONFIG.desired.map(({ file }) => file);
const A: Override = { secret: 'A', project: undefined, version: { kind: 'number', number: '3' }, hold: undefined };

const narrowed = (only: string[], override?: Override) => narrowConfig(CONFIG, { only, override });
const filesOf = ({ desired }: Config) => desired.map(({ file }) => file);

function errorOf(only: string[], override?: Override): string {
  try {
    narrowed(only, override);
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    expect(error).toMatchObject({ code: 'INPUT_INVALID' });
    return (error as ActionError).message;
  }
  throw new Error('The config was narrowed.');
}

/** Where a version has changed: `file key`, or the place in a list, and the version as it is now. */
function changesIn({ desired }: Config): string[] {
  const before = new Map(CONFIG.desired.map((each) => [each.file, JSON.stringify(each, replacer)]));
  return desired.filter((each) => JSON.stringify(each, replacer) !== before.get(each.file)).map(({ file }) => file);
}

const replacer = (_: string, value: unknown) => (value instanceof Map ? [...value] : value);

describe('a config is narrowed', () => {
  test.each([
    [[], FILES],
    [['**'], FILES],
    [['old.yaml'], ['old.yaml']],
    [['clusters/dev/*'], ['clusters/dev/a.yaml']],
    [['clusters/dev/**'], ['clusters/dev/a.yaml', 'clusters/dev/.b/b.yaml']],
    [
      ['**/{a,c}.yaml', 'old.*'],
      ['clusters/dev/a.yaml', 'clusters/prod/c.yaml', 'old.yaml'],
    ],
  ])('to %j: %j', (only, files) => {
    expect(filesOf(narrowed(only))).toEqual(files);
  });

  test('and then deletes nothing that is no longer named', () => {
    expect(narrowed([]).prune).toBe(true);
    expect(narrowed(['**']).prune).toBe(false);
  });

  test('to nothing by mistake never', () => {
    expect(errorOf(['*.yml', '!old.yaml', '+(old).yaml'])).toBe(
      'Cannot narrow the run to `only: *.yml, !old.yaml, +(old).yaml`: no `file` of the config matches it.',
    );
  });
});

describe('another version of a secret', () => {
  test('takes its place wherever the manifests that are left use it', () => {
    const version = { kind: 'number', number: '3' };
    const latest = { kind: 'latest' };
    const config = narrowed(['clusters/**'], A);
    expect(changesIn(config)).toEqual(FILES.filter((file) => !/d\.yaml|old/.test(file)));
    const [a, b, c, d, e] = config.desired;
    expect(a).toMatchObject({
      hold: 'keep',
      explicit: new Set(['projects/demo-project/secrets/A/versions/3']),
      data: new Map([
        ['one', expect.objectContaining({ request: { name: { project: 'demo-project', secret: 'A' }, version } })],
        [
          'two',
          expect.objectContaining({ request: expect.objectContaining({ version: { kind: 'number', number: '9' } }) }),
        ],
      ]),
    });
    expect(b).toMatchObject({
      hold: 'keep',
      dataFrom: [
        { request: { version }, format: 'json' },
        { request: { version: latest }, format: 'dotenv' },
      ],
    });
    expect(c).toMatchObject({
      data: new Map([
        [
          '.dockerconfigjson',
          expect.objectContaining({
            username: expect.objectContaining({ request: expect.objectContaining({ version }) }),
            password: expect.objectContaining({
              request: { name: { project: 'other-project', secret: 'A' }, version },
            }),
          }),
        ],
      ]),
    });
    expect(d).toBe(CONFIG.desired[3]);
    expect(e).toMatchObject({ hold: 'keep' });
  });

  test.each<[override: Partial<Override>, files: RegExp]>([
    [{ project: 'demo-project' }, /a\.yaml|b\.yaml|c\.yaml|e\.yaml/],
    [{ project: 'other-project' }, /c\.yaml/],
    [{ location: 'europe-west3' }, /e\.yaml/],
    [{ secret: 'B' }, /a\.yaml|\/d\.yaml/],
    [{ secret: 'C' }, /b\.yaml/],
  ])('is for the secret that is meant: %j', (override, files) => {
    expect(changesIn(narrowed([], { ...A, ...override }))).toEqual(FILES.filter((file) => files.test(file)));
  });

  test.each([
    [true, 'set'],
    [false, 'release'],
    [undefined, 'keep'],
  ])('with hold: %s leaves the manifest at: %s', (hold, expected) => {
    const { desired } = narrowed([], { ...A, hold });
    expect(desired[0]).toMatchObject({ hold: expected });
    expect(desired[3]).toBe(CONFIG.desired[3]);
    expect(desired[5]).toBe(CONFIG.desired[5]);
  });

  test('is refused where nothing that is left uses the secret', () => {
    expect(errorOf(['old.yaml'], A)).toBe(
      'Cannot take another version of the secret A: no manifest that `only` leaves uses it.',
    );
    expect(errorOf([], { ...A, project: 'third-project' })).toBe(
      'Cannot take another version of the secret A of the project third-project: no manifest that `only` leaves uses it.',
    );
    expect(errorOf([], { ...A, location: 'europe-west4' })).toContain('no manifest that `only` leaves uses it');
  });
});
