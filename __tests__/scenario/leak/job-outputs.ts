// What becomes of a step's outputs once they are outputs of its job: the runner drops each that holds a masked text.
import type { ActionRun } from '../../stand-ins/runner.ts';

/** The names of the outputs that the runner would drop, for the masks that the step itself has set. */
export function droppedOutputs({ masks, outputs }: ActionRun): string[] {
  const hidden = masks.flatMap((mask) => [mask, ...mask.split(/[\r\n]+/)]).flatMap(hiddenWith);
  return Object.entries(outputs)
    .filter(([, value]) => hidden.some((text) => text !== '' && value.includes(text)))
    .map(([name]) => name);
}

/** https://github.com/actions/runner/blob/main/src/Sdk/DTLogging/Logging/ValueEncoders.cs */
function hiddenWith(text: string): string[] {
  const bytes = Buffer.from(text);
  const afterAmpersand = text.slice(text.lastIndexOf('&') + 1);
  return [
    text,
    ...[0, 1, 2].map((shift) => bytes.subarray(shift).toString('base64')),
    text.replaceAll('"', '\\"'),
    text.replaceAll("'", "''"),
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    ...(text.length > 8 ? [/^"(.*)"$/s.exec(text)?.[1] ?? ''] : []),
    ...(text.includes('&') && afterAmpersand.length >= 6 ? [afterAmpersand] : []),
  ];
}
