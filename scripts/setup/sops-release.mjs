// The official sops release, by its SHA-256. Nothing is written, let alone run, before the hash is right.
import { createHash } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';

export const version = '3.13.3';

const assets = {
  'linux x64': { suffix: 'linux.amd64', sha256: 'e5bec3346a873ae91d871550f3e698c1aad962aff462a080e40f25fde17fef6b' },
  'linux arm64': { suffix: 'linux.arm64', sha256: '53b0abacd38ef1b12a66d6c100956691b9cefce018d91f81e73ddf7438b94d77' },
  'darwin x64': { suffix: 'darwin.amd64', sha256: '42162d5cef10b74fcf80a045a70e658d7ce6e63d6ea1be6f347e44015714468d' },
  'darwin arm64': {
    suffix: 'darwin.arm64',
    sha256: 'b97c0d434aab577dc40310e8d22ff9e45eef4c80638ab978daae9b4681c59286',
  },
};

const timeToAnswer = 10_000;
const timeToArrive = 180_000;

/**
 * Puts the release into `file` and answers true; false where this platform has none or it cannot be reached.
 * @throws {Error} when something else than the release came back: that is no reason to go on by another way.
 */
export async function fetchSops(file) {
  const asset = assets[`${process.platform} ${process.arch}`];
  if (!asset) return false;
  const url = `https://github.com/getsops/sops/releases/download/v${version}/sops-v${version}.${asset.suffix}`;
  console.error(`setup: sops ${version} from its release page (some seconds) …`);
  const binary = await download(url);
  if (!binary) return false;

  const received = createHash('sha256').update(binary).digest('hex');
  if (received !== asset.sha256) {
    throw new Error(
      `Cannot use ${url}: its SHA-256 is ${received} instead of ${asset.sha256}. ` +
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
