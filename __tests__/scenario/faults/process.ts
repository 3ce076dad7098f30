// What a program can do to whoever starts it: end in every way, never end, say nothing, say too much. And what the job
// that it is started in can try to tell it.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { recordingSops } from '../../stand-ins/runner.ts';
import { KMS_KEY } from '../../stand-ins/world.ts';
import type { Fault, FaultTable } from './fault.ts';

type Job = (directory: string) => Promise<{ inputs: Record<string, string> }>;

/** Runs in the place of sops; `$sops` is the real one. */
function sopsThat(encrypts: string, says = 'echo "sops 3.13.3"'): Job {
  return async (directory) => {
    const { path: real } = await recordingSops(join(directory, 'real'));
    return writeSops(
      directory,
      `#!/bin/sh\nsops='${real}'\nif [ "$1" = --version ]; then\n${says}\nelse\n${encrypts}\nfi\n`,
    );
  };
}

async function writeSops(directory: string, content: string | Buffer, mode = 0o755): Promise<Awaited<ReturnType<Job>>> {
  const path = join(directory, 'sops');
  await writeFile(path, content);
  await chmod(path, mode);
  return { inputs: { 'sops-path': path } };
}

const FAILED = { code: 'SOPS_FAILED', remedy: 'run `sops encrypt` by hand with the same recipients' } as const;
const NOT_ENCRYPTED = { code: 'MANIFEST_NOT_ENCRYPTED', remedy: 'look at the sops that is run' } as const;
const LATE = {
  inputs: { timeout: '3s' },
  code: 'DEADLINE_EXCEEDED',
  says: 'its 3 seconds are over',
  remedy: '`timeout`',
} as const;

const endings: Fault[] = [
  {
    when: 'sops ends with a code that nobody knows, whatever it says',
    job: sopsThat('/bin/cat >&2; exit 17'),
    ...FAILED,
    says: 'sops ended with exit code 17',
  },
  {
    when: 'sops leaves without reading',
    arrange: ({ secret }) => secret.addVersion(Buffer.alloc(65_536, 7)),
    inputs: { version: '2' },
    job: sopsThat('exit 3'),
    ...FAILED,
    says: 'sops ended with exit code 3',
  },
  {
    when: 'sops closes its stdin, and fails a second later',
    arrange: ({ secret }) => secret.addVersion(Buffer.alloc(65_536, 7)),
    inputs: { version: '2' },
    job: sopsThat('exec <&-; /bin/sleep 1; exit 4'),
    ...FAILED,
    says: 'sops ended with exit code 4',
  },
  { when: 'sops is killed', job: sopsThat('kill -9 $$'), ...FAILED, says: 'sops was ended by a signal' },
  {
    when: 'sops is killed once it has written all',
    job: sopsThat('"$sops" "$@"; kill -9 $$'),
    ...FAILED,
    says: 'sops was ended by a signal',
  },
  { when: 'sops never ends, and has started others', job: sopsThat('/bin/sleep 60 & /bin/sleep 60'), ...LATE },
  {
    when: 'sops never ends, and does not listen to signals',
    job: sopsThat("trap '' HUP INT TERM; while :; do /bin/sleep 1; done"),
    ...LATE,
  },
  { when: 'sops is stopped', job: sopsThat('kill -STOP $$'), ...LATE },
  {
    when: 'sops closes what it writes to, and goes on',
    job: sopsThat('"$sops" "$@"; exec >&- 2>&-; /bin/sleep 60'),
    ...LATE,
  },
  { when: 'sops never says which version it is', job: sopsThat(':', '/bin/sleep 60'), ...LATE },
  {
    when: 'sops leaves others behind that hold what it writes to',
    job: sopsThat('/bin/sleep 60 & exec "$sops" "$@"', '/bin/sleep 60 & echo "sops 3.13.3"'),
    outcome: 'created',
  },
  {
    when: 'sops leaves others behind, and fails',
    job: sopsThat('/bin/sleep 60 & exit 5'),
    ...FAILED,
    says: 'sops ended with exit code 5',
  },
  {
    when: 'sops leaves files in its folder, hidden and locked',
    job: sopsThat('/bin/mkdir -p .a/b && : > .a/b/c && /bin/chmod 0 .a/b; exec "$sops" "$@"'),
    outcome: 'created',
  },
];

const outputs: Fault[] = [
  {
    when: 'sops says nothing',
    job: sopsThat('/bin/cat > /dev/null'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops says a line end',
    job: sopsThat('/bin/cat > /dev/null; echo'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops says half of what it should',
    job: sopsThat('"$sops" "$@" | /usr/bin/head -c 400'),
    ...NOT_ENCRYPTED,
    says: 'after sops, ',
  },
  {
    when: 'sops says another document first',
    job: sopsThat('printf "kind: Secret\\n---\\n"; exec "$sops" "$@"'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops says what it got after what it made of it',
    job: sopsThat('input=$(/bin/cat); printf %s "$input" | "$sops" "$@"; printf "%s\\n%s" --- "$input"'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops says an empty document after all',
    job: sopsThat('"$sops" "$@"; printf -- "---\\n"'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops says something before it begins',
    job: sopsThat('echo "a new version is available"; exec "$sops" "$@"'),
    ...NOT_ENCRYPTED,
    says: 'it is not one plain YAML document',
  },
  {
    when: 'sops writes without end',
    job: sopsThat('exec /usr/bin/yes "data: ENC[]"'),
    ...FAILED,
    says: 'sops was ended by a signal',
  },
  {
    when: 'sops says its version without end',
    job: sopsThat(':', 'exec /usr/bin/yes "sops 3.13.3"'),
    code: 'SOPS_NOT_FOUND',
    says: 'does not answer as sops does',
    remedy: '`sops-path`',
  },
  {
    when: 'sops writes 10 MB to stderr, and goes on',
    job: sopsThat('/usr/bin/head -c 10000000 /dev/zero >&2; exec "$sops" "$@"'),
    outcome: 'created',
  },
  {
    when: 'sops quotes the values on stderr, again and again, and goes on',
    job: sopsThat(
      'input=$(/bin/cat); for i in 0 1 2 3 4 5 6 7 8 9; do echo "$input" "$input" "$input" >&2; done; printf %s "$input" | "$sops" "$@"',
    ),
    outcome: 'created',
  },
  {
    when: 'sops prints what a runner would obey',
    job: sopsThat(
      'input=$(/bin/cat); printf "\\n::error::%s\\n##[error]%s\\n" "$input" "$input" | /usr/bin/tee /dev/stderr; exit 1',
    ),
    ...FAILED,
    says: 'sops ended with exit code 1',
  },
];

/** An ELF of a machine that this one is not. */
const OTHER_MACHINE = Buffer.alloc(4_096);
OTHER_MACHINE.write('\x7fELF\x02\x01\x01', 'latin1');
OTHER_MACHINE.writeUInt16LE(2, 16);
OTHER_MACHINE.writeUInt16LE(0xf7, 18);

const PROGRAMS: { what: string; job: Job }[] = [
  { what: 'names nothing', job: async () => ({ inputs: { 'sops-path': '/nonexistent/sops' } }) },
  { what: 'is a folder', job: async (directory) => ({ inputs: { 'sops-path': directory } }) },
  { what: 'is below a file', job: async () => ({ inputs: { 'sops-path': '/etc/passwd/sops' } }) },
  { what: 'may not be executed', job: (directory) => writeSops(directory, '#!/bin/sh\necho sops 3.13.3\n', 0o644) },
  { what: 'is for another machine', job: (directory) => writeSops(directory, OTHER_MACHINE) },
  { what: 'is an empty file', job: (directory) => writeSops(directory, '') },
  { what: 'wants what is not there', job: (directory) => writeSops(directory, '#!/nonexistent/sh\n') },
  { what: 'fails when it is asked for its version', job: sopsThat(':', 'echo sops 3.13.3; exit 1') },
  { what: 'goes between its version and its work', job: sopsThat(':', 'echo sops 3.13.3; /bin/rm "$0"') },
  {
    what: 'loses its rights between its version and its work',
    job: sopsThat(':', 'echo sops 3.13.3; /bin/chmod 644 "$0"'),
  },
];
const programs = PROGRAMS.map(
  ({ what, job }): Fault => ({
    when: `sops-path ${what}`,
    job,
    code: 'SOPS_NOT_FOUND',
    says: 'is not on this runner, or does not answer as sops does',
    remedy: 'name it with the input `sops-path`',
  }),
);

const folders: Fault[] = [
  { what: 'is missing', path: '/nonexistent/temp' },
  { what: 'is a file', path: '/etc/passwd' },
  { what: 'cannot be written to', path: '/proc' },
].map(
  ({ what, path }): Fault => ({
    when: `the folder for temporary files ${what}`,
    job: () => ({ env: { RUNNER_TEMP: path } }),
    code: 'TEMP_UNUSABLE',
    says: 'the folder for temporary files of this runner does not take one',
    remedy: "the job's RUNNER_TEMP",
  }),
);

/** Each could change who can decrypt, hand the data key to a program, or have sops talk to somebody else. */
const HOSTILE = {
  ...{
    SOPS_CONFIG: '/nonexistent',
    SOPS_AGE_RECIPIENTS: 'age1x',
    SOPS_GCP_KMS_IDS: `${KMS_KEY}2`,
    SOPS_PGP_FP: 'A'.repeat(40),
  },
  ...{
    SOPS_GPG_EXEC: '/bin/false',
    SOPS_KEYSERVICE: 'tcp://127.0.0.1:9',
    SOPS_EDITOR: '/bin/false',
    SOPS_ANYTHING: 'x',
  },
  ...{ SOPS_GCP_KMS_ENDPOINT: 'http://127.0.0.1:9', SOPS_GCP_KMS_CLIENT_TYPE: 'grpc', GOOGLE_CREDENTIALS: '{}' },
  ...{
    GOOGLE_OAUTH_ACCESS_TOKEN: 'ya29.hostile',
    CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.hostile',
    GNUPGHOME: '/nonexistent',
  },
  ...{
    AWS_ACCESS_KEY_ID: 'x',
    AWS_PROFILE: 'x',
    AZURE_CLIENT_SECRET: 'x',
    VAULT_TOKEN: 'x',
    VAULT_ADDR: 'http://127.0.0.1:9',
  },
  ...{
    NODE_OPTIONS: '--no-warnings',
    LD_PRELOAD: 'libm.so.6',
    LD_LIBRARY_PATH: '/nonexistent',
    GODEBUG: 'http1debug=1',
  },
  ...{
    GOTRACEBACK: 'crash',
    GOFLAGS: 'x',
    XDG_CONFIG_HOME: '/nonexistent',
    EDITOR: '/bin/false',
    BASH_ENV: '/nonexistent',
  },
  ...{ ENV: '/nonexistent', IFS: 'x', GITHUB_TOKEN: 'x', ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x', INPUT_ANYTHING: 'x' },
};

const jobs: Fault[] = [
  {
    when: 'the job has an environment that means harm',
    job: () => ({ env: HOSTILE }),
    outcome: 'created',
    also(run, world, calls) {
      expect(calls).toHaveLength(2);
      for (const { environment } of calls) {
        const { PATH: _, GOOGLE_APPLICATION_CREDENTIALS: __, ...rest } = environment;
        expect(rest).toEqual({
          HOME: run.home,
          GNUPGHOME: join(run.home, '.gnupg'),
          GOGC: '400',
          SOPS_GCP_KMS_CLIENT_TYPE: 'rest',
          SOPS_GCP_KMS_ENDPOINT: world.google.url,
        });
      }
      const { sops } = parse(world.manifest()) as { sops: Record<string, object[]> };
      expect(sops['gcp_kms']).toMatchObject([{ resource_id: KMS_KEY }]);
      expect([sops['age'], sops['pgp'], sops['kms']]).toEqual([undefined, undefined, undefined]);
    },
  },
  {
    when: 'a configuration lies above the folder for temporary files, where the home folder is',
    files: { 'clusters/.sops.yaml': `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n` },
    inputs: { 'gcp-kms': '' },
    job: async (directory) => {
      const home = join(directory, 'home');
      const temp = join(home, 'work', '_temp');
      await mkdir(temp, { recursive: true });
      const hostile = `creation_rules:\n  - gcp_kms: ${KMS_KEY}2\n`;
      for (const folder of [home, join(home, 'work')]) await writeFile(join(folder, '.sops.yaml'), hostile);
      return { env: { HOME: home }, tempDirectory: temp };
    },
    outcome: 'created',
    also(_, world) {
      expect(parse(world.manifest())).toMatchObject({ sops: { gcp_kms: [{ resource_id: KMS_KEY }] } });
    },
  },
  {
    when: 'sops looks around in the folder that it works in',
    files: { 'clusters/.sops.yaml': `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n`, 'clusters/other.yaml': 'x: 1\n' },
    inputs: { 'gcp-kms': '' },
    job: sopsThat(`/usr/bin/find "$PWD" -printf '%m %y %u %P\\n' > "$HOME/seen"; exec "$sops" "$@"`),
    outcome: 'created',
    async also(run) {
      const seen = (await readFile(join(run.home, 'seen'), 'utf8')).trimEnd().split('\n').sort();
      const user = seen[0]?.split(' ')[2];
      expect(seen).toEqual([`600 f ${user} .sops.yaml`, `700 d ${user} `]);
    },
  },
];

export const sopsProcess: FaultTable = {
  from: 'of the process of sops',
  encrypting: true,
  faults: [...endings, ...outputs, ...programs, ...folders, ...jobs],
};
