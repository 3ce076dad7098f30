// What the runner is asked to mask: enough that a later step cannot print the secret by mistake, and nothing that the
// outputs of this step would fall victim to.
import { describe, expect, test } from 'vitest';
import { FILE, FLUX_REPOSITORY, KMS_KEY, startWorld, type World } from '../stand-ins/world.ts';
import { binaryCanary } from './leak/canary.ts';
import { droppedOutputs } from './leak/job-outputs.ts';

interface Payload {
  name: string;
  payload: string | Buffer;
  masks: string[];
}

const PAYLOADS: Payload[] = [
  { name: 'a token', payload: '123456:AAF-valid', masks: ['123456:AAF-valid'] },
  { name: 'a token with a line end', payload: '123456:AAF-valid\n', masks: ['123456:AAF-valid'] },
  { name: 'eight characters', payload: 'hunter12', masks: ['hunter12'] },
  { name: 'seven characters', payload: 'hunter2', masks: [] },
  { name: 'one character', payload: '1', masks: [] },
  {
    name: 'several lines, each by itself and the short ones not',
    payload: 'user: octocat\r\n\r\npin: 1\n  password: "correct horse"  \n}\nuser: octocat\n',
    masks: ['user: octocat', 'password: "correct horse"'],
  },
  {
    name: 'a key in PEM',
    payload: '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG\n9w0BAQ==\n-----END PRIVATE KEY-----\n',
    masks: ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG', '9w0BAQ==', '-----END PRIVATE KEY-----'],
  },
  { name: 'other alphabets', payload: 'пароль-от-бота', masks: ['пароль-от-бота'] },
  { name: 'percent signs and what looks escaped', payload: '50%0Aoff%25today', masks: ['50%0Aoff%25today'] },
  {
    name: 'workflow commands, which are not obeyed',
    payload: '::stop-commands::token\n##[set-output name=version]3\n::set-output name=version::3',
    masks: ['::stop-commands::token', '##[set-output name=version]3', '::set-output name=version::3'],
  },
  { name: 'bytes that are no text', payload: binaryCanary().bytes, masks: [] },
  { name: 'a text in UTF-16', payload: Buffer.from('\ufeffpassword123', 'utf16le'), masks: [] },
];

test.concurrent.for(PAYLOADS)('of $name is masked what can be', async ({ payload, masks }) => {
  await using world = await startWorld();
  world.secret.addVersion(payload);
  await using run = await world.run();

  expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', version: '1' });
  expect(run.masks).toEqual([world.github.token, ...masks]);
  expect(run.commands.map(({ name }) => name)).toEqual(run.masks.map(() => 'add-mask'));
  expect(droppedOutputs(run)).toEqual([]);
});

describe('what an output says is not masked, and the outputs stay whole', () => {
  const VERSION = 'projects/123456789012/secrets/TELE_TOKEN/versions/1';
  const SAYINGS: [name: string, payload: (world: World) => string][] = [
    ['the file', () => FILE],
    ['a part of the file', () => 'dev/demo/kbot'],
    ['the version', () => VERSION],
    ['the repository', () => FLUX_REPOSITORY],
    ['the server', ({ github }) => github.url],
    ['the begin of the URL of a commit', ({ github }) => `${github.url}/${FLUX_REPOSITORY}/commit/`],
    ['a piece of the report', () => '"outcome":"created","changed":true'],
    ['the name of the secret in quotes, which the runner takes off', () => '"TELE_TOKEN"'],
    ['a part of the file in quotes', () => '"clusters/dev"'],
    ['the repository behind an ampersand, where the runner cuts', () => `password&${FLUX_REPOSITORY}`],
  ];
  test.concurrent.for(SAYINGS)('%s', async ([, payload]) => {
    await using world = await startWorld();
    world.secret.addVersion(`${payload(world)}\nand another line`);
    await using run = await world.run();

    expect(run.outputs, run.stdout).toMatchObject({ outcome: 'created', file: FILE, 'secret-version': VERSION });
    expect(run.masks).toEqual([world.github.token, 'and another line']);
    expect(droppedOutputs(run)).toEqual([]);
  });

  test.concurrent('the outcome', async () => {
    await using world = await startWorld();
    world.secret.addVersion('unchanged');
    await using _created = await world.run();
    await using run = await world.run();

    expect(run.outputs).toMatchObject({ outcome: 'unchanged' });
    expect(run.masks).toEqual([world.github.token]);
  });

  test.concurrent('the branch of a pull request', async () => {
    await using world = await startWorld();
    world.secret.addVersion('secrets/kbot');
    await using run = await world.run({ publish: 'pull-request', branch: 'secrets/kbot' });

    expect(run.outputs).toMatchObject({ outcome: 'created', branch: 'secrets/kbot' });
    expect(run.masks).toEqual([world.github.token]);
  });
});

describe('masked is', () => {
  const PAYLOAD = 'correct horse battery';

  test.concurrent('the payload of a run that fails', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    world.google.denyKey(KMS_KEY);
    await using run = await world.run();

    expect(run.exitCode).toBe(1);
    expect(run.masks).toEqual([world.github.token, PAYLOAD]);
  });

  test.concurrent('the payload of a run that writes nothing', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    await using run = await world.run({ publish: 'none' });

    expect(run.masks).toEqual([world.github.token, PAYLOAD]);
  });

  test.concurrent('nothing that was not accessed', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    await using _created = await world.run({ version: '1' });
    await using run = await world.run({ version: '1' });

    expect(run.outputs).toMatchObject({ outcome: 'unchanged' });
    expect(run.masks).toEqual([world.github.token]);
  });

  test.concurrent('the access token that was given, before anything else is said', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    const token = world.google.tokens.exchanged;
    await using run = await world.run({ 'access-token': token });

    expect(run.masks).toEqual([world.github.token, token, PAYLOAD]);
    const [first, second] = run.stdout.split('\n');
    expect([first, second]).toEqual([`::add-mask::${world.github.token}`, `::add-mask::${token}`]);
  });
});
