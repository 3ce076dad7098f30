// A payload that is a `.env` file. Data keys are readable in the repository, so that whatever is not certainly
// `KEY=VALUE` refuses the whole payload: above all base64, of which `QUJD=` and `abcd==` would be keys otherwise.

import type { AccessedVersion } from '../google/secret-source.ts';
import { decodeText, malformed } from './payload.ts';

/** Blank lines and comments; each entry is looked for behind them. */
const SKIPPED = /(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*/y;
const NAME = /[ \t]*(?:export[ \t]+)?(?<name>[A-Za-z_][A-Za-z0-9_.-]*)=[ \t]*/y;
const DOUBLE_QUOTED = /"(?<quoted>[^"\\]*(?:\\[nrt"\\][^"\\]*)*)"/y;
const SINGLE_QUOTED = /'(?<literal>[^']*)'/y;
/** Begins with nothing that is a quote, a comment or base64's padding to some reader. A `#` behind a blank ends it. */
const UNQUOTED = /(?<literal>[^\s"'`#=](?:[^\r\n \t]|[ \t]+(?![ \t#\r\n]|$))*)/y;
const LINE_END = /(?:[ \t]+#[^\r\n]*|[ \t]*)(?:\r?\n|$)/y;
const NOTHING_LEFT = /[ \t]*(?:#[^\r\n]*)?$/y;
const ESCAPED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/**
 * Stricter than the readers of such files: no blank before the `=`, no other escapes than `\n \r \t \" \\`, and those
 * only between double quotes. Quoted values may have several lines. A `$` is a dollar, and a `#` right behind a letter
 * is no comment, as in a shell. An empty value has to be quoted: `KEY=`, as `KEY==`, may be the end of base64.
 * @throws {PAYLOAD_MALFORMED} by the number of the line
 */
export function parseDotenvPayload(version: AccessedVersion): Map<string, string> {
  const text = decodeText(version);
  const entries = new Map<string, string>();
  let position = 0;
  function take(pattern: RegExp): Record<string, string | undefined> | undefined {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    position = pattern.lastIndex;
    return match.groups ?? {};
  }
  for (take(SKIPPED); take(NOTHING_LEFT) === undefined; take(SKIPPED)) {
    const start = position;
    const name = take(NAME)?.['name'];
    const value = valueIn(take(DOUBLE_QUOTED) ?? take(SINGLE_QUOTED) ?? take(UNQUOTED));
    if (name === undefined || value === undefined || take(LINE_END) === undefined) {
      throw malformed(
        version.name,
        `line ${lineAt(text, start)} of its payload is not KEY=VALUE in dotenv's strict form`,
      );
    }
    if (entries.has(name)) {
      throw malformed(
        version.name,
        `line ${lineAt(text, start)} of its payload sets a key that a line before it has set`,
      );
    }
    entries.set(name, value);
  }
  return entries;
}

function valueIn(groups: Record<string, string | undefined> | undefined): string | undefined {
  const { quoted, literal } = groups ?? {};
  return quoted?.replace(/\\(.)/g, (_, letter: string) => ESCAPED[letter] ?? letter) ?? literal;
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length;
}
