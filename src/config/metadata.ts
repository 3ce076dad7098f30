// What Kubernetes takes as names and values of labels and annotations, and which names a config may not set.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/

import { isSubdomain } from '../kubernetes/names.ts';
import { isProvenance, MANAGED_BY } from '../kubernetes/provenance.ts';

/** Bytes of all names and values, as the API server counts them. */
export const MAX_ANNOTATIONS = 256 * 1024;

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const RESERVED = new Set<string>([MANAGED_BY.label, 'kubectl.kubernetes.io/last-applied-configuration']);

/** Why no label or annotation may have the name, to stand behind it. */
export function findNameProblem(name: string): string | undefined {
  if (isProvenance(name) || RESERVED.has(name)) return 'is written by this action or by kubectl: leave it out';
  // The rule of sops goes by the name alone, at any depth.
  if (name === 'data' || name === 'stringData') return 'would be encrypted, as data is: take another name';
  const slash = name.indexOf('/');
  const isPrefixed = slash < 0 || isSubdomain(name.slice(0, slash));
  if (isPrefixed && NAME.test(name.slice(slash + 1))) return undefined;
  return 'is no name of a label or annotation: write team or example.com/team, with letters, digits, -, . and _';
}

/** Why no label may have the value, to stand behind it. */
export function findLabelProblem(value: string): string | undefined {
  if (value === '' || NAME.test(value)) return undefined;
  return 'is no value of a label: write up to 63 letters, digits, -, . and _, with a letter or digit at both ends';
}

export function sizeOfAnnotations(annotations: Readonly<Record<string, string>>): number {
  return Object.entries(annotations).reduce((sum, each) => sum + Buffer.byteLength(each.join('')), 0);
}
