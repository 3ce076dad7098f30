// GitHub's real GraphQL schema, built once per process, with the two scalars that guard what is written.
import { schema as published } from '@octokit/graphql-schema';
import {
  buildSchema,
  type DocumentNode,
  GraphQLError,
  type GraphQLScalarType,
  type GraphQLSchema,
  parse,
  validate,
  validateSchema,
} from 'graphql';

let built: GraphQLSchema | undefined;

export function getSchema(): GraphQLSchema {
  if (built === undefined) {
    const schema = buildSchema(published.idl, { assumeValidSDL: true });
    const [problem] = validateSchema(schema);
    if (problem !== undefined) {
      throw problem;
    }
    restrict(schema, 'GitObjectID', /^[0-9a-f]{40}$/);
    restrict(schema, 'Base64String', /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
    built = schema;
  }
  return built;
}

function restrict(schema: GraphQLSchema, name: string, pattern: RegExp): void {
  const scalar = schema.getType(name) as GraphQLScalarType<string, unknown>;
  scalar.parseValue = (value) => {
    if (typeof value !== 'string' || !pattern.test(value)) {
      throw new GraphQLError(`Expected type '${name}'.`);
    }
    return value;
  };
  scalar.parseLiteral = (node) => scalar.parseValue(node.kind === 'StringValue' ? node.value : undefined);
}

export interface ReadDocument {
  readonly document: DocumentNode | undefined;
  readonly errors: readonly GraphQLError[];
}

// The same few documents come again and again, and validating one against this schema takes longer than answering it.
const documents = new Map<string, ReadDocument>();

export function readDocument(query: string): ReadDocument {
  const known = documents.get(query);
  if (known !== undefined) {
    return known;
  }
  const read = parseDocument(query);
  documents.set(query, read);
  return read;
}

function parseDocument(query: string): ReadDocument {
  try {
    const document = parse(query);
    return { document, errors: validate(getSchema(), document) };
  } catch (error) {
    if (!(error instanceof GraphQLError)) {
      throw error;
    }
    return { document: undefined, errors: [error] };
  }
}
