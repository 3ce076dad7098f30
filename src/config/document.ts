// The text of a config file as one YAML document. Whatever the text is, the answer comes in time: how deep it nests and
// how many parts it has is looked at while it is read, not when all of it is.

import { Composer, type CST, type Document, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml';
import { shown } from '../markdown.ts';
import { collectProblems, type Problems } from './problems.ts';

export interface ConfigDocument {
  contents: ParsedNode;
  /** Empty, for those that come up from here on. */
  problems: Problems;
}

/** Bytes: thousands of manifests. */
const MAX_SIZE = 1024 * 1024;
/** Three times what an entry needs. */
const MAX_DEPTH = 30;
/** Words, marks and the blanks between them; an entry of ten lines has about a hundred. */
const MAX_LEXEMES = 250_000;

/** @throws {CONFIG_INVALID} for what is not one YAML document with something in it */
export function readDocument(path: string, text: string): ConfigDocument {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const problems = collectProblems(path, lines);
  if (Buffer.byteLength(text) > MAX_SIZE) problems.add(0, () => 'the file is larger than 1 MiB: split it');
  const contents = problems.isEmpty() ? compose(text, lines, problems) : undefined;
  if (contents === undefined || !problems.isEmpty()) throw problems.toError();
  return { contents, problems };
}

function compose(text: string, lines: LineCounter, problems: Problems): ParsedNode | undefined {
  const documents = withoutStacks(() => {
    const composer = new Composer({ resolveKnownTags: false, uniqueKeys: false });
    return [...composer.compose(parseTokens(text, lines, problems))];
  });
  // Where reading has stopped, what is there by then would only be misunderstood.
  if (!problems.isEmpty()) return undefined;
  const [document] = documents as Document.Parsed[];
  for (const { pos, message } of document?.errors ?? []) {
    problems.add(pos[0], () => `this is not YAML: ${shown(message)}`);
  }
  const contents = document?.contents ?? undefined;
  const isNothing = contents === undefined || ('value' in contents && contents.value === null);
  if (isNothing) problems.add(0, () => 'the file is empty: write `manifests:` and a list of them');
  return contents;
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

/** Ends early, with a problem, where a second document begins. */
function* parseTokens(text: string, lines: LineCounter, problems: Problems): Generator<CST.Token> {
  let documents = 0;
  for (const token of parseWithin(text, lines, problems)) {
    if (token.type === 'document') documents += 1;
    if (token.type === 'document' && documents === 2) {
      return problems.add(token.offset, () => 'another document begins here: write one only');
    }
    if (token.type === 'directive') {
      problems.add(token.offset, () => 'a directive such as `%YAML` is not used here: leave it out');
    }
    yield token;
  }
}

/** Ends early, with a problem, where it becomes too much. */
function* parseWithin(text: string, lines: LineCounter, problems: Problems): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    lexemes += 1;
    if (parser.stack.length > MAX_DEPTH) return problems.add(parser.offset, () => 'this is nested too deep');
    if (lexemes > MAX_LEXEMES) {
      return problems.add(parser.offset, () => 'the file has too many parts up to here: split it');
    }
  }
  yield* parser.end();
}
