export const id = 35;
export const ids = [35];
export const modules = {

/***/ 65035:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  parseConfig: () => (/* binding */ parseConfig)
});

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(77934);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var yaml_dist = __webpack_require__(38815);
// EXTERNAL MODULE: ./lib/markdown.js
var markdown = __webpack_require__(45162);
// EXTERNAL MODULE: ./lib/yaml-document.js
var yaml_document = __webpack_require__(30432);
// EXTERNAL MODULE: ./lib/errors.js
var errors = __webpack_require__(452);
;// CONCATENATED MODULE: ./lib/config/problems.js
// What is wrong with a config file, each with its line and column. All of it is counted, and only what is listed is put
// into words, so that a file of a hundred thousand mistakes is answered as soon as one of a few.


/** Listed at most. */
const MAX_LISTED = 50;
/** Looked at at most: what aliases repeat is the same problem again and again. */
const MAX_DESCRIBED = 1_000;
function collectProblems(path, lines) {
    const listed = new Map();
    let described = 0;
    let others = 0;
    const format = (offset, sentence) => {
        const { line, col } = lines.linePos(offset);
        return `${(0,markdown/* shown */.SP)(path)}:${line}:${col}: ${sentence}${sentence.endsWith('?') ? '' : '.'}`;
    };
    return {
        add(offset, sentence) {
            if (listed.size === MAX_LISTED || described === MAX_DESCRIBED) {
                others += 1;
                return;
            }
            described += 1;
            const at = typeof offset === 'number' ? offset : offset();
            listed.set(format(at, sentence()), at);
        },
        isEmpty: () => listed.size === 0,
        lineOf: (offset) => lines.linePos(offset).line,
        toError() {
            const sentences = [...listed].sort(([, a], [, b]) => a - b).map(([sentence]) => sentence);
            const count = listed.size + others;
            const reason = count === 1 ? 'one thing in it is' : `${count} things in it are`;
            if (others > 0)
                sentences.push(`And ${others} more.`);
            return new errors/* ActionError */.lZ('CONFIG_INVALID', {
                message: `Cannot use ${(0,markdown/* shown */.SP)(path)}: ${reason} not as expected.\n${sentences.join('\n')}`,
                remedy: 'Mend the file, and run it again; docs/flux-secrets.md describes every field.',
            });
        },
    };
}

;// CONCATENATED MODULE: ./lib/config/document.js
// The text of a config file as one YAML document.




/** Bytes: thousands of manifests. */
const MAX_SIZE = 1024 * 1024;
/** An entry of ten lines has about a hundred parts, and needs a third of the depth. */
const LIMITS = { parts: 250_000, depth: 30 };
const STOPPED = {
    depth: 'this is nested too deep',
    parts: 'the file has too many parts up to here: split it',
    document: 'another document begins here: write one only',
};
/** @throws {CONFIG_INVALID} for what is not one YAML document with something in it */
function readDocument(path, text) {
    const lines = new yaml_dist/* LineCounter */.HN();
    lines.addNewLine(0);
    const problems = collectProblems(path, lines);
    if (Buffer.byteLength(text) > MAX_SIZE)
        problems.add(0, () => 'the file is larger than 1 MiB: split it');
    const contents = problems.isEmpty() ? readContents(text, lines, problems) : undefined;
    if (contents === undefined || !problems.isEmpty())
        throw problems.toError();
    return { contents, problems };
}
function readContents(text, lines, problems) {
    const { document, directives, stop } = (0,yaml_document/* readYaml */.gM)(text, { limits: LIMITS, lines, resolveKnownTags: false });
    for (const offset of directives) {
        problems.add(offset, () => 'a directive such as `%YAML` is not used here: leave it out');
    }
    if (stop !== undefined)
        problems.add(stop.offset, () => STOPPED[stop.reason]);
    // Where reading has stopped, what is there by then would only be misunderstood.
    if (!problems.isEmpty())
        return undefined;
    for (const { pos, message } of document.errors) {
        problems.add(pos[0], () => `this is not YAML: ${(0,markdown/* shown */.SP)(message)}`);
    }
    const contents = document.contents ?? undefined;
    const isNothing = contents === undefined || ('value' in contents && contents.value === null);
    if (isNothing)
        problems.add(0, () => 'the file is empty: write `manifests:` and a list of them');
    return contents;
}

// EXTERNAL MODULE: ./lib/desired-secret.js
var desired_secret = __webpack_require__(42442);
// EXTERNAL MODULE: ./lib/google/resource-names.js
var resource_names = __webpack_require__(75274);
// EXTERNAL MODULE: ./lib/kubernetes/secret-type.js
var secret_type = __webpack_require__(71167);
// EXTERNAL MODULE: ./lib/kubernetes/names.js
var names = __webpack_require__(1896);
// EXTERNAL MODULE: ./lib/kubernetes/provenance.js
var provenance = __webpack_require__(40545);
;// CONCATENATED MODULE: ./lib/config/metadata.js
// What Kubernetes takes as names and values of labels and annotations, and which names a config may not set.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/


/** Bytes of all names and values, as the API server counts them. */
const MAX_ANNOTATIONS = 256 * 1024;
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const RESERVED = new Set([provenance/* MANAGED_BY */.Kf.label, 'kubectl.kubernetes.io/last-applied-configuration']);
/** Why no label or annotation may have the name, to stand behind it. */
function findNameProblem(name) {
    if ((0,provenance/* isProvenance */.WX)(name) || RESERVED.has(name))
        return 'is written by this action or by kubectl: leave it out';
    // The rule of sops goes by the name alone, at any depth.
    if (name === 'data' || name === 'stringData')
        return 'would be encrypted, as data is: take another name';
    const slash = name.indexOf('/');
    const isPrefixed = slash < 0 || (0,names/* isSubdomain */.J4)(name.slice(0, slash));
    if (isPrefixed && NAME.test(name.slice(slash + 1)))
        return undefined;
    return 'is no name of a label or annotation: write team or example.com/team, with letters, digits, -, . and _';
}
/** Why no label may have the value, to stand behind it. */
function findLabelProblem(value) {
    if (value === '' || NAME.test(value))
        return undefined;
    return 'is no value of a label: write up to 63 letters, digits, -, . and _, with a letter or digit at both ends';
}
function sizeOfAnnotations(annotations) {
    return Object.entries(annotations).reduce((sum, each) => sum + Buffer.byteLength(each.join('')), 0);
}

// EXTERNAL MODULE: ./lib/google/secret-input.js
var secret_input = __webpack_require__(99882);
;// CONCATENATED MODULE: ./lib/config/sources.js
// From what an entry says of a secret to the version that is asked for.



/** Undefined, with what is wrong, for what names no version of a secret. */
function readRequest({ secret, version = '' }, project, refuse) {
    // No name is longer than this; what is cut ends in a character that none has.
    const name = (0,markdown/* shown */.SP)(secret, 500);
    // A full name brings its own project, and what is wrong with a version was found by the schema.
    const projectId = (0,resource_names/* parseFullName */.St)(name) === undefined ? (project ?? '') : '';
    const known = (0,resource_names/* parseVersion */.ot)(String(version)) === undefined ? '' : String(version);
    try {
        return (0,secret_input/* parseSecretInput */.A)({ secret: name, version: known, projectId }, 'project');
    }
    catch (error) {
        if (!(error instanceof secret_input/* NameRefused */.e))
            throw error;
        for (const problem of error.problems)
            refuse(problem);
        return undefined;
    }
}
function readPayload(source, path, project, refuse) {
    const isName = typeof source === 'string';
    const named = isName ? { secret: source } : source;
    const request = readRequest(named, project, (sentence) => refuse(isName ? path : [...path, 'secret'], sentence));
    if (request === undefined)
        return undefined;
    const { pointer, trim } = isName ? {} : source;
    return { kind: 'payload', request, pointer, trimNewline: trim === 'newline' };
}

;// CONCATENATED MODULE: ./lib/config/entries.js
// From an entry of a config file to what should be there. Here is looked at what only shows when fields are taken
// together.






const DOCKER_TYPE = 'kubernetes.io/dockerconfigjson';
const DOCKER_KEY = '.dockerconfigjson';
/** What comes of an entry lacks what is refused. */
function readEntry(entry, { defaults, project }, refuse) {
    if ('state' in entry)
        return { state: 'absent', file: entry.file };
    const secret = {
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
function readData({ data, docker }, project, refuse) {
    const values = new Map();
    for (const [key, source] of Object.entries(data ?? {})) {
        const value = readPayload(source, ['data', key], project, refuse);
        if (value !== undefined)
            values.set(key, value);
    }
    const config = docker && readDocker(docker, project, refuse);
    if (config !== undefined)
        values.set(DOCKER_KEY, config);
    return values;
}
function readDocker({ server, ...signIn }, project, refuse) {
    const username = readUserName(signIn.username, project, refuse);
    const password = readPayload(signIn.password, ['docker', 'password'], project, refuse);
    return username && password && { kind: 'docker-config', server, username, password };
}
function readUserName(username, project, refuse) {
    if (typeof username === 'object' && 'value' in username)
        return { kind: 'text', text: username.value };
    return readPayload(username, ['docker', 'username'], project, refuse);
}
function readDataFrom({ dataFrom = [] }, project, refuse) {
    const secrets = new Set();
    return dataFrom.flatMap((source, index) => {
        const refuseName = (sentence) => refuse(['dataFrom', index, 'secret'], sentence);
        const request = readRequest(source, project, refuseName);
        if (request === undefined)
            return [];
        const { secret, location = '' } = request.name;
        // What a manifest claims has the project's number, and that may be the number of any id.
        const key = `${location}/${secret}`;
        if (secrets.has(key)) {
            refuseName(`\`dataFrom\` names a secret ${secret} twice, and a later run could not tell whose entries are whose: put it into a Secret of its own`);
        }
        secrets.add(key);
        return [{ request, format: source.format }];
    });
}
function readHold({ hold }) {
    if (hold === undefined)
        return 'keep';
    return hold ? 'set' : 'release';
}
/** `docker` makes all of the data. */
function refuseMixture({ docker, data, dataFrom }, { type }, refuse) {
    if (docker === undefined)
        return;
    if (data !== undefined)
        refuse(['data'], '`data` does not go with `docker`: leave one of them out');
    if (dataFrom !== undefined)
        refuse(['dataFrom'], '`dataFrom` does not go with `docker`: leave one of them out');
    if (type !== DOCKER_TYPE) {
        refuse(['type'], `\`type: ${(0,markdown/* shown */.SP)(type)}\` does not go with \`docker\`, which makes ${DOCKER_TYPE}: leave it out`);
    }
}
function refuseIncomplete({ data, dataFrom, docker }, { type }, refuse) {
    if (data === undefined && dataFrom === undefined && docker === undefined) {
        refuse([], 'there is nothing to put into this Secret: write `data`, `dataFrom` or `docker`');
        return;
    }
    const keys = Object.keys(data ?? {});
    if (data !== undefined && keys.length === 0)
        refuse(['data'], '`data` is empty: write a data key and its secret');
    if (dataFrom?.length === 0)
        refuse(['dataFrom'], '`dataFrom` is empty: write a secret and its format');
    // Which keys a payload brings is known once it is there.
    if (data === undefined || dataFrom !== undefined || docker !== undefined)
        return;
    for (const missing of (0,secret_type/* findMissingKeys */.kc)(type, keys)) {
        refuse(['data'], `a Secret of the type ${(0,markdown/* shown */.SP)(type)} needs the data key ${missing}: write it into \`data\``);
    }
}
/** A later run would not find again what is held. */
function refuseMoving(secret, refuse) {
    const moving = (0,desired_secret/* requestsOf */.u)(secret).find(({ version }) => (0,resource_names/* isNewest */.vA)(version));
    if (secret.hold !== 'set' || moving === undefined)
        return;
    const { name, version } = moving;
    refuse(['hold'], `\`hold: true\` needs versions to hold: write a number or an alias for ${name.secret}, not ${version.kind}`);
}

;// CONCATENATED MODULE: ./lib/config/fields.js
// What the fields of a config file are made of. A message is what stands behind the field: a whole predicate, or, where
// it begins with `write`, what is to stand there instead of what does.

/** What is written where a field is missing. */
const EXAMPLES = {
    file: 'clusters/dev/demo/kbot-token.yaml',
    name: 'kbot-token',
    secret: 'TELE_TOKEN',
    format: 'json',
    server: 'europe-docker.pkg.dev',
    username: '{ value: _json_key }',
    password: 'REGISTRY_PASSWORD',
};
/** Begins the message about an unknown field; the known ones follow. */
const KNOWN = 'known: ';
/** The schema of the form that was meant, so that only its problems are told; of any, where there is no input. */
function chosen(any, choose) {
    return dist/* lazy */.RZV((input) => (input === undefined ? any : choose(input)));
}
/** Valibot takes a list for a mapping. */
function mappingOnly(schema, message = 'write a mapping') {
    return chosen(schema, (input) => (Array.isArray(input) ? dist/* never */.ZmZ(message) : schema));
}
/** @param unknown what is said of a field that is not among the entries */
function mapping(entries, unknown = KNOWN + Object.keys(entries).join(', ')) {
    return mappingOnly(dist/* objectWithRest */.U1j(entries, dist/* never */.ZmZ(unknown), 'write a mapping'));
}
/** @param find why a text is refused, to stand behind it */
function fields_text(find, message = 'write text') {
    return dist/* pipe */.FsL(dist/* string */.YjP(message), dist/* check */.z6Y((input) => find(input) === undefined, ({ input }) => find(input)));
}
function says(schema, description, metadata = {}) {
    return dist/* pipe */.FsL(schema, dist/* metadata */.yuE({ description, ...metadata }));
}
function unless(isFine, problem) {
    return (input) => (isFine(input) ? undefined : problem);
}
function isMapping(input) {
    return typeof input === 'object' && input !== null && !Array.isArray(input);
}

;// CONCATENATED MODULE: ./lib/config/nearest.js
// The known name that was most likely meant.
/** Longer than any field, and short enough to be compared at once. */
const LONGEST = 20;
/** Undefined where no name is near: one letter off, or two of a long name. */
function findNearest(text, names) {
    if (text.length > LONGEST)
        return undefined;
    const near = names
        .map((name) => ({ name, distance: distance(text.toLowerCase(), name.toLowerCase()) }))
        .filter((each) => each.distance <= (each.name.length > 4 ? 2 : 1))
        .sort((a, b) => a.distance - b.distance);
    return near[0]?.name;
}
/** How many letters are to be added, left out, changed or swapped with the next one. */
function distance(a, b) {
    let before = [];
    let above = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 1; i <= a.length; i += 1) {
        const row = [i];
        for (let j = 1; j <= b.length; j += 1) {
            const isSame = a[i - 1] === b[j - 1];
            const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
            row.push(Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (isSame ? 0 : 1), isSwapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY));
        }
        before = above;
        above = row;
    }
    return at(above, b.length);
}
function at(row, index) {
    return row[index] ?? Number.POSITIVE_INFINITY;
}

;// CONCATENATED MODULE: ./lib/config/issues.js
// What the schema finds wrong, as sentences: what is there, and what to write instead.



function addIssue(issue, places, problems) {
    const items = issue.path ?? [];
    const path = pathOf(issue);
    const field = fieldOf(path);
    const last = items.at(-1);
    const isMissing = issue.type === 'object_with_rest' && last?.origin === 'key';
    const isOfKey = last?.origin === 'key' || (issue.type === 'never' && !issue.message.startsWith('write '));
    const at = () => {
        if (isMissing)
            return places.valueAt(path.slice(0, -1));
        return isOfKey ? places.keyAt(path) : places.valueAt(path);
    };
    problems.add(at, () => {
        if (isMissing)
            return missing(field);
        if (isOfKey)
            return `\`${field}\` ${predicateOfKey(field, issue.message)}`;
        return predicateOf(issue, path, places.findText(path));
    });
}
function pathOf({ path = [] }) {
    return path.flatMap(({ key }) => (typeof key === 'string' || typeof key === 'number' ? [key] : []));
}
function nameOf(path) {
    if (path.length === 0)
        return 'the file';
    return typeof path.at(-1) === 'number' ? `an item of \`${fieldOf(path)}\`` : `\`${fieldOf(path)}\``;
}
function missing(field) {
    const example = EXAMPLES[field];
    return `\`${field}\` is missing: write ${example === undefined ? 'a list' : `it, such as \`${field}: ${example}\``}`;
}
function predicateOfKey(field, message) {
    if (!message.startsWith(KNOWN))
        return message;
    const known = message.slice(KNOWN.length).split(', ');
    const nearest = findNearest(field, known);
    const names = known.map((name) => `\`${name}\``).join(', ');
    return `is not known here: ${nearest === undefined ? `known are ${names}` : `did you mean \`${nearest}\`?`}`;
}
/** The innermost name. */
function fieldOf(path) {
    return (0,markdown/* shown */.SP)(String(path.findLast((step) => typeof step === 'string') ?? ''));
}
/** @param text as it is written; undefined for a mapping or list */
function predicateOf({ input, message, type }, path, text) {
    const field = nameOf(path);
    const given = text === undefined || typeof path.at(-1) !== 'string' ? field : `\`${fieldOf(path)}: ${(0,markdown/* shown */.SP)(text)}\``;
    if (!message.startsWith('write '))
        return `${given} ${message}`;
    if (input === null)
        return `${field} has no value: ${message}`;
    const isWord = typeof input === 'string' && (type === 'picklist' || type === 'literal');
    if (isWord)
        return `${given} is not known: ${message}`;
    const isInQuotesText = type === 'string' && (typeof input === 'number' || typeof input === 'boolean');
    return `${given} is ${kindOf(input)}: ${isInQuotesText ? 'put it into quotes' : message}`;
}
function kindOf(input) {
    if (Array.isArray(input))
        return 'a list';
    if (typeof input === 'object')
        return 'a mapping';
    if (typeof input === 'number')
        return 'a number';
    return typeof input === 'boolean' ? 'a Boolean' : 'text';
}

;// CONCATENATED MODULE: ./lib/config/values.js
// The plain values of a YAML document. Only what is plain comes through: no tags, no keys that are not text or stand
// twice, no numbers but plain digits. What aliases and merges add up to is bounded.


/** A thousand entries that share two hundred lines. */
const MAX_ALIASED = 200_000;
/** JavaScript would take these keys for what it has itself. */
const OF_EVERY_OBJECT = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype']);
class AliasRefused extends Error {
}
/** Undefined, with a problem, where an alias leads nowhere, into itself or to too much: the rest would be misunderstood. */
function readValues(contents, problems) {
    const reading = { problems, targets: new Map(), anchors: new Map(), size: 0, aliased: 0 };
    try {
        return { value: readNode(contents, reading), targets: reading.targets };
    }
    catch (error) {
        if (error instanceof AliasRefused)
            return undefined;
        throw error;
    }
}
/** What the text `<<` is as a key, where it is not in quotes. */
function isMerge(key) {
    return (0,yaml_dist/* isScalar */.jn)(key) && key.type === 'PLAIN' && key.value === '<<';
}
function readNode(node, reading) {
    reading.size += 1;
    if (node === null)
        return null;
    if ((0,yaml_dist/* isAlias */.Vj)(node))
        return readAlias(node, reading);
    const { anchor, tag } = node;
    if (tag !== undefined) {
        reading.problems.add(node.range[0], () => `the tag \`${(0,markdown/* shown */.SP)(tag.replace('tag:yaml.org,2002:', '!!'))}\` is not used here: leave it out`);
    }
    if (anchor === undefined)
        return readPlain(node, reading);
    const before = reading.size;
    const anchored = { node, value: undefined, size: undefined };
    reading.anchors.set(anchor, anchored);
    anchored.value = readPlain(node, reading);
    anchored.size = reading.size - before + 1;
    return anchored.value;
}
function readPlain(node, reading) {
    if ((0,yaml_dist/* isMap */.jh)(node))
        return readMapping(node, reading);
    if ((0,yaml_dist/* isSeq */.oP)(node))
        return node.items.map((item) => readNode(item, reading));
    return readScalar(node);
}
function readScalar({ value, source }) {
    return typeof value === 'number' && String(value) !== source ? Number.NaN : value;
}
function readAlias(alias, reading) {
    const { anchors, problems, targets } = reading;
    const anchored = anchors.get(alias.source);
    const refuse = (reason) => {
        problems.add(alias.range[0], () => `the alias \`*${(0,markdown/* shown */.SP)(alias.source)}\` ${reason}`);
        return new AliasRefused();
    };
    if (anchored?.size === undefined) {
        throw refuse(anchored === undefined ? 'has no anchor before it' : 'stands for what it is itself a part of');
    }
    reading.size += anchored.size;
    reading.aliased += anchored.size;
    if (reading.aliased > MAX_ALIASED)
        throw refuse('and those before it stand for too much: write less with aliases');
    targets.set(alias, anchored.node);
    return anchored.value;
}
function readMapping(map, reading) {
    const mapping = Object.create(null);
    let merged;
    for (const { key, value: node } of map.items) {
        const name = readKey(key, reading);
        const value = readNode(node, reading);
        if (name === undefined)
            continue;
        if (isMerge(key) ? merged !== undefined : Object.hasOwn(mapping, name)) {
            reading.problems.add(key.range[0], () => `\`${(0,markdown/* shown */.SP)(name)}\` stands twice in one mapping: leave one out`);
        }
        else if (isMerge(key)) {
            merged = readMerge(key, value, reading);
        }
        else {
            mapping[name] = value;
        }
    }
    merged?.forEach((each) => {
        mergeInto(mapping, each);
    });
    return mapping;
}
/** What the mapping says itself counts, and then what was merged first. */
function mergeInto(mapping, merged) {
    for (const name of Object.keys(merged))
        if (!Object.hasOwn(mapping, name))
            mapping[name] = merged[name];
}
/** Undefined, with a problem, for what is no key. */
function readKey(key, reading) {
    const name = readNode(key, reading);
    if (typeof name !== 'string' || !(0,yaml_dist/* isScalar */.jn)(key)) {
        const remedy = (0,yaml_dist/* isScalar */.jn)(key) ? 'put it into quotes' : 'write text';
        reading.problems.add(key.range[0], () => `a key has to be text: ${remedy}`);
        return undefined;
    }
    if (!OF_EVERY_OBJECT.has(name))
        return name;
    reading.problems.add(key.range[0], () => `\`${(0,markdown/* shown */.SP)(name)}\` cannot be a key here: take another one`);
    return undefined;
}
function readMerge(key, value, { problems }) {
    const values = Array.isArray(value) ? value : [value];
    const mappings = values.filter((each) => typeof each === 'object' && !Array.isArray(each) && each !== null);
    if (mappings.length < values.length)
        problems.add(key.range[0], () => '`<<` takes a mapping or a list of them');
    return mappings;
}

;// CONCATENATED MODULE: ./lib/config/places.js
// From a value of a config file back to its place in the text. Only what is wrong is ever looked up.


function createPlaces(contents, targets) {
    const indexes = new Map();
    /** Behind an alias, which stands for no other one: an alias has no anchor. */
    function follow(node) {
        const target = (0,yaml_dist/* isAlias */.Vj)(node) ? targets.get(node) : node;
        return target ?? undefined;
    }
    function findIn(node, step) {
        if ((0,yaml_dist/* isSeq */.oP)(node))
            return { value: node.items[Number(step)] };
        if (!(0,yaml_dist/* isMap */.jh)(node))
            return undefined;
        const index = indexes.get(node) ?? indexItems(node);
        indexes.set(node, index);
        const own = index.get(String(step));
        const merge = index.get('<<');
        if (own !== undefined || merge?.key === undefined || !isMerge(merge.key))
            return own;
        const merged = follow(merge.value);
        const sources = (0,yaml_dist/* isSeq */.oP)(merged) ? merged.items.map((item) => follow(item)) : [merged];
        return sources.reduce((found, source) => found ?? findIn(source, step), undefined);
    }
    function find(path) {
        return path.reduce((item, step) => item && findIn(follow(item.value), step), { value: contents });
    }
    function valueAt(path) {
        const item = find(path);
        const at = item?.value?.range[0] ?? item?.key?.range[0];
        return at ?? (path.length === 0 ? 0 : valueAt(path.slice(0, -1)));
    }
    return {
        valueAt,
        keyAt: (path) => find(path)?.key?.range[0] ?? valueAt(path),
        findText(path) {
            const node = follow(find(path)?.value);
            return (0,yaml_dist/* isScalar */.jn)(node) ? node.source : undefined;
        },
    };
}
/** Of a key that stands twice, the first counts. */
function indexItems({ items }) {
    const texts = items.filter(({ key }) => (0,yaml_dist/* isScalar */.jn)(key) && typeof key.value === 'string');
    return new Map(texts.toReversed().map((item) => [item.key.value, item]));
}

;// CONCATENATED MODULE: ./lib/config/repeated.js
// What may stand only once among the entries of a config: the path of a file, in any spelling, and a Secret in a folder.


/** In any case and any composition of letters: some file systems take these for the same. */
function refuseRepeatedFiles(value, places, problems) {
    const { manifests } = (isMapping(value) ? value : {});
    const paths = new Map();
    for (const [index, entry] of Array.isArray(manifests) ? manifests.entries() : []) {
        const { file } = (isMapping(entry) ? entry : {});
        if (typeof file !== 'string')
            continue;
        const path = ['manifests', index, 'file'];
        const spelling = foldPath(file);
        const first = paths.get(spelling);
        if (first === undefined)
            paths.set(spelling, path);
        else {
            problems.add(() => places.valueAt(path), () => `\`file: ${(0,markdown/* shown */.SP)(file)}\` is also that of line ${problems.lineOf(places.valueAt(first))}: write each once`);
        }
    }
}
/**
 * A folder is one build of kustomize, which refuses what it finds twice. An entry that was copied whole is told of once,
 * for its file.
 * @param entries undefined where one was refused
 */
function refuseRepeatedSecrets(entries, places, problems) {
    const firsts = new Map();
    for (const [index, entry] of entries.entries()) {
        if (entry?.state !== 'present')
            continue;
        const { file, name, namespace } = entry;
        // To kustomize, none is the namespace `default`.
        const folder = file.slice(0, file.lastIndexOf('/') + 1);
        const secret = `${folder}${namespace ?? 'default'}/${name}`;
        const first = firsts.get(secret);
        if (first === undefined)
            firsts.set(secret, { file, index });
        else if (foldPath(first.file) !== foldPath(file)) {
            const lineOfFirst = () => problems.lineOf(places.valueAt(['manifests', first.index]));
            problems.add(() => places.valueAt(['manifests', index]), () => `the Secret ${(0,markdown/* shown */.SP)(name)} is made in this folder and namespace by line ${lineOfFirst()} already, and kustomize takes each once: give it another \`name\`, or leave one out`);
        }
    }
}
function foldPath(path) {
    return path.normalize('NFC').toLowerCase().normalize('NFC');
}

// EXTERNAL MODULE: ./lib/github/names.js
var github_names = __webpack_require__(84591);
// EXTERNAL MODULE: ./lib/kubernetes/json-payload.js
var json_payload = __webpack_require__(73979);
;// CONCATENATED MODULE: ./lib/config/source-schema.js
// Where a value comes from: a secret by its name alone, or with what is to be taken of it.




const VERSION = 'is no version: write a number such as 3, or put an alias into quotes';
const VERSION_NUMBER = dist/* pipe */.FsL(dist/* number */.aig(VERSION), dist/* integer */.ndf(VERSION), dist/* minValue */.Wwf(1, VERSION), dist/* maxValue */.cGV(Number.MAX_SAFE_INTEGER, VERSION));
const VERSION_TEXT = fields_text(unless((input) => input !== '' && (0,resource_names/* parseVersion */.ot)(input) !== undefined, VERSION), VERSION);
const version = says(chosen(dist/* union */.KCZ([VERSION_NUMBER, VERSION_TEXT]), (input) => typeof input === 'number' ? VERSION_NUMBER : VERSION_TEXT), 'Number of the version, an alias, `latest` (the newest one) or `latest-enabled` (the newest one that is enabled).', { default: 'latest' });
// What is wrong with a secret's name is found out later, when the project is known.
const SECRET_NAME = dist/* string */.YjP('write the id of a secret, such as TELE_TOKEN, or a mapping with `secret`');
const secret = says(dist/* string */.YjP('write the id of a secret, such as TELE_TOKEN'), "The secret's id, or its full name `projects/PROJECT/secrets/SECRET`, which may end in `/versions/VERSION`.");
const PART = mapping({
    secret,
    version: dist/* optional */.lqM(version),
    pointer: dist/* optional */.lqM(says(fields_text(unless((input) => input.length <= 1024 && (0,json_payload/* parsePointer */.vp)(input) !== undefined, 'is no JSON pointer: write /a/0, with ~1 for a / in a name and ~0 for a ~')), 'What is taken out of a payload that is JSON, as a JSON pointer (RFC 6901).', { examples: ['/user', '/hosts/0/name'] })),
    trim: dist/* optional */.lqM(says(dist/* picklist */.KIO(['newline'], 'write newline, or leave it out'), 'Takes one line end off the end of the payload.')),
});
const SOURCE = chosen(dist/* union */.KCZ([SECRET_NAME, PART]), (input) => (isMapping(input) ? PART : SECRET_NAME));
const USER_NAME = mapping({
    value: says(fields_text(unless((input) => /^[^\p{Cc}:]{1,1024}$/u.test(input), 'is no user name: write one line without a colon')), 'The user name itself, where it is no secret.', { examples: ['_json_key'] }),
});
const SOURCE_OR_NAME = chosen(dist/* union */.KCZ([SECRET_NAME, PART, USER_NAME]), (input) => isMapping(input) && 'value' in input ? USER_NAME : SOURCE);
/** `registry.example.com`, `localhost:5000`, and what Docker Hub is still called: `https://index.docker.io/v1/`. */
const SERVER = /^(?:https?:\/\/)?[A-Za-z0-9.*-]{1,253}(?::\d{1,5})?(?:\/[\w./-]{0,255})?$/;
const DOCKER = mapping({
    server: says(fields_text(unless((input) => SERVER.test(input), 'is no registry: write its host, such as europe-docker.pkg.dev')), "The registry's host.", { examples: [EXAMPLES['server']] }),
    username: says(SOURCE_OR_NAME, 'The user name: a source as in `data`, or `value` with the name itself.'),
    password: says(SOURCE, 'Where the password comes from: a source as in `data`.'),
});
const ENTRIES = mapping({
    secret,
    version: dist/* optional */.lqM(version),
    format: says(dist/* picklist */.KIO(['json', 'dotenv'], 'write json or dotenv'), 'How the payload is read: a JSON object, or lines of the form `KEY=value`.'),
});

;// CONCATENATED MODULE: ./lib/config/schema.js
// The one definition of a config file: what it may hold, what holds where it says nothing, and what the published JSON
// Schema says of it. What only shows when fields are taken together is looked at in entries.ts.








const LABELS = mappingOnly(dist/* record */.g1P(fields_text(findNameProblem), fields_text(findLabelProblem), 'write a mapping'));
const ANNOTATIONS = mappingOnly(dist/* record */.g1P(fields_text(findNameProblem), dist/* string */.YjP('write text'), 'write a mapping'));
const NAMESPACE = fields_text(unless(names/* isLabel */.J2, 'is no namespace: write lower-case letters, digits and - such as demo'));
const file = says(fields_text((input) => {
    const problem = (0,github_names/* findPathProblem */.W0)(input);
    return problem && `cannot be written: ${problem}`;
}), 'Path of the manifest in the Flux repository; no two entries have the same one.', { examples: [EXAMPLES['file']] });
const schema_name = says(fields_text(unless(names/* isSubdomain */.J4, 'is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token')), 'Name of the Secret.', { examples: [EXAMPLES['name']] });
const PRESENT_FIELDS = {
    file,
    name: schema_name,
    namespace: dist/* optional */.lqM(says(NAMESPACE, 'Namespace of the Secret; without it, Flux or the folder decides.')),
    type: dist/* optional */.lqM(says(fields_text((input) => {
        const problem = (0,secret_type/* findTypeProblem */.J8)(input);
        return problem && `cannot be made: ${problem}`;
    }), 'Type of the Secret; with `docker` it is `kubernetes.io/dockerconfigjson`.', { default: 'Opaque', examples: ['kubernetes.io/tls', 'kubernetes.io/basic-auth', 'kubernetes.io/ssh-auth'] })),
    immutable: dist/* optional */.lqM(says(dist/* boolean */.zMY('write true or false'), 'Whether Kubernetes refuses every later change of the data.'), false),
    labels: dist/* optional */.lqM(says(LABELS, 'Labels of the Secret, over those of `defaults`.')),
    annotations: dist/* optional */.lqM(says(ANNOTATIONS, 'Annotations of the Secret, over those of `defaults`.')),
    hold: dist/* optional */.lqM(says(dist/* boolean */.zMY('write true or false'), 'Holds these versions against later runs (true), or ends a hold (false); left out, what is held stays so, whatever version is asked for.')),
    data: dist/* optional */.lqM(says(mappingOnly(dist/* record */.g1P(fields_text(unless(names/* isDataKey */.q_, 'is no data key: write letters, digits, -, _ and . such as token')), SOURCE, 'write a mapping')), 'Data keys of the Secret, and the secret that each one comes from.')),
    dataFrom: dist/* optional */.lqM(says(dist/* array */.YOg(ENTRIES, 'write a list'), 'Payloads of which each entry becomes a data key of its own; the id of a secret stands here once.')),
    docker: dist/* optional */.lqM(says(DOCKER, 'What a kubelet signs in to a registry with, instead of `data` and `dataFrom`.')),
};
const PRESENT = mapping(PRESENT_FIELDS, `${KNOWN}${Object.keys(PRESENT_FIELDS).join(', ')}, state`);
const STATE = says(dist/* literal */.euz('absent', 'write absent, or leave it out'), 'Deletes the manifest, where this file, or a run with inputs, has asked for it; never one of another config.');
const ABSENT = mapping({
    file,
    name: dist/* optional */.lqM(schema_name),
    state: STATE,
}, 'does not go with `state: absent`: leave it out');
/** Where it is only the state that is wrong, nothing else is. */
const OF_UNKNOWN_STATE = mapping({ ...PRESENT_FIELDS, state: STATE });
const ENTRY = chosen(dist/* union */.KCZ([PRESENT, ABSENT]), (input) => {
    if (!isMapping(input) || !('state' in input))
        return PRESENT;
    return input.state === 'absent' ? ABSENT : OF_UNKNOWN_STATE;
});
const CONFIG_FILE = says(mapping({
    project: dist/* optional */.lqM(says(fields_text(unless((input) => resource_names/* PROJECT */.yl.test(input), 'is no project: write its id, such as my-project, or its number')), 'Project of the secrets that are named by their id; without it, that of the input `project-id`.', { examples: ['my-project'] })),
    defaults: dist/* optional */.lqM(says(mapping({
        namespace: dist/* optional */.lqM(says(NAMESPACE, 'Namespace of the Secrets that name none.')),
        labels: dist/* optional */.lqM(says(LABELS, 'Labels of every Secret.')),
        annotations: dist/* optional */.lqM(says(ANNOTATIONS, 'Annotations of every Secret.')),
    }), 'What holds for every Secret that does not say otherwise.')),
    prune: dist/* optional */.lqM(says(dist/* boolean */.zMY('write true or false'), 'Deletes manifests that this file has made and no longer names, in the folders that it still uses.'), false),
    manifests: says(dist/* array */.YOg(ENTRY, 'write a list'), 'The manifests that are to be there, or to be gone.'),
}), 'Which secrets of Google Secret Manager become which manifests of a Flux repository.', { title: 'flux-secrets.yaml' });

;// CONCATENATED MODULE: ./lib/config/config.js
// A config file: text in, what should be there out. Everything that is wrong with it is said at once.









/** Stands in for a project that was refused, so that not every secret is refused once more. */
const SOME_PROJECT = 'some-project';
/** @throws {CONFIG_INVALID} with every problem, and the line and column of each */
function parseConfig({ path, text, projectId }) {
    const { contents, problems } = readDocument(path, text);
    const plain = readValues(contents, problems);
    if (plain === undefined)
        throw problems.toError();
    const places = createPlaces(contents, plain.targets);
    const { issues = [], output } = (0,dist/* safeParse */.xLC)(CONFIG_FILE, plain.value);
    for (const issue of issues)
        addIssue(issue, places, problems);
    refuseRepeatedFiles(plain.value, places, problems);
    const { prune, entries } = readConfig(output, { issues, projectId }, (at, sentence) => {
        problems.add(() => places.valueAt(at), () => sentence);
    });
    refuseRepeatedSecrets(entries, places, problems);
    if (!problems.isEmpty())
        throw problems.toError();
    return { prune, desired: entries.filter((entry) => entry !== undefined) };
}
/** Of what has the form that it should have; the rest is left out, for it was refused before. */
function readConfig(output, { issues, projectId }, refuse) {
    const refused = new Set(issues.map((issue) => String(pathOf(issue)[0] ?? '')));
    const formless = new Set(issues.filter(({ kind }) => kind === 'schema').map((issue) => placeOf(pathOf(issue))));
    const file = isMapping(output) && !formless.has('') ? output : {};
    const defaults = refused.has('defaults') ? undefined : file.defaults;
    const project = refused.has('project') ? SOME_PROJECT : (file.project ?? projectId);
    const manifests = formless.has('manifests') ? undefined : file.manifests;
    if (file.prune === true && manifests !== undefined)
        refuseToPruneAll(manifests, refuse);
    const entries = manifests?.map((entry, index) => {
        const refuseHere = (at, sentence) => refuse(['manifests', index, ...at], sentence);
        return formless.has(`manifests/${index}`) ? undefined : readEntry(entry, { defaults, project }, refuseHere);
    });
    return { prune: file.prune === true, entries: entries ?? [] };
}
/** A generator that failed writes such a list. */
function refuseToPruneAll(manifests, refuse) {
    if (manifests.length === 0) {
        refuse(['manifests'], '`prune: true` with no manifest would delete all of them: name those that stay');
    }
    else if (manifests.every((entry) => isMapping(entry) && 'state' in entry && entry.state === 'absent')) {
        refuse(['manifests'], '`prune: true` with nothing but `state: absent` would delete everything else: name what stays');
    }
}
/** An entry of the manifests, or a field of the file. */
function placeOf([field = '', index]) {
    return field === 'manifests' && index !== undefined ? `manifests/${index}` : String(field);
}


/***/ })

};
