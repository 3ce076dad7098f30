export const id = 367;
export const ids = [367];
export const modules = {

/***/ 53367:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   provideRelease: () => (/* binding */ provideRelease)
/* harmony export */ });
/* harmony import */ var node_crypto__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(77598);
/* harmony import */ var node_fs__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(73024);
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(51455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(76760);
/* harmony import */ var node_stream_promises__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(46466);
/* harmony import */ var _actions_exec__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(75260);
/* harmony import */ var _actions_tool_cache__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(59805);
/* harmony import */ var _errors_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(452);
/* harmony import */ var _private_folder_js__WEBPACK_IMPORTED_MODULE_8__ = __webpack_require__(72813);
// A program on its release page, and the way it gets onto the runner: downloaded once, kept in the runner's tool cache,
// and run only where its SHA-256 is the one that was expected, each time anew.









/**
 * The path of the program, which may be run.
 * @throws {RELEASE_UNREACHABLE | RELEASE_TAMPERED | RELEASE_NOT_RUNNABLE | TOOL_CACHE_UNUSABLE | TEMP_UNUSABLE}
 */
async function provideRelease(asset, options) {
    const cached = findCached(asset);
    if (cached === undefined)
        return await (0,_private_folder_js__WEBPACK_IMPORTED_MODULE_8__/* .withPrivateFolder */ .m)(options.temporaryDirectory, download);
    return await verifyKept(cached, asset);
    async function download(folder) {
        const file = (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, asset.program);
        await options.deadline.race((0,_actions_tool_cache__WEBPACK_IMPORTED_MODULE_6__/* .downloadTool */ .bq)(asset.url, file).catch((cause) => {
            throw unreachable(asset, cause);
        }));
        await verify(file, asset, {
            from: asset.url,
            remedy: 'Find out what stands between this runner and the release page; nothing of it was run.',
        });
        await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_2__.chmod)(file, 0o755);
        await options.deadline.race(tryOut(file, asset, options.environment));
        return await verifyKept(await keep(file, asset), asset);
    }
}
/** Whatever has become of it since it was put there. */
async function verifyKept(path, asset) {
    await verify(path, asset, {
        from: 'the tool cache of this runner',
        remedy: `Delete ${path}, and find out who has put it there.`,
    });
    return path;
}
/** A name of its own: what others keep as `sops` may be packed in another way. */
function cacheName({ tool }) {
    return `flux-secret-sync-${tool}`;
}
function findCached(asset) {
    try {
        const folder = (0,_actions_tool_cache__WEBPACK_IMPORTED_MODULE_6__/* .find */ .I6)(cacheName(asset), asset.version, asset.arch);
        return folder === '' ? undefined : (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, asset.program);
    }
    catch (cause) {
        // The job has no RUNNER_TOOL_CACHE.
        throw cacheUnusable(asset, cause);
    }
}
async function keep(file, asset) {
    const { program, version, arch } = asset;
    const folder = await (0,_actions_tool_cache__WEBPACK_IMPORTED_MODULE_6__/* .cacheFile */ .NJ)(file, program, cacheName(asset), version, arch).catch((cause) => {
        throw cacheUnusable(asset, cause);
    });
    return (0,node_path__WEBPACK_IMPORTED_MODULE_3__.join)(folder, program);
}
/** What is the right file may still be none for this machine. @throws {RELEASE_NOT_RUNNABLE} */
async function tryOut(file, asset, env) {
    const { tool, version, versionArguments, url } = asset;
    try {
        // `@actions/exec` cannot end what hangs, but a program whose bytes are known does not.
        await (0,_actions_exec__WEBPACK_IMPORTED_MODULE_5__/* .getExecOutput */ .H)(`"${file}"`, versionArguments, { silent: true, env });
    }
    catch (cause) {
        throw new _errors_js__WEBPACK_IMPORTED_MODULE_7__/* .ActionError */ .lZ('RELEASE_NOT_RUNNABLE', {
            message: `Cannot use ${tool} ${version} from ${url}: its SHA-256 is right, but it does not run on this runner.`,
            remedy: `Install a ${tool} on the runner that runs there, and name it with the input \`${tool}-path\`.`,
            cause,
        });
    }
}
/** @throws {RELEASE_TAMPERED | TOOL_CACHE_UNUSABLE} */
async function verify(file, asset, { from, remedy }) {
    const { tool, version, sha256 } = asset;
    const hash = (0,node_crypto__WEBPACK_IMPORTED_MODULE_0__.createHash)('sha256');
    await (0,node_stream_promises__WEBPACK_IMPORTED_MODULE_4__.pipeline)((0,node_fs__WEBPACK_IMPORTED_MODULE_1__.createReadStream)(file), hash).catch((cause) => {
        throw cacheUnusable(asset, cause);
    });
    const received = hash.digest('hex');
    if (received === sha256)
        return;
    throw new _errors_js__WEBPACK_IMPORTED_MODULE_7__/* .ActionError */ .lZ('RELEASE_TAMPERED', {
        message: `Cannot use ${tool} ${version} from ${from}: its SHA-256 is ${received} instead of ${sha256}.`,
        remedy,
    });
}
function unreachable({ tool, version, url }, cause) {
    const reason = cause instanceof _actions_tool_cache__WEBPACK_IMPORTED_MODULE_6__/* .HTTPError */ .Hl ? `it answers with status ${cause.httpStatusCode}` : 'it cannot be reached';
    return new _errors_js__WEBPACK_IMPORTED_MODULE_7__/* .ActionError */ .lZ('RELEASE_UNREACHABLE', {
        message: `Cannot download ${tool} ${version} from ${url}: ${reason}.`,
        remedy: `Check the network and HTTPS_PROXY, name a mirror with the input \`${tool}-download-url\`, or install ${tool} on the runner.`,
        cause,
    });
}
function cacheUnusable({ tool, version }, cause) {
    return new _errors_js__WEBPACK_IMPORTED_MODULE_7__/* .ActionError */ .lZ('TOOL_CACHE_UNUSABLE', {
        message: `Cannot keep ${tool} ${version}: the tool cache of this runner does not take it, or has lost it.`,
        remedy: `RUNNER_TOOL_CACHE has to be a folder that can be written, with nothing half done in it; or install ${tool} on the runner.`,
        cause,
    });
}


/***/ })

};
