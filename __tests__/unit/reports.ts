// Reports of runs, as far as those who tell of them look at them.

import type { ManifestReport, SourceReport } from '../../src/report/manifest-report.ts';
import type { SyncReport } from '../../src/report/report.ts';

export const COMMIT = {
  oid: 'ffac537e6cbbf934b08745a378932722df287a53',
  url: 'https://github.com/acme/flux-gitops/commit/ffac537e6cbbf934b08745a378932722df287a53',
  verified: true,
};
export const PULL_REQUEST = {
  number: 7,
  url: 'https://github.com/acme/flux-gitops/pull/7',
  operation: 'created',
} as const;

export interface Told extends Partial<ManifestReport> {
  from?: string | undefined;
  to?: string;
}

/** With a file's name of 255 bytes: 1,020 of the 1,024 that a path may have. */
export const LONG_FOLDER = ['語', '日', '本'].map((letter) => letter.repeat(85)).join('/');

export function source(more: Partial<SourceReport> = {}): SourceReport {
  const { secret = 'TELE_TOKEN', to = '2' } = more;
  const secretVersion = `projects/123456789012/secrets/${secret}/versions/${to}`;
  return { key: 'token', secret, secretVersion, from: undefined, to, ...more };
}

export function manifest({ from, to = '2', ...more }: Told = {}): ManifestReport {
  return {
    file: 'clusters/dev/demo/kbot-token.yaml',
    name: 'kbot-token',
    namespace: 'demo',
    outcome: from === undefined ? 'created' : 'updated',
    sources: [source({ from, to })],
    hold: undefined,
    error: undefined,
    notes: [],
    ...more,
  };
}

/** Of files and secrets with the longest names that there can be, where possible in letters of three bytes each. */
export function manyManifests(count: number, more: Told = {}): ManifestReport[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${index}-${'n'.repeat(240)}`;
    const file = `${LONG_FOLDER}/${String(index).padStart(4, '0')}${'名'.repeat(81)}.yaml`;
    const sources = [source({ key: 'k'.repeat(253), secret: `S${index}${'S'.repeat(240)}`, from: more.from })];
    return { ...manifest(more), name, file, sources, ...more };
  });
}

export function report(more: Partial<SyncReport> = {}): SyncReport {
  const outcome = more.outcome ?? 'updated';
  return {
    outcome,
    changed: ['created', 'updated', 'deleted', 'mixed'].includes(outcome),
    repository: 'acme/flux-gitops',
    base: 'main',
    manifests: [manifest({ from: '1' })],
    kustomizations: [],
    notes: [],
    commit: undefined,
    branch: undefined,
    pullRequest: undefined,
    error: undefined,
    ...more,
  };
}
