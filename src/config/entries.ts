// From an entry of a config file to what should be there. Here is looked at what only shows when fields are taken
// together.

import { type DataValue, type Desired, type DesiredSecret, type EntriesSource, requestsOf } from '../desired-secret.ts';
import { isNewest } from '../google/resource-names.ts';
import { findMissingKeys } from '../kubernetes/secret-type.ts';
import { shown } from '../markdown.ts';
import { MAX_ANNOTATIONS, sizeOfAnnotations } from './metadata.ts';
import type { ConfigFile, Entry, PresentEntry } from './schema.ts';
import type { UserName } from './source-schema.ts';
import { type Project, type Refuse, readPayload, readRequest } from './sources.ts';

type Docker = NonNullable<PresentEntry['docker']>;

const DOCKER_TYPE = 'kubernetes.io/dockerconfigjson';
const DOCKER_KEY = '.dockerconfigjson';

export interface Surroundings {
  defaults: ConfigFile['defaults'];
  project: Project;
}

/** What comes of an entry lacks what is refused. */
export function readEntry(entry: Entry, { defaults, project }: Surroundings, refuse: Refuse): Desired {
  if ('state' in entry) return { state: 'absent', file: entry.file };
  const secret: DesiredSecret = {
    state: 'present',
    file: entry.file,
    name: entry.name,
    namespace: entry.namespace ?? defaults?.namespace,
    type: entry.type ?? (entry.docker === undefined ? 'Opaque' : DOCKER_TYPE),
    immutable: entry.immutable,
    labels: { ...defaults?.labels, ...entry.labels },
    annotations: { ...defaults?.annotations, ...entry.annotations },
    data: readData(entry, project, refuse),
    dataFrom: readDataFrom(entry, project, refuse),
    hold: readHold(entry),
  };
  refuseMixture(entry, secret, refuse);
  refuseIncomplete(entry, secret, refuse);
  refuseMoving(secret, refuse);
  if (sizeOfAnnotations(secret.annotations) > MAX_ANNOTATIONS) {
    refuse(['annotations'], 'all annotations come to more than 256 KiB, which Kubernetes refuses: leave some out');
  }
  return secret;
}

function readData({ data, docker }: PresentEntry, project: Project, refuse: Refuse): Map<string, DataValue> {
  const values = new Map<string, DataValue>();
  for (const [key, source] of Object.entries(data ?? {})) {
    const value = readPayload(source, ['data', key], project, refuse);
    if (value !== undefined) values.set(key, value);
  }
  const config = docker && readDocker(docker, project, refuse);
  if (config !== undefined) values.set(DOCKER_KEY, config);
  return values;
}

function readDocker({ server, ...signIn }: Docker, project: Project, refuse: Refuse): DataValue | undefined {
  const username = readUserName(signIn.username, project, refuse);
  const password = readPayload(signIn.password, ['docker', 'password'], project, refuse);
  return username && password && { kind: 'docker-config', server, username, password };
}

function readUserName(username: UserName, project: Project, refuse: Refuse) {
  if (typeof username === 'object' && 'value' in username) return { kind: 'text', text: username.value } as const;
  return readPayload(username, ['docker', 'username'], project, refuse);
}

function readDataFrom({ dataFrom = [] }: PresentEntry, project: Project, refuse: Refuse): EntriesSource[] {
  const secrets = new Set<string>();
  return dataFrom.flatMap((source, index) => {
    const refuseName = (sentence: string) => refuse(['dataFrom', index, 'secret'], sentence);
    const request = readRequest(source, project, refuseName);
    if (request === undefined) return [];
    const { secret, location = '' } = request.name;
    // What a manifest claims has the project's number, and that may be the number of any id.
    const key = `${location}/${secret}`;
    if (secrets.has(key)) {
      refuseName(
        `\`dataFrom\` names a secret ${secret} twice, and a later run could not tell whose entries are whose: put it into a Secret of its own`,
      );
    }
    secrets.add(key);
    return [{ request, format: source.format }];
  });
}

function readHold({ hold }: PresentEntry): DesiredSecret['hold'] {
  if (hold === undefined) return 'keep';
  return hold ? 'set' : 'release';
}

/** `docker` makes all of the data. */
function refuseMixture({ docker, data, dataFrom }: PresentEntry, { type }: DesiredSecret, refuse: Refuse): void {
  if (docker === undefined) return;
  if (data !== undefined) refuse(['data'], '`data` does not go with `docker`: leave one of them out');
  if (dataFrom !== undefined) refuse(['dataFrom'], '`dataFrom` does not go with `docker`: leave one of them out');
  if (type !== DOCKER_TYPE) {
    refuse(['type'], `\`type: ${shown(type)}\` does not go with \`docker\`, which makes ${DOCKER_TYPE}: leave it out`);
  }
}

function refuseIncomplete({ data, dataFrom, docker }: PresentEntry, { type }: DesiredSecret, refuse: Refuse): void {
  if (data === undefined && dataFrom === undefined && docker === undefined) {
    refuse([], 'there is nothing to put into this Secret: write `data`, `dataFrom` or `docker`');
    return;
  }
  const keys = Object.keys(data ?? {});
  if (data !== undefined && keys.length === 0) refuse(['data'], '`data` is empty: write a data key and its secret');
  if (dataFrom?.length === 0) refuse(['dataFrom'], '`dataFrom` is empty: write a secret and its format');
  // Which keys a payload brings is known once it is there.
  if (data === undefined || dataFrom !== undefined || docker !== undefined) return;
  for (const missing of findMissingKeys(type, keys)) {
    refuse(['data'], `a Secret of the type ${shown(type)} needs the data key ${missing}: write it into \`data\``);
  }
}

/** A later run would not find again what is held. */
function refuseMoving(secret: DesiredSecret, refuse: Refuse): void {
  const moving = requestsOf(secret).find(({ version }) => isNewest(version));
  if (secret.hold !== 'set' || moving === undefined) return;
  const { name, version } = moving;
  refuse(
    ['hold'],
    `\`hold: true\` needs versions to hold: write a number or an alias for ${name.secret}, not ${version.kind}`,
  );
}
