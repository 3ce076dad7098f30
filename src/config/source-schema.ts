// Where a value comes from: a secret by its name alone, or with what is to be taken of it.

import * as v from 'valibot';
import { parseVersion } from '../google/resource-names.ts';
import { parsePointer } from '../kubernetes/json-payload.ts';
import { chosen, EXAMPLES, isMapping, mapping, says, text, unless } from './fields.ts';

const VERSION = 'is no version: write a number such as 3, or put an alias into quotes';

const VERSION_NUMBER = v.pipe(
  v.number(VERSION),
  v.integer(VERSION),
  v.minValue(1, VERSION),
  v.maxValue(Number.MAX_SAFE_INTEGER, VERSION),
);
const VERSION_TEXT = text(
  unless((input) => input !== '' && parseVersion(input) !== undefined, VERSION),
  VERSION,
);
const version = says(
  chosen(v.union([VERSION_NUMBER, VERSION_TEXT]), (input) =>
    typeof input === 'number' ? VERSION_NUMBER : VERSION_TEXT,
  ),
  'Number of the version, an alias, `latest` (the newest one) or `latest-enabled` (the newest one that is enabled).',
  { default: 'latest' },
);

// What is wrong with a secret's name is found out later, when the project is known.
const SECRET_NAME = v.string('write the id of a secret, such as TELE_TOKEN, or a mapping with `secret`');
const secret = says(
  v.string('write the id of a secret, such as TELE_TOKEN'),
  "The secret's id, or its full name `projects/PROJECT/secrets/SECRET`, which may end in `/versions/VERSION`.",
);

const PART = mapping({
  secret,
  version: v.optional(version),
  pointer: v.optional(
    says(
      text(
        unless(
          (input) => input.length <= 1024 && parsePointer(input) !== undefined,
          'is no JSON pointer: write /a/0, with ~1 for a / in a name and ~0 for a ~',
        ),
      ),
      'What is taken out of a payload that is JSON, as a JSON pointer (RFC 6901).',
      { examples: ['/user', '/hosts/0/name'] },
    ),
  ),
  trim: v.optional(
    says(v.picklist(['newline'], 'write newline, or leave it out'), 'Takes one line end off the end of the payload.'),
  ),
});
export const SOURCE = chosen(v.union([SECRET_NAME, PART]), (input) => (isMapping(input) ? PART : SECRET_NAME));

const USER_NAME = mapping({
  value: says(
    text(unless((input) => /^[^\p{Cc}:]{1,1024}$/u.test(input), 'is no user name: write one line without a colon')),
    'The user name itself, where it is no secret.',
    { examples: ['_json_key'] },
  ),
});
const SOURCE_OR_NAME = chosen(v.union([SECRET_NAME, PART, USER_NAME]), (input) =>
  isMapping(input) && 'value' in input ? USER_NAME : SOURCE,
);

/** `registry.example.com`, `localhost:5000`, and what Docker Hub is still called: `https://index.docker.io/v1/`. */
const SERVER = /^(?:https?:\/\/)?[A-Za-z0-9.*-]{1,253}(?::\d{1,5})?(?:\/[\w./-]{0,255})?$/;
export const DOCKER = mapping({
  server: says(
    text(unless((input) => SERVER.test(input), 'is no registry: write its host, such as europe-docker.pkg.dev')),
    "The registry's host.",
    { examples: [EXAMPLES['server']] },
  ),
  username: says(SOURCE_OR_NAME, 'The user name: a source as in `data`, or `value` with the name itself.'),
  password: says(SOURCE, 'Where the password comes from: a source as in `data`.'),
});

export const ENTRIES = mapping({
  secret,
  version: v.optional(version),
  format: says(
    v.picklist(['json', 'dotenv'], 'write json or dotenv'),
    'How the payload is read: a JSON object, or lines of the form `KEY=value`.',
  ),
});

export type Source = v.InferOutput<typeof SOURCE>;
export type UserName = v.InferOutput<typeof SOURCE_OR_NAME>;
