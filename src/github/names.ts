// What git and GitHub take as names: repositories, branches, and paths of files that this action may write.

/** `owner/name`; enterprises end the logins of their managed users with `_shortcode`. */
export function isRepository(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/.test(text);
}

/** https://git-scm.com/docs/git-check-ref-format, for what stands behind `refs/heads/`. */
export function isBranch(text: string): boolean {
  // git reads `@` as HEAD.
  if (['', '@', 'HEAD'].includes(text) || text.startsWith('-') || Buffer.byteLength(text) > 244) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses just these.
  if (/[\u0000-\u0020\u007f~^:?*[\\]|\.\.|\.$|@\{/.test(text)) return false;
  return text.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'));
}

const RESERVED_FILES = new Set(['.sops.yaml', '.sops.yml', 'kustomization.yaml', 'kustomization.yml']);

/** Why a manifest may not be written there; undefined where it may. */
export function findPathProblem(path: string): string | undefined {
  const parts = path.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these is part of a manifest's name.
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(path)) return 'it holds control characters';
  if (path.includes('\\')) return 'it holds a backslash: write forward slashes';
  if (path.startsWith('/') || /^[A-Za-z]:/.test(path))
    return 'it has to be relative to the root of the Flux repository';
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'it holds an empty part, `.` or `..`';
  if (parts.some((part) => part !== part.trim() || part.endsWith('.')))
    return 'a part of it ends or begins with a blank, or ends with a dot';
  if (parts.some((part) => Buffer.byteLength(part) > 255) || Buffer.byteLength(path) > 1024) return 'it is too long';
  if (parts.some(isReservedFolder)) return 'it lies under .git or .github';
  const name = (parts.at(-1) ?? '').toLowerCase();
  if (RESERVED_FILES.has(name)) return `${parts.at(-1)} means something else to Flux or sops`;
  if (!/.\.ya?ml$/.test(parts.at(-1) ?? '')) return 'it has to end in .yaml or .yml';
  return undefined;
}

/** In any case, and in the spellings that some file systems take for the same. */
function isReservedFolder(part: string): boolean {
  const plain = part
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
  return plain === '.git' || plain === '.github' || /^git~\d+$/.test(plain) || plain.startsWith('.git:');
}
