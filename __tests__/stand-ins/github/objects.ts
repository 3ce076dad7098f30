// Git's own object formats: commits and trees, from the bytes that `git cat-file` gives.
// https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
export interface Identity {
  readonly name: string;
  readonly email: string;
}

export interface Signature extends Identity {
  readonly date: Date;
}

export interface Commit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** Byte for byte what was committed: git's own porcelain would add a line break. */
  readonly message: string;
}

export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly oid: string;
}

export function parseCommit(content: Buffer): Commit {
  const text = content.toString();
  const endOfHeaders = text.indexOf('\n\n');
  const headers = text.slice(0, endOfHeaders).split('\n');
  const values = (key: string) =>
    headers.filter((header) => header.startsWith(`${key} `)).map((header) => header.slice(key.length + 1));
  return {
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parseSignature(values('author')[0]),
    committer: parseSignature(values('committer')[0]),
    message: text.slice(endOfHeaders + 2),
  };
}

function parseSignature(text = ''): Signature {
  const [, name = '', email = '', seconds = '0'] = /^(.*) ?<(.*)> (\d+) [+-]\d{4}$/.exec(text) ?? [];
  return { name: name.trimEnd(), email, date: new Date(Number(seconds) * 1000) };
}

export function parseTree(content: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let start = 0; start < content.length; ) {
    const endOfName = content.indexOf(0, start);
    const [mode = '', ...name] = content.toString('utf8', start, endOfName).split(' ');
    entries.push({ mode, name: name.join(' '), oid: content.toString('hex', endOfName + 1, endOfName + 21) });
    start = endOfName + 21;
  }
  return entries;
}

/** What the mode of a tree entry says about the object behind it. */
export function typeOfMode(mode: string): 'tree' | 'commit' | 'blob' {
  if (mode === '40000') {
    return 'tree';
  }
  return mode === '160000' ? 'commit' : 'blob';
}
