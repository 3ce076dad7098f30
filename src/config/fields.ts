// What the fields of a config file are made of. A message is what stands behind the field: a whole predicate, or, where
// it begins with `write`, what is to stand there instead of what does.

import * as v from 'valibot';

/** What is written where a field is missing. */
export const EXAMPLES: Readonly<Record<string, string>> = {
  file: 'clusters/dev/demo/kbot-token.yaml',
  name: 'kbot-token',
  secret: 'TELE_TOKEN',
  format: 'json',
  server: 'europe-docker.pkg.dev',
  username: '{ value: _json_key }',
  password: 'REGISTRY_PASSWORD',
};

/** Begins the message about an unknown field; the known ones follow. */
export const KNOWN = 'known: ';

/** The schema of the form that was meant, so that only its problems are told; of any, where there is no input. */
export function chosen<Any extends v.GenericSchema>(
  any: Any,
  choose: (input: unknown) => v.GenericSchema,
): v.LazySchema<Any> {
  return v.lazy((input) => (input === undefined ? any : (choose(input) as Any)));
}

/** Valibot takes a list for a mapping. */
export function mappingOnly<Any extends v.GenericSchema>(schema: Any, message = 'write a mapping'): v.LazySchema<Any> {
  return chosen(schema, (input) => (Array.isArray(input) ? v.never(message) : schema));
}

/** @param unknown what is said of a field that is not among the entries */
export function mapping<E extends v.ObjectEntries>(entries: E, unknown = KNOWN + Object.keys(entries).join(', ')) {
  return mappingOnly(v.objectWithRest(entries, v.never(unknown), 'write a mapping'));
}

/** @param find why a text is refused, to stand behind it */
export function text(find: (text: string) => string | undefined, message = 'write text') {
  return v.pipe(
    v.string(message),
    v.check(
      (input) => find(input) === undefined,
      ({ input }) => find(input) as string,
    ),
  );
}

export function says<S extends v.GenericSchema>(schema: S, description: string, metadata: object = {}) {
  return v.pipe(schema, v.metadata({ description, ...metadata }));
}

export function unless(isFine: (text: string) => boolean, problem: string): (text: string) => string | undefined {
  return (input) => (isFine(input) ? undefined : problem);
}

export function isMapping(input: unknown): input is object {
  return typeof input === 'object' && input !== null && !Array.isArray(input);
}
