// The official sops release, by its SHA-256 in the table of the action itself. Nothing is written, let alone run, before the
// hash is right.
import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';

const table = JSON.parse(readFileSync(new URL('../../src/sops/releases.json', import.meta.url), 'utf8'));

/** What users get who name none. */
export const version = table.default;

const timeToAnswer = 10_000;
const timeToArrive = 180_000;

/**
 * Puts the release into `file` and answers true; false where this platform has none or it cannot be reached.
 * @throws {Error} when something else than the release came back: that is no reason to go on by another way.
 */
export async function fetchSops(file) {
  const suffix = table.suffixes[`${process.platform} ${process.arch}`];
  if (!suffix) return false;
  const expected = table.sha256[version][suffix];
  const url = `https://github.com/getsops/sops/releases/download/v${version}/sops-v${version}.${suffix}`;
  console.error(`setup: sops ${version} from its release page (some seconds) …`);
  const binary = await download(url);
  if (!binary) return false;

  const received = createHash('sha256').update(binary).digest('hex');
  if (received !== expected) {
    throw new Error(
      `Cannot use ${url}: its SHA-256 is ${received} instead of ${expected}. ` +
        'Find out what stands between this machine and the release page, or put sops 3.10 or newer on PATH.',
    );
  }
  writeFileSync(`${file}.part`, binary, { mode: 0o755 });
  renameSync(`${file}.part`, file);
  return true;
}

async function download(url) {
  const patience = new AbortController();
  let timer = setTimeout(() => patience.abort(new Error('no answer within ten seconds')), timeToAnswer);
  try {
    const response = await fetch(url, { signal: patience.signal });
    clearTimeout(timer);
    timer = setTimeout(() => patience.abort(new Error('not all of it within three minutes')), timeToArrive);
    if (response.ok) return Buffer.from(await response.arrayBuffer());
    console.error(`setup: the release page answers ${response.status}, so sops is built instead.`);
  } catch (error) {
    console.error(
      `setup: the release page cannot be reached (${error.cause?.code ?? error.message}), so sops is built.`,
    );
  } finally {
    clearTimeout(timer);
  }
}
