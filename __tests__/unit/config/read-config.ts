// A config as a test writes it, and what is said of it.
import { expect } from 'vitest';
import { type Config, parseConfig } from '../../../src/config/config.ts';
import { ActionError } from '../../../src/errors.ts';

export function read(text: string, projectId?: string): Config {
  return parseConfig({ path: 'flux-secrets.yaml', text, projectId });
}

/** Each as `line:column: sentence`, from the top of the file to its end. */
export function problemsOf(text: string, projectId: string | undefined = 'demo-project'): string[] {
  const error = errorOf(text, projectId);
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.replace('flux-secrets.yaml:', ''));
}

export function errorOf(text: string, projectId: string | undefined = 'demo-project'): ActionError {
  try {
    read(text, projectId);
  } catch (error) {
    expect(error).toBeInstanceOf(ActionError);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID' });
    return error as ActionError;
  }
  throw new Error('The config was taken.');
}

/** One entry that is as it should be but for these lines, which are indented by four. */
export function entry(...lines: string[]): string {
  return ['manifests:', '  - file: kbot.yaml', '    name: kbot', ...lines.map((line) => `    ${line}`)].join('\n');
}
