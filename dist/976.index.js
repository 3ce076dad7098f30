export const id = 976;
export const ids = [976];
export const modules = {

/***/ 12976:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   parseCreationRules: () => (/* binding */ parseCreationRules)
/* harmony export */ });
/* harmony import */ var re2js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(66925);
/* harmony import */ var yaml__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(538);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(42685);
/* harmony import */ var _configuration_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(31280);
/* harmony import */ var _encryption_rule_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(84516);
/* harmony import */ var _sops_document_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(2233);
// Which rule of a `.sops.yaml` governs a file, and what its effect is: read as sops 3.13 reads it, so that
// recipients can be refused before anything is accessed. The gate holds the reading against sops' own.






/** Rules for a thousand folders are shorter. */
const MAX_LENGTH = 256 * 1024;
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
    const rules = creationRules(configuration, invalid).map((rule) => ({ rule, matches: createMatcher(rule, invalid) }));
    return (file) => {
        const path = (0,_configuration_js__WEBPACK_IMPORTED_MODULE_4__/* .pathBelow */ .B)(configuration, file);
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
    const document = (0,yaml__WEBPACK_IMPORTED_MODULE_0__/* .parseDocument */ .Tp)(text, { merge: true, prettyErrors: false, logLevel: 'error', uniqueKeys: false });
    const [error] = document.errors;
    if (error !== undefined)
        throw invalid(`it is not valid YAML (${error.code})`);
    if ((0,_sops_document_js__WEBPACK_IMPORTED_MODULE_3__/* .hasRepeatedKey */ .Ah)(document))
        throw invalid('a key stands twice in one mapping');
    const rules = asMapping(toPlain(document, invalid) ?? {}, invalid)['creation_rules'] ?? [];
    if (!Array.isArray(rules))
        throw invalid('creation_rules is not a list');
    return rules.map((rule) => asMapping(rule, invalid));
}
/** Aliases that explode are refused here, by the parser's own limit, and those that contain themselves. */
function toPlain(document, invalid) {
    try {
        const plain = document.toJS();
        JSON.stringify(plain);
        return plain;
    }
    catch {
        throw invalid('its aliases cannot be resolved');
    }
}
/** Compiled when it is first asked: sops looks at no rule behind the one that matches. */
function createMatcher(rule, invalid) {
    let compiled;
    return (path) => {
        const pattern = rule['path_regex'] ?? '';
        if (typeof pattern !== 'string')
            throw invalid('path_regex is not text: put it into quotes');
        try {
            compiled ??= re2js__WEBPACK_IMPORTED_MODULE_5__/* .RE2JS */ .L3.compile(pattern);
            return compiled.matcher(path).find();
        }
        catch {
            throw invalid('a path_regex is not a regular expression as Go knows them (RE2)');
        }
    };
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
    return _encryption_rule_js__WEBPACK_IMPORTED_MODULE_2__/* .RECIPIENT_KINDS */ .e6.flatMap((kind) => {
        const recipients = (0,_encryption_rule_js__WEBPACK_IMPORTED_MODULE_2__/* .parseRecipients */ .q)(kind, readList(holder[kind], kind, invalid).join(','));
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
    const other = OTHER_KEY_SERVICES.find((name) => !(0,_sops_document_js__WEBPACK_IMPORTED_MODULE_3__/* .isEmpty */ .Im)(holder[name]));
    if (other === undefined)
        return;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('SOPS_KEY_SERVICE_NOT_SUPPORTED', {
        message: `Cannot encrypt as ${path} says: its rule names ${other}, and only gcp_kms, age and pgp may be asked.`,
        remedy: 'Give the file a rule with these only, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}
function readSelector(rule, invalid) {
    const given = _encryption_rule_js__WEBPACK_IMPORTED_MODULE_2__/* .SELECTOR_KINDS */ .a2.filter((kind) => !(0,_sops_document_js__WEBPACK_IMPORTED_MODULE_3__/* .isEmpty */ .Im)(rule[kind]));
    const [kind] = given;
    if (kind === undefined)
        return _encryption_rule_js__WEBPACK_IMPORTED_MODULE_2__/* .SECRET_VALUES */ .YD;
    if (given.length > 1)
        throw invalid(`one rule has both ${given.join(' and ')}`);
    const pattern = rule[kind];
    if (typeof pattern !== 'string')
        throw invalid(`${kind} is not text: put it into quotes`);
    return { kind, pattern };
}
function asMapping(value, invalid) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
        throw invalid('a mapping is missing');
    return value;
}
function configurationInvalid({ path }, reason) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('SOPS_CONFIG_INVALID', {
        message: `Cannot read ${path} of the Flux repository: ${reason}.`,
        remedy: 'Mend it there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}
function noRule({ path }, file, reason) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_1__/* .ActionError */ .lZ('SOPS_NO_RULE', {
        message: `Cannot encrypt ${file} as ${path} says: ${reason}.`,
        remedy: 'Add a rule for its path there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
    });
}


/***/ })

};
