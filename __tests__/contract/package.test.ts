import { describe, expect, test } from 'vitest';
import { read } from './project.ts';

type Versions = Readonly<Record<string, string>>;
interface Package {
  private: boolean;
  dependencies: Versions;
  devDependencies: Versions;
  overrides: Versions;
}

const { private: isPrivate, ...project } = JSON.parse(read('package.json')) as Package;
const lock = JSON.parse(read('package-lock.json')) as {
  packages: Record<string, Partial<Package> & { version?: string }>;
};

describe('package.json', () => {
  test.each(Object.entries({ ...project.dependencies, ...project.devDependencies, ...project.overrides }))(
    'pins %s to one version: %s',
    (_, version) => {
      expect(version).toMatch(/^\d+\.\d+\.\d+(-[\w.]+)?$/);
    },
  );

  test('is what the lockfile was made of', () => {
    const { dependencies, devDependencies } = lock.packages[''] ?? {};
    expect({ dependencies, devDependencies }).toEqual({
      dependencies: project.dependencies,
      devDependencies: project.devDependencies,
    });
    for (const [name, version] of Object.entries({ ...project.dependencies, ...project.devDependencies })) {
      expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });

  test('is not to be published by mistake', () => {
    expect(isPrivate).toBe(true);
  });
});
