// The processes of a run, as the operating system shows them to whoever asks. Linux only.
import { readdir, readFile } from 'node:fs/promises';

export interface RunningProcess {
  readonly pid: number;
  readonly commandLine: string;
  readonly environment: string;
}

/** All that have that folder in their environment: the action by RUNNER_TEMP, what it starts by HOME or PATH. */
export async function processesOf(folder: string): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const running = await Promise.all(
    pids.map(async (pid) => {
      // Of a process that has ended there is nothing to read.
      const show = (what: string) => readFile(`/proc/${pid}/${what}`, 'utf8').catch(() => '');
      return { pid: Number(pid), commandLine: await show('cmdline'), environment: await show('environ') };
    }),
  );
  return running.filter(({ environment }) => environment.includes(folder));
}
