// Bytes that must not leave the process. Whatever prints, serialises or inspects them gets `[redacted]`.
// The only way to the bytes is `reveal()`, so that every place that sees them can be found by its name.

import { inspect } from 'node:util';

const REDACTED = '[redacted]';

export class Plaintext {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** The bytes themselves, not a copy. Their owner answers for where they go. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
