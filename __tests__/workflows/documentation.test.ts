// What README and docs say of files, codes and commands is so: they lead somewhere, and leave nothing out.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...findPages('docs')];

function findPages(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
}

const withoutCode = (markdown: string) => markdown.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');

/** As GitHub names the anchors of a page. */
function findAnchors(markdown: string): string[] {
  return [...withoutCode(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

interface Link {
  page: string;
  target: string;
}

function findLinks(page: string): Link[] {
  const links = [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)]*)\)/g)];
  return links.map(([, target = '']) => ({ page, target }));
}

function isBroken({ page, target }: Link): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return true;
  return (
    anchor !== undefined && (statSync(join(root, file)).isDirectory() || !findAnchors(read(file)).includes(anchor))
  );
}

describe('README and docs', () => {
  test('link to pages, headings and files that are there', () => {
    const links = pages.flatMap(findLinks);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter(isBroken)).toEqual([]);
  });

  test('name tests and sources that are there', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:__tests__|src|scripts|examples)\/[\w./-]+)`/g)].map(([, path = '']) => path),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('name only scripts that package.json has', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));
    const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name));
    expect(named).toContain('demo');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

interface Form {
  on: { workflow_dispatch?: { inputs?: Record<string, object> } };
}

describe('README.md', () => {
  test('starts examples with the inputs that they have', () => {
    const commands = [...read('README.md').matchAll(/gh workflow run (\S+\.yml)((?: -f \w+=[^\s`]+)*)/g)];
    expect(commands.map(([, file]) => file)).toEqual(['dispatch.yml', 'config.yml']);
    for (const [command, file, given = ''] of commands) {
      const { on }: Form = parse(read(`examples/workflows/${file}`));
      const names = [...given.matchAll(/-f (\w+)=/g)].map(([, name]) => name);
      expect(Object.keys(on.workflow_dispatch?.inputs ?? {}), command).toEqual(expect.arrayContaining(names));
      expect(names.length, command).toBeGreaterThan(0);
    }
  });

  test('shows the example for dispatch just as it is', () => {
    const shown = /<!-- (examples\/workflows\/\S+) -->\n```yaml\n([\s\S]*?)```/.exec(read('README.md'));
    expect(shown?.[1]).toBe('examples/workflows/dispatch.yml');
    expect(shown?.[2]).toBe(read('examples/workflows/dispatch.yml'));
  });
});

describe('CONTRIBUTING.md', () => {
  test('knows every file and folder of src, each once', () => {
    const [, house = ''] = /## The house\n([\s\S]*?)\n## /.exec(read('CONTRIBUTING.md')) ?? [];
    const cells = [...house.matchAll(/^\| (`.*?) \|/gm)].map(([, cell = '']) => cell);
    const named = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
    const there = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    expect(named.sort()).toEqual(there.filter((name) => /\.ts$|\/$/.test(name)).sort());
  });
});

describe('docs/errors.md', () => {
  test('tells of every error code once, and of no other', () => {
    const codes = [...read('src/errors.ts').matchAll(/^ {2}\| '(\w+)'/gm)].map(([, code]) => code);
    const told = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(40);
    expect(told.sort()).toEqual(codes.sort());
  });
});
