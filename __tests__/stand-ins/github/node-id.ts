// GitHub's global node ids: opaque to whoever holds one, but they name what they stand for, so none has to be remembered.
import type { Repository } from './repository.ts';

export type NodeKind = 'R' | 'REF' | 'C' | 'T' | 'B' | 'PR';

export function formatNodeId(kind: NodeKind, { nameWithOwner }: Repository, within = ''): string {
  return `${kind}_${Buffer.from(`${nameWithOwner} ${within}`).toString('base64url')}`;
}

/** Undefined where the id is not of this kind. */
export function parseNodeId(kind: NodeKind, id: string): { nameWithOwner: string; within: string } | undefined {
  if (!id.startsWith(`${kind}_`)) {
    return undefined;
  }
  const text = Buffer.from(id.slice(kind.length + 1), 'base64url').toString();
  const endOfName = text.indexOf(' ');
  return endOfName === -1 ? undefined : { nameWithOwner: text.slice(0, endOfName), within: text.slice(endOfName + 1) };
}
