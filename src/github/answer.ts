// What GitHub answers, before anybody knows what is in it. A query states the shape that its answer has to have, and the
// type follows from that; whatever else comes (a sign-in page, half a JSON, a name that is none) is nobody's to read.

import { isRecord } from '../json.ts';
import { isBranch, isRepository } from './names.ts';

export type Shape<T> = (value: unknown) => value is T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

/** Something answered that is not GitHub's API, or only a part of what it said arrived. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

export const isText: Shape<string> = (value) => typeof value === 'string';
export const isNumber: Shape<number> = (value) => typeof value === 'number';
export const isFlag: Shape<boolean> = (value) => typeof value === 'boolean';
export const isAbsent: Shape<undefined> = (value) => value === undefined;
/** It is said to people and sent back to GitHub. */
export const isOid: Shape<string> = textLike((text) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text));
export const isBranchName: Shape<string> = textLike(isBranch);
export const isRepositoryName: Shape<string> = textLike(isRepository);
/** It becomes a link. */
export const isUrl: Shape<string> = textLike((text) => /^https?:\/\/[!-~]{1,2000}$/.test(text));

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return (value): value is T | null => value === null || shape(value);
}

export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value): value is T | undefined => value === undefined || shape(value);
}

export function either<T, U>(shape: Shape<T>, other: Shape<U>): Shape<T | U> {
  return (value): value is T | U => shape(value) || other(value);
}

export function both<T, U>(shape: Shape<T>, other: Shape<U>): Shape<T & U> {
  return (value): value is T & U => shape(value) && other(value);
}

export function listOf<T>(shape: Shape<T>): Shape<T[]> {
  return (value): value is T[] => Array.isArray(value) && value.every((item) => shape(item));
}

/** Other fields may be there as well. */
export function record<S extends Readonly<Record<string, Shape<unknown>>>>(
  fields: S,
): Shape<{ [Name in keyof S]: Shaped<S[Name]> }> {
  const shapes = Object.entries(fields);
  return (value): value is { [Name in keyof S]: Shaped<S[Name]> } =>
    isRecord(value) && shapes.every(([name, shape]) => shape(Object.hasOwn(value, name) ? value[name] : undefined));
}

/** https://spec.graphql.org/October2021/#sec-Response-Format: data, or errors that say what is the matter, or both. */
export const isGraphqlResponse = record({
  errors: optional((value): value is object[] => Array.isArray(value) && value.length > 0 && value.every(isRecord)),
});

function textLike(matches: (text: string) => boolean): Shape<string> {
  return (value): value is string => typeof value === 'string' && matches(value);
}
