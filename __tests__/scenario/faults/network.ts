// What lies between a runner and the services: proxies, servers of one's own, names that lead elsewhere, limits.
import { readFile, writeFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { type ProxyOptions, type ProxyStandIn, startProxy } from '../../stand-ins/proxy.ts';
import { FILE, FLUX_REPOSITORY, type World, type WorldRun } from '../../stand-ins/world.ts';
import { HEAD } from '../proposals.ts';
import { operations } from '../reading.ts';
import type { Fault, FaultTable } from './fault.ts';
import { to } from './github.ts';

type Job = NonNullable<Fault['job']>;

const GOOGLE = ['sts.googleapis.com', 'secretmanager.googleapis.com', 'cloudkms.googleapis.com'];
const PROPOSING = { publish: 'pull-request', labels: 'secrets', reviewers: 'octocat' };

interface Proxied extends Partial<Pick<ProxyOptions, 'refuses'>> {
  /** `https://api.github.com`, or a server's own. */
  apiUrl?: string;
  /** Those that the proxy knows; all unless said otherwise. */
  known?: readonly string[];
  /** The environment that leads to it. */
  env?: (proxy: ProxyStandIn) => Record<string, string>;
}

/** A job on a runner that reaches nothing but by a proxy: the addresses are the real ones. */
function behindProxy({ apiUrl = 'https://api.github.com', known, refuses, env }: Proxied): {
  job: Job;
  asked: () => readonly string[];
} {
  let proxy: ProxyStandIn | undefined;
  const gitHub = new URL(apiUrl).hostname;
  return {
    asked: () => proxy?.asked ?? [],
    async job(directory, { github, google }, stack) {
      const targets = [[gitHub, github.url] as const, ...GOOGLE.map((host) => [host, google.url] as const)];
      const hosts = Object.fromEntries(targets.filter(([host]) => known?.includes(host) ?? true));
      proxy = stack.use(await startProxy({ directory, hosts, ...(refuses !== undefined && { refuses }) }));
      const credentials = await google.workloadIdentity(directory);
      const elsewhere = JSON.parse(await readFile(credentials, 'utf8')) as object;
      await writeFile(credentials, JSON.stringify({ ...elsewhere, token_url: 'https://sts.googleapis.com/v1/token' }));
      return {
        inputs: { 'secret-manager-endpoint': '', 'kms-endpoint': '' },
        github: { apiUrl, serverUrl: new URL(apiUrl).origin },
        env: {
          GOOGLE_APPLICATION_CREDENTIALS: credentials,
          NODE_EXTRA_CA_CERTS: proxy.certificate,
          SSL_CERT_FILE: proxy.certificate,
          ...(env?.(proxy) ?? { HTTPS_PROXY: proxy.url }),
        },
      };
    },
  };
}

interface Through {
  when: string;
  proxied: Proxied;
  host?: string;
}
const through: Fault[] = [
  { when: 'HTTPS_PROXY leads to everything', proxied: {} },
  {
    when: 'https_proxy leads to everything, in small letters',
    proxied: { env: ({ url }: ProxyStandIn) => ({ https_proxy: url }) },
  },
  {
    when: 'HTTPS_PROXY leads to a server of one\u2019s own',
    proxied: { apiUrl: 'https://ghe.example/api/v3' },
    host: 'ghe.example',
  },
].map(({ when, proxied, host = 'api.github.com' }: Through): Fault => {
  const { job, asked } = behindProxy(proxied);
  return {
    when,
    inputs: PROPOSING,
    job,
    outcome: 'created',
    also(run, world) {
      expect([...new Set(asked())].toSorted()).toEqual([host, ...GOOGLE].map((each) => `${each}:443`).toSorted());
      expect(`${run.stdout}${run.summary}`).not.toContain('pass-of-the-proxy');
      expectProposal(run, world);
    },
  };
});

function expectProposal(run: WorldRun, { flux }: World): void {
  expect(flux.pullRequests).toEqual([
    expect.objectContaining({ state: 'OPEN', headRefName: HEAD, labels: ['secrets'], reviewers: ['octocat'] }),
  ]);
  expect(run.outputs).toMatchObject({ 'pull-request-number': '1', 'commit-sha': flux.head(HEAD) });
}

/**
 * The proxy refuses whoever comes: only who goes past it arrives. `0.0.0.0` is this machine, and no name that goes past
 * any proxy as `localhost` does.
 */
const around: Fault[] = [
  { when: 'NO_PROXY names the hosts', env: { NO_PROXY: '0.0.0.0, 127.0.0.1' } },
  { when: 'no_proxy names the hosts, in small letters', env: { no_proxy: '0.0.0.0,127.0.0.1' } },
  { when: 'NO_PROXY names what the hosts end in', env: { NO_PROXY: '.0.0.0,.0.0.1' } },
  { when: 'NO_PROXY names what the hosts end in, without a dot', env: { NO_PROXY: '0.0.0,0.0.1' } },
  { when: 'NO_PROXY is everything', env: { NO_PROXY: '*' } },
].map(({ when, env }): Fault => {
  const { job, asked } = behindProxy({ refuses: 403, env: ({ url }) => ({ HTTPS_PROXY: url, HTTP_PROXY: url }) });
  return {
    when: `${when}, and the proxy lets nobody through`,
    async job(directory, world, stack) {
      const { env: proxied = {} } = await job(directory, world, stack);
      const { HTTPS_PROXY = '', HTTP_PROXY = '' } = proxied;
      const apiUrl = world.github.url.replace('127.0.0.1', '0.0.0.0');
      return { github: { apiUrl }, env: { HTTPS_PROXY, HTTP_PROXY, ...(env as Record<string, string>) } };
    },
    outcome: 'created',
    also: () => expect(asked()).toEqual([]),
  };
});

const unreachable: Fault[] = [
  { when: 'the proxy does not know GitHub', known: GOOGLE },
  { when: 'the proxy wants another password', refuses: 407 as const },
  { when: 'the proxy fails', refuses: 502 as const },
].map(({ when, ...proxied }) => ({
  when,
  inputs: { timeout: '40s' },
  job: behindProxy(proxied).job,
  code: 'GITHUB_UNREACHABLE',
  says: `Cannot read ${FLUX_REPOSITORY}: GitHub did not answer`,
  remedy: 'HTTPS_PROXY',
}));

const beforeEncrypting: Fault[] = [
  ...unreachable,
  {
    when: 'the proxy does not know Google',
    inputs: { timeout: '10s' },
    job: behindProxy({ known: ['api.github.com'] }).job,
    code: 'GOOGLE_UNREACHABLE',
    says: 'did not answer',
    remedy: 'HTTPS_PROXY',
  },
  {
    when: 'the proxy never answers',
    inputs: { timeout: '3s' },
    job: behindProxy({ refuses: 'hang' }).job,
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
  },
  {
    when: 'nobody listens at GITHUB_API_URL',
    inputs: { timeout: '40s' },
    job: () => ({ github: { apiUrl: 'http://127.0.0.1:9/api/v3' } }),
    code: 'GITHUB_UNREACHABLE',
    says: `Cannot read ${FLUX_REPOSITORY}: GitHub did not answer`,
    remedy: 'the network and HTTPS_PROXY',
  },
];

export const networkBefore: FaultTable = {
  from: 'of the way to the services',
  encrypting: false,
  faults: beforeEncrypting,
};

const secondary = {
  status: 403,
  body: { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' },
};
const limited = {
  status: 200,
  body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded for installation ID 1.' }] },
};
const ofServer: Job = (_, { github }) => ({ github: { apiUrl: `${github.url}/api/v3` } });

export const networkDuring: FaultTable = {
  from: 'on the way to the services',
  encrypting: true,
  faults: [
    ...through,
    ...around,
    {
      when: 'GITHUB_API_URL is a server of one\u2019s own',
      inputs: PROPOSING,
      job: ofServer,
      outcome: 'created',
      also(run, world) {
        const paths = new Set(run.github.map(({ path }) => path.replace(/\/repos\/.*/, '/repos')));
        expect([...paths]).toEqual(['/api/graphql', '/api/v3/repos']);
        expectProposal(run, world);
      },
    },
    {
      when: 'a server of one\u2019s own has its limit, and says until when',
      job: ofServer,
      arrange: ({ github }) =>
        github.fault({
          when: to('Snapshot'),
          ...limited,
          get headers() {
            return { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 1) };
          },
        }),
      outcome: 'created',
      also: (run) => expect(operations(run)).toEqual(['Snapshot', 'Snapshot', 'Commit']),
    },
    {
      when: 'a label has to wait for a limit',
      inputs: PROPOSING,
      arrange: ({ github }) => github.fault({ when: to('/labels'), ...secondary, headers: { 'retry-after': '1' } }),
      outcome: 'created',
      also(run, world) {
        expect(run.stdout).toContain('GitHub asks to wait 1 s before the next request.');
        expectProposal(run, world);
      },
    },
    {
      when: 'a label would have to wait for longer than the run has',
      inputs: PROPOSING,
      arrange: ({ github }) => github.fault({ when: to('/labels'), ...secondary, headers: { 'retry-after': '600' } }),
      code: 'GITHUB_RATE_LIMITED',
      says: 'the rate limit of the token is used up for longer than this run has',
      remedy: 'Run it again later, or give it more time with the input `timeout`',
      remains: 'it was closed again, and its branch deleted',
      also: (_, { flux }) => expect(Object.keys(flux.refs())).toEqual(['refs/heads/main']),
    },
    {
      when: 'a limit says to wait for no time that there is',
      arrange: ({ github }) => github.fault({ when: to('Commit'), ...secondary, headers: { 'retry-after': 'soon' } }),
      code: 'GITHUB_RATE_LIMITED',
      says: 'the rate limit of the token is used up',
      remedy: 'Run it again later',
    },
    {
      when: 'a limit is met again and again, whatever was waited',
      arrange: ({ github }) =>
        github.fault({ when: to('Commit'), times: 9, ...secondary, headers: { 'retry-after': '1' } }),
      code: 'GITHUB_RATE_LIMITED',
      says: 'the rate limit of the token is used up',
      remedy: 'Run it again later',
    },
    {
      when: 'the repository has another name by now',
      inputs: { ...PROPOSING, repository: 'acme/flux-before' },
      arrange: ({ flux }) => flux.settings.formerNames.push('acme/flux-before'),
      outcome: 'created',
      also(run, world) {
        expectProposal(run, world);
        const ofRest = run.github.filter(({ query }) => query === undefined).map(({ path }) => path);
        expect(ofRest.every((path) => path.startsWith(`/repos/${FLUX_REPOSITORY}/`))).toBe(true);
      },
    },
    {
      when: 'the repository that is committed to has another name by now',
      inputs: { repository: 'acme/flux-before' },
      arrange: ({ flux }) => flux.settings.formerNames.push('acme/flux-before'),
      outcome: 'created',
      also: (run, { flux }) => {
        expect(flux.read('main', FILE)).toBeDefined();
        expect(run.outputs['commit-url']).toContain(`/${FLUX_REPOSITORY}/commit/`);
      },
    },
    ...[301, 302, 307].map(
      (status): Fault => ({
        when: `a label is answered by ${status}, for the repository is being renamed`,
        inputs: PROPOSING,
        arrange: ({ github }) =>
          github.fault({
            when: to('/labels'),
            status,
            headers: { location: `${github.url}/repos/${FLUX_REPOSITORY}` },
            body: { message: 'Moved Permanently' },
          }),
        outcome: 'created',
        also: expectProposal,
      }),
    ),
  ],
};
