// docs/performance.svg: what a run costs against the number of secrets, on logarithmic scales.

import type { ManyResults } from './many.ts';
import { type ManyName, manyNames } from './many-arena.ts';
import { findFigure, MANY_TITLES, MEASURES, type Measure, number, seconds } from './many-results.ts';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly isExtrapolated: boolean;
}

interface Scale {
  readonly from: number;
  readonly to: number;
}

const PANEL = { width: 330, height: 300, left: 62, top: 44, gap: 84 } as const;
const LEGEND_LINE = 22;
const COLOURS: Readonly<Record<ManyName, string>> = {
  created: '#0969da',
  oneChanged: '#8250df',
  unchangedLatest: '#1a7f37',
  unchangedPinned: '#bf8700',
  floor: '#57606a',
  shellScript: '#cf222e',
};

export function drawMany(results: ManyResults): string {
  const width = PANEL.left + 2 * PANEL.width + PANEL.gap + 24;
  const height = PANEL.top + PANEL.height + 48 + 2 * LEGEND_LINE + 16;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12" fill="#1f2328">`,
    '<title>CPU and wall time of a run against the number of secrets</title>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...drawPanel(results, { left: PANEL.left, title: 'CPU', measure: MEASURES.cpu }),
    ...drawPanel(results, {
      left: PANEL.left + PANEL.width + PANEL.gap,
      title: `wall time, ${results.delay} ms longer a request`,
      measure: MEASURES.slowWall,
    }),
    ...drawLegend(PANEL.top + PANEL.height + 56),
    '</svg>',
    '',
  ].join('\n');
}

function* drawPanel(
  results: ManyResults,
  { left, title, measure }: { left: number; title: string; measure: Measure },
): Generator<string> {
  const lines = manyNames.map((name) => ({ name, figures: listFigures(results, name, measure) }));
  const values = lines.flatMap(({ figures }) => figures.map(({ value }) => value));
  const x = { from: Math.min(...results.counts), to: Math.max(...results.counts) };
  const y = { from: 10 ** Math.floor(Math.log10(Math.min(...values))), to: Math.max(...values) * 1.3 };
  const bottom = PANEL.top + PANEL.height;
  const placeX = (count: number) => left + share(x, count) * PANEL.width;
  const placeY = (value: number) => bottom - share(y, value) * PANEL.height;

  yield text({ x: left, y: PANEL.top - 18, anchor: 'start', weight: 'bold' }, title);
  for (const count of results.counts) {
    yield grid(placeX(count), PANEL.top, placeX(count), bottom);
    yield text({ x: placeX(count), y: bottom + 18, anchor: 'middle' }, number(count));
  }
  yield text({ x: left + PANEL.width / 2, y: bottom + 36, anchor: 'middle' }, 'secrets');
  for (let tick = y.from; tick <= y.to; tick *= 10) {
    yield grid(left, placeY(tick), left + PANEL.width, placeY(tick));
    yield text({ x: left - 8, y: placeY(tick) + 4, anchor: 'end' }, seconds(tick));
  }
  for (const { name, figures } of lines) {
    const points = figures.map(({ count, value, isExtrapolated }) => {
      return { x: placeX(count), y: placeY(value), isExtrapolated };
    });
    yield* drawLine(points, COLOURS[name]);
  }
}

function listFigures(results: ManyResults, name: ManyName, measure: Measure) {
  return results.counts.flatMap((count) => {
    const figure = findFigure(results, name, count, measure);
    return figure === undefined ? [] : [{ count, ...figure }];
  });
}

/** From 0 to 1, on a logarithmic scale. */
function share({ from, to }: Scale, value: number): number {
  return from === to ? 0 : Math.log(value / from) / Math.log(to / from);
}

/** Dashed, and with hollow points, where it is extrapolated. */
function* drawLine(points: readonly Point[], colour: string): Generator<string> {
  for (const [index, end] of points.entries()) {
    const start = points[index - 1];
    const dashes = end.isExtrapolated ? ' stroke-dasharray="5 4"' : '';
    if (start !== undefined) {
      yield `<path d="M${at(start)}L${at(end)}" stroke="${colour}" stroke-width="2" fill="none"${dashes}/>`;
    }
  }
  for (const point of points) {
    const fill = point.isExtrapolated ? '#ffffff' : colour;
    yield `<circle cx="${round(point.x)}" cy="${round(point.y)}" r="3" fill="${fill}" stroke="${colour}"/>`;
  }
}

function* drawLegend(top: number): Generator<string> {
  for (const [index, name] of manyNames.entries()) {
    const x = PANEL.left + (index % 3) * 250;
    const y = top + Math.floor(index / 3) * LEGEND_LINE;
    yield `<path d="M${x} ${y}h20" stroke="${COLOURS[name]}" stroke-width="2"/>`;
    yield text({ x: x + 26, y: y + 4, anchor: 'start' }, MANY_TITLES[name].replaceAll('`', ''));
  }
}

function grid(x1: number, y1: number, x2: number, y2: number): string {
  return `<path d="M${round(x1)} ${round(y1)}L${round(x2)} ${round(y2)}" stroke="#d1d9e0"/>`;
}

interface TextPlace {
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  weight?: 'bold';
}

function text({ x, y, anchor, weight }: TextPlace, content: string): string {
  const bold = weight === undefined ? '' : ` font-weight="${weight}"`;
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${bold}>${content}</text>`;
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
