// What a run is asked for: one Kubernetes Secret in one file of the Flux repository, and where its data comes from.

import type { SecretVersionRequest } from './google/resource-names.ts';

export interface DesiredSecret {
  /** Path in the Flux repository, with forward slashes. */
  file: string;
  name: string;
  namespace: string | undefined;
  type: 'Opaque';
  /** Data key → the secret's version that becomes its value. */
  data: ReadonlyMap<string, SecretVersionRequest>;
  /** True holds the version against later runs with `latest`, false releases it, undefined leaves it to the version. */
  hold: boolean | undefined;
}
