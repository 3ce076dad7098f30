// Which rule of a `.sops.yaml` governs a file, and what its effect is: read as sops 3.13 reads it, so that
// recipients can be refused before anything is accessed. sops is handed what was read here, and nothing else.

import { RE2JS } from 're2js';
import { ActionError } from '../errors.ts';
import { hasRepeatedKey, OTHER_LINE_BREAK, readYaml } from '../yaml-document.ts';
import { pathBelow, type SopsConfiguration } from './configuration.ts';
import {
  type EncryptionRule,
  parseRecipients,
  RECIPIENT_KINDS,
  type Recipient,
  SECRET_VALUES,
  SELECTOR_KINDS,
  type Selector,
} from './encryption-rule.ts';
import { readPlainValue } from './plain-value.ts';
import { isEmpty } from './sops-document.ts';

/** Rules for a thousand folders are shorter. */
const MAX_LENGTH = 256 * 1024;
/** Of three lines each, they have a tenth of these parts. */
const LIMITS = { parts: 250_000, depth: 100 };
/** Characters of a regular expression, and steps of all that are compiled: each takes a file's path time. */
const MAX_PATTERN = 2_000;
const MAX_STEPS = 50_000;

/** Bounded, for globs are matched against it. */
const RECIPIENT = /^[\x20-\x7e]{1,1024}$/;

type Mapping = Readonly<Record<string, unknown>>;

/** sops' names for key services that this action does not speak for, in rules and in key groups. */
const OTHER_KEY_SERVICES = ['kms', 'hckms', 'azure_keyvault', 'hc_vault_transit_uri', 'hc_vault'];

/** What sops' reader of YAML takes for a Boolean. */
const TRUE: readonly unknown[] = [true, 'y', 'Y', 'yes', 'on'];

/** @throws {SOPS_NO_RULE | SOPS_CONFIG_INVALID | SOPS_KEY_SERVICE_NOT_SUPPORTED} as `parseCreationRules` says */
export type FindCreationRule = (file: string) => EncryptionRule;

/**
 * The effect of the first rule whose `path_regex` matches a file's path below the configuration's folder. The text is
 * read once, for it may govern a thousand files.
 * @throws {SOPS_CONFIG_INVALID} when it is not a sops configuration; by file, when a rule that is looked at is none
 * @throws {SOPS_NO_RULE} by file, when no rule matches, or the one that does names nobody
 * @throws {SOPS_KEY_SERVICE_NOT_SUPPORTED} by file, for key services other than Cloud KMS, age and PGP
 */
export function parseCreationRules(configuration: SopsConfiguration): FindCreationRule {
  const invalid = (reason: string) => configurationInvalid(configuration, reason);
  const compile = createCompiler(invalid);
  const rules = creationRules(configuration, invalid).map((rule) => ({
    rule,
    matches: createMatcher(rule, compile, invalid),
  }));
  return (file) => {
    const path = pathBelow(configuration, file);
    const found = rules.find(({ matches }) => matches(path));
    if (found === undefined) throw noRule(configuration, file, 'none of its creation rules matches');
    const rule = readRule(found.rule, configuration, invalid);
    if (!rule.keyGroups.some((group) => group.length > 0)) {
      throw noRule(configuration, file, 'the creation rule that matches names no recipient');
    }
    return rule;
  };
}

function readRule(rule: Mapping, configuration: SopsConfiguration, invalid: Invalid): EncryptionRule {
  const keyGroups = readKeyGroups(rule, configuration, invalid);
  const threshold = rule['shamir_threshold'] ?? 0;
  if (typeof threshold !== 'number' || !Number.isInteger(threshold)) throw invalid('shamir_threshold is not a number');
  return {
    keyGroups,
    threshold: threshold === 0 ? keyGroups.length : threshold,
    selector: readSelector(rule, invalid),
    macOnlyEncrypted: TRUE.includes(rule['mac_only_encrypted']),
  };
}

type Invalid = (reason: string) => ActionError;

function creationRules({ text }: SopsConfiguration, invalid: Invalid): Mapping[] {
  if (text.length > MAX_LENGTH) throw invalid('it is too large');
  if (OTHER_LINE_BREAK.test(text)) throw invalid('it has line breaks that not every version of YAML knows');
  const { document, stop } = readYaml(text, { limits: LIMITS, merge: true });
  if (stop !== undefined && stop.reason !== 'document') throw invalid('it has too many parts, or nests too deep');
  const code = document.errors[0]?.code ?? (stop && 'MULTIPLE_DOCS');
  if (code !== undefined) throw invalid(`it is not valid YAML (${code})`);
  if (hasRepeatedKey(document)) throw invalid('a key stands twice in one mapping');
  const plain = readPlainValue(document);
  if (plain === undefined) throw invalid('its aliases cannot be resolved');
  const rules = asMapping(plain ?? {}, invalid)['creation_rules'] ?? [];
  if (!Array.isArray(rules)) throw invalid('creation_rules is not a list');
  return rules.map((rule) => asMapping(rule, invalid));
}

/** Compiled when it is first asked: sops looks at no rule behind the one that matches. */
function createMatcher(
  rule: Mapping,
  compile: (pattern: string) => RE2JS,
  invalid: Invalid,
): (path: string) => boolean {
  let compiled: RE2JS | undefined;
  return (path) => {
    const pattern = rule['path_regex'] ?? '';
    if (typeof pattern !== 'string') throw invalid('path_regex is not text: put it into quotes');
    compiled ??= compile(pattern);
    return compiled.matcher(path).find();
  };
}

/** RE2 takes time that grows with the path and the steps of the pattern, of which a few characters can make thousands. */
function createCompiler(invalid: Invalid): (pattern: string) => RE2JS {
  let steps = 0;
  return (pattern) => {
    const compiled = pattern.length > MAX_PATTERN ? undefined : compile(pattern, invalid);
    steps += compiled?.programSize() ?? 0;
    if (compiled === undefined || steps > MAX_STEPS) throw invalid('its path_regex are too large to be tried');
    return compiled;
  };
}

function compile(pattern: string, invalid: Invalid): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw invalid('a path_regex is not a regular expression as Go knows them (RE2)');
  }
}

function readKeyGroups(rule: Mapping, configuration: SopsConfiguration, invalid: Invalid): Recipient[][] {
  const groups = rule['key_groups'] ?? [];
  if (!Array.isArray(groups)) throw invalid('key_groups is not a list');
  refuseOtherKeyServices(rule, configuration);
  if (groups.length === 0) return [readRecipients(rule, invalid)];
  return groups.map((group) => readKeyGroup(asMapping(group, invalid), configuration, invalid));
}

/** A group may take in others by `merge`. */
function readKeyGroup(group: Mapping, configuration: SopsConfiguration, invalid: Invalid): Recipient[] {
  refuseOtherKeyServices(group, configuration);
  const merged = group['merge'] ?? [];
  if (!Array.isArray(merged)) throw invalid('merge is not a list of key groups');
  return [
    ...merged.flatMap((other) => readKeyGroup(asMapping(other, invalid), configuration, invalid)),
    ...readRecipients(group, invalid),
  ];
}

function readRecipients(holder: Mapping, invalid: Invalid): Recipient[] {
  return RECIPIENT_KINDS.flatMap((kind) => {
    const recipients = parseRecipients(kind, readList(holder[kind], kind, invalid).join(','));
    if (!recipients.every(({ id }) => RECIPIENT.test(id)))
      throw invalid(`${kind} holds something that is no recipient`);
    return recipients;
  });
}

/** A rule has text or a list of texts; a key group names Cloud KMS keys as `{resource_id}`. */
function readList(value: unknown, kind: string, invalid: Invalid): string[] {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.map((item: unknown) => {
    const id = kind === 'gcp_kms' && typeof item === 'object' ? asMapping(item, invalid)['resource_id'] : item;
    if (typeof id !== 'string') throw invalid(`${kind} holds something that is not text`);
    return id;
  });
}

function refuseOtherKeyServices(holder: Mapping, { path }: SopsConfiguration): void {
  const other = OTHER_KEY_SERVICES.find((name) => !isEmpty(holder[name]));
  if (other === undefined) return;
  throw new ActionError('SOPS_KEY_SERVICE_NOT_SUPPORTED', {
    message: `Cannot encrypt as ${path} says: its rule names ${other}, and only gcp_kms, age and pgp may be asked.`,
    remedy: 'Give the file a rule with these only, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
  });
}

function readSelector(rule: Mapping, invalid: Invalid): Selector {
  const given = SELECTOR_KINDS.filter((kind) => !isEmpty(rule[kind]));
  const [kind] = given;
  if (kind === undefined) return SECRET_VALUES;
  if (given.length > 1) throw invalid(`one rule has both ${given.join(' and ')}`);
  const pattern = rule[kind];
  if (typeof pattern !== 'string') throw invalid(`${kind} is not text: put it into quotes`);
  // It becomes an argument of sops, and no system takes these.
  if (pattern.length > MAX_PATTERN || pattern.includes('\0')) throw invalid(`${kind} is too long, or holds a null`);
  return { kind, pattern };
}

function asMapping(value: unknown, invalid: Invalid): Mapping {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('a mapping is missing');
  return value as Mapping;
}

function configurationInvalid({ path }: SopsConfiguration, reason: string): ActionError {
  return new ActionError('SOPS_CONFIG_INVALID', {
    message: `Cannot read ${path} of the Flux repository: ${reason}.`,
    remedy: 'Mend it there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
  });
}

function noRule({ path }: SopsConfiguration, file: string, reason: string): ActionError {
  return new ActionError('SOPS_NO_RULE', {
    message: `Cannot encrypt ${file} as ${path} says: ${reason}.`,
    remedy: 'Add a rule for its path there, or name recipients with the inputs `gcp-kms`, `age` or `pgp`.',
  });
}
