// What can be the matter with the Flux repository, the token and GitHub. Whatever can be known by reading is said before
// anything is encrypted.
import { git } from '../../stand-ins/github/git.ts';
import type { LoggedRequest } from '../../stand-ins/github/github.ts';
import { FILE, FLUX_REPOSITORY, type World } from '../../stand-ins/world.ts';
import type { Fault, FaultTable } from './fault.ts';

const toRead = ({ operationName }: LoggedRequest): boolean => operationName === 'Snapshot';
const toCommit = ({ operationName }: LoggedRequest): boolean => operationName === 'Commit';

/** Someone's commit of what is no file: a link (mode 120000) or a submodule (160000). */
async function commitEntry({ flux }: World, { mode, path }: { mode: string; path: string }): Promise<void> {
  const parent = flux.head('main');
  const target = mode === '120000' ? `inline ${path}\ndata 6\ntarget\n` : `${parent} ${path}\n`;
  const input = `commit refs/heads/main\ncommitter Mona Lisa <> 1700000000 +0000\ndata 0\nfrom ${parent}\nM ${mode} ${target}`;
  await git(flux.gitDir, ['fast-import', '--quiet'], { input });
}

const reading: Fault[] = [
  {
    when: 'there is no such repository',
    inputs: { repository: 'acme/nothing' },
    code: 'REPOSITORY_NOT_FOUND',
    says: 'Cannot read acme/nothing: for this token there is no such repository',
    remedy: 'GITHUB_TOKEN reaches its own repository only',
  },
  {
    when: 'the token cannot reach the repository',
    arrange: ({ flux }) => Object.assign(flux.settings, { mayRead: false }),
    code: 'REPOSITORY_NOT_FOUND',
    says: `Cannot read ${FLUX_REPOSITORY}: for this token there is no such repository`,
    remedy: 'another one needs a GitHub App token or a fine-grained token as the input `token`',
  },
  {
    when: 'the repository is archived',
    arrange: ({ flux }) => Object.assign(flux.settings, { isArchived: true }),
    code: 'REPOSITORY_ARCHIVED',
    says: `Cannot write to ${FLUX_REPOSITORY}: it is archived`,
    remedy: 'Unarchive it',
  },
  {
    when: 'the repository is empty',
    arrange: ({ flux }) => git(flux.gitDir, ['update-ref', '-d', 'refs/heads/main']),
    code: 'REPOSITORY_EMPTY',
    says: 'it has no commit yet',
    remedy: 'Push a first commit',
  },
  {
    when: 'there is no such base',
    inputs: { base: 'production' },
    code: 'BASE_NOT_FOUND',
    says: `Cannot write to ${FLUX_REPOSITORY}: it has no branch production.`,
    remedy: 'Create the branch, or name another one with the input `base`',
  },
  {
    when: 'the default branch is gone',
    arrange: async ({ flux }) => {
      await flux.commit({ branch: 'other', files: { 'NOTES.md': 'notes\n' } });
      await git(flux.gitDir, ['update-ref', '-d', 'refs/heads/main']);
    },
    code: 'BASE_NOT_FOUND',
    says: 'it has no',
    remedy: 'name another one with the input `base`',
  },
  {
    when: 'GitHub does not accept the token',
    inputs: { token: 'ghs_expired' },
    code: 'TOKEN_REJECTED',
    says: `Cannot read ${FLUX_REPOSITORY}: GitHub does not accept the token`,
    remedy: 'make the GitHub App token in the same job',
  },
  {
    when: 'the token may not read it so',
    arrange: ({ github }) =>
      github.fault({
        when: toRead,
        status: 403,
        body: { message: 'Resource not accessible by personal access token' },
      }),
    code: 'TOKEN_LACKS_PERMISSION',
    says: `Cannot read ${FLUX_REPOSITORY}: the token may not do this there`,
    remedy: '`contents: write`',
  },
  {
    when: 'GitHub fails again and again',
    arrange: ({ github }) => github.fault({ when: toRead, times: 9, status: 502, body: '<html>Bad Gateway</html>' }),
    inputs: { timeout: '30s' },
    code: 'GITHUB_UNREACHABLE',
    says: 'GitHub did not answer, though it was asked again and again',
    remedy: 'Check githubstatus.com, the network and HTTPS_PROXY',
  },
  {
    when: 'GitHub never answers',
    arrange: ({ github }) => github.fault({ when: toRead, times: 9, hang: true }),
    inputs: { timeout: '2s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 2 seconds are over',
    remedy: 'See in the log what it was waiting for, or give it more with the input `timeout`',
  },
  {
    when: 'the file is a folder',
    files: { [`${FILE}/README.md`]: 'no\n' },
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository it is a folder, a symbolic link or a submodule`,
    remedy: 'Name the path of a regular file',
  },
  {
    when: 'the file is a symbolic link',
    arrange: (world) => commitEntry(world, { mode: '120000', path: FILE }),
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}`,
    remedy: 'regular file',
  },
  {
    when: 'the file is a submodule',
    arrange: (world) => commitEntry(world, { mode: '160000', path: FILE }),
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}`,
    remedy: 'regular file',
  },
  {
    when: '.sops.yaml is a symbolic link',
    arrange: (world) => commitEntry(world, { mode: '120000', path: 'clusters/.sops.yaml' }),
    inputs: { 'gcp-kms': '' },
    code: 'FILE_NOT_REGULAR',
    says: 'Cannot use clusters/.sops.yaml',
    remedy: 'regular file',
  },
  {
    when: 'the file is binary',
    arrange: ({ flux }) => flux.commit({ branch: 'main', files: { [FILE]: Buffer.from([0, 1, 2]) } }),
    code: 'FILE_NOT_READABLE',
    says: 'binary, or too large to be read',
    remedy: 'split it or name another one, or delete it there',
  },
  {
    when: 'the file is too large',
    files: { [FILE]: `# ${'x'.repeat(600_000)}\n` },
    code: 'FILE_NOT_READABLE',
    says: 'binary, or too large to be read',
    remedy: 'GitHub hands out 512 KiB of a text at most: split it',
  },
];
export const repository: FaultTable = { from: 'of the repository', encrypting: false, faults: reading };

const writing: Fault[] = [
  {
    when: 'a rule protects the branch',
    arrange: ({ flux }) => flux.settings.protectedBranches.push('main'),
    code: 'BRANCH_PROTECTED',
    says: `Cannot commit to main of ${FLUX_REPOSITORY}: a rule protects the branch against this token`,
    remedy: 'let the GitHub App of the token bypass the rule',
  },
  {
    when: 'a ruleset protects the branch',
    arrange: ({ flux }) => flux.settings.ruleset.push('main'),
    code: 'BRANCH_PROTECTED',
    says: 'a rule protects the branch against this token',
    remedy: 'Use `publish: pull-request`',
  },
  {
    when: 'the token may only read',
    arrange: ({ flux }) => Object.assign(flux.settings, { mayWrite: false }),
    code: 'TOKEN_LACKS_PERMISSION',
    says: `Cannot commit to main of ${FLUX_REPOSITORY}: the token may not do this there`,
    remedy: 'Give a GitHub App token (or fine-grained token) with `contents: write`',
  },
  {
    when: 'GitHub refuses it for a reason of its own',
    arrange: ({ github }) =>
      github.fault({ when: toCommit, status: 200, body: { errors: [{ type: 'UNPROCESSABLE', message: 'No.' }] } }),
    code: 'GITHUB_REFUSED',
    says: 'GitHub refused it with UNPROCESSABLE',
    remedy: 'Its audit log and the settings of the repository may say why',
  },
];
export const publication: FaultTable = { from: 'of the publication', encrypting: true, faults: writing };
