// Runs other programs for the set-up, quietly: what they print is shown only when they fail.
import { spawnSync } from 'node:child_process';

const tenMinutes = 600_000;

/** What `command args` prints, or undefined where it is not there, does not run or fails. */
export function answerOf(command, args) {
  const env = { ...process.env, SOPS_DISABLE_VERSION_CHECK: 'true' }; // else sops looks for a newer one on the net
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', env, timeout: 30_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Says `what` it does, runs the command, and throws `remedy` under the command's own words where that fails. */
export function run(what, command, args, { remedy, env = {} }) {
  console.error(`setup: ${what} …`);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: Number.POSITIVE_INFINITY,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: tenMinutes,
  });
  if (status === 0) return;
  const words = [stdout, stderr, error?.code === 'ETIMEDOUT' ? 'It took longer than ten minutes.' : error?.message];
  console.error(words.filter(Boolean).join('\n'));
  throw new Error(`${command} failed. ${remedy}`);
}
