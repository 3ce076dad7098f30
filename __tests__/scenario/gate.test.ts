// What is never published, and what is never even asked for: sops' output that the gate refuses, secrets and recipients
// that the workflow does not allow, key services that this action does not speak for.
import { once } from 'node:events';
import { chmod, mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { recordingSops } from '../stand-ins/runner.ts';
import { FILE, KMS_KEY, startWorld, type World, type WorldRun } from '../stand-ins/world.ts';
import { googleCalls, openManifest, operations, reportOf } from './reading.ts';

const PAYLOAD = 'hush, this must not be read';
const OTHER_KEY = KMS_KEY.replace(/sops$/, 'other');

async function startRuledWorld(rule: object, files: Record<string, string> = {}): Promise<World> {
  const world = await startWorld({ '.sops.yaml': stringify({ creation_rules: [rule] }), ...files });
  world.secret.addVersion(PAYLOAD);
  return world;
}

function expectRefused(run: WorldRun, says: string): void {
  expect(run.exitCode, run.stdout).toBe(1);
  expect(run.outputs).toMatchObject({ outcome: 'failed', changed: 'false', 'commit-sha': '' });
  expect(reportOf(run).error).toMatchObject({
    code: 'MANIFEST_NOT_ENCRYPTED',
    message: expect.stringContaining(`Cannot publish ${FILE}: after sops, `),
    remedy: expect.stringContaining('Mend the creation rule in .sops.yaml'),
  });
  expect(reportOf(run).error?.message).toContain(says);
  expect(operations(run)).toEqual(['Snapshot']);
}

/** Who is never to be asked anything. */
async function startListener(): Promise<AsyncDisposable & { url: string; connections(): number }> {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    [Symbol.asyncDispose]: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

describe('a rule of .sops.yaml that makes sops', () => {
  interface Case {
    leaves: string;
    rule: object;
    inputs?: Record<string, string>;
    says: string;
  }
  const notEncrypted = 'a value is not encrypted';
  const hidden = 'what stands in clear is not what was asked for';
  test.concurrent.for<Case>([
    { leaves: 'the value, for its regex is none', rule: { encrypted_regex: '^(data' }, says: notEncrypted },
    { leaves: 'the value, for its regex matches nothing', rule: { encrypted_regex: '^nothing$' }, says: notEncrypted },
    {
      leaves: 'the value, for its regex is for stringData',
      rule: { encrypted_regex: '^stringData$' },
      says: notEncrypted,
    },
    { leaves: 'the value, for its suffix is another', rule: { encrypted_suffix: '_secret' }, says: notEncrypted },
    { leaves: 'the value, for no comment matches', rule: { encrypted_comment_regex: 'secret' }, says: notEncrypted },
    {
      leaves: 'the value, for its data key has the suffix for clear ones',
      rule: { unencrypted_suffix: '_unencrypted' },
      inputs: { key: 'token_unencrypted' },
      says: 'a value is not encrypted',
    },
    {
      leaves: 'the value, for its data key is called like a field in clear',
      rule: { unencrypted_regex: '^(apiVersion|kind|metadata|type)$' },
      inputs: { key: 'type' },
      says: 'a value is not encrypted',
    },
    { leaves: 'nothing in clear', rule: { encrypted_regex: '.*' }, says: 'kind or apiVersion is not readable' },
    {
      leaves: 'nothing in clear, by a suffix',
      rule: { unencrypted_suffix: '_clear' },
      says: 'kind or apiVersion is not readable',
    },
    {
      leaves: 'nothing in clear, by a comment',
      rule: { unencrypted_comment_regex: 'clear' },
      says: 'kind or apiVersion is not readable',
    },
    { leaves: 'no metadata', rule: { encrypted_regex: '^(data|metadata)$' }, says: hidden },
    { leaves: 'no name', rule: { encrypted_regex: '^(data|name)$' }, says: hidden },
    { leaves: 'no type', rule: { encrypted_regex: '^(data|type)$' }, says: hidden },
  ])('leave $leaves is refused', async ({ rule, inputs, says }) => {
    await using world = await startRuledWorld({ gcp_kms: KMS_KEY, ...rule });
    const refs = world.flux.refs();
    await using run = await world.run({ 'gcp-kms': '', ...inputs });

    expectRefused(run, says);
    expect(world.flux.refs()).toEqual(refs);
  });

  test.concurrent('encrypt an annotation that happens to be called data is refused', async () => {
    const metadata = { name: 'kbot-token', namespace: 'demo', annotations: { data: 'mine' } };
    const manifest = stringify({ apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { token: 'b2xk' } });
    await using world = await startRuledWorld({ gcp_kms: KMS_KEY }, { [FILE]: manifest });
    await using run = await world.run({ 'gcp-kms': '' });

    expectRefused(run, hidden);
    expect(world.manifest()).toBe(manifest);
  });

  test.concurrent.for<{ what: string; rule: object }>([
    { what: 'says nothing of values', rule: {} },
    { what: 'has an empty regex', rule: { encrypted_regex: '' } },
    { what: 'encrypts data', rule: { encrypted_regex: '^data$' } },
    { what: 'leaves all else', rule: { unencrypted_regex: '^(apiVersion|kind|metadata|type)$' } },
    { what: 'has a MAC over what is encrypted', rule: { mac_only_encrypted: true } },
  ])('encrypt the value and leave the rest is followed: it $what', async ({ rule }) => {
    await using world = await startRuledWorld({ gcp_kms: KMS_KEY, ...rule });
    await using run = await world.run({ 'gcp-kms': '', version: '1' });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    const { macIsValid, payloads } = await openManifest(world);
    expect(macIsValid).toBe(true);
    expect(payloads['token']?.toString()).toBe(PAYLOAD);
    await using again = await world.run({ 'gcp-kms': '', version: '1' });
    expect(again.outputs['outcome'], again.stdout).toBe('unchanged');
  });

  test.concurrent('share the key between groups is followed, with its threshold', async () => {
    const age = await identityToRecipient(await generateX25519Identity());
    const key_groups = [{ gcp_kms: [{ resource_id: KMS_KEY }] }, { age: [age], gcp_kms: [{ resource_id: OTHER_KEY }] }];
    await using world = await startRuledWorld({ key_groups, shamir_threshold: 2 });
    await using run = await world.run({ 'gcp-kms': '', version: '1' });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    expect(parse(world.manifest())).toMatchObject({
      sops: {
        shamir_threshold: 2,
        key_groups: [
          { gcp_kms: [{ resource_id: KMS_KEY }] },
          { gcp_kms: [{ resource_id: OTHER_KEY }], age: [{ recipient: age }] },
        ],
      },
    });
    await using again = await world.run({ 'gcp-kms': '', version: '1' });
    expect(again.outputs['outcome'], again.stdout).toBe('unchanged');
  });
});

describe('a sops that', () => {
  /** @param body what it does instead of encrypting; `$sops` is the real one */
  async function writeSops(directory: string, body: string): Promise<string> {
    const { path: real } = await recordingSops(join(directory, 'real'));
    const path = join(directory, 'sops');
    const script = `#!/bin/sh\nsops='${real}'\ncase "$*" in --version*) exec "$sops" "$@" ;; esac\n${body}\n`;
    await writeFile(path, script);
    await chmod(path, 0o755);
    return path;
  }
  const sed = (expression: string): string => `"$sops" "$@" | /bin/sed '${expression}'`;

  test.concurrent.for([
    { does: 'gives back what it got', body: '/bin/cat', says: 'sops has not signed it' },
    { does: 'says nothing', body: '/bin/cat > /dev/null', says: 'it is not one plain YAML document' },
    {
      does: 'says it twice',
      body: 'out=$("$sops" "$@"); echo "$out"; echo ---; echo "$out"',
      says: 'it is not one plain YAML document',
    },
    {
      does: 'encrypts for somebody else',
      body: `/bin/sed -i 's#"resource_id":"[^"]*"#"resource_id":"${OTHER_KEY}"#' .sops.yaml; exec "$sops" "$@"`,
      says: 'its recipients, or what it encrypts, are not those of the rule',
    },
    {
      does: 'encrypts for somebody else too',
      body: `/bin/sed -i 's#{"resource_id":"[^"]*"}#&,{"resource_id":"${OTHER_KEY}"}#' .sops.yaml; exec "$sops" "$@"`,
      says: 'its recipients, or what it encrypts, are not those of the rule',
    },
    {
      does: 'renames the Secret',
      body: sed('s/name: kbot-token/name: other/'),
      says: 'what stands in clear is not what was asked for',
    },
    { does: 'leaves out the MAC', body: sed('/^ *mac:/d'), says: 'sops.mac is missing' },
    { does: 'moves the value', body: sed('s/^ *token:/  other:/'), says: 'a data key is missing' },
    {
      does: 'adds a field in clear',
      body: sed('$a immutable: true'),
      says: 'what stands in clear is not what was asked for',
    },
  ])('$does is not believed', async ({ body, says }) => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    await using directory = await mkdtempDisposable(join(tmpdir(), 'sops-'));
    const refs = world.flux.refs();
    await using run = await world.run({ 'sops-path': await writeSops(directory.path, body) });

    expectRefused(run, says);
    expect(world.flux.refs()).toEqual(refs);
    expect(run.stdout + run.stderr + run.summary).not.toContain(Buffer.from(PAYLOAD).toString('base64'));
  });
});

test.concurrent('nothing that lies on the runner changes who can decrypt', async () => {
  await using world = await startRuledWorld({ gcp_kms: KMS_KEY });
  await using directory = await mkdtempDisposable(join(tmpdir(), 'job-'));
  const evil = stringify({ creation_rules: [{ gcp_kms: OTHER_KEY, encrypted_regex: '^nothing$' }] });
  const workspace = join(directory.path, 'workspace');
  const tempDirectory = join(directory.path, 'temp');
  await Promise.all([workspace, tempDirectory].map((folder) => mkdir(folder)));
  await Promise.all(
    [directory.path, workspace, tempDirectory].map((folder) => writeFile(join(folder, '.sops.yaml'), evil)),
  );
  const env = {
    SOPS_CONFIG: join(workspace, '.sops.yaml'),
    SOPS_GCP_KMS_IDS: OTHER_KEY,
    SOPS_AGE_RECIPIENTS: await identityToRecipient(await generateX25519Identity()),
    SOPS_PGP_FP: '0123456789ABCDEF0123456789ABCDEF01234567',
    SOPS_GPG_EXEC: '/bin/false',
    SOPS_KEYSERVICE: 'tcp://127.0.0.1:9',
    SOPS_GCP_KMS_ENDPOINT: 'http://127.0.0.1:9',
    GOOGLE_CREDENTIALS: '{}',
  };
  for (const inputs of [{ 'gcp-kms': '' }, { 'gcp-kms': KMS_KEY, file: 'clusters/dev/second.yaml' }]) {
    await using run = await world.run(inputs, { env, workspace, tempDirectory });

    expect(run.outputs['outcome'], run.stdout).toBe('created');
    const manifest: unknown = parse(world.flux.read('main', run.outputs['file'] ?? '')?.toString() ?? '');
    expect(manifest).toMatchObject({ sops: { gcp_kms: [{ resource_id: KMS_KEY }] } });
    expect(manifest).not.toMatchObject({ sops: { age: [{}] } });
    expect(manifest).not.toMatchObject({ sops: { pgp: [{}] } });
  }
});

describe('before anything is accessed', () => {
  test.concurrent.for(['1', 'latest', 'live'])(
    'a secret that allowed-secrets does not list is refused: %s',
    async (version) => {
      await using world = await startWorld();
      world.secret.addVersion(PAYLOAD);
      const allowed = 'projects/demo-project/secrets/KBOT_*\nprojects/other/**';
      await using run = await world.run({ version, 'allowed-secrets': allowed });

      expect(run.exitCode).toBe(1);
      expect(reportOf(run).error).toMatchObject({
        code: 'SECRET_NOT_ALLOWED',
        message:
          'Cannot access projects/demo-project/secrets/TELE_TOKEN: the input `allowed-secrets` does not list it.',
        remedy: expect.stringContaining('whoever owns the workflow'),
      });
      expect(run.google).toEqual([]);
      expect(run.github).toEqual([]);
    },
  );

  test.concurrent('so is one by the number of its project, for only names are compared', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    const secret = 'projects/123456789012/secrets/TELE_TOKEN';
    await using run = await world.run({
      secret,
      'project-id': '',
      'allowed-secrets': 'projects/demo-project/secrets/*',
    });

    expect(reportOf(run).error?.code).toBe('SECRET_NOT_ALLOWED');
    expect(run.google).toEqual([]);
  });

  test.concurrent('a recipient of the inputs that allowed-recipients does not list is refused', async () => {
    await using world = await startWorld();
    world.secret.addVersion(PAYLOAD);
    await using run = await world.run({ 'gcp-kms': `${KMS_KEY},${OTHER_KEY}`, 'allowed-recipients': KMS_KEY });

    expect(reportOf(run).error).toMatchObject({
      code: 'RECIPIENT_NOT_ALLOWED',
      message: `Cannot encrypt for ${OTHER_KEY}: the input \`allowed-recipients\` does not list it.`,
      remedy: expect.stringContaining('.sops.yaml'),
    });
    expect(run.google).toEqual([]);
    expect(run.github).toEqual([]);
  });

  test.concurrent.for<{ where: string; rule: object }>([
    { where: 'its rule', rule: { gcp_kms: `${KMS_KEY},${OTHER_KEY}` } },
    {
      where: 'a key group of its rule',
      rule: { key_groups: [{ gcp_kms: [{ resource_id: KMS_KEY }] }, { gcp_kms: [{ resource_id: OTHER_KEY }] }] },
    },
    {
      where: 'a key group that another takes in',
      rule: { key_groups: [{ merge: [{ gcp_kms: [{ resource_id: OTHER_KEY }] }] }] },
    },
  ])('one of .sops.yaml, in $where, is refused just as well', async ({ rule }) => {
    await using world = await startRuledWorld(rule);
    const refs = world.flux.refs();
    const inputs = { 'gcp-kms': '', version: 'latest', 'allowed-recipients': KMS_KEY };
    await using run = await world.run(inputs);

    expect(reportOf(run).error?.code, run.stdout).toBe('RECIPIENT_NOT_ALLOWED');
    expect(run.google).toEqual([]);
    expect(operations(run)).toEqual(['Snapshot']);
    expect(world.flux.refs()).toEqual(refs);
  });

  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/0123';
  test.concurrent.for<{ service: string; rule: object }>([
    { service: 'AWS KMS', rule: { kms: arn } },
    { service: 'Azure Key Vault', rule: { azure_keyvault: 'https://v.vault.azure.net/keys/k/0123' } },
    { service: 'Vault', rule: { hc_vault_transit_uri: 'https://vault.example.com/v1/sops/keys/k' } },
    { service: 'Huawei Cloud KMS', rule: { hckms: ['tr-west-1:0123'] } },
    { service: 'AWS KMS in a key group', rule: { key_groups: [{ kms: [{ arn }] }] } },
    {
      service: 'Vault in a key group that another takes in',
      rule: { key_groups: [{ merge: [{ hc_vault: ['https://v/v1/sops/keys/k'] }] }] },
    },
  ])('a rule of .sops.yaml that would ask $service is refused', async ({ rule }) => {
    await using world = await startRuledWorld({ gcp_kms: KMS_KEY, ...rule });
    const refs = world.flux.refs();
    await using run = await world.run({ 'gcp-kms': '', version: '1' });

    expect(reportOf(run).error, run.stdout).toMatchObject({
      code: 'SOPS_KEY_SERVICE_NOT_SUPPORTED',
      message: expect.stringContaining('only gcp_kms, age and pgp may be asked'),
      remedy: expect.stringContaining('`gcp-kms`, `age` or `pgp`'),
    });
    expect(run.google).toEqual([]);
    expect(world.flux.refs()).toEqual(refs);
  });
});

// sops is handed the rule as it was read, and never the text: two readers of YAML need not read the same in it.
describe('a key service that is hidden in .sops.yaml from everybody but sops', () => {
  const vault = (url: string) => `hc_vault_transit_uri: ${url}/v1/sops/keys/k`;
  test.concurrent.for<{ behind: string; text: (url: string) => string; code?: string }>([
    {
      behind: 'a line break of YAML 1.1',
      text: (url) => `creation_rules:\n  - gcp_kms: ${KMS_KEY} # x\r    ${vault(url)}\n`,
      code: 'SOPS_CONFIG_INVALID',
    },
    {
      behind: 'a line separator',
      text: (url) => `creation_rules:\n  - gcp_kms: ${KMS_KEY} # x\u2028    ${vault(url)}\n`,
      code: 'SOPS_CONFIG_INVALID',
    },
    {
      behind: 'a name in base64',
      text: (url) =>
        `creation_rules:\n  - gcp_kms: ${KMS_KEY}\n    !!binary aGNfdmF1bHRfdHJhbnNpdF91cmk=: ${url}/v1/sops/keys/k\n`,
    },
    {
      behind: 'a merge that is a text to others',
      text: (url) => `x: &x\n  ${vault(url)}\ncreation_rules:\n  - gcp_kms: ${KMS_KEY}\n    ! <<: *x\n`,
    },
  ])('is not asked: behind $behind', async ({ text, code }) => {
    await using server = await startListener();
    await using world = await startWorld({ '.sops.yaml': text(server.url) });
    world.secret.addVersion(PAYLOAD);
    await using run = await world.run({ 'gcp-kms': '', version: '1' });

    expect(server.connections(), run.stdout).toBe(0);
    if (code === undefined) expect((await openManifest(world)).payloads['token']?.toString()).toBe(PAYLOAD);
    else expect(reportOf(run).error?.code).toBe(code);
  });
});

test.concurrent('what the globs allow goes through', async () => {
  const identity = await generateX25519Identity();
  const age = await identityToRecipient(identity);
  await using world = await startRuledWorld({ gcp_kms: KMS_KEY, age });
  await using run = await world.run({
    'gcp-kms': '',
    'allowed-secrets': 'projects/demo-project/secrets/{TELE,KBOT}_*',
    'allowed-recipients': 'projects/*/locations/global/keyRings/flux/cryptoKeys/*, age1*',
  });

  expect(run.outputs['outcome'], run.stdout).toBe('created');
  expect((await openManifest(world, { keys: { age: identity } })).payloads['token']?.toString()).toBe(PAYLOAD);
  expect(googleCalls(run)).toEqual(['token', 'access', 'token', 'encrypt']);
});
