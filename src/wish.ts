// Where it is said what should be there: in the action's inputs, in a file of the Flux repository, or in one of the
// workspace. Config files are read by a library, which a run without one never loads.

import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Override } from './config/narrow.ts';
import type { Desired, DesiredSecret } from './desired-secret.ts';
import { ActionError } from './errors.ts';
import { INPUTS } from './plan/existing-manifest.ts';

export interface Wish {
  /** Stands in every manifest: the repository and path of a config file, or `inputs`. */
  owner: string;
  /** What the run is about, in one line: head branches are told apart by it. */
  scope: string;
  /** The file of the Flux repository that says it; undefined where nothing of the repository is needed. */
  config: string | undefined;
  /**
   * @param text the config, where one is named
   * @throws {CONFIG_NOT_FOUND | CONFIG_INVALID | INPUT_INVALID}
   */
  resolve(text: string | undefined): Promise<DesiredState>;
}

export interface DesiredState {
  desired: readonly Desired[];
  /** Whether manifests of this owner that are no longer asked for are to be deleted. */
  prune: boolean;
}

export type WishInputs = { kind: 'secret'; desired: DesiredSecret } | ConfigInputs;

export interface ConfigInputs {
  kind: 'config';
  path: string;
  /** Where the file is: in the Flux repository, or in the workspace of the job. */
  source: 'repository' | 'workspace';
  /** Globs over `file`; empty for all. */
  only: readonly string[];
  override: Override | undefined;
  /** For secrets that are given by their id, where the file names no project. */
  projectId: string | undefined;
}

export interface Surroundings {
  /** `owner/name` of the Flux repository. */
  repository: string;
  /** `owner/name` of the workflow's repository, and where it is checked out. */
  workflow: { repository: string; workspace: string };
}

export function createWish(inputs: WishInputs, { repository, workflow }: Surroundings): Wish {
  if (inputs.kind === 'secret') {
    const { desired } = inputs;
    const state = { desired: [desired], prune: false };
    return { owner: INPUTS, scope: desired.file, config: undefined, resolve: () => Promise.resolve(state) };
  }
  const isInRepository = inputs.source === 'repository';
  return {
    owner: `${isInRepository ? repository : workflow.repository}/${inputs.path}`,
    scope: describeScope(inputs),
    config: isInRepository ? inputs.path : undefined,
    async resolve(inRepository) {
      const text = isInRepository ? inRepository : await readWorkspace(workflow.workspace, inputs.path);
      if (text === undefined) throw notFound(inputs, repository);
      const { parseConfig } = await import('./config/config.ts');
      const { narrowConfig } = await import('./config/narrow.ts');
      return narrowConfig(parseConfig({ path: inputs.path, text, projectId: inputs.projectId }), inputs);
    },
  };
}

/** A run that is limited, or goes back with one secret, is another one than that for the whole file. */
function describeScope({ path, only, override }: ConfigInputs): string {
  return [`config ${path}`, ...only.toSorted(), ...(override === undefined ? [] : [`secret ${override.secret}`])].join(
    ', ',
  );
}

/** Undefined for what is not there, or leads out of the workspace. */
async function readWorkspace(workspace: string, path: string): Promise<string | undefined> {
  try {
    const root = await realpath(workspace);
    const file = await realpath(join(root, path));
    return file.startsWith(`${root}${sep}`) ? await readFile(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function notFound({ path, source }: ConfigInputs, repository: string): ActionError {
  const place = source === 'repository' ? repository : 'the workspace of this job';
  return new ActionError('CONFIG_NOT_FOUND', {
    message: `Cannot read the config ${path}: ${place} has no such file.`,
    remedy:
      source === 'repository'
        ? 'Check the input `config`, or write `config-source: workspace` for a file of the repository that the workflow runs in.'
        : 'Check the input `config`, and run actions/checkout before this action.',
  });
}
