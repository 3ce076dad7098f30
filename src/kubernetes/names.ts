// Kubernetes' own rules for names and data keys, and the default name made from a secret's id.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const DATA_KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** RFC 1123 subdomain: what `metadata.name` of a Secret may be. */
export function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((label) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(label));
}

/** RFC 1123 label: what `metadata.namespace` may be. */
export function isLabel(text: string): boolean {
  return LABEL.test(text);
}

/** What the API server takes as a key of `data`: `.` and `..` are no file names in a volume, and `__proto__` none of an object. */
export function isDataKey(text: string): boolean {
  return DATA_KEY.test(text) && text !== '.' && !text.startsWith('..') && text !== '__proto__';
}

/** `TELE_TOKEN` and `TeleToken` → `tele-token`; undefined where nothing usable is left. */
export function findDefaultName(secretId: string): string | undefined {
  const name = secretId
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return isSubdomain(name) ? name : undefined;
}
