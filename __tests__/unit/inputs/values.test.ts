import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

describe('timeout', () => {
  test.each([
    ['', 120_000],
    ['2m', 120_000],
    ['90s', 90_000],
    ['90', 90_000],
    ['1', 1_000],
    ['60m', 3_600_000],
    ['3600s', 3_600_000],
  ])('%j is %d ms', (timeout, milliseconds) => {
    expect(readWith({ timeout }).timeout).toBe(milliseconds);
  });

  test.each(['0', '0s', '-1', '61m', '3601', '1h', '1.5m', '2 m', '2min', 'soon', '1e3', '99999999', '٣m'])(
    '%j is refused with what to write instead',
    (timeout) => {
      expect(problemsWith({ timeout })).toBe(
        `\`timeout: ${timeout}\` is no time for the run: write seconds or minutes up to an hour, such as 90s or 2m.`,
      );
    },
  );
});

describe('an endpoint', () => {
  test.each([
    'https://secretmanager.p.example.com',
    'https://10.0.0.5:8443',
    'https://[2001:db8::1]/',
    'http://localhost:8080',
    'http://127.0.0.1:8080',
    'http://127.8.9.10',
    'http://[::1]:8080',
    'http://127.1',
  ])('may be %s', (endpoint) => {
    const inputs = readWith({ 'secret-manager-endpoint': endpoint, 'kms-endpoint': endpoint });
    expect(inputs.secretManagerEndpoint?.href).toBe(new URL(endpoint).href);
    expect(inputs.kmsEndpoint?.href).toBe(new URL(endpoint).href);
  });

  test.each([
    'http://secretmanager.googleapis.com',
    'http://localhost.evil.example',
    'http://evil.example#localhost',
    'http://localhost@evil.example',
    'http://127.0.0.1.evil.example',
    'http://128.0.0.1',
    'http://0.0.0.0',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
    'http://10.0.0.5',
    'ftp://localhost',
    'file:///etc/passwd',
    'localhost:8080',
    'secretmanager.googleapis.com',
    'https://',
    'no URL at all',
  ])('is not %s', (endpoint) => {
    expect(problemsWith({ 'kms-endpoint': endpoint })).toBe(
      `\`kms-endpoint: ${endpoint}\` is no endpoint: write https://HOST (plain http: is for loopback only).`,
    );
  });

  test.each([
    ['https://kms.example.com/v1', 'https://kms.example.com'],
    ['https://kms.example.com/?alt=json', 'https://kms.example.com'],
    ['https://kms.example.com/#a', 'https://kms.example.com'],
    ['https://user:canary@kms.example.com:8443', 'https://kms.example.com:8443'],
    ['http://user@localhost:8080', 'http://localhost:8080'],
  ])('holds nothing but a host and a port: %s', (endpoint, instead) => {
    expect(problemsWith({ 'secret-manager-endpoint': endpoint })).toBe(
      `\`secret-manager-endpoint\` may hold a host and a port and nothing else: write ${instead}.`,
    );
  });
});

describe('a truth value', () => {
  test.each([
    ['true', true],
    ['True', true],
    ['FALSE', false],
    ['', false],
  ])('%j is read as %s', (refresh, expected) => {
    expect(readWith({ refresh }).refresh).toBe(expected);
  });

  test.each(['yes', '1', 'on', 'truee'])('%j is refused', (refresh) => {
    expect(problemsWith({ refresh })).toBe(`\`refresh: ${refresh}\` is neither true nor false.`);
  });
});

describe('a list of globs', () => {
  test.each([
    ['', []],
    ['projects/demo/secrets/KBOT_*', ['projects/demo/secrets/KBOT_*']],
    ['projects/a/**, projects/b/**\n\nprojects/c/**,', ['projects/a/**', 'projects/b/**', 'projects/c/**']],
    ['projects/demo/secrets/{KBOT,TELE}_*,projects/b/**', ['projects/demo/secrets/{KBOT,TELE}_*', 'projects/b/**']],
  ])('%j is read as %j', (list, globs) => {
    const { policy } = readWith({ 'allowed-secrets': list, 'allowed-recipients': list });
    expect(policy).toEqual({ allowedSecrets: globs, allowedRecipients: globs });
  });

  test.each(['allowed-secrets', 'allowed-recipients'])('%s cannot take away', (input) => {
    expect(problemsWith({ [input]: 'projects/demo/**, !projects/demo/secrets/A' })).toBe(
      `\`${input}: !projects/demo/secrets/A\` cannot take away: list what is allowed.`,
    );
  });

  test('has none that is longer than every name', () => {
    expect(problemsWith({ 'allowed-secrets': 'a'.repeat(1000) })).toBe('');
    expect(problemsWith({ 'allowed-secrets': 'a'.repeat(1001) })).toMatch(/is longer than 1000 characters\.$/);
  });
});
