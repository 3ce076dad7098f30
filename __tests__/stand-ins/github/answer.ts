// An answer of the API before it is written to the socket, and the shapes that GitHub's errors have.
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Buffer;
}

export function json(status: number, value: unknown): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: Buffer.from(JSON.stringify(value)),
  };
}

export const noContent: Answer = { status: 204, headers: {}, body: Buffer.alloc(0) };

export function restError(status: number, message: string, more: object = {}): Answer {
  return json(status, { message, ...more, documentation_url: 'https://docs.github.com/rest', status: `${status}` });
}
