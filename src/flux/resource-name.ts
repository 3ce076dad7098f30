// How a resource's name is written into YAML: as its neighbour is, where that reads as the same text in every version.

/** Neither a number nor anything else but a text, whoever reads it. */
const PLAIN = /^\w[\w.-]*\.(?:ya?ml|json)$/;
const UNPRINTED = /[\u007f-\u009f\u2028\u2029\ufeff]/g;

export type NameStyle = 'plain' | 'single' | 'double';

export function formatName(name: string, style: NameStyle): string {
  if (style === 'plain' && PLAIN.test(name)) return name;
  if (style === 'single' && /^[\x20-\x7e]+$/.test(name)) return `'${name.replaceAll("'", "''")}'`;
  return JSON.stringify(name).replace(
    UNPRINTED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
