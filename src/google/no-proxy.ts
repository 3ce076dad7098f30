// NO_PROXY as everybody but Google's libraries reads it: a name stands for what is below it too, and `*` for all there is.

/** For gaxios, beside what it finds itself. */
export function parseNoProxy(text: string): (string | RegExp)[] {
  return text
    .toLowerCase()
    .split(',')
    .map((entry) => entry.trim().replace(/^\*?\./, ''))
    .flatMap((name): (string | RegExp)[] => {
      if (name === '*') return [/./];
      return name === '' ? [] : [name, `.${name}`];
    });
}
