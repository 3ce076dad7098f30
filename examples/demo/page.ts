// How the story is laid out: plain text of a hundred columns at most that needs no colours.

const WIDTH = 100;
const LABEL = 9;

export function heading(text: string): void {
  console.log(`${text}\n${'='.repeat(text.length)}`);
}

export function stepHeading(text: string): void {
  console.log(`\n${`${text} `.padEnd(WIDTH, '-')}`);
}

export function paragraph(text: string): void {
  for (const line of wrap(text, { width: WIDTH, hanging: 0 })) console.log(line);
}

/** A label, and beside it what there is to say. */
export function field(label: string, text: readonly string[]): void {
  const lines = text.flatMap((line) => wrap(line, { width: WIDTH - LABEL, hanging: 2 }));
  for (const [index, line] of lines.entries()) console.log(`${(index === 0 ? label : '').padEnd(LABEL)}${line}`);
}

/** Broken at blanks; what goes on keeps the indentation, and more of it by `hanging`. */
function wrap(text: string, { width, hanging }: { width: number; hanging: number }): string[] {
  if (text.length <= width) return [text];
  const indent = text.length - text.trimStart().length;
  const at = text.lastIndexOf(' ', width);
  if (at <= indent) return [text];
  const rest = `${' '.repeat(indent + hanging)}${text.slice(at + 1)}`;
  return [text.slice(0, at), ...wrap(rest, { width, hanging: 0 })];
}
