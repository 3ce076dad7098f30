// Imported before everything else: Google's client reads `__dirname`, which a bundle of ES modules does not have.

Object.assign(globalThis, { __dirname: import.meta.dirname });
