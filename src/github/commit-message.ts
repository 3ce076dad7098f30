// The trailers by which commits of this action are known: which run made one, what that was about, how much it changed.
// They are a claim: whoever may push can write them too. https://git-scm.com/docs/git-interpret-trailers

const RUN_TRAILER = 'Flux-Secret-Sync-Run';
const SCOPE_TRAILER = 'Flux-Secret-Sync-Scope';
const FILES_TRAILER = 'Flux-Secret-Sync-Files';
const SOURCE_TRAILER = 'Flux-Secret-Sync-Source';
const LEFT_OUT_TRAILER = 'Flux-Secret-Sync-Sources-Left-Out';
const TRAILER = /^[A-Za-z0-9-]+: \S/;
/** A message is read by people too. */
const MAX_SOURCES = 100;

export interface Trailers extends Claim {
  /** One name for the whole run, and for no other. */
  runId: string;
  /** Full version names, each said once. */
  sources: readonly string[];
}

/** What a commit says of itself. */
interface Claim {
  /** What its run was about: one line. */
  scope: string;
  files: FileCount;
}

export interface FileCount {
  changed: number;
  /** Those of them that are gone. */
  deleted: number;
}

/** Body and trailers; the trailers are the last paragraph, so that git finds them. */
export function formatCommitBody(body: string, { runId, scope, files, sources }: Trailers): string {
  const leftOut = sources.length - MAX_SOURCES;
  const trailers = [
    ...sources.slice(0, MAX_SOURCES).map((source) => `${SOURCE_TRAILER}: ${source}`),
    ...(leftOut > 0 ? [`${LEFT_OUT_TRAILER}: ${leftOut}`] : []),
    `${SCOPE_TRAILER}: ${scope}`,
    `${FILES_TRAILER}: ${formatFileCount(files)}`,
    `${RUN_TRAILER}: ${runId}`,
  ].join('\n');
  if (body === '') return trailers;
  // Somebody's own trailers (`Signed-off-by`) stay trailers only in the same paragraph.
  const separator = lastParagraph(body).every((line) => TRAILER.test(line)) ? '\n' : '\n\n';
  return `${body.trimEnd()}${separator}${trailers}`;
}

export function findRunCommit<C extends { message: string }>(commits: readonly C[], runId: string): C | undefined {
  return commits.find(({ message }) => lastParagraph(message).includes(`${RUN_TRAILER}: ${runId}`));
}

/** Undefined where no run of this action claims the commit. */
export function findClaim({ message }: { message: string }): Claim | undefined {
  const lines = lastParagraph(message);
  // Ours stand below those that a person gave with the message.
  const find = (name: string) => lines.findLast((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const scope = find(SCOPE_TRAILER);
  const files = parseFileCount(find(FILES_TRAILER) ?? '');
  if (find(RUN_TRAILER) === undefined || scope === undefined || files === undefined) return undefined;
  return { scope, files };
}

function formatFileCount({ changed, deleted }: FileCount): string {
  return deleted === 0 ? `${changed}` : `${changed} (${deleted} deleted)`;
}

function parseFileCount(text: string): FileCount | undefined {
  const [, changed, deleted = '0'] = /^(\d{1,7})(?: \((\d{1,7}) deleted\))?$/.exec(text) ?? [];
  return changed === undefined ? undefined : { changed: Number(changed), deleted: Number(deleted) };
}

function lastParagraph(message: string): string[] {
  return (
    message
      .trimEnd()
      .split(/\n\s*\n/)
      .at(-1)
      ?.split('\n') ?? []
  );
}
