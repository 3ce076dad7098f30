// `npm run demo`: how versions of one secret come into a Flux repository, told by runs of the built action. Every number
// is measured and every claim is checked: where a run does not do what is told of it, the story ends with exit code 1.
// Another build can be told of by its entry: `node examples/demo/demo.ts path/to/index.js`.

import { FILE, FLUX_REPOSITORY, KMS_KEY, startWorld, type World } from '../../__tests__/stand-ins/world.ts';
import { showBranches, showCommit, showHistory } from './evidence.ts';
import { field, heading, paragraph, stepHeading } from './page.ts';
import { createTeller, insist, type Teller } from './teller.ts';

const FIRST = { version: '1', payload: '123456:a-token-that-telegram-knows' };
const INVALID = { version: '2', payload: 'NEW_TOKEN' };
const NEXT = { version: '3', payload: '123456:another-token-that-telegram-knows' };

try {
  await tellStory();
} catch (error) {
  console.error(`\nThe story ends here. ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function tellStory(): Promise<void> {
  await using world = await startWorld({ 'README.md': 'What the cluster runs.\n' });
  await using teller = await createTeller(world, process.argv[2]);

  heading('How a secret gets into a Flux repository');
  paragraph(
    'kbot is a Telegram bot on Kubernetes. Flux applies to the cluster what the Git repository acme/flux-gitops holds. ' +
      "The bot's token is in Google Secret Manager, as the versions of a secret called TELE_TOKEN. This action takes " +
      'one version of it into the repository: encrypted, so that the cluster can read it and nobody else.',
  );
  console.log();
  paragraph(
    'Here the built action, sops and git are real. Secret Manager, Cloud KMS, the token exchange and GitHub are ' +
      'stand-ins on this machine, and the secrets are made up, so they may be shown. The cost of ' +
      'each run is counted in requests, processes of sops, and seconds from start to exit.',
  );
  await tellOfCommits(world, teller);
  await tellOfPullRequest(world, teller);

  stepHeading('What is left');
  paragraph('A history that says which version the cluster had, and who brought it there:');
  field('main', showHistory(world.flux.gitDir, 'main'));
}

async function tellOfCommits({ secret }: World, { tell }: Teller): Promise<void> {
  secret.addVersion(FIRST.payload);
  stepHeading('1. Version 1 is committed');
  paragraph('Somebody runs the workflow by hand and names a version. The repository has no manifest for it yet.');
  const { version } = FIRST;
  const workflow = { secret: 'TELE_TOKEN', version, file: FILE, 'gcp-kms': KMS_KEY, repository: FLUX_REPOSITORY };
  await tell({ inputs: workflow, outcome: 'created', ...FIRST });

  secret.addVersion(INVALID.payload);
  stepHeading('2. Version 2 replaces it');
  paragraph('A new version is added to Secret Manager. That it is no token at all, nobody has noticed yet.');
  await tell({ inputs: { version: '2' }, outcome: 'updated', ...INVALID });

  stepHeading('3. The same run again changes nothing');
  paragraph('The manifest says which version it carries, and a version never changes: Google is not even asked.');
  const again = await tell({ inputs: { version: '2' }, outcome: 'unchanged', ...INVALID });
  insist(again.google.length === 0, 'Google is not asked', again);

  stepHeading('4. Version 1 again: a rollback');
  paragraph('The bot does not start. Going back is a run with the older number; hold lets no other run undo it.');
  await tell({ inputs: { version: '1', hold: 'true' }, outcome: 'updated', ...FIRST });

  stepHeading('5. The scheduled run leaves it');
  paragraph('A schedule follows latest, which is still version 2. The manifest is held, so it stays as it is.');
  await tell({ inputs: { version: 'latest' }, outcome: 'held', ...FIRST });
}

async function tellOfPullRequest({ secret, flux }: World, { tell }: Teller): Promise<void> {
  secret.addVersion(NEXT.payload);
  stepHeading('6. Version 3 as a pull request');
  paragraph('The next token is to be looked at before Flux applies it. Its explicit number releases the hold.');
  const proposal = await tell({ inputs: { version: '3', publish: 'pull-request' }, outcome: 'updated', ...NEXT });
  const branch = proposal.outputs['branch'] ?? '';
  const [pullRequest] = flux.pullRequests;
  insist(pullRequest?.state === 'OPEN' && pullRequest.headRefName === branch, 'a pull request is open', proposal);
  field('proposed', [`#${pullRequest?.number} ${pullRequest?.title}, into ${pullRequest?.baseRefName}`]);

  const merge = await flux.merge({ base: 'main', head: branch, method: 'squash' });
  stepHeading('7. It is merged, and the next run tidies up');
  paragraph('Mona Lisa has merged it. A run that finds nothing left to propose deletes the branch.');
  field('merged', showCommit(flux.gitDir, merge));
  field('branches', [showBranches(flux.gitDir).join(', ')]);
  const tidying = await tell({ inputs: { version: 'latest', publish: 'pull-request' }, outcome: 'unchanged', ...NEXT });
  insist(flux.head(branch) === undefined, 'the branch is gone', tidying);
  field('branches', [showBranches(flux.gitDir).join(', ')]);
}
