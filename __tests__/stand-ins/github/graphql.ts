// The GraphQL endpoint: executes a document and answers as GitHub does, with HTTP 200 and a `type` on each error.
import { execute, type GraphQLError } from 'graphql';
import { createCommitOnBranch } from './commit-mutation.ts';
import { parseNodeId } from './node-id.ts';
import { repositoryNotFound, verifyMayRead } from './permissions.ts';
import {
  addComment,
  closePullRequest,
  createPullRequest,
  enablePullRequestAutoMerge,
  mergePullRequest,
  updatePullRequest,
} from './pull-request-mutations.ts';
import { createRef, deleteRef, updateRef, updateRefs } from './ref-mutations.ts';
import { Refusal } from './refusal.ts';
import { findRenamed, type Repository } from './repository.ts';
import { describeRepository } from './repository-node.ts';
import { getSchema, readDocument } from './schema.ts';

interface RepositoryArguments {
  readonly owner: string;
  readonly name: string;
  /** `true` is the schema's default */
  readonly followRenames: boolean;
}

export interface GraphQLContext {
  /** @throws {Refusal} where there is none or it may not be read; by its present name, unless told otherwise */
  getRepository(nameWithOwner: string, options?: { followRenames: boolean }): Repository;
  /** @throws {Refusal} */
  getRepositoryById(id: string): Repository;
  /** Runs when everything is checked and before a ref moves: where a true race happens. */
  readonly beforeRefUpdate?: (() => Promise<void>) | undefined;
}

const root = {
  repository: ({ owner, name, followRenames }: RepositoryArguments, context: GraphQLContext) =>
    describeRepository(context.getRepository(`${owner}/${name}`, { followRenames })),
  viewer: { __typename: 'User', login: 'github-actions[bot]' },
  createRef,
  updateRef,
  updateRefs,
  deleteRef,
  createCommitOnBranch,
  createPullRequest,
  updatePullRequest,
  closePullRequest,
  enablePullRequestAutoMerge,
  mergePullRequest,
  addComment,
};

export interface GraphQLRequest {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>> | undefined;
  readonly operationName?: string | undefined;
}

export async function answerGraphQL(request: GraphQLRequest, context: GraphQLContext): Promise<object> {
  const { document, errors } = readDocument(request.query);
  if (document === undefined || errors.length > 0) {
    return { errors: errors.map(formatError) };
  }
  const result = await execute({
    schema: getSchema(),
    document,
    rootValue: root,
    contextValue: context,
    variableValues: request.variables ?? {},
    operationName: request.operationName,
  });
  return { ...result, ...(result.errors === undefined ? {} : { errors: result.errors.map(formatError) }) };
}

function formatError({ originalError, message, path, locations }: GraphQLError) {
  if (originalError !== undefined && !(originalError instanceof Refusal) && path !== undefined) {
    // A fault of the stand-in itself: say where.
    return { type: 'INTERNAL', path, locations, message: originalError.stack ?? message };
  }
  const type = originalError instanceof Refusal ? originalError.type : undefined;
  return {
    ...(type === undefined ? {} : { type }),
    ...(path === undefined ? {} : { path }),
    ...(type === 'FORBIDDEN' ? { extensions: { saml_failure: false } } : {}),
    locations,
    message,
  };
}

export function createContext(
  repositories: ReadonlyMap<string, Repository>,
  beforeRefUpdate: GraphQLContext['beforeRefUpdate'],
): GraphQLContext {
  function getRepository(nameWithOwner: string, { followRenames } = { followRenames: false }): Repository {
    const renamed = followRenames ? findRenamed(repositories, nameWithOwner) : undefined;
    const repository = repositories.get(nameWithOwner.toLowerCase()) ?? renamed;
    if (repository === undefined) {
      throw repositoryNotFound(nameWithOwner);
    }
    verifyMayRead(repository);
    return repository;
  }
  return {
    getRepository,
    getRepositoryById(id) {
      const node = parseNodeId('R', id);
      if (node === undefined) {
        throw new Refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
      }
      return getRepository(node.nameWithOwner);
    },
    beforeRefUpdate,
  };
}
