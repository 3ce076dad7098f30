// One request as the stand-in saw it, and the faults that a test puts in its way.
import type { IncomingHttpHeaders } from 'node:http';
import { readDocument } from './schema.ts';

export interface LoggedRequest {
  readonly method: string;
  /** With the query string */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Empty for git's own protocol, which is binary */
  readonly body: string;
  /** GraphQL only: what the client names, else the name in the document */
  readonly operationName: string | undefined;
  readonly query: string | undefined;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  /** Milliseconds of `performance.now()` */
  readonly start: number;
  end: number | undefined;
  /** Undefined as long as there is no answer, and for ever where it was lost. */
  response: { readonly status: number; readonly body: string } | undefined;
}

export type Fault = {
  readonly when: (request: LoggedRequest) => boolean;
  /** How many requests meet it; 1 unless told otherwise */
  readonly times?: number;
} & Effect;

export type Effect =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string | object }
  /** No answer until the stand-in is disposed of */
  | { readonly hang: true }
  /** The socket is destroyed before anything is done */
  | { readonly reset: true }
  /** The request is carried out, then the socket is destroyed */
  | { readonly loseAnswer: true }
  /** The request is carried out, then the body of its answer is changed on the way */
  | { readonly tamper: (body: string) => string }
  /** Runs first, then the request is carried out */
  | { readonly before: () => Promise<unknown> }
  /** Runs when a mutation has checked everything and before it moves a ref: a true race */
  | { readonly beforeRefUpdate: () => Promise<void> };

export function createFaults() {
  const faults: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault: Fault): void {
      faults.push({ fault, left: fault.times ?? 1 });
    },
    /** The first that is left for this request. */
    take(request: LoggedRequest): Effect | undefined {
      const found = faults.find(({ fault, left }) => left > 0 && fault.when(request));
      if (found !== undefined) {
        found.left -= 1;
      }
      return found?.fault;
    },
  };
}

export function describeRequest({
  method,
  path,
  headers,
  body,
}: Pick<LoggedRequest, 'method' | 'path' | 'headers' | 'body'>): LoggedRequest {
  return {
    method,
    path,
    headers,
    body,
    ...parseGraphQL(path, body),
    start: performance.now(),
    end: undefined,
    response: undefined,
  };
}

function parseGraphQL(path: string, body: string): Pick<LoggedRequest, 'operationName' | 'query' | 'variables'> {
  const parsed = path.endsWith('/graphql') ? parseJson(body) : undefined;
  if (typeof parsed !== 'object' || parsed === null) {
    return { operationName: undefined, query: undefined, variables: undefined };
  }
  const { query, variables, operationName } = parsed as Record<string, unknown>;
  return {
    query: typeof query === 'string' ? query : undefined,
    variables: typeof variables === 'object' && variables !== null ? { ...variables } : undefined,
    operationName: typeof operationName === 'string' ? operationName : findOperationName(query),
  };
}

function findOperationName(query: unknown): string | undefined {
  const { document } = typeof query === 'string' ? readDocument(query) : {};
  const operation = document?.definitions.find((definition) => definition.kind === 'OperationDefinition');
  return operation?.name?.value;
}

/** Undefined where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
