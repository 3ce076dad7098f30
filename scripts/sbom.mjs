// Prints what the action is made of, as CycloneDX: each package in package-lock.json that is not for development alone.
// It needs npm and the lockfile, and nothing installed.
import { execFileSync } from 'node:child_process';

// `--omit=dev` would also leave out what is needed both by the action and for development, such as yaml.
const options = ['--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
const sbom = JSON.parse(execFileSync('npm', ['sbom', ...options], { encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 }));

const components = sbom.components.filter((component) => !isForDevelopment(component));
const refs = new Set([sbom.metadata.component, ...components].map((component) => component['bom-ref']));
const dependencies = sbom.dependencies
  .filter(({ ref }) => refs.has(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((other) => refs.has(other)) }));
console.log(JSON.stringify({ ...sbom, components, dependencies }, null, 2));

function isForDevelopment({ properties }) {
  return properties.some(({ name }) => name === 'cdx:npm:package:development');
}
