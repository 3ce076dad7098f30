// The little Markdown that a job summary is made of, as lines for a terminal.

/** Headings and paragraphs lose their marks, links keep their text, and the columns of a table stand under one another. */
export function renderMarkdown(markdown: string): string[] {
  const blocks = markdown.trim().split(/\n{2,}/);
  return blocks.flatMap((block) => {
    const lines = block.split('\n');
    return block.startsWith('|') ? renderTable(lines) : lines.map(renderText);
  });
}

function renderText(line: string): string {
  return line
    .replace(/^#+ /, '')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/`+/g, '');
}

function renderTable(lines: readonly string[]): string[] {
  const rows = lines
    .filter((line) => !/^[|\s-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => renderText(cell.trim())),
    );
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
