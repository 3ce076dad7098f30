// YAML of others as one document. Whatever the text is, the answer comes in time: how many parts it has and how deep it
// nests is looked at while it is read, not when all of it is.

import {
  Composer,
  type CST,
  type Document,
  type DocumentOptions,
  isScalar,
  Lexer,
  type LineCounter,
  type ParseOptions,
  Parser,
  type SchemaOptions,
  visit,
} from 'yaml';

interface YamlLimits {
  /** Words, marks, the blanks between them, and escapes: each takes time, and in a hostile text each is an error. */
  parts: number;
  /** Collections in one another, and what is being read of them. */
  depth: number;
}

export interface YamlReading {
  /** Not to be looked at where reading has stopped at a limit: what is there by then would only be misunderstood. */
  document: Document.Parsed;
  /** Offsets of what begins with `%`. */
  directives: readonly number[];
  /** Why not all of the text was read: a limit, or a second document. */
  stop: { reason: 'parts' | 'depth' | 'document'; offset: number } | undefined;
}

export interface YamlOptions extends ParseOptions, DocumentOptions, SchemaOptions {
  limits: YamlLimits;
  /** Told where each line begins. */
  lines?: LineCounter;
}

type Stop = NonNullable<YamlReading['stop']>;

/** YAML 1.1, which sops and kustomize read, ends a line (and a comment) at these; YAML 1.2, which is read here, does not. */
export const OTHER_LINE_BREAK = /\r(?!\n)|[\u0085\u2028\u2029]/;

/** Never throws: what is wrong stands in the document's `errors`. Keys may be repeated: see `hasRepeatedKey`. */
export function readYaml(text: string, { limits, lines, ...options }: YamlOptions): YamlReading {
  const directives: number[] = [];
  let stop: Stop | undefined;
  const tokens = parseWithin(text, limits, { lines, directives, onStop: (found) => (stop = found) });
  // The library's own check of keys compares each with every other one. Its warnings would be printed, and quote the text.
  const composer = new Composer({ uniqueKeys: false, logLevel: 'error', prettyErrors: false, ...options });
  const [document] = withoutStacks(() => [...composer.compose(tokens, true, text.length)]);
  return { document: document as Document.Parsed, directives, stop };
}

/** Whether a key stands twice in one mapping, anywhere in the document. */
export function hasRepeatedKey(document: Document): boolean {
  let repeated = false;
  visit(document, {
    Map: (_, { items }) => {
      const keys = items.map(({ key }) => (isScalar(key) ? key.value : key));
      if (new Set(keys).size === keys.length) return undefined;
      repeated = true;
      return visit.BREAK;
    },
  });
  return repeated;
}

/** The parser makes an error of each mistake, and most of the time for a hundred thousand goes into their stacks. */
function withoutStacks<Result>(run: () => Result): Result {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

interface Watch {
  lines: LineCounter | undefined;
  directives: number[];
  onStop: (stop: Stop) => void;
}

/** Ends early where it becomes too much, or where a second document begins. */
function* parseWithin(text: string, limits: YamlLimits, { lines, directives, onStop }: Watch): Generator<CST.Token> {
  const parser = new Parser(lines?.addNewLine);
  let documents = 0;
  for (const token of lexWithin(text, parser, { limits, onStop })) {
    if (token.type === 'directive') directives.push(token.offset);
    if (token.type === 'document') documents += 1;
    if (documents === 2) return onStop({ reason: 'document', offset: token.offset });
    yield token;
  }
}

function* lexWithin(
  text: string,
  parser: Parser,
  { limits, onStop }: { limits: YamlLimits; onStop: Watch['onStop'] },
): Generator<CST.Token> {
  let parts = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    parts += lexeme.startsWith('"') ? lexeme.split('\\').length : 1;
    if (parser.stack.length > limits.depth) return onStop({ reason: 'depth', offset: parser.offset });
    if (parts > limits.parts) return onStop({ reason: 'parts', offset: parser.offset });
  }
  yield* parser.end();
}
