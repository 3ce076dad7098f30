// The gate. Only an EncryptedManifest can be published, and the only way to one is to show, leaf by leaf, that the
// document says nothing but what is expected in clear and that every value is ciphertext for the right recipients.

import { isDeepStrictEqual } from 'node:util';
import { ActionError } from '../errors.ts';
import type { ClearManifest } from '../kubernetes/secret-manifest.ts';
import type { EncryptionRule } from './encryption-rule.ts';
import { findBlockViolations, isCiphertext } from './sops-block.ts';
import { parseSopsDocument, type SopsDocument } from './sops-document.ts';

export interface Expectation {
  clear: ClearManifest;
  dataKeys: Iterable<string>;
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
   * @param text a whole manifest file: sops' output, or what a branch of the Flux repository already holds
   * @returns the manifest, or in a sentence each what keeps it from being one (values are never quoted)
   */
  static verify(file: string, text: string, expected: Expectation): EncryptedManifest | { violations: string[] } {
    const document = parseSopsDocument(text);
    if (document === undefined) return { violations: ['it is not one plain YAML document'] };
    const violations = [...findViolations(document, expected)];
    return violations.length === 0 ? new EncryptedManifest(file, text) : { violations };
  }
}

export function notEncrypted(file: string, violations: readonly string[]): ActionError {
  return new ActionError('MANIFEST_NOT_ENCRYPTED', {
    message: `Cannot publish ${file}: after sops, ${violations.join('; ')}.`,
    remedy:
      'Mend the creation rule in .sops.yaml so that it encrypts `data`, and nothing else, for the expected recipients.',
  });
}

function* findViolations(document: SopsDocument, expected: Expectation): Generator<string> {
  const { clear, data, stringData, sops } = document;
  // sops writes none of these for what it is given, and their text is no ciphertext.
  if (!document.isBare) yield 'it has comments, directives, tags or anchors';
  if (clear['kind'] !== 'Secret' || clear['apiVersion'] !== 'v1') yield 'kind or apiVersion is not readable';
  if (!isDeepStrictEqual(clear, { ...expected.clear })) yield 'what stands in clear is not what was asked for';
  if (stringData.size > 0) yield 'it has stringData';
  const keys = new Set(expected.dataKeys);
  for (const key of keys) if (!data.has(key)) yield `the data key ${key} is missing`;
  for (const [key, value] of data) {
    // Its name is not said: what has put it there may have made it of a value.
    if (!keys.has(key)) yield 'it has a data key that was not asked for';
    else if (!isCiphertext(value)) yield `the value of ${key} is not encrypted`;
  }
  if (sops === undefined) yield 'sops has not signed it';
  else yield* findBlockViolations(sops, expected.rule);
}
