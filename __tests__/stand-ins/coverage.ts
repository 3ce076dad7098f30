// Set-up of a run that measures coverage. vitest asks for it by a variable that Node hands to every child, however clean
// its environment is. So that sops, git and all others see what they see in a job, runner.ts alone passes it on.

const folder = process.env['NODE_V8_COVERAGE'];
if (folder === undefined) throw new Error('This is set up for coverage of child processes, and vitest asks for none.');
process.env['COVERAGE_OF_ACTION'] = folder;
delete process.env['NODE_V8_COVERAGE'];
