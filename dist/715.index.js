export const id = 715;
export const ids = [715];
export const modules = {

/***/ 99715:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  parseCreationRules: () => (/* binding */ parseCreationRules)
});

// EXTERNAL MODULE: ./node_modules/re2js/build/index.js
var build = __webpack_require__(2856);
// EXTERNAL MODULE: ./lib/errors.js
var errors = __webpack_require__(452);
// EXTERNAL MODULE: ./lib/yaml-document.js
var yaml_document = __webpack_require__(30432);
;// CONCATENATED MODULE: ./lib/sops/configuration.js
// A `.sops.yaml` of the Flux repository. Apart from the reading of its rules, so that a run which is told its
// recipients never loads RE2.
/** The file's path as sops compares it: below the folder of the configuration. */
function pathBelow({ path }, file) {
    return file.slice(path.length - '.sops.yaml'.length);
}

// EXTERNAL MODULE: ./lib/sops/encryption-rule.js
var encryption_rule = __webpack_require__(54053);
// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(38815);
;// CONCATENATED MODULE: ./lib/sops/plain-value.js
// What a YAML document of a `.sops.yaml` says, with aliases and merges followed, in the order that they have in sops. What
// they add up to is bounded, so that whoever goes through the value gets to its end.

/** Nodes, each counted as often as aliases repeat it: a thousand rules that share a hundred recipients. */
const MAX_SIZE = 200_000;
class Unresolved extends Error {
}
/**
 * Its mappings have no prototype. Undefined where an alias leads nowhere or into itself, where something else than
 * mappings is merged, and where all of it would be too much.
 */
function readPlainValue({ contents }) {
    try {
        return readNode(contents, { anchors: new Map(), size: 0 });
    }
    catch (error) {
        if (error instanceof Unresolved)
            return undefined;
        throw error;
    }
}
function readNode(node, reading) {
    grow(reading, 1);
    if ((0,dist/* isAlias */.Vj)(node))
        return readAlias(node.source, reading);
    const anchor = ((0,dist/* isScalar */.jn)(node) || (0,dist/* isMap */.jh)(node) || (0,dist/* isSeq */.oP)(node)) && node.anchor;
    if (!anchor)
        return readUnmarked(node, reading);
    const before = reading.size;
    const anchored = { value: undefined, size: undefined };
    reading.anchors.set(anchor, anchored);
    anchored.value = readUnmarked(node, reading);
    anchored.size = reading.size - before + 1;
    return anchored.value;
}
function readUnmarked(node, reading) {
    if ((0,dist/* isMap */.jh)(node))
        return readMapping(node.items, reading);
    if ((0,dist/* isSeq */.oP)(node))
        return node.items.map((item) => readNode(item, reading));
    // An item of an ordered mapping.
    if ((0,dist/* isPair */.tO)(node))
        return readMapping([node], reading);
    return (0,dist/* isScalar */.jn)(node) ? node.value : null;
}
function readAlias(name, reading) {
    const anchored = reading.anchors.get(name);
    if (anchored?.size === undefined)
        throw new Unresolved();
    grow(reading, anchored.size);
    return anchored.value;
}
/** What a mapping says itself counts, wherever its merges stand, and then what was merged first. */
function readMapping(items, reading) {
    const mapping = Object.create(null);
    const merged = [];
    for (const { key, value } of items) {
        const name = readNode(key, reading);
        const said = readNode(value, reading);
        if ((0,dist/* isScalar */.jn)(key) && typeof name === 'symbol')
            merged.push(...mappingsIn(said));
        // No name that is looked for is a collection.
        else if (typeof name !== 'object')
            mapping[String(name)] = said;
    }
    for (const source of merged)
        mergeInto(mapping, source, reading);
    return mapping;
}
function mergeInto(mapping, source, reading) {
    const names = Object.keys(source);
    grow(reading, names.length);
    for (const name of names)
        if (!Object.hasOwn(mapping, name))
            mapping[name] = source[name];
}
function mappingsIn(value) {
    return (Array.isArray(value) ? value : [value]).map((each) => {
        if (typeof each !== 'object' || each === null || Array.isArray(each))
            throw new Unresolved();
        return each;
    });
}
function grow(reading, size) {
    reading.size += size;
    if (reading.size > MAX_SIZE)
        throw new Unresolved();
}

// EXTERNAL MODULE: ./lib/sops/sops-document.js
var sops_document = __webpack_require__(24272);
;// CONCATENATED MODULE: ./lib/sops/creation-rule.js
// Which rule of a `.sops.yaml` governs a file, and what its effect is: read as sops 3.13 reads it, so that
// recipients can be refused before anything is accessed. sops is handed what was read here, and nothing else.







/** Rules for a thousand folders are shorter. */
const MAX_LENGTH = 256 * 1024;
/** Of three lines each, they have a tenth of these parts. */
const LIMITS = { parts: 250_000, depth: 100 };
/** Characters of a regular expression, and steps of all that are compiled: each takes a file's path time. */
const MAX_PATTERN = 2_000;
const MAX_STEPS = 50_000;
/** Bounded, for globs are matched against it. */
const RECIPIENT = /^[\x20-\x7e]{1,1024}$/;
/** sops' names for key services that this action does not speak for, in rules and in key groups. */
const OTHER_KEY_SERVICES = ['kms', 'hckms', 'azure_keyvault', 'hc_vault_transit_uri', 'hc_vault'];
/** What sops' reader of YAML takes for a Boolean. */
const TRUE = [true, 'y', 'Y', 'yes', 'on'];
/**
 * The effect of the first rule whose `path_regex` matches a file's path below the configuration's folder. The text is
 * read once, for it may govern a thousand files.
 * @throws {SOPS_CONFIG_INVALID} when it is not a sops configuration; by file, when a rule that is looked at is none
 * @throws {SOPS_NO_RULE} by file, when no rule matches, or the one that does names nobody
 * @throws {SOPS_KEY_SERVICE_NOT_SUPPORTED} by file, for key services other than Cloud KMS, age and PGP
 */
function parseCreationRules(configuration) {
    const invalid = (reason) => configurationInvalid(configuration, reason);
    const compile = createCompiler(invalid);
    const rules = creationRules(configuration, invalid).map((rule) => ({
        rule,
        matches: createMatcher(rule, compile, invalid),
    }));
    return (file) => {
        const path = pathBelow(configuration, file);
        const found = rules.find(({ matches }) => matches(path));
        if (found === undefined)
            throw noRule(configuration, file, 'none of its creation rules matches');
        const rule = readRule(found.rule, configuration, invalid);
        if (!rule.keyGroups.some((group) => group.length > 0)) {
            throw noRule(configuration, file, 'the creation rule that matches names no recipient');
        }
        return rule;
    };
}
function readRule(rule, configuration, invalid) {
    const keyGroups = readKeyGroups(rule, configuration, invalid);
    const threshold = rule['shamir_threshold'] ?? 0;
    if (typeof threshold !== 'number' || !Number.isInteger(threshold))
        throw invalid('shamir_threshold is not a number');
    return {
        keyGroups,
        threshold: threshold === 0 ? keyGroups.length : threshold,
        selector: readSelector(rule, invalid),
        macOnlyEncrypted: TRUE.includes(rule['mac_only_encrypted']),
    };
}
function creationRules({ text }, invalid) {
    if (text.length > MAX_LENGTH)
        throw invalid('it is too large');
    if (yaml_document/* OTHER_LINE_BREAK */.y_.test(text))
        throw invalid('it has line breaks that not every version of YAML knows');
    const { document, stop } = (0,yaml_document/* readYaml */.gM)(text, { limits: LIMITS, merge: true });
    if (stop !== undefined && stop.reason !== 'document')
        throw invalid('it has too many parts, or nests too deep');
    const code = document.errors[0]?.code ?? (stop && 'MULTIPLE_DOCS');
    if (code !== undefined)
        throw invalid(`it is not valid YAML (${code})`);
    if ((0,yaml_document/* hasRepeatedKey */.Ah)(document))
        throw invalid('a key stands twice in one mapping');
    const plain = readPlainValue(document);
    if (plain === undefined)
        throw invalid('its aliases cannot be resolved');
    const rules = asMapping(plain ?? {}, invalid)['creation_rules'] ?? [];
    if (!Array.isArray(rules))
        throw invalid('creation_rules is not a list');
    return rules.map((rule) => asMapping(rule, invalid));
}
/** Compiled when it is first asked: sops looks at no rule behind the one that matches. */
function createMatcher(rule, compile, invalid) {
    let compiled;
    return (path) => {
        const pattern = rule['path_regex'] ?? '';
        if (typeof pattern !== 'string')
            throw invalid('path_regex is not text: put it into quotes');
        compiled ??= compile(pattern);
        return compiled.matcher(path).find();
    };
}
/** RE2 takes time that grows with the path and the steps of the pattern, of which a few characters can make thousands. */
function createCompiler(invalid) {
    let steps = 0;
    return (pattern) => {
        const compiled = pattern.length > MAX_PATTERN ? undefined : compile(pattern, invalid);
        steps += compiled?.programSize() ?? 0;
        if (compiled === undefined || steps > MAX_STEPS)
            throw invalid('its path_regex are too large to be tried');
        return compiled;
    };
}
function compile(pattern, invalid) {
    try {
        return build/* RE2JS */.L3.compile(pattern);
    }
    catch {
        throw invalid('a path_regex is not a regular expression as Go knows them (RE2)');
    }
}
function readKeyGroups(rule, configuration, invalid) {
    const groups = rule['key_groups'] ?? [];
    if (!Array.isArray(groups))
        throw invalid('key_groups is not a list');
    refuseOtherKeyServices(rule, configuration);
    if (groups.length === 0)
        return [readRecipients(rule, invalid)];
    return groups.map((group) => readKeyGroup(asMapping(group, invalid), configuration, invalid));
}
/** A group may take in others by `merge`. */
function readKeyGroup(group, configuration, invalid) {
    refuseOtherKeyServices(group, configuration);
    const merged = group['merge'] ?? [];
    if (!Array.isArray(merged))
        throw invalid('merge is not a list of key groups');
    return [
        ...merged.flatMap((other) => readKeyGroup(asMapping(other, invalid), configuration, invalid)),
        ...readRecipients(group, invalid),
    ];
}
function readRecipients(holder, invalid) {
    return encryption_rule/* RECIPIENT_KINDS */.e6.flatMap((kind) => {
        const recipients = (0,encryption_rule/* parseRecipients */.q)(kind, readList(holder[kind], kind, invalid).join(','));
        if (!recipients.every(({ id }) => RECIPIENT.test(id)))
            throw invalid(`${kind} holds something that is no recipient`);
        return recipients;
    });
}
/** A rule has text or a list of texts; a key group names Cloud KMS keys as `{resource_id}`. */
function readList(value, kind, invalid) {
    if (value === undefined || value === null)
        return [];
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => {
        const id = kind === 'gcp_kms' && typeof item === 'object' ? asMapping(item, invalid)['resource_id'] : item;
        if (typeof id !== 'string')
            throw invalid(`${kind} holds something that is not text`);
        return id;
    });
}
function refuseOtherKeyServices(holder, { path }) {
    const other = OTHER_KEY_SERVICES.find((name) => !(0,sops_document/* isEmpty */.I)(holder[name]));
    if (other === undefined)
        return;
    throw new errors/* ActionError */.lZ('SOPS_KEY_SERVICE_NOT_SUPPORTED', {
        message: `Cannot encrypt as ${path} says: its rule names ${other}, and only gcp_kms, age and pgp may be asked.`,
        remedy: 'Give the file a rule with these only, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}
function readSelector(rule, invalid) {
    const given = encryption_rule/* SELECTOR_KINDS */.a2.filter((kind) => !(0,sops_document/* isEmpty */.I)(rule[kind]));
    const [kind] = given;
    if (kind === undefined)
        return encryption_rule/* SECRET_VALUES */.YD;
    if (given.length > 1)
        throw invalid(`one rule has both ${given.join(' and ')}`);
    const pattern = rule[kind];
    if (typeof pattern !== 'string')
        throw invalid(`${kind} is not text: put it into quotes`);
    // It becomes an argument of sops, and no system takes these.
    if (pattern.length > MAX_PATTERN || pattern.includes('\0'))
        throw invalid(`${kind} is too long, or holds a null`);
    return { kind, pattern };
}
function asMapping(value, invalid) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw invalid('a mapping is missing');
    return value;
}
function configurationInvalid({ path }, reason) {
    return new errors/* ActionError */.lZ('SOPS_CONFIG_INVALID', {
        message: `Cannot read ${path} of the Flux repository: ${reason}.`,
        remedy: 'Mend it there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}
function noRule({ path }, file, reason) {
    return new errors/* ActionError */.lZ('SOPS_NO_RULE', {
        message: `Cannot encrypt ${file} as ${path} says: ${reason}.`,
        remedy: 'Add a rule for its path there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}


/***/ })

};
