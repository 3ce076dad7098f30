// Secrets to look for, and every form in which one could turn up where it must not be.
import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';

export interface Canary {
  readonly name: string;
  readonly bytes: Buffer;
  readonly needles: readonly Needle[];
}

interface Needle {
  readonly form: string;
  readonly bytes: Buffer;
}

/** What is shorter may be there by chance. */
const SHORTEST = 6;

/** Several lines: quotes, backslashes, other alphabets, blanks around, and two that are too short to be masked. */
export function textCanary(): Canary {
  const lines = [
    `{"pw":"${random(24)}","\\u": "$(${random(12)})"}`,
    random(7),
    '',
    `pässwörd\\n%2F&+=#<>>>>???/${random(24)}==`,
    `  ${random(20)}\t`,
    random(6),
  ];
  return canary('text', Buffer.from(`${lines.join('\n')}\n`));
}

/** No UTF-8. */
export function binaryCanary(): Canary {
  return canary('binary', Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0x00, 0xc3, 0x28]), randomBytes(54)]));
}

/** A text of one line, such as a token. */
export function canaryOf(text: string): Canary {
  return canary(text, Buffer.from(text));
}

/** The names of the forms in which it, a line of it, or any nineteen bytes of it are in there. */
export function findForms(haystack: Buffer, { needles }: Canary): string[] {
  // Base64 that is wrapped, bytes that are listed in columns.
  const joined = Buffer.from(haystack.toString('latin1').replace(/[\t\n\v\f\r ]+/g, ''), 'latin1');
  const found = needles.filter(({ bytes }) => haystack.includes(bytes) || joined.includes(bytes));
  return [...new Set(found.map(({ form }) => form))];
}

/** Base64url's alphabet, and at least six of it: nothing that arises by chance. */
function random(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

function canary(name: string, bytes: Buffer): Canary {
  const lines = bytes
    .toString('latin1')
    .split('\n')
    .map((line) => Buffer.from(line.trim(), 'latin1'));
  // In base64 it stands in the manifest that sops is given, and that has forms of its own.
  const whole = [bytes, ...lines].filter(({ length }) => length >= SHORTEST);
  const pieces = [...whole, ...windowsOf(bytes), ...windowsOf(Buffer.from(bytes.toString('base64')))];
  const needles = pieces.flatMap(formsOf).map(([form, leaked]) => ({ form, bytes: Buffer.from(leaked) }));
  // Where nothing has to be escaped, one form is like another: the first one names it.
  const distinct = new Map(needles.toReversed().map((needle) => [needle.bytes.toString('latin1'), needle]));
  return { name, bytes, needles: [...distinct.values()] };
}

/** So that any nineteen bytes hold one. */
function windowsOf(bytes: Buffer): Buffer[] {
  return Array.from({ length: Math.floor((bytes.length - 4) / 8) }, (_, index) =>
    bytes.subarray(index * 8, index * 8 + 12),
  );
}

function formsOf(bytes: Buffer): [form: string, leaked: Buffer | string][] {
  const text = bytes.toString('utf8');
  const json = JSON.stringify(text).slice(1, -1);
  const hex = bytes.toString('hex');
  const percent = (digits: string) => digits.replace(/../g, '%$&');
  const shifts = [0, 1, 2].map((shift) => base64At(bytes, shift));
  const common: [string, Buffer | string][] = [
    ['as it is', bytes],
    ...shifts.map((encoded): [string, string] => ['base64', encoded]),
    ...shifts.map((encoded): [string, string] => ['base64url', encoded.replaceAll('+', '-').replaceAll('/', '_')]),
    ['hex', hex],
    ['HEX', hex.toUpperCase()],
    ['percent', percent(hex)],
    ['percent', percent(hex.toUpperCase())],
    ['numbers', [...bytes].join(',')],
    ['numbered', JSON.stringify(new Uint8Array(bytes)).slice(1, -1)],
    ['latin1', Buffer.from(bytes.toString('latin1'))],
  ];
  // What is left of bytes that are no text, once they are taken for one, says little of them.
  if (!Buffer.from(text).equals(bytes)) return common;
  return [
    ...common,
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['JSON in ASCII', json.replace(/[\u0080-\uffff]/g, (character) => `\\u${hexOf(character)}`)],
    ['URI', encodeURIComponent(text)],
    ['form', new URLSearchParams({ text }).toString().slice('text='.length)],
    ['inspected', inspect(text).slice(1, -1)],
  ];
}

/** As it stands behind that many bytes (of three), without the characters that its neighbours have a part in. */
function base64At(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16).padStart(4, '0');
}
