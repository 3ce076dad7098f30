import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Desired, DesiredSecret } from '../../../src/desired-secret.ts';
import { ActionError } from '../../../src/errors.ts';
import {
  type formatSecretVersionName,
  formatVersionRequest,
  type SecretVersionRequest,
  type VersionRequest,
} from '../../../src/google/resource-names.ts';
import type { SecretSource } from '../../../src/google/secret-source.ts';
import { Plaintext } from '../../../src/plaintext.ts';
import { followVersions, startFollowing } from '../../../src/plan/follow.ts';
import { desire, number, STABLE, version } from '../situations.ts';

const ENABLED: VersionRequest = { kind: 'latest-enabled' };
const NAME = 'projects/demo/secrets/TELE_TOKEN/versions';
const absent: Desired = { state: 'absent', file: 'gone.yaml' };

interface Source extends SecretSource {
  accessed: string[];
  listed: string[];
}

/** `latest` is 3, of which the newest that is enabled is 2; what is named as a failure fails so. */
function source(failures: Readonly<Record<string, Error>> = {}): Source {
  const [accessed, listed]: [string[], string[]] = [[], []];
  return {
    accessed,
    listed,
    access(request: SecretVersionRequest) {
      accessed.push(formatVersionRequest(request));
      const error = failures[request.name.secret];
      if (error !== undefined) return Promise.reject(error);
      const name = version('3', { secret: request.name.secret });
      return Promise.resolve({ name, payload: new Plaintext(Buffer.from('payload')) });
    },
    findNewestEnabled(name) {
      listed.push(name.secret);
      return Promise.resolve(version('2', { secret: name.secret }));
    },
  };
}

const shown = (names: ReadonlyMap<string, Parameters<typeof formatSecretVersionName>[0]>) =>
  Object.fromEntries([...names].map(([request, name]) => [request, name.version]));

describe('a version that is followed', () => {
  test.each<[string, VersionRequest, { accessed: string[]; listed: string[] }, Record<string, string>]>([
    ['latest', { kind: 'latest' }, { accessed: [`${NAME}/latest`], listed: [] }, { [`${NAME}/latest`]: '3' }],
    ['an alias', STABLE, { accessed: [`${NAME}/stable`], listed: [] }, { [`${NAME}/stable`]: '3' }],
    // An access would give out the payload of a version that nobody may want.
    [
      'the newest enabled, which needs no payload',
      ENABLED,
      { accessed: [], listed: ['TELE_TOKEN'] },
      { [`${NAME}/latest-enabled`]: '2' },
    ],
    ['no number', number('1'), { accessed: [], listed: [] }, {}],
  ])('is asked for: %s', async (_, wanted, asked, resolved) => {
    const secrets = source();
    const wish = desire({ version: wanted });
    expect(shown((await followVersions(secrets, [wish], () => undefined))(wish))).toEqual(resolved);
    expect(secrets).toMatchObject(asked);
    const early = source();
    startFollowing(early, [wish, absent]);
    expect(early).toMatchObject(asked);
  });

  test('is not known of a wish that nobody has asked about', async () => {
    const resolve = await followVersions(source(), [], () => undefined);
    expect(shown(resolve(desire()))).toEqual({});
  });

  test('that cannot be had is nobody’s failure but its own', async () => {
    const error = new ActionError('SECRET_NOT_FOUND', { message: 'Cannot access it: it is gone.', remedy: 'Name it.' });
    const secrets = source({ GONE: error });
    const [wish, lost] = [desire(), desire({ secret: 'GONE' })];
    const lines: string[] = [];
    const resolve = await followVersions(secrets, [wish, lost], (line) => lines.push(line));
    expect(shown(resolve(wish))).toEqual({ [`${NAME}/latest`]: '3' });
    expect(() => resolve(lost)).toThrow(error);
    expect(lines).toEqual([`${NAME}/latest is projects/123456789012/secrets/TELE_TOKEN/versions/3.`]);
  });

  test('that cannot be had fails nothing while it is not known whether it is needed', async () => {
    const rejected: unknown[] = [];
    const listen = (reason: unknown) => rejected.push(reason);
    process.on('unhandledRejection', listen);
    startFollowing(source({ TELE_TOKEN: new Error('it is gone') }), [desire()]);
    await setImmediate();
    process.off('unhandledRejection', listen);
    expect(rejected).toEqual([]);
  });
});

describe('that listing will take minutes', () => {
  const wishes = (count: number, wanted: VersionRequest): DesiredSecret[] =>
    Array.from({ length: count }, (_, index) => desire({ secret: `S${index}`, version: wanted }));

  test.each<[string, DesiredSecret[], string | undefined]>([
    ['is said of more secrets than Google lists in one', wishes(601, ENABLED), '601'],
    ['is not said of as many', wishes(600, ENABLED), undefined],
    ['is not said of what needs no list', wishes(601, { kind: 'latest' }), undefined],
  ])('%s', async (_, wanted, count) => {
    const lines: string[] = [];
    await followVersions(source(), wanted, (line) => lines.push(line));
    expect(lines.filter((line) => line.startsWith('Listing'))).toEqual(
      count === undefined ? [] : [`Listing ${count} secrets: Secret Manager answers 600 a minute.`],
    );
  });
});
