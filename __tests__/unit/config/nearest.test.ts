import { expect, test } from 'vitest';
import { findNearest } from '../../../src/config/nearest.ts';

test.each([
  ['nmae', 'name'],
  ['Name', 'name'],
  ['nam', 'name'],
  ['names', 'name'],
  ['nahme', 'name'],
  ['nemo', undefined],
  ['lable', 'labels'],
  ['label', 'labels'],
  ['annotation', 'annotations'],
  ['statee', 'state'],
  ['', undefined],
  ['annotations-of-the-secret', undefined],
])('%j is most likely %s', (text, name) => {
  expect(findNearest(text, ['name', 'labels', 'annotations', 'state'])).toBe(name);
});

test('the nearest of several is taken', () => {
  expect(findNearest('versions', ['versoin', 'version'])).toBe('version');
});
