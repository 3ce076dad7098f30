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
let tried = 0;
let held = 0;

describe.for(TABLES)('a fault $from', (table) => {
  // By `%s`, for `$when` would cut what is longer than forty characters.
  const rows = table.faults.map((fault) => [fault.when, fault] as const);
  // A release page is asked three times, with up to twenty seconds in between.
  test.concurrent.for(rows)('when %s', { timeout: 150_000 }, async ([, fault]) => {
    tried += 1;
    await meet(fault, table);
    held += 1;
  });
});

afterAll(() => {
  process.stdout.write(
    `${tried} faults were tried, and the action survived ${held} of them: it ended as it should, and left nothing behind.\n`,
  );
});
