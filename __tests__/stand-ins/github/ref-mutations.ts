// createRef, updateRef, updateRefs and deleteRef.
import type { CreateRefInput, DeleteRefInput, UpdateRefInput, UpdateRefsInput } from '@octokit/graphql-schema';
import type { GraphQLContext } from './graphql.ts';
import { isAncestor } from './history.ts';
import { parseNodeId } from './node-id.ts';
import { verifyMayUpdateBranch, verifyMayWrite } from './permissions.ts';
import { followBranches } from './pull-requests.ts';
import { describeRef } from './ref-and-pull-request-nodes.ts';
import { Refusal } from './refusal.ts';
import { isRefName, type Repository } from './repository.ts';
import { RefMoved, type RefUpdate, updateRefs as writeRefs, zeroOid } from './write.ts';

/** @throws {Refusal} */
export async function createRef({ input }: { input: CreateRefInput }, context: GraphQLContext) {
  const repository = context.getRepositoryById(input.repositoryId);
  verifyMayWrite(repository);
  const { name, oid } = input;
  verifyRefName(name);
  await verifyCommit(repository, oid);
  try {
    await writeRefs(repository.gitDir, [{ name, afterOid: oid, beforeOid: zeroOid }]);
  } catch (error) {
    if (!(error instanceof RefMoved)) {
      throw error;
    }
    throw (await repository.resolveRef(name)) === undefined
      ? new Refusal('UNPROCESSABLE', `Reference update failed: ${error.message}`, { cause: error })
      : new Refusal('UNPROCESSABLE', `A ref named "${name}" already exists in the repository.`, { cause: error });
  }
  await followBranches(repository);
  return { clientMutationId: input.clientMutationId, ref: describeRef(repository, name, oid) };
}

/** @throws {Refusal} */
export async function updateRef({ input }: { input: UpdateRefInput }, context: GraphQLContext) {
  const { repository, name } = getRef(input.refId, context);
  await changeRefs(repository, [{ name, afterOid: input.oid, force: input.force }], context);
  return { clientMutationId: input.clientMutationId, ref: describeRef(repository, name, input.oid) };
}

/** @throws {Refusal} */
export async function updateRefs({ input }: { input: UpdateRefsInput }, context: GraphQLContext) {
  const repository = context.getRepositoryById(input.repositoryId);
  await changeRefs(repository, input.refUpdates, context);
  return { clientMutationId: input.clientMutationId };
}

/** @throws {Refusal} */
export async function deleteRef({ input }: { input: DeleteRefInput }, context: GraphQLContext) {
  const { repository, name } = getRef(input.refId, context);
  await changeRefs(repository, [{ name, afterOid: zeroOid }], context);
  return { clientMutationId: input.clientMutationId };
}

interface RefChange {
  readonly name: string;
  readonly afterOid: string;
  readonly beforeOid?: string | null;
  readonly force?: boolean | null | undefined;
}

/** All of them or none. @throws {Refusal} */
export async function changeRefs(
  repository: Repository,
  changes: readonly RefChange[],
  { beforeRefUpdate }: Pick<GraphQLContext, 'beforeRefUpdate'> = {},
): Promise<void> {
  const updates: RefUpdate[] = [];
  for (const change of changes) {
    updates.push(await verifyChange(repository, change));
  }
  await beforeRefUpdate?.();
  try {
    await writeRefs(repository.gitDir, updates);
  } catch (error) {
    throw error instanceof RefMoved
      ? new Refusal(undefined, describeRefMoved(error, updates), { cause: error })
      : error;
  }
  await followBranches(repository);
}

/** The update that git is to make, bound to where the ref is now. @throws {Refusal} */
async function verifyChange(
  repository: Repository,
  { name, afterOid, beforeOid, force }: RefChange,
): Promise<RefUpdate> {
  verifyRefName(name);
  verifyMayUpdateBranch(repository, name);
  const current = (await repository.resolveRef(name)) ?? zeroOid;
  if (beforeOid != null && beforeOid !== current) {
    throw new Refusal(undefined, `Ref ${name} is at ${current} but expected ${beforeOid}`);
  }
  const update = { name, afterOid, beforeOid: current };
  if (afterOid === zeroOid) {
    if (current === zeroOid) {
      throw new Refusal('UNPROCESSABLE', 'Reference does not exist');
    }
    return update;
  }
  await verifyCommit(repository, afterOid);
  if (force !== true && current !== zeroOid && !(await isAncestor(repository, current, afterOid))) {
    throw new Refusal('UNPROCESSABLE', 'Update is not a fast forward');
  }
  return update;
}

function describeRefMoved({ message, actualOid }: RefMoved, updates: readonly RefUpdate[]): string {
  const moved = updates.find(({ name }) => message.includes(`'${name}'`));
  return moved === undefined || actualOid === undefined
    ? `Reference update failed: ${message}`
    : `Ref ${moved.name} is at ${actualOid} but expected ${moved.beforeOid}`;
}

function getRef(id: string, context: GraphQLContext): { repository: Repository; name: string } {
  const node = parseNodeId('REF', id);
  if (node === undefined) {
    throw new Refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
  }
  return { repository: context.getRepository(node.nameWithOwner), name: node.within };
}

function verifyRefName(name: string): void {
  if (!/^refs\/(heads|tags)\//.test(name) || !isRefName(name)) {
    throw new Refusal('UNPROCESSABLE', `${name} is not a valid ref name.`);
  }
}

async function verifyCommit(repository: Repository, oid: string): Promise<void> {
  if ((await repository.read(oid))?.type !== 'commit') {
    throw new Refusal('UNPROCESSABLE', 'Object does not exist');
  }
}
