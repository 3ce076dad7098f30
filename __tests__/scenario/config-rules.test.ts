// The rules of `.sops.yaml` with many manifests: each falls under its own, as sops itself reads them, and a rule whose
// effect changes brings just those manifests to be encrypted anew that it governs.
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { outcomesOf, runConfig, startConfigWorld, textAt } from './configs.ts';

// Public keys of nobody in particular.
const AGE = {
  aws: 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
  gcp: 'age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg',
  root: 'age1yt3tfqlfrwdwx0z0ynwplcr6qxcxfaqycuprpmy89nr83ltx74tqdpszlw',
};
const file = (cloud: string, name = 'a') => `clusters/${cloud}/dev/${name}.yaml`;
const MANIFESTS = ['aws', 'gcp', 'bare'].map((cloud) => ({
  file: file(cloud),
  name: `a-${cloud}`,
  data: { token: { secret: 'TELE_TOKEN', version: 1 } },
}));
const ROOT = (aws: string, comment = '') =>
  `${comment}creation_rules:\n  - path_regex: clusters/aws/.*\n    age: ${aws}\n  - age: ${AGE.root}\n`;
const NESTED = `creation_rules:\n  - path_regex: ^dev/.*\n    age: ${AGE.gcp}\n`;

function recipientsOf(text: string | undefined): string[] {
  const { sops } = parse(text ?? '') as { sops: { age: { recipient: string }[] } };
  return sops.age.map(({ recipient }) => recipient);
}

test.concurrent('the nearest .sops.yaml decides, at the root or nested, and a changed rule re-encrypts what it governs', async () => {
  await using world = await startConfigWorld({
    config: { manifests: MANIFESTS },
    secrets: { TELE_TOKEN: ['one'] },
    files: { '.sops.yaml': ROOT(AGE.aws), 'clusters/gcp/.sops.yaml': NESTED },
  });
  const fromRules = { 'gcp-kms': '' };
  await using first = await runConfig(world, fromRules);
  const before = ['aws', 'gcp', 'bare'].map((cloud) => recipientsOf(textAt(world, file(cloud))));
  await world.flux.commit({ branch: 'main', files: { '.sops.yaml': ROOT(AGE.aws, '# only a comment\n') } });
  await using commented = await runConfig(world, fromRules);
  await world.flux.commit({ branch: 'main', files: { '.sops.yaml': ROOT(`${AGE.aws},${AGE.gcp}`) } });
  await using rotated = await runConfig(world, fromRules);

  expect(first.exitCode, first.stdout).toBe(0);
  expect(before).toEqual([[AGE.aws], [AGE.gcp], [AGE.root]]);
  expect(commented.outputs['outcome']).toBe('unchanged');
  expect(outcomesOf(rotated), rotated.stdout).toEqual({
    [file('aws')]: 'updated',
    [file('gcp')]: 'unchanged',
    [file('bare')]: 'unchanged',
  });
  expect(recipientsOf(textAt(world, file('aws')))).toEqual([AGE.aws, AGE.gcp]);
});
