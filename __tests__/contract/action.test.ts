import { describe, expect, test } from 'vitest';
import { ActionError } from '../../src/errors.ts';
import { readInputs } from '../../src/inputs/inputs.ts';
import { reportError, reportManifest } from '../../src/report/manifest-report.ts';
import { formatOutputs } from '../../src/report/outputs.ts';
import { failedReport } from '../../src/report/report.ts';
import { findSources, findTableRows, namesOf, read, readAction } from './project.ts';

const action = readAction('action.yml');
const readme = read('README.md');

/** Every name that the code asks the runner for, whatever it makes of what it gets. */
function inputsThatAreRead(): string[] {
  const names = new Set<string>();
  const before = process.env;
  process.env = new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'string' && name.startsWith('INPUT_')) names.add(name.slice('INPUT_'.length).toLowerCase());
        return undefined;
      },
    },
  );
  try {
    readInputs();
  } catch (error) {
    if (!(error instanceof ActionError)) throw error;
  } finally {
    process.env = before;
  }
  return [...names].sort();
}

describe('the inputs of action.yml', () => {
  const inputs = Object.keys(action.inputs);

  test('are those that the code reads', () => {
    expect(inputsThatAreRead()).toEqual(inputs.toSorted());
  });

  test('are read in one place', () => {
    const readers = findSources().filter((path) => /\bget(Boolean|Multiline)?Input\b/.test(read(path)));
    expect(readers.filter((path) => !path.startsWith('src/inputs/'))).toEqual([]);
    expect(readers).toContain('src/inputs/inputs.ts');
  });

  test.each(Object.entries(action.inputs))(
    'have a sentence each, and say whether they are required: %s',
    (_, input) => {
      expect(input.description).toMatch(/^\S.{10,}\.$/);
      expect(input).toHaveProperty('required', expect.any(Boolean));
      expect(input.required === true && input.default !== undefined).toBe(false);
    },
  );

  test('stand in the README, each once, with a default and a meaning', () => {
    const rows = findTableRows(readme, 'Inputs');
    expect(namesOf(rows).sort()).toEqual(inputs.toSorted());
    for (const [name, standard, meaning] of rows) {
      expect(standard, name).not.toBe('');
      expect(meaning?.length, name).toBeGreaterThan(10);
    }
  });

  test('are needed without a config in the README where they are needed then', () => {
    const needed = findTableRows(readme, 'Inputs').filter(([, standard]) => standard === 'needed without `config`');
    const isNeeded = (name: string) => action.inputs[name]?.description?.endsWith(' Needed unless `config` is given.');
    expect(namesOf(needed)).toEqual(inputs.filter(isNeeded));
    expect(needed).toHaveLength(2);
  });

  test('are none that every run needs', () => {
    expect(inputs.filter((name) => action.inputs[name]?.required)).toEqual([]);
  });
});

describe('the outputs of action.yml', () => {
  const outputs = Object.keys(action.outputs);

  test('are those that the code sets, in every outcome', () => {
    const error = new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' });
    expect(Object.keys(formatOutputs(failedReport(error, 'acme/flux-gitops')))).toEqual(outputs);
  });

  test.each(Object.entries(action.outputs))('have a sentence each: %s', (_, output) => {
    expect(output.description).toMatch(/^\S.{10,}\.$/);
  });

  test('stand in the README, each once, with a meaning', () => {
    const rows = findTableRows(readme, 'Outputs');
    expect(namesOf(rows).sort()).toEqual(outputs.toSorted());
    for (const [name, meaning] of rows) expect(meaning?.length, name).toBeGreaterThan(10);
  });
});

describe('the report', () => {
  const [, shown = ''] = /^```json\n([\s\S]*?)^```/m.exec(readme) ?? [];
  const { manifests, error, ...report } = JSON.parse(shown);
  const failure = new ActionError('CANCELLED', { message: 'Cannot go on.', remedy: 'Run it again.' });

  test('stands in the README with just the fields that it has', () => {
    const { manifests: none, error: failed, ...others } = failedReport(failure, 'acme/flux-gitops');
    expect(Object.keys(report).sort()).toEqual([...Object.keys(others), 'leftOut'].sort());
    expect([none, failed]).toEqual([[], expect.anything()]);
    expect(Object.keys(error)).toEqual(Object.keys(reportError(failure)));
  });

  test('has the fields of a manifest that it has', () => {
    const desired = { state: 'absent', file: 'clusters/dev/demo/kbot-token.yaml' } as const;
    const manifest = reportManifest({ kind: 'failed', desired, error: failure }, new Date(0));
    expect(Object.keys(manifests[0]).sort()).toEqual(Object.keys(manifest).sort());
    expect(Object.keys(manifests[0].error)).toEqual(Object.keys(error));
  });
});

describe('the action', () => {
  test('runs what is built, on the runtime that it is made for', () => {
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
  });

  test('is the same where the reusable workflow finds it', () => {
    const twin = readAction('.github/actions/sync/action.yml');
    expect(twin).toEqual({ ...action, runs: { ...action.runs, main: '../../../dist/index.js' } });
  });
});
