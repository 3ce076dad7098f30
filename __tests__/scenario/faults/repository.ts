// What can be the matter with the Flux repository, and with the token. Whatever can be known by reading is said before
// anything is encrypted.
import { git } from '../../stand-ins/github/git.ts';
import { FILE, FLUX_REPOSITORY, KMS_KEY, type World } from '../../stand-ins/world.ts';
import { format, NO_SECRET } from '../configs.ts';
import type { Fault, FaultTable } from './fault.ts';
import { to } from './github.ts';

/** Someone's commit of what is no file: a link (mode 120000) or a submodule (160000). */
async function commitEntry({ flux }: World, { mode, path }: { mode: string; path: string }): Promise<void> {
  const parent = flux.head('main');
  const target = mode === '120000' ? `inline ${path}\ndata 6\ntarget\n` : `${parent} ${path}\n`;
  const input = `commit refs/heads/main\ncommitter Mona Lisa <> 1700000000 +0000\ndata 0\nfrom ${parent}\nM ${mode} ${target}`;
  await git(flux.gitDir, ['fast-import', '--quiet'], { input });
}

/** As GraphQL refuses to show the repository. */
const refused = (message: string): { status: number; body: object } => ({
  status: 200,
  body: { data: { repository: null }, errors: [{ type: 'FORBIDDEN', path: ['repository'], message }] },
});

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
    when: 'the organization asks for single sign-on',
    arrange: ({ github }) =>
      github.fault({
        when: to('Snapshot'),
        ...refused(
          'Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.',
        ),
      }),
    code: 'TOKEN_LACKS_PERMISSION',
    says: `Cannot read ${FLUX_REPOSITORY}: its organization asks for single sign-on`,
    remedy: 'Authorize the token for the organization',
  },
  {
    when: 'the organization does not let the address of the runner in',
    arrange: ({ github }) =>
      github.fault({
        when: to('Snapshot'),
        ...refused(
          'Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.',
        ),
      }),
    code: 'TOKEN_LACKS_PERMISSION',
    says: `Cannot read ${FLUX_REPOSITORY}: its organization has a list of addresses that it lets in`,
    remedy: 'Use a runner whose address is on that list',
  },
  {
    when: 'GitHub never answers',
    arrange: ({ github }) => github.fault({ when: to('Snapshot'), times: 9, hang: true }),
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

const LINK = '120000';
const SUBMODULE = '160000';
const CONFIG = 'config/flux-secrets.yaml';
const OF_A_CONFIG = { ...NO_SECRET, config: CONFIG, version: '' };
const PRUNING = format({
  prune: true,
  manifests: [{ file: FILE, name: 'kbot-token', data: { token: { secret: 'TELE_TOKEN', version: 1 } } }],
});
const BELOW = 'Name the path that the link leads to';

/** What lies on the way to the file and is no folder: GitHub says that there is nothing below it. */
const ways: Fault[] = [
  {
    when: 'the folder of the file is a symbolic link',
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'clusters/dev/demo' }),
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository clusters/dev/demo is a symbolic link, and no folder`,
    remedy: BELOW,
  },
  {
    when: 'a folder far above the file is a symbolic link',
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'clusters' }),
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository clusters is a symbolic link`,
    remedy: BELOW,
  },
  {
    when: 'a folder above the file is a submodule',
    arrange: (world) => commitEntry(world, { mode: SUBMODULE, path: 'clusters/dev' }),
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository clusters/dev is a submodule`,
    remedy: "the submodule's own repository with the input `repository`",
  },
  {
    when: 'a folder above the file is a file',
    files: { 'clusters/dev': 'no folder\n' },
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository clusters/dev is a file, and no folder`,
    remedy: BELOW,
  },
  {
    when: 'the folder is a symbolic link, and the rules are below it',
    files: { '.sops.yaml': `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n` },
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'clusters/dev' }),
    inputs: { 'gcp-kms': '' },
    code: 'FILE_NOT_REGULAR',
    says: 'in the Flux repository clusters/dev is a symbolic link',
    remedy: BELOW,
  },
  {
    when: 'the folder is a symbolic link, and a pull request is to be made',
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'clusters/dev' }),
    inputs: { publish: 'pull-request' },
    code: 'FILE_NOT_REGULAR',
    says: 'in the Flux repository clusters/dev is a symbolic link',
    remedy: BELOW,
  },
  {
    when: 'a folder above the config is a symbolic link',
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'config' }),
    inputs: OF_A_CONFIG,
    code: 'FILE_NOT_REGULAR',
    says: 'Cannot use config/flux-secrets.yaml: in the Flux repository config is a symbolic link',
    remedy: BELOW,
  },
  {
    when: 'a folder that a config names and prunes is a symbolic link',
    files: { [CONFIG]: PRUNING },
    arrange: (world) => commitEntry(world, { mode: LINK, path: 'clusters/dev/demo' }),
    inputs: OF_A_CONFIG,
    code: 'FILE_NOT_REGULAR',
    says: `Cannot use ${FILE}: in the Flux repository clusters/dev/demo is a symbolic link`,
    remedy: BELOW,
  },
];

export const repository: FaultTable = {
  from: 'of the repository',
  encrypting: false,
  faults: [...reading, ...ways],
};
