// The trailers by which commits of this action are known: which run made one, and whether it is ours at all.
// https://git-scm.com/docs/git-interpret-trailers

const RUN_TRAILER = 'Flux-Secret-Sync-Run';
const SOURCE_TRAILER = 'Flux-Secret-Sync-Source';
const TRAILER = /^[A-Za-z0-9-]+: \S/;

export interface Trailers {
  /** One name for the whole run, and for no other. */
  runId: string;
  /** Full version names, each said once. */
  sources: readonly string[];
}

/** Body and trailers; the trailers are the last paragraph, so that git finds them. */
export function formatCommitBody(body: string, { runId, sources }: Trailers): string {
  const trailers = [...sources.map((source) => `${SOURCE_TRAILER}: ${source}`), `${RUN_TRAILER}: ${runId}`].join('\n');
  if (body === '') return trailers;
  // Somebody's own trailers (`Signed-off-by`) stay trailers only in the same paragraph.
  const separator = lastParagraph(body).every((line) => TRAILER.test(line)) ? '\n' : '\n\n';
  return `${body.trimEnd()}${separator}${trailers}`;
}

export function findRunCommit<C extends { message: string }>(commits: readonly C[], runId: string): C | undefined {
  return commits.find(({ message }) => lastParagraph(message).includes(`${RUN_TRAILER}: ${runId}`));
}

/** Whether any run of this action made it. A claim: whoever may push can write it too. */
export function isOurs({ message }: { message: string }): boolean {
  return lastParagraph(message).some((line) => line.startsWith(`${RUN_TRAILER}: `));
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
