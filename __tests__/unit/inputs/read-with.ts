// Inputs as the runner hands them over: environment variables, taken away again once they are read.
import { ActionError } from '../../../src/errors.ts';
import { type Inputs, readInputs } from '../../../src/inputs/inputs.ts';

const LEAST = {
  secret: 'TELE_TOKEN',
  'project-id': 'demo-project',
  file: 'clusters/dev/demo/kbot-token.yaml',
  repository: 'acme/flux-gitops',
  token: 'ghs_standInToken',
};

/** With the least that a run needs, but for what is given. */
export function readWith(
  inputs: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>> = {},
): Inputs {
  const before = { ...process.env };
  const given = Object.entries({ ...LEAST, ...inputs }).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const job = { ...process.env };
  delete job['GOOGLE_CLOUD_PROJECT'];
  process.env = { ...job, ...environment, ...Object.fromEntries(given) };
  try {
    return readInputs();
  } finally {
    process.env = before;
  }
}

/** The sentences that a person gets, without the frame around them; empty where nothing is refused. */
export function problemsWith(inputs: Readonly<Record<string, string>>): string {
  try {
    readWith(inputs);
    return '';
  } catch (error) {
    if (!(error instanceof ActionError) || error.code !== 'INPUT_INVALID') throw error;
    return error.message.replace(/^Cannot use the inputs: .*? not as expected\. /, '');
  }
}
