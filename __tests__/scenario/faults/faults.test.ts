// Everything that can break around a run, one fault after the other. A row in one of the tables is a test.
import { afterAll, describe, test } from 'vitest';
import { answersToReads, answersToWrites } from './answers.ts';
import { meet } from './fault.ts';
import { google } from './google.ts';
import { networkBefore, networkDuring } from './network.ts';
import { sopsProcess } from './process.ts';
import { publication } from './publication.ts';
import { refusedReads, refusedWrites } from './refusals.ts';
import { release } from './release.ts';
import { repository } from './repository.ts';
import { sopsBefore, sopsDuring } from './sops.ts';

const TABLES = [
  google,
  release,
  sopsBefore,
  sopsDuring,
  sopsProcess,
  repository,
  publication,
  networkBefore,
  networkDuring,
  answersToReads,
  answersToWrites,
  refusedReads,
  refusedWrites,
];
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
