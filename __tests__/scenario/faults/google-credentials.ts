// What can be wrong with the credentials that a job has for Google, and with those who give out tokens for them. Secret
// Manager is not asked then.
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { World, WorldRun } from '../../stand-ins/world.ts';
import type { Canary } from '../leak/canary.ts';
import { googleCalls } from '../reading.ts';
import type { Fault } from './fault.ts';

const MISSING = {
  code: 'GOOGLE_CREDENTIALS_MISSING',
  says: 'no usable Google credentials were found',
  remedy: 'Run google-github-actions/auth before this action, in a job with `permissions: id-token: write`',
} as const;
const REJECTED = {
  code: 'GOOGLE_CREDENTIALS_REJECTED',
  says: 'Google refused the credentials',
  remedy: 'run google-github-actions/auth in the same job',
} as const;
const UNREACHABLE = {
  code: 'GOOGLE_UNREACHABLE',
  says: 'the service that gives out access tokens did not answer as it should',
  remedy: 'HTTPS_PROXY',
} as const;

const NOBODY = 'http://127.0.0.1:9';
const notAccessed = (run: WorldRun): void => expect(googleCalls(run)).not.toContain('access');
const askedNobody = (run: WorldRun): void => expect(run.google).toEqual([]);

type Job = (directory: string, world: World) => ReturnType<NonNullable<Fault['job']>>;

async function write(directory: string, content: string | Buffer, env: Record<string, string>) {
  const path = join(directory, 'credentials.json');
  await writeFile(path, content);
  return { env: { GOOGLE_APPLICATION_CREDENTIALS: path, ...env } };
}

/** The job's credentials file, with this in it. */
function written(content: string | Buffer, env: Record<string, string> = {}): Job {
  return (directory) => write(directory, content, env);
}

/** As google-github-actions/auth leaves it, but for this. */
function changed(change: (credentials: object, at: { directory: string; url: string }) => object, env = {}): Job {
  return async (directory, world) => {
    const whole = JSON.parse(await readFile(await world.google.workloadIdentity(directory), 'utf8')) as object;
    return write(directory, JSON.stringify(change(whole, { directory, url: world.google.url })), env);
  };
}

const SERVICE_ACCOUNT = { type: 'service_account', client_email: 'flux@demo-project.iam.gserviceaccount.com' };

const MALFORMED: { what: string; job: Job }[] = [
  { what: 'is empty', job: written('') },
  { what: 'is not JSON', job: written('not json') },
  { what: 'is half of what it should be', job: written('{"type":"external_acc') },
  { what: 'begins with a byte order mark', job: written('\ufeff{"type":"external_account"}') },
  { what: 'is no text', job: written(Buffer.from([0, 255, 254, 1])) },
  ...['null', 'true', '7', '"text"', '[]', '{}'].map((json) => ({ what: `is ${json}`, job: written(json) })),
  { what: 'is of no known type', job: written('{"type":"something"}') },
  { what: 'is of a type that is none', job: written('{"type":{}}') },
  { what: 'is deeply nested', job: written(`{"type":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) },
  { what: 'is a service account without a key', job: written(JSON.stringify(SERVICE_ACCOUNT)) },
  {
    what: 'is a service account whose key is none',
    job: written(JSON.stringify({ ...SERVICE_ACCOUNT, private_key: 'no key' })),
  },
  { what: 'is a user without a token', job: written('{"type":"authorized_user"}') },
  { what: 'impersonates nobody', job: written('{"type":"impersonated_service_account"}') },
  {
    what: 'has no source of a token',
    job: changed(({ credential_source: _, ...rest }: { credential_source?: object }) => rest),
  },
  { what: 'has an empty source of a token', job: changed((whole) => ({ ...whole, credential_source: {} })) },
  {
    what: 'has two sources of a token',
    job: changed((whole, { url }) => ({ ...whole, credential_source: { file: '/dev/null', url } })),
  },
  {
    what: 'names a token that is gone',
    job: changed((whole, { directory }) => ({ ...whole, credential_source: { file: join(directory, 'gone') } })),
  },
  {
    what: 'names a token that is empty',
    job: changed((whole) => ({ ...whole, credential_source: { file: '/dev/null' } })),
  },
  {
    what: 'names a folder for a token',
    job: changed((whole, { directory }) => ({ ...whole, credential_source: { file: directory } })),
  },
  { what: 'has an address that is none', job: changed((whole) => ({ ...whole, token_url: 'nowhere' })) },
  { what: 'has an address that is no text', job: changed((whole) => ({ ...whole, token_url: {} })) },
  {
    what: 'belongs to another universe',
    job: changed((whole) => ({ ...whole, universe_domain: 'googleapis.example' })),
  },
];

const files: Fault[] = [
  {
    when: 'there are none',
    job: () => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: '' } }),
    ...MISSING,
    also: askedNobody,
  },
  {
    when: 'their file is gone',
    job: () => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: '/nonexistent/gha-creds.json' } }),
    ...MISSING,
    also: askedNobody,
  },
  {
    when: 'their file is a folder',
    job: (directory) => ({ env: { GOOGLE_APPLICATION_CREDENTIALS: directory } }),
    ...MISSING,
    also: askedNobody,
  },
  ...MALFORMED.map(({ what, job }): Fault => ({ when: `their file ${what}`, job, ...MISSING, also: askedNobody })),
  {
    when: 'their file would have a program run',
    job: async (directory, world) => {
      const program = join(directory, 'program');
      await writeFile(program, '#!/bin/sh\n: > "$HOME/has-run"\n');
      await chmod(program, 0o755);
      const source = { executable: { command: program, timeout_millis: 5_000 } };
      return changed((whole) => ({ ...whole, credential_source: source }))(directory, world);
    },
    ...MISSING,
    also: async (run) => {
      askedNobody(run);
      expect(await readdir(run.home)).toEqual([]);
    },
  },
  {
    when: "a developer's file in the home folder is malformed",
    job: async (directory) => {
      await mkdir(join(directory, 'gcloud'));
      await writeFile(join(directory, 'gcloud', 'application_default_credentials.json'), 'null');
      return { env: { GOOGLE_APPLICATION_CREDENTIALS: '', CLOUDSDK_CONFIG: join(directory, 'gcloud') } };
    },
    ...MISSING,
    also: askedNobody,
  },
];

const exchanges: Fault[] = [
  {
    when: 'the OIDC token in them has expired',
    job: async (directory, { google }) => {
      const path = await google.workloadIdentity(directory);
      await writeFile(join(directory, 'oidc-token'), 'expired');
      return { env: { GOOGLE_APPLICATION_CREDENTIALS: path } };
    },
    ...REJECTED,
    also: notAccessed,
  },
  {
    when: 'their pool is another one',
    job: changed((whole) => ({ ...whole, audience: '//iam.googleapis.com/projects/1/locations/global/x' })),
    ...REJECTED,
    also: notAccessed,
  },
  {
    when: 'they may not act as the service account',
    arrange: ({ google }) =>
      google.fault({
        when: /:generateAccessToken$/,
        status: 403,
        body: { error: { code: 403, message: 'No.', status: 'PERMISSION_DENIED' } },
      }),
    job: changed((whole, { url }) => {
      const account = `${url}/v1/projects/-/serviceAccounts/flux@demo-project.iam.gserviceaccount.com`;
      return { ...whole, service_account_impersonation_url: `${account}:generateAccessToken` };
    }),
    ...REJECTED,
    also: notAccessed,
  },
  {
    when: 'nobody is where their tokens come from',
    job: changed((whole) => ({ ...whole, token_url: NOBODY })),
    ...UNREACHABLE,
    also: askedNobody,
  },
  {
    when: 'they do not say where their tokens come from, so that it is Google, and Google is out of reach',
    job: changed(({ token_url: _, ...rest }: { token_url?: string }) => rest, {
      HTTPS_PROXY: NOBODY,
      NO_PROXY: '127.0.0.1',
    }),
    ...UNREACHABLE,
    also: askedNobody,
  },
  {
    when: 'their OIDC token comes from an address that refuses',
    arrange: ({ google }) => google.fault({ when: /\/oidc$/, status: 403, body: { message: 'No.' } }),
    job: changed((whole, { url }) => ({ ...whole, credential_source: { url: `${url}/oidc` } })),
    ...REJECTED,
    also: notAccessed,
  },
  {
    when: 'their OIDC token comes from an address that never answers',
    arrange: ({ google }) => google.fault({ when: /\/oidc$/, hang: true }),
    job: changed((whole, { url }) => ({ ...whole, credential_source: { url: `${url}/oidc` } })),
    inputs: { timeout: '3s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
    also: notAccessed,
  },
  {
    when: 'the token exchange does not answer',
    arrange: ({ google }) => google.fault({ when: 'sts', reset: true }),
    ...UNREACHABLE,
    also: notAccessed,
  },
  {
    when: 'the token exchange fails once, and then answers',
    arrange: ({ google }) => google.fault({ when: 'sts', times: 1, status: 503 }),
    outcome: 'created',
  },
  {
    when: 'the token exchange never answers',
    arrange: ({ google }) => google.fault({ when: 'sts', hang: true }),
    inputs: { timeout: '3s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
    also: notAccessed,
  },
  ...[302, 307, 308].map(
    (status): Fault => ({
      when: `the token exchange sends to another place with ${status}`,
      arrange: ({ google }) =>
        google.fault({
          when: 'sts',
          status,
          headers: { location: `${google.url.replace('127.0.0.1', 'localhost')}/v1/elsewhere` },
        }),
      ...UNREACHABLE,
      also: (run) => expect(googleCalls(run)).toEqual(['token']),
    }),
  ),
  {
    when: 'the place that their tokens come from is a file',
    job: changed((whole, { directory }) => ({ ...whole, token_url: `file://${directory}/oidc-token` })),
    ...UNREACHABLE,
    also: askedNobody,
  },
  ...['null', '{}', '[]', '{"access_token":{}}', '{"access_token":""}', '{"access_token":"a\\r\\nx: y"}'].map(
    (body): Fault => ({
      when: `the token exchange answers ${body}`,
      arrange: ({ google }) => google.fault({ when: 'sts', status: 200, body: JSON.parse(body) as object }),
      ...UNREACHABLE,
      also: notAccessed,
    }),
  ),
  {
    when: 'the token exchange is answered for by a web page',
    arrange: ({ google }) => google.fault({ when: 'sts', status: 200, body: '<html>Please sign in</html>' }),
    ...UNREACHABLE,
    also: notAccessed,
  },
  {
    when: 'the access token has expired',
    inputs: { 'access-token': 'ya29.expired' },
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused the credentials',
    remedy: 'They may have expired',
    also: (run) => expect(googleCalls(run)).toEqual(['access']),
  },
];

/** Where a runner is no machine of Google's, but something may listen where the metadata server would. */
const atMetadata = (detection: string): Job => {
  return (_, { google }) => ({
    env: {
      GOOGLE_APPLICATION_CREDENTIALS: '',
      METADATA_SERVER_DETECTION: detection,
      GCE_METADATA_HOST: `127.0.0.1:${google.port}`,
    },
  });
};
const toMetadata = /^\/computeMetadata\//;

/** Each ends long before its 15 seconds are over. */
const metadata: Fault[] = ['', 'ping-only', 'assume-present'].flatMap((detection): Fault[] => {
  const situation = { job: atMetadata(detection), inputs: { timeout: '15s' }, ...MISSING, also: notAccessed };
  const by = detection === '' ? '' : `, by METADATA_SERVER_DETECTION: ${detection}`;
  return [
    {
      when: `there are none, and a metadata server hangs${by}`,
      arrange: ({ google }) => google.fault({ when: toMetadata, hang: true }),
      ...situation,
    },
    {
      when: `there are none, and a metadata server knows of no account${by}`,
      arrange: ({ google }) => google.fault({ when: toMetadata, status: 404, body: 'Not found' }),
      ...situation,
    },
    {
      when: `there are none, and what is no metadata server answers${by}`,
      arrange: ({ google }) =>
        google.fault({ when: toMetadata, status: 400, body: 'Bad Request\n::error::Metadata\n##[error]Metadata' }),
      ...situation,
    },
  ];
});

/** What a server may say that has seen too much. */
export const quote = ({ bytes }: Canary): string =>
  `${bytes.toString('latin1')} ${bytes.toString('base64')}\n::error::${bytes}`;

const quoting: Fault[] = [
  ...[400, 401, 403].map(
    (status): Fault => ({
      when: `the token exchange answers with ${status}, and quotes a payload`,
      arrange: ({ google }, canary) =>
        google.fault({
          when: 'sts',
          status,
          body: { error: quote(canary), error_description: quote(canary), error_uri: quote(canary) },
        }),
      ...REJECTED,
      also: notAccessed,
    }),
  ),
  {
    when: 'the token exchange fails with a web page that quotes a payload',
    arrange: ({ google }, canary) => google.fault({ when: 'sts', status: 500, body: `<html>${quote(canary)}</html>` }),
    ...UNREACHABLE,
    also: notAccessed,
  },
];

export const credentials: Fault[] = [...files, ...exchanges, ...metadata, ...quoting];
