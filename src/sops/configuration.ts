// A `.sops.yaml` of the Flux repository. Apart from the reading of its rules, so that a run which is told its
// recipients never loads RE2.

export interface SopsConfiguration {
  path: string;
  text: string;
}

/** The file's path as sops compares it: below the folder of the configuration. */
export function pathBelow({ path }: SopsConfiguration, file: string): string {
  return file.slice(path.length - '.sops.yaml'.length);
}
