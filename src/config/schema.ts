// The one definition of a config file: what it may hold, what holds where it says nothing, and what the published JSON
// Schema says of it. What only shows when fields are taken together is looked at in entries.ts.

import * as v from 'valibot';
import { findPathProblem } from '../github/names.ts';
import { PROJECT } from '../google/resource-names.ts';
import { isDataKey, isLabel, isSubdomain } from '../kubernetes/names.ts';
import { findTypeProblem } from '../kubernetes/secret-type.ts';
import { chosen, EXAMPLES, isMapping, KNOWN, mapping, mappingOnly, says, text, unless } from './fields.ts';
import { findLabelProblem, findNameProblem } from './metadata.ts';
import { DOCKER, ENTRIES, SOURCE } from './source-schema.ts';

const LABELS = mappingOnly(v.record(text(findNameProblem), text(findLabelProblem), 'write a mapping'));
const ANNOTATIONS = mappingOnly(v.record(text(findNameProblem), v.string('write text'), 'write a mapping'));
const NAMESPACE = text(unless(isLabel, 'is no namespace: write lower-case letters, digits and - such as demo'));

const file = says(
  text((input) => {
    const problem = findPathProblem(input);
    return problem && `cannot be written: ${problem}`;
  }),
  'Path of the manifest in the Flux repository; no two entries have the same one.',
  { examples: [EXAMPLES['file']] },
);
const name = says(
  text(unless(isSubdomain, 'is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token')),
  'Name of the Secret.',
  { examples: [EXAMPLES['name']] },
);

const PRESENT_FIELDS = {
  file,
  name,
  namespace: v.optional(says(NAMESPACE, 'Namespace of the Secret; without it, Flux or the folder decides.')),
  type: v.optional(
    says(
      text((input) => {
        const problem = findTypeProblem(input);
        return problem && `cannot be made: ${problem}`;
      }),
      'Type of the Secret; with `docker` it is `kubernetes.io/dockerconfigjson`.',
      { default: 'Opaque', examples: ['kubernetes.io/tls', 'kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth'] },
    ),
  ),
  immutable: v.optional(
    says(v.boolean('write true or false'), 'Whether Kubernetes refuses every later change of the data.'),
    false,
  ),
  labels: v.optional(says(LABELS, 'Labels of the Secret, over those of `defaults`.')),
  annotations: v.optional(says(ANNOTATIONS, 'Annotations of the Secret, over those of `defaults`.')),
  hold: v.optional(
    says(
      v.boolean('write true or false'),
      'Holds these versions against later runs (true), or ends a hold (false); left out, what is held stays so, whatever version is asked for.',
    ),
  ),
  data: v.optional(
    says(
      mappingOnly(
        v.record(
          text(unless(isDataKey, 'is no data key: write letters, digits, -, _ and . such as token')),
          SOURCE,
          'write a mapping',
        ),
      ),
      'Data keys of the Secret, and the secret that each one comes from.',
    ),
  ),
  dataFrom: v.optional(
    says(
      v.array(ENTRIES, 'write a list'),
      'Payloads of which each entry becomes a data key of its own; the id of a secret stands here once.',
    ),
  ),
  docker: v.optional(says(DOCKER, 'What a kubelet signs in to a registry with, instead of `data` and `dataFrom`.')),
};
const PRESENT = mapping(PRESENT_FIELDS, `${KNOWN}${Object.keys(PRESENT_FIELDS).join(', ')}, state`);

const STATE = says(
  v.literal('absent', 'write absent, or leave it out'),
  'Deletes the manifest, where this file, or a run with inputs, has asked for it; never one of another config.',
);
const ABSENT = mapping(
  {
    file,
    name: v.optional(name),
    state: STATE,
  },
  'does not go with `state: absent`: leave it out',
);
/** Where it is only the state that is wrong, nothing else is. */
const OF_UNKNOWN_STATE = mapping({ ...PRESENT_FIELDS, state: STATE });
const ENTRY = chosen(v.union([PRESENT, ABSENT]), (input) => {
  if (!isMapping(input) || !('state' in input)) return PRESENT;
  return input.state === 'absent' ? ABSENT : OF_UNKNOWN_STATE;
});

export const CONFIG_FILE = says(
  mapping({
    project: v.optional(
      says(
        text(unless((input) => PROJECT.test(input), 'is no project: write its id, such as my-project, or its number')),
        'Project of the secrets that are named by their id; without it, that of the input `project-id`.',
        { examples: ['my-project'] },
      ),
    ),
    defaults: v.optional(
      says(
        mapping({
          namespace: v.optional(says(NAMESPACE, 'Namespace of the Secrets that name none.')),
          labels: v.optional(says(LABELS, 'Labels of every Secret.')),
          annotations: v.optional(says(ANNOTATIONS, 'Annotations of every Secret.')),
        }),
        'What holds for every Secret that does not say otherwise.',
      ),
    ),
    prune: v.optional(
      says(
        v.boolean('write true or false'),
        'Deletes manifests that this file has made and no longer names, in the folders that it still uses.',
      ),
      false,
    ),
    manifests: says(v.array(ENTRY, 'write a list'), 'The manifests that are to be there, or to be gone.'),
  }),
  'Which secrets of Google Secret Manager become which manifests of a Flux repository.',
  { title: 'flux-secrets.yaml' },
);

export type ConfigFile = v.InferOutput<typeof CONFIG_FILE>;
export type PresentEntry = v.InferOutput<typeof PRESENT>;
export type Entry = PresentEntry | v.InferOutput<typeof ABSENT>;
