// What the run as a whole comes to, once each manifest's step is known: what goes since nothing asks for it any more,
// what the folders' `kustomization.yaml` need, and what of it all is to be written.

import { ActionError, ownError } from '../errors.ts';
import { type Folders, folderOf, openFolders } from '../flux/folders.ts';
import type { EditedKustomization } from '../flux/kustomization.ts';
import type { FileChanges, Snapshot } from '../publisher.ts';
import type { Branches } from './branches.ts';
import { findClaims } from './existing-manifest.ts';
import type { Step } from './step.ts';

export interface Conclusion {
  steps: readonly Step[];
  kustomizations: readonly EditedKustomization[];
  /** Sentences that a person should read, on the run as a whole. */
  notes: readonly string[];
}

export interface Concluding {
  base: Snapshot;
  branches: Branches;
  owner: string;
  /** Whether manifests of this owner that nothing asks for any more are to go. */
  prune: boolean;
}

export function conclude(steps: readonly Step[], concluding: Concluding): Conclusion {
  const folders = openFolders(concluding.base);
  const orphans = concluding.prune ? findOrphans(steps, concluding) : [];
  const all = [...steps, ...orphans].map((step) => refuseListedAbove(step, folders));
  const edited = editFolders(all, folders);
  const notes = findAllLeftOut(steps, folders);
  const hasFailed = edited.steps.some(({ kind }) => kind === 'failed');
  const deletions = edited.steps.filter(({ kind }) => kind === 'delete').length;
  if (!hasFailed || deletions === 0) return { ...edited, notes };
  // What failed may be the same Secret under its new file: nothing goes before that is there.
  const kept = `Nothing was deleted, for not every manifest could be written: ${deletions} would have been.`;
  return { ...editFolders(edited.steps.map(postpone), folders), notes: [...notes, kept] };
}

/** What is to differ from the base. A rollback that is proposed and held goes on being proposed. */
export function listChanges({ steps, kustomizations }: Conclusion, base: Snapshot): FileChanges {
  const manifests = steps.flatMap((step) => {
    if (step.kind === 'write') return step.manifest ?? [];
    if (step.kind !== 'leave') return [];
    const { manifest } = step.change;
    return manifest.text === base.files.get(manifest.file) ? [] : [manifest];
  });
  const deletions = steps.flatMap((step) => (step.kind === 'delete' ? [step.desired.file] : []));
  return { manifests, kustomizations, deletions };
}

function postpone(step: Step): Step {
  return step.kind === 'delete' ? { kind: 'postponed', desired: step.desired } : step;
}

/** What a text has to hold to be taken apart at all. */
const OWNER = 'flux-secret-sync/owner';

/** Only what says that this very owner asked for it. */
function findOrphans(steps: readonly Step[], { base, branches, owner }: Concluding): Step[] {
  const wanted = new Set(steps.map(({ desired }) => desired.file));
  const folders = new Set([...wanted].map(folderOf));
  return [...base.files]
    .filter(([file, text]) => !wanted.has(file) && folders.has(folderOf(file)) && text.includes(OWNER))
    .filter(([file]) => findClaims(branches.base(file) ?? { document: undefined })?.owner === owner)
    .map(([file]) => ({ kind: 'delete', desired: { state: 'absent', file }, isPruned: true }));
}

/** kustomize fails on a file that it is told to take and does not find, and only the folder's own list is edited. */
function refuseListedAbove(step: Step, folders: Folders): Step {
  const { file } = step.desired;
  const above = step.kind === 'delete' ? folders.findAbove(file) : undefined;
  if (above?.lists !== 'file') return step;
  const error = new ActionError('KUSTOMIZATION_NOT_EDITABLE', {
    message: `Cannot delete ${file}: ${above.file} lists it, and would not build without it.`,
    remedy: `Take it off that list first; only the kustomization.yaml of its own folder is edited.`,
  });
  return { kind: 'failed', desired: step.desired, error };
}

function editFolders(
  steps: readonly Step[],
  folders: Folders,
): { steps: readonly Step[]; kustomizations: readonly EditedKustomization[] } {
  const kustomizations: EditedKustomization[] = [];
  const errors = new Map<string, ActionError>();
  for (const [folder, inFolder] of Map.groupBy(steps, ({ desired }) => folderOf(desired.file))) {
    try {
      const edited = folders.edit(folder, folderWishes(inFolder));
      if (edited !== undefined) kustomizations.push(edited);
    } catch (error) {
      errors.set(folder, ownError(error));
    }
  }
  if (errors.size === 0) return { steps, kustomizations };
  const failed = steps.map((step): Step => {
    const error = errors.get(folderOf(step.desired.file));
    return error === undefined || step.kind === 'failed' ? step : { kind: 'failed', desired: step.desired, error };
  });
  return { steps: failed, kustomizations };
}

function folderWishes(steps: readonly Step[]): { present: string[]; absent: string[] } {
  const named = (kinds: readonly Step['kind'][]) =>
    steps
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ desired: { file } }) => file.slice(file.lastIndexOf('/') + 1));
  return { present: named(['leave', 'write']), absent: named(['absent', 'delete']) };
}

/** Said where a manifest is new: whoever has left it out on purpose need not be told again and again. */
function findAllLeftOut(steps: readonly Step[], folders: Folders): string[] {
  const created = steps.filter((step) => step.kind === 'write' && step.change.kind === 'create');
  const notes = created.flatMap(({ desired: { file } }) => {
    const above = folders.findAbove(file);
    if (above?.lists !== 'neither') return [];
    return `${above.file} leaves ${folderOf(file)} out: what Flux applies through it will not have the manifest there.`;
  });
  return [...new Set(notes)];
}
