export const id = 662;
export const ids = [662];
export const modules = {

/***/ 17662:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  connect: () => (/* binding */ connect)
});

// EXTERNAL MODULE: external "node:timers/promises"
var promises_ = __webpack_require__(58500);
// EXTERNAL MODULE: ./node_modules/@aws-crypto/crc32c/build/main/index.js
var main = __webpack_require__(91491);
// EXTERNAL MODULE: ./node_modules/@google-cloud/secret-manager/build/src/v1/index.js
var v1 = __webpack_require__(49708);
// EXTERNAL MODULE: ./node_modules/google-auth-library/build/src/index.js
var src = __webpack_require__(492);
;// CONCATENATED MODULE: ./lib/google/no-proxy.js
// NO_PROXY as everybody but Google's libraries reads it: a name stands for what is below it too, and `*` for all there is.
/** For gaxios, beside what it finds itself. */
function parseNoProxy(text) {
    return text
        .toLowerCase()
        .split(',')
        .map((entry) => entry.trim().replace(/^\*?\./, ''))
        .flatMap((name) => {
        if (name === '*')
            return [/./];
        return name === '' ? [] : [name, `.${name}`];
    });
}

;// CONCATENATED MODULE: ./lib/google/secret-manager-client.js
// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them. Each call is
// one attempt, and passes on what Google answered or threw.


// v1 alone: the package's own entry loads the beta and all messages a second time.



/** The largest page that Secret Manager gives, so that one request does for any secret that people keep. */
const PAGE_SIZE = 25_000;
const CALL = { timeout: 10_000, retry: null, autoPaginate: false };
/** Three times what a page of that many versions comes to; whatever sends more has no end. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
/** A metadata server is in the same machine, or the next. */
const METADATA_MILLISECONDS = 5_000;
// Each request of Google's libraries, for tokens too, which leave no other place for it: no redirect, which would take a
// token to somebody else; no more than fits; and by the job's proxy, which the agent that they set would go past.
const { request } = src.gaxios.Gaxios.prototype;
src.gaxios.Gaxios.prototype.request = function ({ agent: _, ...options } = {}) {
    // biome-ignore lint/style/noProcessEnv: it reads the environment itself, and this mends what it makes of it.
    const { NO_PROXY, no_proxy } = process.env;
    const noProxy = parseNoProxy(NO_PROXY || no_proxy || '');
    const guarded = { ...options, redirect: 'manual', size: MAX_ANSWER_BYTES, noProxy };
    return request.call(this, guarded);
};
/**
 * @returns undefined where something else answers in the place of who gives out tokens
 * @throws what the credentials are refused with
 */
async function connect(options) {
    const client = createClient(options);
    // Without this, credentials that are missing end the process as an unhandled rejection.
    await client.initialize();
    // The token now rather than within the first access, so that what fails here is known to be the credentials.
    const isOfMachine = options.accessToken === undefined && (await client.auth.getClient()) instanceof src.Compute;
    const headers = client.auth.getRequestHeaders(options.endpoint.href);
    if (!(await hasToken(isOfMachine ? fromMetadata(headers) : headers)))
        return undefined;
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
/** The client trips over an answer that is none, or makes a header of a token that it does not have. */
function hasToken(headers) {
    return headers.then((made) => /^\S+ (?!undefined$)\S+$/.test(made.get('authorization') ?? ''), (error) => {
        if (error instanceof TypeError && !('code' in error))
            return false;
        throw error;
    });
}
/** @throws {Error} that says no more than that there is no token: nobody has given the job credentials */
function fromMetadata(headers) {
    const late = (0,promises_.setTimeout)(METADATA_MILLISECONDS, undefined, { ref: false }).then(() => Promise.reject());
    return Promise.race([headers, late]).catch(() => {
        throw new Error('The metadata server gives out no token.');
    });
}
/** REST rather than gRPC: less to load, and it goes through HTTP proxies. */
function createClient({ endpoint, accessToken, projectId }) {
    const secure = endpoint.protocol === 'https:';
    return new v1/* SecretManagerServiceClient */.m({
        fallback: true,
        projectId,
        protocol: secure ? 'https' : 'http',
        apiEndpoint: endpoint.hostname,
        port: Number(endpoint.port || (secure ? 443 : 80)),
        ...(accessToken === undefined ? {} : { authClient: withToken(accessToken) }),
    });
}
function withToken(accessToken) {
    const client = new src.OAuth2Client();
    client.setCredentials({ access_token: accessToken });
    return client;
}
/** As Google writes it: an unsigned 32-bit number, in decimal. */
function formatCrc32c(bytes) {
    return String((0,main.crc32c)(bytes));
}


/***/ })

};
