// An action that tells its secret everywhere: what the search is tried on.
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const variable = (name: string): string => process.env[name] ?? '';
const secret = variable('SECRET_TO_TELL');

process.stdout.write(`::add-mask::masked\nThe secret is ${secret}.\n`);
process.stderr.write(`The secret is ${secret}.\n`);
for (const file of ['OUTPUT', 'STATE', 'ENV', 'PATH', 'STEP_SUMMARY']) {
  appendFileSync(variable(`GITHUB_${file}`), `told=${secret}\n`);
}
for (const folder of ['RUNNER_TEMP', 'GITHUB_WORKSPACE', 'HOME', 'RUNNER_TOOL_CACHE', 'TMPDIR']) {
  mkdirSync(join(variable(folder), '.hidden'));
  writeFileSync(join(variable(folder), '.hidden', folder), secret);
}
mkdirSync(join(variable('RUNNER_TEMP'), `folder-${secret}`));

const contents = Buffer.from(`data: ${secret}`).toString('base64');
for (const url of [variable('GITHUB_API_URL'), variable('INPUT_KMS-ENDPOINT')]) {
  await fetch(`${url}/told?secret=${secret}`, {
    method: 'POST',
    headers: { told: secret },
    body: JSON.stringify({ secret, contents }),
  });
}
spawnSync(variable('INPUT_SOPS-PATH'), ['--version', secret], { env: { PATH: variable('PATH'), TOLD: secret } });
