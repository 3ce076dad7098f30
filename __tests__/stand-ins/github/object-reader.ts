// Reads objects through one long-lived `git cat-file --batch`: an object costs a fraction of a millisecond, a process four.
// An expression is resolved at the moment it is read, so refs are never stale.
import { spawn } from 'node:child_process';
import { gitEnvironment } from './git.ts';

export interface GitObject {
  readonly oid: string;
  readonly type: string;
  readonly content: Buffer;
}

export interface ObjectReader {
  /** An oid, a ref or any `git rev-parse` expression such as `main:path`; undefined when nothing is there. */
  read(expression: string): Promise<GitObject | undefined>;
  close(): Promise<void>;
}

export function openObjectReader(gitDir: string): ObjectReader {
  const child = spawn('git', ['--git-dir', gitDir, 'cat-file', '--batch'], {
    env: gitEnvironment,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting: PromiseWithResolvers<GitObject | undefined>[] = [];
  // Objects never change under their oid; blobs are left out for their size.
  const known = new Map<string, GitObject>();
  const exited = new Promise<void>((resolve) => child.on('close', () => resolve()));
  // What is asked of a process that has ended must not wait for ever.
  child.stdin.on('error', rejectWaiting);

  void (async () => {
    for await (const object of parseBatch(child.stdout)) {
      if (object !== undefined && object.type !== 'blob') {
        known.set(object.oid, object);
      }
      waiting.shift()?.resolve(object);
    }
    rejectWaiting();
  })();

  function rejectWaiting(): void {
    for (const { reject } of waiting.splice(0)) {
      reject(new Error('git cat-file has ended'));
    }
  }

  return {
    read(expression) {
      const object = known.get(expression);
      if (object !== undefined || expression === '' || /[\n\0]/.test(expression)) {
        return Promise.resolve(object);
      }
      const answer = Promise.withResolvers<GitObject | undefined>();
      waiting.push(answer);
      child.stdin.write(`${expression}\n`);
      return answer.promise;
    },
    async close() {
      child.kill();
      await exited;
    },
  };
}

/** The answers of `git cat-file --batch` in the order of the questions; undefined for `<expression> missing`. */
async function* parseBatch(stdout: AsyncIterable<Buffer>): AsyncGenerator<GitObject | undefined> {
  const chunks = stdout[Symbol.asyncIterator]();
  let buffer: Buffer = Buffer.alloc(0);

  async function fill(length: number): Promise<boolean> {
    const parts = [buffer];
    let filled = buffer.length;
    while (filled < length) {
      const chunk = await chunks.next();
      if (chunk.done === true) {
        return false;
      }
      parts.push(chunk.value);
      filled += chunk.value.length;
    }
    buffer = parts.length === 1 ? buffer : Buffer.concat(parts);
    return true;
  }

  for (;;) {
    let endOfLine = buffer.indexOf('\n');
    while (endOfLine === -1) {
      if (!(await fill(buffer.length + 1))) {
        return;
      }
      endOfLine = buffer.indexOf('\n');
    }
    const header = /^([0-9a-f]{40}) (\w+) (\d+)$/.exec(buffer.toString('utf8', 0, endOfLine));
    buffer = buffer.subarray(endOfLine + 1);
    if (header === null) {
      yield undefined;
      continue;
    }
    const [, oid = '', type = '', size] = header;
    const length = Number(size);
    if (!(await fill(length + 1))) {
      return;
    }
    yield { oid, type, content: Buffer.from(buffer.subarray(0, length)) };
    buffer = buffer.subarray(length + 1);
  }
}
