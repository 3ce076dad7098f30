import { gaxios } from 'google-auth-library';
import { describe, expect, test } from 'vitest';
import { parseNoProxy } from '../../../src/google/no-proxy.ts';

/** Whether gaxios goes past the proxy; it says so by the agent that it sets. */
async function goesPast(noProxy: string, url: string): Promise<boolean> {
  let agent: unknown;
  const fetchImplementation = (_: unknown, options: { agent?: unknown } = {}) => {
    agent = options.agent;
    return Promise.resolve(new Response('{}'));
  };
  const options = { url, noProxy: parseNoProxy(noProxy), proxy: 'http://proxy.example:8080', fetchImplementation };
  await new gaxios.Gaxios().request(options as gaxios.GaxiosOptions);
  return agent === undefined;
}

const SECRET_MANAGER = 'https://secretmanager.googleapis.com/v1/projects/p';

describe('NO_PROXY', () => {
  test.for([
    'secretmanager.googleapis.com',
    'googleapis.com',
    '.googleapis.com',
    '*.googleapis.com',
    'GoogleApis.COM',
    'localhost, googleapis.com ,',
    '*',
    'localhost,*',
  ])('%s lets Secret Manager go past the proxy', async (noProxy) => {
    await expect(goesPast(noProxy, SECRET_MANAGER)).resolves.toBe(true);
  });

  test.for(['', ',', 'manager.googleapis.com', 'apis.com', 'secretmanager', 'example.com', '*.com.example', '.'])(
    '%s does not',
    async (noProxy) => {
      await expect(goesPast(noProxy, SECRET_MANAGER)).resolves.toBe(false);
    },
  );
});
