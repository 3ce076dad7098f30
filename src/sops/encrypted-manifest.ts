// The gate. Only an EncryptedManifest can be published, and the only way to one is to show, leaf by leaf, that the
// document says nothing but what is expected in clear and that every value is ciphertext for the right recipients.

import { isDeepStrictEqual } from 'node:util';
import { ActionError } from '../errors.ts';
import type { ClearManifest } from '../kubernetes/secret-manifest.ts';
import type { EncryptionRule } from './encryption-rule.ts';
import { findBlockViolations, isCiphertext } from './sops-block.ts';
import type { SopsDocument } from './sops-document.ts';

export interface Expectation {
  clear: ClearManifest;
  dataKeys: Iterable<string>;
  /** Those of them whose value is empty: sops leaves it readable. */
  empty: readonly string[];
  rule: EncryptionRule;
}

export class EncryptedManifest {
  readonly file: string;
  // Private, so that no other object has the type: a text that was not verified is a type error.
  readonly #text: string;

  private constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
  }

  /** The whole file, as it was verified. */
  get text(): string {
    return this.#text;
  }

  /**
   * @param document a whole manifest file: sops' output, or what a branch of the Flux repository already holds;
   * undefined where it was not one plain YAML document
   * @returns the manifest, or in a sentence each what keeps it from being one (values are never quoted)
   */
  static verify(
    file: string,
    document: SopsDocument | undefined,
    expected: Expectation,
  ): EncryptedManifest | { violations: string[] } {
    if (document === undefined) return { violations: ['it is not one plain YAML document'] };
    const violations = [...findViolations(document, expected)];
    return violations.length === 0 ? new EncryptedManifest(file, document.text) : { violations };
  }
}

export function notEncrypted(file: string, violations: readonly string[]): ActionError {
  return new ActionError('MANIFEST_NOT_ENCRYPTED', {
    message: `Cannot publish ${file}: after sops, ${violations.join('; ')}.`,
    remedy:
      'Mend the creation rule in .sops.yaml so that it encrypts `data`, and nothing else, for the expected recipients; where inputs name them, look at the sops that is run.',
  });
}

function* findViolations(document: SopsDocument, expected: Expectation): Generator<string> {
  const { clear, data, stringData, sops } = document;
  // sops writes none of these for what it is given, and their text is no ciphertext.
  if (!document.isBare) yield 'it has comments, directives, tags or anchors';
  if (clear['kind'] !== 'Secret' || clear['apiVersion'] !== 'v1') yield 'kind or apiVersion is not readable';
  if (!isDeepStrictEqual(clear, { ...expected.clear })) yield 'what stands in clear is not what was asked for';
  if (stringData.size > 0) yield 'it has stringData';
  yield* findDataViolations(data, expected);
  if (sops === undefined) yield 'sops has not signed it';
  else yield* findBlockViolations(sops, expected.rule);
}

function* findDataViolations(
  data: SopsDocument['data'],
  { dataKeys, empty }: Pick<Expectation, 'dataKeys' | 'empty'>,
): Generator<string> {
  const keys = new Set(dataKeys);
  const withoutValue = new Set(empty);
  // No key is said: it may be one of a payload's entries, or what has put it there may have made it of a value.
  for (const key of keys) if (!data.has(key)) yield 'a data key is missing';
  for (const [key, value] of data) {
    const isAsItShould = withoutValue.has(key) ? value === '' : isCiphertext(value);
    if (!keys.has(key)) yield 'it has a data key that was not asked for';
    else if (!isAsItShould) yield 'a value is not encrypted';
  }
}
