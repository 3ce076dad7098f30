// GitHub's connections (Relay's): a page of a list, which has to be bounded by `first` or `last`.
// https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
import { Refusal } from './refusal.ts';

export interface PageArguments {
  readonly first?: number | null;
  readonly last?: number | null;
  readonly after?: string | null;
  readonly before?: string | null;
}

export function paginate<Item, Node>(
  name: string,
  items: readonly Item[],
  { first, last, after, before }: PageArguments,
  describe: (item: Item) => Node,
) {
  function page() {
    const bound = verifyBound(name, first, last);
    const from = after == null ? 0 : parseCursor(after);
    const to = before == null ? items.length : parseCursor(before) - 1;
    return first == null
      ? { start: Math.max(from, to - bound), end: to }
      : { start: from, end: Math.min(to, from + bound) };
  }
  const nodes = () => items.slice(page().start, page().end).map(describe);
  return {
    totalCount: items.length,
    nodes,
    edges: () => nodes().map((node, index) => ({ node, cursor: formatCursor(page().start + index + 1) })),
    pageInfo: () => {
      const { start, end } = page();
      const empty = start >= end;
      return {
        hasNextPage: end < items.length,
        hasPreviousPage: start > 0,
        startCursor: empty ? null : formatCursor(start + 1),
        endCursor: empty ? null : formatCursor(end),
      };
    },
  };
}

/** @throws {Refusal} */
function verifyBound(name: string, first: PageArguments['first'], last: PageArguments['last']): number {
  const bound = first ?? last;
  if (bound == null) {
    throw new Refusal(
      'MISSING_PAGINATION_BOUNDARIES',
      `You must provide a \`first\` or \`last\` value to properly paginate the \`${name}\` connection.`,
    );
  }
  if (bound > 100) {
    const argument = first == null ? 'last' : 'first';
    throw new Refusal(
      'EXCESSIVE_PAGINATION',
      `Requesting ${bound} records on the \`${name}\` connection exceeds the \`${argument}\` limit of 100 records.`,
    );
  }
  return bound;
}

function formatCursor(position: number): string {
  return Buffer.from(`cursor:${position}`).toString('base64');
}

function parseCursor(cursor: string): number {
  const position = /^cursor:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (position === undefined) {
    throw new Refusal('UNPROCESSABLE', `\`${cursor}\` does not appear to be a valid cursor.`);
  }
  return Number(position);
}
