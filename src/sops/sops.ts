// The Encrypter over the sops binary. The plaintext goes in on stdin and nowhere else; the child sees an
// environment of our making and a private folder that holds the Flux repository's `.sops.yaml` and nothing more.

import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, devNull } from 'node:os';
import { dirname, join } from 'node:path';
import pLimit from 'p-limit';
import { ActionError } from '../errors.ts';
import { emptyKeys, formatSecretManifest } from '../kubernetes/secret-manifest.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { type ProcessResult, runProcess } from '../process.ts';
import { type FindOptions, findSops, notFound, type SopsBinary } from './binary.ts';
import { pathBelow, type SopsConfiguration } from './configuration.ts';
import { EncryptedManifest, notEncrypted } from './encrypted-manifest.ts';
import type { Encrypter, EncryptionRequest } from './encrypter.ts';
import { RECIPIENT_KINDS, type Recipient } from './encryption-rule.ts';
import { sopsError } from './failure.ts';
import { SopsDocument } from './sops-document.ts';

export interface SopsOptions extends FindOptions {
  binary: SopsBinary;
}

/** One process encrypts one file. It waits for its key service longer than it computes. */
const MAX_AT_ONCE = Math.min(32, 4 * availableParallelism());

export function createSops(options: SopsOptions): Encrypter {
  let command: Promise<string> | undefined;
  const limit = pLimit(MAX_AT_ONCE);

  async function run(request: EncryptionRequest, directory: string): Promise<ProcessResult> {
    command ??= findSops(options.binary, options);
    const program = await options.deadline.race(command);
    const started = runProcess({
      command: program,
      arguments: sopsArguments(request),
      environment: options.environment,
      directory: await prepare(directory, request.configuration),
      stdin: formatSecretManifest(request.manifest),
      signal: options.deadline.signal,
    });
    return await started.catch((thrown: unknown) => {
      throw thrown instanceof ActionError ? thrown : notFound(program);
    });
  }

  return {
    encrypt: (request) => limit(() => encrypt(request)),
  };

  function encrypt(request: EncryptionRequest): Promise<EncryptedManifest> {
    return withPrivateFolder(options.temporaryDirectory, async (folder) => {
      const result = await run(request, folder);
      if (result.exitCode !== 0) throw sopsError(request, result);
      const verified = EncryptedManifest.verify(request.file, SopsDocument.parse(result.stdout.toString('utf8')), {
        clear: request.manifest.clear,
        dataKeys: request.manifest.data.keys(),
        empty: emptyKeys(request.manifest),
        rule: request.rule,
      });
      if (!(verified instanceof EncryptedManifest)) throw notEncrypted(request.file, verified.violations);
      return verified;
    });
  }
}

/** sops looks for its configuration from the working directory upwards, so it works where the configuration lies. */
async function prepare(directory: string, configuration: SopsConfiguration | undefined): Promise<string> {
  if (configuration === undefined) return directory;
  const path = join(directory, configuration.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, configuration.text, { mode: 0o600 });
  return dirname(path);
}

const RECIPIENT_FLAG = { gcp_kms: '--gcp-kms', age: '--age', pgp: '--pgp' } as const;

function sopsArguments({ file, rule, configuration }: EncryptionRequest): string[] {
  const { selector } = rule;
  return [
    // Recipients from the inputs win over every rule: without this, a rule that does not match would still fail.
    ...(configuration === undefined ? ['--config', devNull] : []),
    ...['--indent', '2', 'encrypt', '--input-type', 'json', '--output-type', 'yaml'],
    ...['--filename-override', configuration === undefined ? file : pathBelow(configuration, file)],
    ...(selector.kind === 'encrypted_regex' ? ['--encrypted-regex', selector.pattern] : []),
    ...(configuration === undefined ? recipientFlags(rule.keyGroups.flat()) : []),
  ];
}

/** One flag a kind: of a repeated one sops keeps only the last. */
function recipientFlags(recipients: readonly Recipient[]): string[] {
  return RECIPIENT_KINDS.flatMap((kind) => {
    const ids = recipients.filter((recipient) => recipient.kind === kind).map(({ id }) => id);
    return ids.length === 0 ? [] : [RECIPIENT_FLAG[kind], ids.join(',')];
  });
}
