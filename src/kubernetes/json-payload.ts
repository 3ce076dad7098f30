// A payload that is JSON, and what a pointer finds in it. Each value is kept as it stands in the text, so that a number
// loses no digit and an object no order; nothing recurses, and nothing becomes a property of an object.

import type { SecretVersionName } from '../google/resource-names.ts';
import type { AccessedVersion } from '../google/secret-source.ts';
import { decodeText, malformed, payloadError } from './payload.ts';

/** Whoever reads what comes of it may recurse. */
const DEEPEST = 1_000;
const DEEPER: Readonly<Record<string, number>> = { '{': 1, '[': 1, '}': -1, ']': -1 };
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y;

/** The one value that the payload is, without the blanks around it. @throws {PAYLOAD_MALFORMED} */
export function parseJsonPayload(version: AccessedVersion): string {
  const text = decodeText(version);
  try {
    JSON.parse(text);
  } catch {
    throw malformed(version.name, 'its payload is not JSON');
  }
  return text.trim();
}

/**
 * What is right inside an object, by name, or inside an array, by index: each value as it stands in the text.
 * @throws {PAYLOAD_MALFORMED} also where an object has a name twice: which one counts is left to each reader.
 */
export function* insideOf(json: string, name: SecretVersionName): Generator<[key: string, json: string]> {
  const members = new Set<string>();
  let member: string | undefined;
  let start = 1;
  let index = 0;
  for (const at of separatorsIn(json, name)) {
    const part = json.slice(start, at).trim();
    start = at + 1;
    if (json[at] === ':') {
      member = parseString(part);
      if (members.has(member)) throw malformed(name, 'its JSON has an object with one name twice');
      members.add(member);
    } else if (part !== '') {
      yield [member ?? String(index++), part];
    }
  }
}

/** RFC 6901, as names and indices to follow; undefined for what is no JSON pointer. */
export function parsePointer(pointer: string): string[] | undefined {
  if (!/^(?:\/(?:[^~/]|~[01])*)*$/.test(pointer)) return undefined;
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** @throws {PAYLOAD_MALFORMED, POINTER_NOT_FOUND} */
export function findPointed(version: AccessedVersion, pointer: string): Buffer {
  // As JSON, for a pointer may hold line ends.
  const where = JSON.stringify(pointer);
  const tokens = parsePointer(pointer);
  if (tokens === undefined) throw notFound(version.name, `${where} is no JSON pointer`);
  const found = tokens.reduce<string | undefined>(
    (json, token) => json && findInside(json, token, version.name),
    parseJsonPayload(version),
  );
  if (found === undefined) throw notFound(version.name, `its JSON has nothing at the pointer ${where}`);
  return bytesOf(found, version.name, `what its pointer ${where} finds`);
}

/** Of a string its own text, of anything else its JSON. @throws {PAYLOAD_MALFORMED} */
export function bytesOf(json: string, name: SecretVersionName, what: string): Buffer {
  if (json === 'null') throw malformed(name, `${what} is null, which is no value`);
  const text = json.startsWith('"') ? parseString(json) : json;
  if (!text.isWellFormed()) throw malformed(name, `${what} holds half of a surrogate pair, which UTF-8 does not have`);
  return Buffer.from(text);
}

function notFound(name: SecretVersionName, reason: string): Error {
  return payloadError(name, {
    code: 'POINTER_NOT_FOUND',
    reason,
    remedy: 'Mend `pointer` in the config: `/a/0` is the first element of `a`; a `/` in a name is `~1`, a `~` is `~0`.',
  });
}

/** Looks to the end, for a name that comes again. */
function findInside(json: string, wanted: string, name: SecretVersionName): string | undefined {
  let found: string | undefined;
  for (const [key, value] of insideOf(json, name)) {
    if (key === wanted) found = value;
  }
  return found;
}

/** The places of an object's or array's colons and commas, and of its end; those further inside are passed over. */
function* separatorsIn(json: string, name: SecretVersionName): Generator<number> {
  if (!/^[[{]/.test(json)) return;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const mark = json.charAt(at);
    if (mark === '"') at = stringEnd(json, at);
    depth += DEEPER[mark] ?? 0;
    if (depth > DEEPEST) throw malformed(name, 'its JSON is nested too deep');
    if (depth === 0 || (depth === 1 && (mark === ':' || mark === ','))) yield at;
  }
}

/** Where the string ends that begins there, in a text that is known to be JSON. */
function stringEnd(json: string, start: number): number {
  STRING.lastIndex = start;
  STRING.test(json);
  return STRING.lastIndex - 1;
}

/** One by one: of names in an object, `JSON.parse` may take one for another. https://github.com/nodejs/node/issues/63785 */
function parseString(json: string): string {
  return String(JSON.parse(json));
}
