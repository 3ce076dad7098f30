// Checks REST request bodies against an extract of GitHub's own OpenAPI description.
import { Ajv, type ErrorObject } from 'ajv';
import { type Answer, restError } from './answer.ts';
import extract from './openapi-extract.json' with { type: 'json' };

const ajv = new Ajv({ strict: false });
const validators = new Map(Object.entries(extract.definitions).map(([route, schema]) => [route, ajv.compile(schema)]));

/** The refusal that GitHub would answer, or undefined where the body is right. */
export function refuseBody(route: string, body: unknown): Answer | undefined {
  const validate = validators.get(route);
  return validate === undefined || validate(body) ? undefined : restError(422, formatProblem(validate.errors ?? []));
}

function formatProblem([error]: readonly ErrorObject[]): string {
  const path = error?.instancePath ? `'properties${error.instancePath}'` : 'the body';
  return `Invalid request.\n\nFor ${path}, ${error?.message}.`;
}
