// What can go wrong with sops and behind it: the binary, its rules, the recipients, Cloud KMS.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FILE, KMS_KEY } from '../../stand-ins/world.ts';
import type { Fault, FaultTable } from './fault.ts';

const NOBODY = 'http://127.0.0.1:9';
const refuse = (code: number, status: string) => ({ status: code, body: { error: { code, message: 'No.', status } } });

/** A program that says which sops it is. */
async function writeSops(directory: string, version: string): Promise<string> {
  const path = join(directory, 'sops');
  await writeFile(path, `#!/bin/sh\necho 'sops ${version}'\n`);
  await chmod(path, 0o755);
  return path;
}

const rules: Fault[] = [
  {
    when: 'nobody is named to encrypt for',
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_NO_RULE',
    says: 'the Flux repository has no .sops.yaml above it',
    remedy: 'Name recipients with the inputs `gcp-kms`, `age` or `pgp`, or add a .sops.yaml',
  },
  {
    when: 'no rule matches the file',
    files: { '.sops.yaml': `creation_rules:\n  - path_regex: ^apps/\n    gcp_kms: ${KMS_KEY}\n` },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_NO_RULE',
    says: `Cannot encrypt ${FILE} as .sops.yaml says: none of its creation rules matches`,
    remedy: 'Add a rule for its path there',
  },
  {
    when: 'the nearest .sops.yaml has no rule for the file, though the one above it has',
    files: {
      '.sops.yaml': `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n`,
      'clusters/.sops.yaml': `creation_rules:\n  - path_regex: ^prod/\n    gcp_kms: ${KMS_KEY}\n`,
    },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_NO_RULE',
    says: `Cannot encrypt ${FILE} as clusters/.sops.yaml says: none of its creation rules matches`,
    remedy: 'Add a rule for its path there',
  },
  {
    when: 'the rule names nobody',
    files: { '.sops.yaml': 'creation_rules:\n  - encrypted_regex: ^data$\n' },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_NO_RULE',
    says: 'the creation rule that matches names no recipient',
    remedy: 'name recipients with the inputs',
  },
  {
    when: '.sops.yaml is no YAML',
    files: { '.sops.yaml': 'creation_rules: [\n' },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_CONFIG_INVALID',
    says: 'Cannot read .sops.yaml of the Flux repository: it is not valid YAML',
    remedy: 'Mend it there',
  },
  {
    when: 'a path_regex is none to Go',
    files: { '.sops.yaml': `creation_rules:\n  - path_regex: (?=x)\n    gcp_kms: ${KMS_KEY}\n` },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_CONFIG_INVALID',
    says: 'a path_regex is not a regular expression as Go knows them',
    remedy: 'Mend it there',
  },
];
export const sopsBefore: FaultTable = { from: "of the recipients' rules", encrypting: false, faults: rules };

const binaries: Fault[] = [
  {
    when: 'sops-path names another program',
    inputs: { 'sops-path': '/bin/true' },
    code: 'SOPS_NOT_FOUND',
    says: 'does not answer as sops does',
    remedy: '`sops-path`',
  },
  {
    when: 'sops is 3.9',
    job: async (directory) => ({ inputs: { 'sops-path': await writeSops(directory, '3.9.4 (latest)') } }),
    code: 'SOPS_TOO_OLD',
    says: 'it is sops 3.9, and 3.10 is the oldest that will do',
    remedy: 'Install a newer sops on the runner, or have this action take a release: `sops-version: 3.13.3`.',
  },
];

const recipients: Fault[] = [
  {
    when: 'an age recipient has a typing error',
    inputs: { 'gcp-kms': '', age: `age1${'q'.repeat(58)}` },
    code: 'SOPS_RECIPIENT_INVALID',
    says: 'a recipient is not one',
    remedy: 'Check the age recipients (age1…)',
  },
  {
    when: 'a PGP key is not on the runner',
    inputs: { 'gcp-kms': '', pgp: '0123456789ABCDEF0123456789ABCDEF01234567' },
    code: 'SOPS_RECIPIENT_INVALID',
    says: 'its public key is not on this runner',
    remedy: 'PGP public keys have to be in the keyring of the runner',
  },
  {
    when: 'an age recipient of .sops.yaml has a typing error',
    files: { '.sops.yaml': `creation_rules:\n  - age: age1${'q'.repeat(58)}\n` },
    inputs: { 'gcp-kms': '' },
    code: 'SOPS_RECIPIENT_INVALID',
    says: 'a recipient is not one',
    remedy: 'Check the age recipients (age1…)',
  },
];

const cloudKms: Fault[] = [
  {
    when: 'the account may not encrypt with the key',
    arrange: ({ google }) => google.denyKey(KMS_KEY, 'encrypt'),
    code: 'SOPS_KEY_DENIED',
    says: 'Cloud KMS does not let the account encrypt with the key',
    remedy: 'Grant roles/cloudkms.cryptoKeyEncrypter on that key',
  },
  {
    when: 'the key does not exist',
    arrange: ({ google }) => google.fault({ when: 'cloudkms', ...refuse(404, 'NOT_FOUND') }),
    code: 'SOPS_KEY_NOT_FOUND',
    says: 'Cloud KMS has no such key',
    remedy: 'Check the input `gcp-kms`, or gcp_kms in .sops.yaml',
  },
  {
    when: 'one of two keys is denied',
    arrange: ({ google }) => google.denyKey(KMS_KEY.replace(/sops$/, 'other')),
    inputs: { 'gcp-kms': `${KMS_KEY},${KMS_KEY.replace(/sops$/, 'other')}` },
    code: 'SOPS_KEY_DENIED',
    says: 'Cloud KMS does not let the account encrypt',
    remedy: 'roles/cloudkms.cryptoKeyEncrypter',
  },
  {
    when: 'Cloud KMS refuses the credentials',
    arrange: ({ google }) => google.fault({ when: 'cloudkms', ...refuse(401, 'UNAUTHENTICATED') }),
    code: 'GOOGLE_CREDENTIALS_REJECTED',
    says: 'Google refused the credentials that sops came with',
    remedy: 'Run google-github-actions/auth before this action in the same job, or give the input `access-token`.',
  },
  {
    when: 'nobody listens at the endpoint of Cloud KMS',
    inputs: { 'kms-endpoint': NOBODY },
    code: 'SOPS_KEY_SERVICE_UNREACHABLE',
    says: 'Cloud KMS did not answer',
    remedy: 'Check the network, HTTPS_PROXY and the input `kms-endpoint`',
  },
  {
    when: 'Cloud KMS never answers',
    arrange: ({ google }) => google.fault({ when: 'cloudkms', hang: true }),
    inputs: { timeout: '3s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: 'See in the log what it was waiting for',
  },
  {
    when: 'Cloud KMS stays unavailable',
    arrange: ({ google }) => google.fault({ when: 'cloudkms', ...refuse(503, 'UNAVAILABLE') }),
    inputs: { timeout: '3s' },
    code: 'DEADLINE_EXCEEDED',
    says: 'its 3 seconds are over',
    remedy: '`timeout`',
  },
];
export const sopsDuring: FaultTable = {
  from: 'of sops and behind it',
  encrypting: true,
  faults: [...binaries, ...recipients, ...cloudKms],
};
