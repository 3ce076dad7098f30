// Programs that stand in the place of sops and do what it must not, or do not end.

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeSops } from '../../__tests__/scenario/leak/fake-sops.ts';
import type { Stage } from '../stage.ts';
import { type Fault, type Particular, shortTime } from './fault.ts';

const SOPS = fileURLToPath(new URL('../../.tools/bin/sops', import.meta.url));

interface Script {
  readonly name: string;
  readonly ends: Fault['ends'];
  /** Shell; has the manifest in clear on stdin. What sops is given has no PATH. */
  readonly encrypt: string;
  readonly isShort?: boolean;
}

const SCRIPTS: readonly Script[] = [
  { name: 'sops: killed', ends: 'failed', encrypt: 'kill -9 $$' },
  { name: 'sops: exit code, and all of it on stderr', ends: 'failed', encrypt: '/bin/cat >&2; exit 17' },
  { name: 'sops: leaves without reading', ends: 'failed', encrypt: 'exit 3' },
  { name: 'sops: truncated output', ends: 'failed', encrypt: `'${SOPS}' "$@" | /usr/bin/head -c 500` },
  { name: 'sops: empty output', ends: 'failed', encrypt: '/bin/cat >/dev/null' },
  { name: 'sops: garbage', ends: 'failed', encrypt: '/usr/bin/head -c 3000 /dev/urandom' },
  { name: 'sops: clear output', ends: 'failed', encrypt: '/bin/cat' },
  {
    name: 'sops: clear output behind what is encrypted',
    ends: 'failed',
    encrypt: `IN=$(/bin/cat); printf %s "$IN" | '${SOPS}' "$@"; echo "note: '$IN'"`,
  },
  { name: 'sops: hangs', ends: 'failed', encrypt: '/bin/sleep 60 & exec /bin/sleep 60', isShort: true },
  { name: 'sops: slow', ends: 'survived', encrypt: `/bin/sleep 1; exec '${SOPS}' "$@"` },
  {
    name: 'sops: much on stderr',
    ends: 'survived',
    encrypt: `IN=$(/bin/cat); for i in 1 2 3 4 5 6 7 8; do /usr/bin/head -c 1000000 /dev/zero >&2; printf %s "$IN" >&2; done; printf %s "$IN" | '${SOPS}' "$@"`,
  },
];

async function standIn(stage: Stage, { encrypt, isShort }: Script): Promise<Particular> {
  const struck = join(stage.folder, 'struck');
  const program = await fakeSops(stage.folder, { encrypt: `: > '${struck}'\n${encrypt}` });
  return { ...(isShort && shortTime(stage)), program, hasStruck: () => exists(struck) };
}

const missing: Fault = {
  name: 'sops: missing',
  ends: 'failed',
  needsChange: true,
  isOfAll: false,
  arrange: ({ folder }) => ({
    inputs: { 'sops-path': join(folder, 'no-such-sops') },
    hasStruck: ({ outputs }) => outputs['report']?.includes('SOPS_NOT_FOUND') === true,
  }),
};

export const sops: readonly Fault[] = [
  ...SCRIPTS.map((script): Fault => {
    const { name, ends } = script;
    return { name, ends, needsChange: true, isOfAll: false, arrange: (stage) => standIn(stage, script) };
  }),
  missing,
];

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
