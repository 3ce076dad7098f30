export const id = 661;
export const ids = [661];
export const modules = {

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


/***/ }),

/***/ 90661:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createGuard: () => (/* binding */ createGuard)
/* harmony export */ });
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(452);
/* harmony import */ var _globs_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(88904);
/* harmony import */ var _google_resource_names_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(75274);
// What the workflow allows to be asked for, whatever an input, a config file or a `.sops.yaml` of the repository says.



function createGuard({ allowedSecrets, allowedRecipients }) {
    const isSecretAllowed = (0,_globs_js__WEBPACK_IMPORTED_MODULE_1__/* .createMatcher */ .P)(allowedSecrets);
    const isRecipientAllowed = (0,_globs_js__WEBPACK_IMPORTED_MODULE_1__/* .createMatcher */ .P)(allowedRecipients);
    return {
        refuseSecret(name) {
            const secret = (0,_google_resource_names_js__WEBPACK_IMPORTED_MODULE_2__/* .formatSecretName */ .DT)(name);
            if (isSecretAllowed(secret))
                return;
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('SECRET_NOT_ALLOWED', {
                message: `Cannot access ${secret}: the input \`allowed-secrets\` does not list it.`,
                remedy: 'Name another secret, or have whoever owns the workflow add it there.',
            });
        },
        refuseRecipients(rule) {
            const outside = rule.keyGroups.flat().find(({ id }) => !isRecipientAllowed(id));
            if (outside === undefined)
                return;
            throw new _errors_js__WEBPACK_IMPORTED_MODULE_0__/* .ActionError */ .lZ('RECIPIENT_NOT_ALLOWED', {
                message: `Cannot encrypt for ${outside.id}: the input \`allowed-recipients\` does not list it.`,
                remedy: 'Take it out of the inputs or of .sops.yaml, or have whoever owns the workflow add it there.',
            });
        },
    };
}


/***/ })

};
