import { describe, expect, test } from 'vitest';
import { problemsWith, readWith } from './read-with.ts';

const DOWNLOAD_URL = 'https://github.com/getsops/sops/releases/download';
const KNOWN = 'e5bec3346a873ae91d871550f3e698c1aad962aff462a080e40f25fde17fef6b';
const OTHER = 'a'.repeat(64);
const here = `${process.platform} ${process.arch}`;

describe('the sops that is run', () => {
  test('is the one on PATH, else release 3.13.3, where nothing is said', () => {
    const otherwise = { version: '3.13.3', sha256: undefined, downloadUrl: DOWNLOAD_URL };
    expect(readWith({}).sops).toEqual({ kind: 'runner', otherwise });
  });

  test('is the one that is named', () => {
    expect(readWith({ 'sops-path': 'tools/sops' }).sops).toEqual({ kind: 'path', path: 'tools/sops' });
  });

  test('is exactly the release that is named', () => {
    const release = { version: '3.13.3', sha256: undefined, downloadUrl: DOWNLOAD_URL };
    expect(readWith({ 'sops-version': '3.13.3' }).sops).toEqual({ kind: 'release', release });
  });

  test('may be a release that is not known, by its SHA-256, in capitals too', () => {
    const inputs = { 'sops-version': '3.99.0', 'sops-sha256': OTHER.toUpperCase() };
    const release = { version: '3.99.0', sha256: OTHER, downloadUrl: DOWNLOAD_URL };
    expect(readWith(inputs).sops).toEqual({ kind: 'release', release });
  });

  test('may have a SHA-256 although it is known, if it is the right one', () => {
    expect(problemsWith({ 'sops-version': '3.13.3', 'sops-sha256': KNOWN })).toBe('');
  });

  test.each([
    ['https://mirror.example/sops/', 'https://mirror.example/sops'],
    ['https://mirror.example', 'https://mirror.example'],
    ['http://127.0.0.1:8080/a/b', 'http://127.0.0.1:8080/a/b'],
  ])('may come from a mirror: %s', (given, downloadUrl) => {
    expect(readWith({ 'sops-download-url': given }).sops).toMatchObject({ otherwise: { downloadUrl } });
  });
});

test.each<[Record<string, string>, string]>([
  [{ 'sops-version': 'latest' }, '`sops-version: latest` is no version: write it as 3.13.3.'],
  [{ 'sops-version': 'v3.13.3' }, '`sops-version: v3.13.3` is no version: write it as 3.13.3.'],
  [{ 'sops-version': '3.13' }, '`sops-version: 3.13` is no version: write it as 3.13.3.'],
  [{ 'sops-version': '03.13.3' }, '`sops-version: 03.13.3` is no version: write it as 3.13.3.'],
  [{ 'sops-version': '../3.13.3' }, '`sops-version: ../3.13.3` is no version: write it as 3.13.3.'],
  [
    { 'sops-version': '3.99.0' },
    `\`sops-version: 3.99.0\` is not known for ${here}: give the SHA-256 of its release with \`sops-sha256\`, or write one of 3.13.3.`,
  ],
  [
    { 'sops-version': '3.9.4', 'sops-sha256': OTHER },
    '`sops-version: 3.9.4` is too old: 3.10 is the oldest that will do.',
  ],
  [
    { 'sops-version': '3.13.3', 'sops-sha256': OTHER },
    `\`sops-sha256\` is not that of sops 3.13.3 for ${here}: leave it out, for this version is known.`,
  ],
  [
    { 'sops-version': '3.99.0', 'sops-sha256': 'abc' },
    '`sops-sha256: abc` is no SHA-256: write its 64 hexadecimal digits.',
  ],
  [{ 'sops-sha256': OTHER }, '`sops-sha256` is of one version: name it with `sops-version`.'],
  [
    { 'sops-path': '/usr/bin/sops', 'sops-version': '3.13.3' },
    '`sops-path` names a sops that is there: leave `sops-version` out.',
  ],
  [
    { 'sops-path': '/usr/bin/sops', 'sops-download-url': 'https://mirror.example' },
    '`sops-path` names a sops that is there: leave `sops-download-url` out.',
  ],
  [
    { 'sops-download-url': 'http://mirror.example' },
    '`sops-download-url: http://mirror.example` is no endpoint: write https://HOST (plain http: is for loopback only).',
  ],
  [
    { 'sops-download-url': 'https://me:hush@mirror.example' },
    `\`sops-download-url\` may hold a host and a path and nothing else, such as ${DOWNLOAD_URL}.`,
  ],
  [
    { 'sops-download-url': 'https://mirror.example/?file=' },
    `\`sops-download-url\` may hold a host and a path and nothing else, such as ${DOWNLOAD_URL}.`,
  ],
])('%j is refused', (inputs, problem) => {
  expect(problemsWith(inputs)).toBe(problem);
});
