// The manifests that runs are asked for, and the config that asks for some of them.

import { stringify } from 'yaml';
import type { SecretId } from './secrets.ts';

/** A data key, and what its value is. */
export interface Part {
  readonly key: string;
  readonly secret: SecretId;
  /** '' for the whole payload. */
  readonly pointer: string;
}

export interface Place {
  readonly file: string;
  readonly name: string;
  readonly parts: readonly Part[];
  /** Whether a config asks for it; the others are asked for by inputs. */
  readonly isOfConfig: boolean;
}

export const CONFIG = 'flux-secrets.yaml';

const whole = (key: string, secret: SecretId): Part => ({ key, secret, pointer: '' });

export const PLACES: readonly Place[] = [
  {
    file: 'clusters/dev/kbot-token.yaml',
    name: 'kbot-token',
    parts: [whole('token', 'TELE_TOKEN')],
    isOfConfig: false,
  },
  { file: 'clusters/dev/api-key.yaml', name: 'api-key', parts: [whole('API_KEY', 'API_KEY')], isOfConfig: false },
  { file: 'clusters/test/lines.yaml', name: 'lines', parts: [whole('tls.pem', 'LINES')], isOfConfig: false },
  {
    file: 'clusters/prod/database.yaml',
    name: 'database',
    parts: [
      { key: 'user', secret: 'DB', pointer: '/user' },
      { key: 'password', secret: 'DB', pointer: '/password' },
    ],
    isOfConfig: true,
  },
  {
    file: 'clusters/prod/tokens.yaml',
    name: 'tokens',
    parts: [whole('telegram', 'TELE_TOKEN'), whole('api', 'API_KEY')],
    isOfConfig: true,
  },
  { file: 'clusters/prod/lines.yaml', name: 'lines', parts: [whole('lines', 'LINES')], isOfConfig: true },
];

/** These folders list what is in them. */
export const KUSTOMIZATIONS = ['clusters/dev/kustomization.yaml', 'clusters/prod/kustomization.yaml'];

/** `latest`, an alias or a number, as it is asked for. */
export type Asked = 'latest' | 'live' | number;

/** By file: how its secrets are asked for, or that it is to be gone. */
export type ConfigWish = ReadonlyMap<string, Asked | 'absent'>;

export function formatConfig(wish: ConfigWish): string {
  const manifests = PLACES.filter(({ isOfConfig }) => isOfConfig).map(({ file, name, parts }) => {
    const asked = wish.get(file) ?? 'latest';
    if (asked === 'absent') return { file, state: 'absent' };
    const source = ({ secret, pointer }: Part) => ({ secret, version: asked, ...(pointer !== '' && { pointer }) });
    return { file, name, data: Object.fromEntries(parts.map((part) => [part.key, source(part)])) };
  });
  return stringify({ project: 'demo-project', defaults: { namespace: 'demo' }, manifests });
}
