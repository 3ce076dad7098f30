// The Encrypter over the sops binary. The plaintext goes in on stdin and nowhere else; the child sees an environment of our
// making, and a private folder with a configuration of our making: the one rule that was allowed.

import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { ActionError } from '../errors.ts';
import { emptyKeys, formatSecretManifest } from '../kubernetes/secret-manifest.ts';
import { withPrivateFolder } from '../private-folder.ts';
import { type ProcessResult, runProcess } from '../process.ts';
import type { ToolOptions } from '../release-asset.ts';
import { findSops, notFound, type SopsBinary } from './binary.ts';
import { EncryptedManifest, notEncrypted } from './encrypted-manifest.ts';
import type { Encrypter, EncryptionRequest } from './encrypter.ts';
import type { EncryptionRule, Recipient, RecipientKind } from './encryption-rule.ts';
import { sopsError } from './failure.ts';
import { SopsDocument } from './sops-document.ts';

export interface SopsOptions extends ToolOptions {
  binary: SopsBinary;
}

/** One process encrypts one file. It waits for its key service longer than it computes. */
const MAX_AT_ONCE = Math.min(32, 4 * availableParallelism());

const CONFIGURATION = '.sops.yaml';

export function createSops(options: SopsOptions): Encrypter {
  let command: Promise<string> | undefined;
  const limit = pLimit(MAX_AT_ONCE);

  async function run(request: EncryptionRequest, directory: string): Promise<ProcessResult> {
    command ??= findSops(options.binary, options);
    const program = await options.deadline.race(command);
    // Not the repository's own text: what sops would read in it may be something else than was allowed.
    await writeFile(join(directory, CONFIGURATION), formatConfiguration(request.rule), { mode: 0o600 });
    const started = runProcess({
      command: program,
      arguments: sopsArguments(request),
      environment: options.environment,
      directory,
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

function sopsArguments({ file }: EncryptionRequest): string[] {
  return [
    // Named, so that no other one is looked for, and nothing of it is left to flags: of a repeated one sops keeps the last.
    ...['--config', CONFIGURATION, '--indent', '2'],
    ...['encrypt', '--input-type', 'json', '--output-type', 'yaml', '--filename-override', file],
  ];
}

/** A `.sops.yaml` with this rule for every path, in JSON. https://getsops.io/docs/#key-groups */
function formatConfiguration({ keyGroups, threshold, selector, macOnlyEncrypted }: EncryptionRule): string {
  const rule = {
    key_groups: keyGroups.map((group) => ({
      gcp_kms: idsOf(group, 'gcp_kms').map((id) => ({ resource_id: id })),
      age: idsOf(group, 'age'),
      pgp: idsOf(group, 'pgp'),
    })),
    ...(keyGroups.length > 1 && { shamir_threshold: threshold }),
    [selector.kind]: selector.pattern,
    mac_only_encrypted: macOnlyEncrypted,
  };
  // What breaks a line in YAML, or is refused there, though not in JSON.
  return JSON.stringify({ creation_rules: [rule] }).replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function idsOf(group: readonly Recipient[], kind: RecipientKind): string[] {
  return group.filter((recipient) => recipient.kind === kind).map(({ id }) => id);
}
