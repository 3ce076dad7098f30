// Writes schema/flux-secrets.schema.json, by which an editor helps with a config file, from the definition that the
// action itself reads by. With --check it writes nothing, and fails unless the file is current. Called by npm.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJsonSchema } from '@valibot/to-json-schema';
import { CONFIG_FILE } from '../src/config/schema.ts';

const FILE = 'schema/flux-secrets.schema.json';
process.chdir(join(import.meta.dirname, '..'));

const { $schema, ...fields } = convert(CONFIG_FILE);
const text = format({ $schema, ...fields });
if (process.argv.includes('--check')) check();
else write();

/** What a function checks has no words in JSON Schema: an editor learns it from the description. */
function convert(schema) {
  const { $defs: _, ...converted } = toJsonSchema(schema, {
    target: 'draft-07',
    ignoreActions: ['check'],
    overrideSchema({ valibotSchema, jsonSchema }) {
      if (valibotSchema.type === 'lazy') return withoutDialect(convert(valibotSchema.getter(undefined)));
      if (valibotSchema.type === 'object_with_rest') return { ...jsonSchema, additionalProperties: false };
      if (valibotSchema.type === 'record') return withoutKeys(jsonSchema);
      return undefined;
    },
  });
  return converted;
}

function withoutDialect({ $schema: _, ...schema }) {
  return schema;
}

/** Every key of JSON is a string. */
function withoutKeys({ propertyNames: _, ...schema }) {
  return schema;
}

/** As everything else in this repository is formatted. */
function format(schema) {
  return execFileSync('node_modules/.bin/biome', ['format', `--stdin-file-path=${FILE}`], {
    input: JSON.stringify(schema),
    encoding: 'utf8',
  });
}

function write() {
  mkdirSync('schema', { recursive: true });
  writeFileSync(FILE, text);
}

function check() {
  if (existsSync(FILE) && readFileSync(FILE, 'utf8') === text) return;
  console.error(`${FILE} is not what the definition says. Run \`npm run schema\`.`);
  process.exitCode = 1;
}
