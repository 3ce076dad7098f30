// What the config says of one value, and of a payload with many → their bytes.

import type { DataValue, EntriesSource, PayloadValue } from '../desired-secret.ts';
import { formatSecretVersionName, type SecretVersionRequest } from '../google/resource-names.ts';
import type { AccessedVersion } from '../google/secret-source.ts';
import { Plaintext } from '../plaintext.ts';
import { buildDockerConfig } from './docker-config.ts';
import { parseDotenvPayload } from './dotenv-payload.ts';
import { bytesOf, findPointed, insideOf, parseJsonPayload } from './json-payload.ts';
import { malformed, payloadError } from './payload.ts';

/** What a request was answered with; every access is over by now. */
export type Accessed = (request: SecretVersionRequest) => AccessedVersion;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** @throws {PAYLOAD_MALFORMED, POINTER_NOT_FOUND, SECRET_EMPTY, DOCKER_CONFIG_INVALID} */
export function buildValue(value: DataValue, accessed: Accessed, file: string): Plaintext {
  if (value.kind === 'payload') return readValue(value, accessed).payload;
  const { server, username, password } = value;
  const user = username.kind === 'text' ? username.text : readValue(username, accessed);
  return buildDockerConfig({ server, username: user, password: readValue(password, accessed) }, file);
}

/** What each entry of the payload is worth, in its order. @throws {PAYLOAD_MALFORMED} */
export function parseEntries({ request, format }: EntriesSource, accessed: Accessed): [key: string, Plaintext][] {
  const version = accessed(request);
  const entries = format === 'json' ? parseJsonEntries(version) : [...parseDotenvPayload(version)];
  if (entries.length === 0) throw malformed(version.name, 'its payload has no entries');
  return entries.map(([key, value]) => [key, new Plaintext(Buffer.from(value))]);
}

/** A line end behind a token is a common accident; behind PEM it is how it should be. */
export function findLineEndNotes(key: string, value: DataValue, accessed: Accessed): string[] {
  const parts = value.kind === 'payload' ? [value] : [value.username, value.password];
  return parts.flatMap((part) => {
    if (part.kind === 'text' || part.pointer !== undefined || part.trimNewline) return [];
    const { name, payload } = accessed(part.request);
    const bytes = payload.reveal();
    if (lineEndLength(bytes) === 0 || isPem(bytes)) return [];
    const ending = `The payload of ${formatSecretVersionName(name)} ends in a line end`;
    return [`${ending}, and so does what \`${key}\` is made of: \`trim: newline\` in the config takes it off.`];
  });
}

function readValue({ request, pointer, trimNewline }: PayloadValue, accessed: Accessed): AccessedVersion {
  const version = accessed(request);
  const bytes = pointer === undefined ? version.payload.reveal() : findPointed(version, pointer);
  const kept = trimNewline ? bytes.subarray(0, bytes.byteLength - lineEndLength(bytes)) : bytes;
  if (kept.byteLength === 0 && pointer === undefined) {
    throw payloadError(version.name, {
      code: 'SECRET_EMPTY',
      reason: 'its payload is nothing but a line end',
      remedy: 'Add a version with content, or name another one.',
    });
  }
  return { name: version.name, payload: new Plaintext(kept) };
}

function parseJsonEntries(version: AccessedVersion): [string, Buffer][] {
  const { name } = version;
  const json = parseJsonPayload(version);
  if (!json.startsWith('{')) throw malformed(name, 'its JSON is not an object');
  return [...insideOf(json, name)].map(([key, value], index) => [key, bytesOf(value, name, `its entry ${index + 1}`)]);
}

function lineEndLength(bytes: Uint8Array): number {
  if (bytes.at(-1) !== LINE_FEED) return 0;
  return bytes.at(-2) === CARRIAGE_RETURN ? 2 : 1;
}

function isPem(bytes: Uint8Array): boolean {
  return /^-----BEGIN /m.test(Buffer.from(bytes).toString('latin1'));
}
