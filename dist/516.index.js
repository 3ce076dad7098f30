export const id = 516;
export const ids = [516];
export const modules = {

/***/ 81516:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   connect: () => (/* binding */ connect)
/* harmony export */ });
/* harmony import */ var _aws_crypto_crc32c__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(84238);
/* harmony import */ var _google_cloud_secret_manager_build_src_v1_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(57013);
/* harmony import */ var google_auth_library__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(38509);
// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them. Each call is
// one attempt, and passes on what Google answered or threw.

// v1 alone: the package's own entry loads the beta and all messages a second time.


/** The largest page that Secret Manager gives, so that one request does for any secret that people keep. */
const PAGE_SIZE = 25_000;
const CALL = { timeout: 10_000, retry: null, autoPaginate: false };
/** @throws what the credentials are refused with */
async function connect(options) {
    const client = createClient(options);
    // Without this, credentials that are missing end the process as an unhandled rejection.
    await client.initialize();
    // The token now rather than within the first access, so that what fails here is known to be the credentials.
    await client.auth.getRequestHeaders(options.endpoint.href);
    return {
        async access(versionName) {
            const [{ name, payload }] = await client.accessSecretVersion({ name: versionName }, { ...CALL });
            const data = payload?.data ?? undefined;
            const bytes = typeof data === 'string' ? Buffer.from(data, 'base64') : data;
            // The client does not compare the two; a flipped bit would be encrypted for ever.
            const isIntact = bytes !== undefined && String(payload?.dataCrc32c) === formatCrc32c(bytes);
            return { name: name ?? '', bytes, isIntact };
        },
        async listEnabled(parent, pageToken) {
            const request = { parent, pageToken, pageSize: PAGE_SIZE, filter: 'state:ENABLED' };
            const [versions, next] = await client.listSecretVersions(request, { ...CALL });
            return {
                versions: versions.map(({ name, state }) => ({ name: name ?? '', isEnabled: state === 'ENABLED' })),
                nextPageToken: next?.pageToken ?? '',
            };
        },
    };
}
/** REST rather than gRPC: less to load, and it goes through HTTP proxies. */
function createClient({ endpoint, accessToken, projectId }) {
    const secure = endpoint.protocol === 'https:';
    return new _google_cloud_secret_manager_build_src_v1_index_js__WEBPACK_IMPORTED_MODULE_1__/* .SecretManagerServiceClient */ .m({
        fallback: true,
        projectId,
        protocol: secure ? 'https' : 'http',
        apiEndpoint: endpoint.hostname,
        port: Number(endpoint.port || (secure ? 443 : 80)),
        ...(accessToken === undefined ? {} : { authClient: withToken(accessToken) }),
    });
}
function withToken(accessToken) {
    const client = new google_auth_library__WEBPACK_IMPORTED_MODULE_2__.OAuth2Client();
    client.setCredentials({ access_token: accessToken });
    return client;
}
/** As Google writes it: an unsigned 32-bit number, in decimal. */
function formatCrc32c(bytes) {
    return String((0,_aws_crypto_crc32c__WEBPACK_IMPORTED_MODULE_0__.crc32c)(bytes));
}


/***/ })

};
