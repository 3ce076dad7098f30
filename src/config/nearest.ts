// The known name that was most likely meant.

/** Longer than any field, and short enough to be compared at once. */
const LONGEST = 20;

/** Undefined where no name is near: one letter off, or two of a long name. */
export function findNearest(text: string, names: readonly string[]): string | undefined {
  if (text.length > LONGEST) return undefined;
  const near = names
    .map((name) => ({ name, distance: distance(text.toLowerCase(), name.toLowerCase()) }))
    .filter((each) => each.distance <= (each.name.length > 4 ? 2 : 1))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/** How many letters are to be added, left out, changed or swapped with the next one. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(above, j) + 1,
          at(row, j - 1) + 1,
          at(above, j - 1) + (isSame ? 0 : 1),
          isSwapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = above;
    above = row;
  }
  return at(above, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
