// Digests of what shapes a manifest beside its versions: what was asked for, not what Google resolved it to.

import type { DataValue, DesiredSecret, EntriesSource, PayloadValue } from '../desired-secret.ts';
import type { SecretVersionRequest } from '../google/resource-names.ts';
import { digestTemplate } from '../kubernetes/provenance.ts';
import { type EncryptionRule, formatEncryptionRule } from '../sops/encryption-rule.ts';

/** Raised only where another digest for the same wish is intended: every manifest is then encrypted anew. */
const TEMPLATE_FORMAT = 1;

type Json = string | null | readonly Json[] | { readonly [name: string]: Json };

/** Everything that shapes the manifest but the versions. What is not asked for is not in it, so that it stays the same. */
export function templateOf(desired: DesiredSecret, rule: EncryptionRule): string {
  const { name, namespace, type, immutable, labels, annotations } = desired;
  return digestTemplate({
    format: TEMPLATE_FORMAT,
    name,
    namespace: namespace ?? null,
    type,
    ...declare(desired),
    ...(immutable && { immutable }),
    ...(Object.keys(labels).length > 0 && { labels: sorted(labels) }),
    ...(Object.keys(annotations).length > 0 && { annotations: sorted(annotations) }),
    rule: formatEncryptionRule(rule),
  });
}

/** How the data comes about: where it differs, the data of an immutable Secret would. */
export function declarationOf(desired: DesiredSecret): string {
  return digestTemplate(declare(desired));
}

function declare({ data, dataFrom }: DesiredSecret): { data: Json; dataFrom?: Json } {
  return {
    data: [...data].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, ...declareValue(value)]),
    ...(dataFrom.length > 0 && { dataFrom: dataFrom.map(declareEntries) }),
  };
}

function declareValue(value: DataValue): readonly Json[] {
  if (value.kind === 'payload') return declarePayload(value);
  const { server, username, password } = value;
  const user = username.kind === 'text' ? username.text : declarePayload(username);
  return [{ server, username: user, password: declarePayload(password) }];
}

function declarePayload({ request, pointer, trimNewline }: PayloadValue): readonly Json[] {
  const part = { ...(pointer !== undefined && { pointer }), ...(trimNewline && { trim: 'newline' }) };
  return [...declareSecret(request), ...(Object.keys(part).length === 0 ? [] : [part])];
}

function declareEntries({ request, format }: EntriesSource): readonly Json[] {
  return [...declareSecret(request), format];
}

function declareSecret({ name: { project, location, secret } }: SecretVersionRequest): readonly Json[] {
  return [project, location ?? null, secret];
}

function sorted(entries: Readonly<Record<string, string>>): Json {
  return Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
}
