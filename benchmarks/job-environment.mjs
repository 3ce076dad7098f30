// Stands in for the action: says what environment the runner gives it.
process.stdout.write(JSON.stringify(process.env));
