// What a test reads off a run and off the Flux repository: the report, the requests, the manifest opened without sops.
import { parse } from 'yaml';
import type { SyncReport } from '../../src/report/report.ts';
import type { ActionRun } from '../stand-ins/runner.ts';
import { decryptIndependently, type OpenedDocument, type OracleKeys } from '../stand-ins/sops-oracle.ts';
import { FILE, type World, type WorldRun } from '../stand-ins/world.ts';

export function reportOf({ outputs, stdout }: ActionRun): SyncReport {
  if (outputs['report'] === undefined) throw new Error(`The run has no output \`report\`:\n${stdout}`);
  return JSON.parse(outputs['report']) as SyncReport;
}

/** The GraphQL operations that the run asked GitHub for, in order. */
export function operations({ github }: WorldRun): (string | undefined)[] {
  return github.map(({ operationName }) => operationName);
}

/** What the run asked Google for: `access`, `encrypt`, `token`, in order. */
export function googleCalls({ google }: Pick<WorldRun, 'google'>): string[] {
  return google.map(({ path }) => /(?:[:/])(\w+)(?:\?.*)?$/.exec(path)?.[1] ?? path);
}

export interface OpenedManifest {
  /** The whole document, with its values in clear. */
  document: OpenedDocument;
  macIsValid: boolean;
  /** Data key → payload. */
  payloads: Readonly<Record<string, Buffer>>;
}

export async function openManifest(
  world: World,
  { branch = 'main', file = FILE, keys = { gcpKms: world.google.decrypt } }: OpenOptions = {},
): Promise<OpenedManifest> {
  const manifest = world.flux.read(`refs/heads/${branch}`, file);
  if (manifest === undefined) throw new Error(`${branch} has no ${file}`);
  const { document, macIsValid } = await decryptIndependently(manifest.toString(), keys);
  const data = Object.entries((document['data'] ?? {}) as Record<string, string>);
  return {
    document,
    macIsValid,
    payloads: Object.fromEntries(data.map(([key, value]) => [key, Buffer.from(value, 'base64')])),
  };
}

interface OpenOptions {
  branch?: string;
  file?: string;
  keys?: OracleKeys;
}

export interface Annotations {
  sources: Readonly<Record<string, string>>;
  hold: { by: string; since: string } | undefined;
}

/** What the committed manifest claims of itself in clear. */
export function annotationsOf(world: World): Annotations {
  const { metadata } = parse(world.manifest()) as { metadata: { annotations: Record<string, string> } };
  const { 'flux-secret-sync/sources': sources = '{}', 'flux-secret-sync/hold': hold } = metadata.annotations;
  return { sources: JSON.parse(sources), hold: hold === undefined ? undefined : JSON.parse(hold) };
}
