export const id = 745;
export const ids = [745];
export const modules = {

/***/ 24745:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   createClient: () => (/* binding */ createClient),
/* harmony export */   formatCrc32c: () => (/* binding */ formatCrc32c)
/* harmony export */ });
/* harmony import */ var _aws_crypto_crc32c__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(91491);
/* harmony import */ var _google_cloud_secret_manager_build_src_v1_index_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(49708);
/* harmony import */ var google_auth_library__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(492);
// Google's client and the checksum, in one module, so that a run that accesses nothing never loads them.

// v1 alone: the package's own entry loads the beta and all messages a second time.


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
