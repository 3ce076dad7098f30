// Everything that can break around a run, one fault after the other. A row in one of the tables is a test.
import { afterAll, describe, test } from 'vitest';
import { meet } from './fault.ts';
import { google } from './google.ts';
import { release } from './release.ts';
import { publication, repository } from './repository.ts';
import { sopsBefore, sopsDuring } from './sops.ts';

const TABLES = [google, release, sopsBefore, sopsDuring, repository, publication];
let survived = 0;

describe.for(TABLES)('a fault $from', (table) => {
  test.concurrent.for(table.faults)('when $when', { timeout: 150_000 }, async (fault) => {
    await meet(fault, table);
    survived += 1;
  });
});

afterAll(() => {
  const tried = TABLES.flatMap(({ faults }) => faults).length;
  process.stdout.write(
    `${tried} faults were tried, ${survived} survived: each ended as it should, and left nothing behind.\n`,
  );
});
