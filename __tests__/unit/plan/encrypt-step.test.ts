import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { formatVersionRequest, type SecretVersionRequest } from '../../../src/google/resource-names.ts';
import { Plaintext } from '../../../src/plaintext.ts';
import { encryptStep } from '../../../src/plan/encrypt-step.ts';
import { planStep } from '../../../src/plan/step.ts';
import { recipientsRule } from '../../../src/sops/encryption-rule.ts';
import {
  commit,
  EARLIER,
  encryptIn,
  FILE,
  number,
  payload,
  planning,
  registry,
  request,
  situation,
  version,
  type Wish,
} from '../situations.ts';
import { generateAgeKey, openWorkshop } from '../sops/real-sops.ts';

const OURS = 'projects/123456789012/';
const OTHER = 'projects/999999999999/';
const held = (wish: Wish) => commit(situation({ wish: { ...wish, hold: 'set' }, hold: EARLIER }), '1');
const heldRegistry = () => held(registry(number('1'), number('1')));
const again = (wish: Wish, text: string) => encryptIn(situation({ wish, text, refresh: true }), { latest: '2' });

describe('what is held in a project of another number', () => {
  test.each<[string, () => Promise<string>, Wish, string]>([
    ['is not taken', async () => (await held({ version: number('1') })).replace(OURS, OTHER), {}, 'TELE_TOKEN'],
    [
      'is not taken of one secret among several',
      async () => (await heldRegistry()).replace(`${OURS}secrets/PASSWORD`, `${OTHER}secrets/PASSWORD`),
      registry(),
      'PASSWORD',
    ],
  ])('%s for the same number here', async (_, text, wish, secret) => {
    const thrown: unknown = await again(wish, await text()).catch((error: unknown) => error);
    if (!(thrown instanceof ActionError)) return expect.unreachable('it is refused');
    expect(thrown.code).toBe('SECRET_MISMATCH');
    expect(thrown.message).toBe(
      `Cannot keep ${FILE} at ${OTHER}secrets/${secret}/versions/1: it is held, and the secret of that name that is asked for now is one of another project.`,
    );
    expect(thrown.remedy).toBe('Release it with `hold: false`, or ask for the secret that it was held with.');
  });

  test('may go where it is released, where it was never held, or where another version of it is asked for', async () => {
    const unheld = await commit(situation({ wish: { version: number('1') } }), '1');
    for (const text of [unheld, await held({ version: number('1') })]) {
      const { manifest } = await again({ version: number('1'), hold: 'release' }, text.replace(OURS, OTHER));
      expect(manifest.text).toContain(`${OURS}secrets/TELE_TOKEN/versions/1`);
    }
    const explicit = new Set([formatVersionRequest(request('USER', number('2')))]);
    const text = (await heldRegistry()).replace(`${OURS}secrets/USER`, `${OTHER}secrets/USER`);
    const { manifest } = await again({ ...registry(number('2')), explicit }, text);
    expect(manifest.text).toContain(`["${OURS}secrets/USER/versions/2","${OURS}secrets/PASSWORD/versions/1"]`);
  });
});

test('what is held stays as it is where another secret comes to it', async () => {
  const data = new Map([
    ['token', payload(request())],
    ['url', payload(request('DB_URL'))],
  ]);
  const { manifest } = await again({ data }, await held({ version: number('1') }));
  expect(manifest.text).toContain(`"token":"${OURS}secrets/TELE_TOKEN/versions/1"`);
  expect(manifest.text).toContain(`"url":"${OURS}secrets/DB_URL/versions/2"`);
});

test('a data key that goes is mentioned once', async () => {
  const text = await commit(situation({ resolved: '2' }), '2');
  const { notes } = await encryptIn(situation({ wish: { key: 'TELE_TOKEN' }, text, resolved: '2' }));
  expect(notes).toEqual(['The data key token was dropped: no source accounts for it any more.']);
});

test('the log names everybody that it is encrypted for, and nothing that was said of latest before', async () => {
  await using workshop = await openWorkshop();
  const recipients = (await Promise.all([generateAgeKey(), generateAgeKey()])).map(({ recipient }) => recipient);
  const given = situation({ resolved: '2', rule: recipientsRule(recipients.map((id) => ({ kind: 'age', id }))) });
  const step = await planStep(given.desired, planning(given));
  if (step.kind !== 'write') return expect.unreachable('it is written');
  const secrets = {
    access: async ({ name: { secret } }: SecretVersionRequest) => ({
      name: version('2', { secret }),
      payload: new Plaintext(Buffer.from('payload')),
    }),
    findNewestEnabled: () => expect.unreachable('nobody follows latest-enabled here'),
  };
  const lines: string[] = [];
  await encryptStep(step, { secrets, encrypter: workshop.encrypter(), say: (line) => lines.push(line) });
  expect(lines).toEqual([`Encrypting ${FILE} for ${recipients.join(', ')}.`]);
});
