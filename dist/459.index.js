export const id = 459;
export const ids = [459];
export const modules = {

/***/ 10459:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   narrowConfig: () => (/* binding */ narrowConfig)
/* harmony export */ });
/* harmony import */ var _desired_secret_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(42442);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(452);
/* harmony import */ var _globs_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(88904);
/* harmony import */ var _google_resource_names_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(75274);
/* harmony import */ var _markdown_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(45162);
/* harmony import */ var _plan_versions_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(35138);
// A config narrowed to a part of its manifests, and one secret of them taken at another version, as a rollback does.






/** @throws {INPUT_INVALID} when no manifest is left, or none of them uses the secret */
function narrowConfig({ prune, desired }, { only, override }) {
    const selected = select(desired, only);
    return {
        // What a narrowed run does not look at is not gone.
        prune: prune && only.length === 0,
        desired: override === undefined ? selected : overrideVersions(selected, override),
    };
}
function select(desired, only) {
    const matches = (0,_globs_js__WEBPACK_IMPORTED_MODULE_2__/* .createMatcher */ .P)(only);
    const selected = desired.filter(({ file }) => matches(file));
    if (selected.length > 0 || only.length === 0)
        return selected;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('INPUT_INVALID', {
        message: `Cannot narrow the run to \`only: ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .shown */ .SP)(only.join(', '))}\`: no \`file\` of the config matches it.`,
        remedy: 'Give paths as they stand in the config; `*` matches within a folder, and `**` any number of folders.',
    });
}
function overrideVersions(desired, override) {
    const overridden = desired.map((each) => overrideIn(each, override));
    if (overridden.some((each, index) => each !== desired[index]))
        return overridden;
    const { secret, project } = override;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('INPUT_INVALID', {
        message: `Cannot take another version of the secret ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .shown */ .SP)(secret)}${project === undefined ? '' : ` of the project ${(0,_markdown_js__WEBPACK_IMPORTED_MODULE_3__/* .shown */ .SP)(project)}`}: no manifest that \`only\` leaves uses it.`,
        remedy: 'Name with `secret` one that the config uses, as it does there, or widen `only`.',
    });
}
/** Another secret that the manifest holds stays held, unless it is released. */
const HOLDS = { true: 'set', false: 'release', undefined: 'keep' };
/** The same object where it does not use the secret. */
function overrideIn(desired, override) {
    if (desired.state === 'absent' || !(0,_desired_secret_js__WEBPACK_IMPORTED_MODULE_4__/* .requestsOf */ .u)(desired).some(({ name }) => isMeant(name, override)))
        return desired;
    const explicit = new Set();
    const pinned = (0,_plan_versions_js__WEBPACK_IMPORTED_MODULE_1__/* .withRequests */ .fi)(desired, ({ request }) => {
        if (!isMeant(request.name, override))
            return request;
        const taken = { name: request.name, version: override.version };
        explicit.add((0,_google_resource_names_js__WEBPACK_IMPORTED_MODULE_5__/* .formatVersionRequest */ .fE)(taken));
        return taken;
    });
    return { ...pinned, hold: HOLDS[String(override.hold)], explicit };
}
function isMeant({ secret, project, location }, override) {
    if (secret !== override.secret)
        return false;
    if (override.project !== undefined && override.project !== project)
        return false;
    return override.location === undefined || override.location === location;
}


/***/ }),

/***/ 88904:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ createMatcher)
/* harmony export */ });
/* harmony import */ var picomatch__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(14006);
// Globs of inputs: `*` does not match a slash, a file that begins with a dot is one like any other, and nothing negates.

/** Compiled once, for a run may ask it a thousand times. An empty list matches everything. */
function createMatcher(globs) {
    if (globs.length === 0)
        return () => true;
    return picomatch__WEBPACK_IMPORTED_MODULE_0__([...globs], { dot: true, nonegate: true, noextglob: true });
}


/***/ })

};
