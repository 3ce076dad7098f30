import { describe, expect, test } from 'vitest';
import { entry, errorOf, problemsOf, read } from './read-config.ts';

const LARGE = 'x'.repeat(262_144);
const DATA = 'data: { token: TELE_TOKEN }';
const name = (secret: string, project = 'demo-project') => ({ project, secret });
const latest = { kind: 'latest' } as const;
const payload = (secret: string, more: object = {}) => ({
  kind: 'payload',
  request: { name: name(secret), version: latest },
  pointer: undefined,
  trimNewline: false,
  ...more,
});
const twice = (at: string, line: number) =>
  `${at}: the Secret kbot is made in this folder and namespace by line ${line} already, and kustomize takes each once: give it another \`name\`, or leave one out.`;
const desiredOf = (text: string) => read(text, 'demo-project').desired[0];
const desiredFiles = (text: string) => read(text, 'demo-project').desired.map(({ file }) => file);

describe('a config', () => {
  test('says of each manifest what should be there', () => {
    const { prune, desired } = read(`
      project: demo-project
      defaults: { namespace: demo, labels: { team: bots, tier: low }, annotations: { note: shared } }
      prune: true
      manifests:
        - file: clusters/dev/kbot.yaml
          name: kbot
          labels: { tier: high }
          data:
            token: TELE_TOKEN
            password: { secret: DB_PASSWORD, version: 3 }
            user: { secret: DB, version: production, pointer: /user, trim: newline }
        - { file: gone.yaml, name: gone, state: absent }
    `);
    expect(prune).toBe(true);
    expect(desired).toEqual([
      {
        state: 'present',
        file: 'clusters/dev/kbot.yaml',
        name: 'kbot',
        namespace: 'demo',
        type: 'Opaque',
        immutable: false,
        labels: { team: 'bots', tier: 'high' },
        annotations: { note: 'shared' },
        data: new Map([
          ['token', payload('TELE_TOKEN')],
          [
            'password',
            payload('DB_PASSWORD', {
              request: { name: name('DB_PASSWORD'), version: { kind: 'number', number: '3' } },
            }),
          ],
          [
            'user',
            payload('DB', {
              request: { name: name('DB'), version: { kind: 'alias', alias: 'production' } },
              pointer: '/user',
              trimNewline: true,
            }),
          ],
        ]),
        dataFrom: [],
        hold: 'keep',
      },
      { state: 'absent', file: 'gone.yaml' },
    ]);
  });

  test('says nothing where its list is empty', () => {
    expect(read('manifests: []')).toEqual({ prune: false, desired: [] });
  });

  test('makes the Secret for a registry of a server, a user name and a password', () => {
    const docker = '{ server: europe-docker.pkg.dev, username: { value: _json_key }, password: { secret: GAR } }';
    expect(desiredOf(entry(`docker: ${docker}`))).toMatchObject({
      type: 'kubernetes.io/dockerconfigjson',
      data: new Map([
        [
          '.dockerconfigjson',
          {
            kind: 'docker-config',
            server: 'europe-docker.pkg.dev',
            username: { kind: 'text', text: '_json_key' },
            password: payload('GAR'),
          },
        ],
      ]),
    });
    expect(desiredOf(entry('docker: { server: "localhost:5000", username: USER, password: GAR }'))).toMatchObject({
      data: new Map([['.dockerconfigjson', expect.objectContaining({ username: payload('USER') })]]),
    });
  });

  test('takes whole payloads apart', () => {
    const dataFrom = '[{ secret: A, format: json }, { secret: B, format: dotenv, version: latest-enabled }]';
    expect(desiredOf(entry('type: kubernetes.io/tls', `dataFrom: ${dataFrom}`))).toMatchObject({
      type: 'kubernetes.io/tls',
      data: new Map(),
      dataFrom: [
        { request: { name: name('A'), version: latest }, format: 'json' },
        { request: { name: name('B'), version: { kind: 'latest-enabled' } }, format: 'dotenv' },
      ],
    });
  });

  test.each([
    ['hold: true', 'set'],
    ['hold: false', 'release'],
    ['immutable: true', 'keep'],
  ])('with %s sets the hold to: %s', (line, hold) => {
    expect(desiredOf(entry(line, 'data: { token: { secret: TELE_TOKEN, version: stable } }'))).toMatchObject({
      hold,
      immutable: line.startsWith('immutable'),
    });
  });

  test.each([
    ['TELE_TOKEN', name('TELE_TOKEN'), latest],
    ['projects/other-project/secrets/A', name('A', 'other-project'), latest],
    ['projects/other-project/secrets/A/versions/7', name('A', 'other-project'), { kind: 'number', number: '7' }],
    ['projects/123/locations/europe-west3/secrets/A', { ...name('A', '123'), location: 'europe-west3' }, latest],
    ['{ secret: A, version: "3" }', name('A'), { kind: 'number', number: '3' }],
    ['{ secret: A, version: v3 }', name('A'), { kind: 'alias', alias: 'v3' }],
    ['{ secret: A, version: latest }', name('A'), latest],
  ])('takes %s as a secret of its project or of another', (source, of, version) => {
    const text = entry(`data: { token: ${source} }`);
    expect(desiredOf(text)).toMatchObject({
      data: new Map([['token', payload('', { request: { name: of, version } })]]),
    });
  });

  test('prefers its own project to that of the input', () => {
    expect(desiredOf(`project: file-project\n${entry(DATA)}`)).toMatchObject({
      data: new Map([
        ['token', payload('', { request: { name: name('TELE_TOKEN', 'file-project'), version: latest } })],
      ]),
    });
  });

  test('is read the same from aliases and merges', () => {
    const text = `
      manifests:
        - &first { file: a.yaml, name: &name kbot, labels: &labels { team: bots }, data: { token: TELE_TOKEN } }
        - { <<: *first, file: b/b.yaml, annotations: *labels }
        - { <<: [{ file: c/c.yaml }, *first], name: *name }
        - { file: d/d.yaml, <<: { name: kbot, data: { token: TELE_TOKEN } } }
    `;
    const { desired } = read(text, 'demo-project');
    expect(desired).toMatchObject(
      ['a', 'b/b', 'c/c', 'd/d'].map((file) => ({
        file: `${file}.yaml`,
        name: 'kbot',
        data: new Map([['token', payload('TELE_TOKEN')]]),
      })),
    );
    expect(desired[1]).toMatchObject({ labels: { team: 'bots' }, annotations: { team: 'bots' } });
  });
});

describe('a config is taken', () => {
  test('with a Secret of the same name in another folder or namespace', () => {
    const places = [
      ...['clusters/dev/a.yaml', 'clusters/prod/a.yaml', 'clusters/dev/demo/a.yaml', 'a.yaml'].map((file) => ({
        file,
      })),
      { file: 'clusters/dev/b.yaml', namespace: 'other' },
      { file: 'clusters/dev/c.yaml', state: 'absent', name: 'kbot' },
    ];
    const manifests = places.map((place) => ({
      name: 'kbot',
      ...('state' in place ? {} : { data: { a: 'A' } }),
      ...place,
    }));
    expect(desiredFiles(JSON.stringify({ manifests }))).toEqual(places.map(({ file }) => file));
  });

  test('with `dataFrom` of secrets of the same id in different locations', () => {
    const names = ['A', ...['west3', 'west4'].map((end) => `projects/demo-project/locations/europe-${end}/secrets/A`)];
    const dataFrom = names.map((secret) => ({ secret, format: 'json' }));
    expect(desiredFiles(entry(`dataFrom: ${JSON.stringify(dataFrom)}`))).toEqual(['kbot.yaml']);
  });

  test('with `prune` as soon as one entry stays', () => {
    expect(desiredFiles(`${entry(DATA)}\n  - { file: old.yaml, state: absent }\nprune: true`)).toHaveLength(2);
  });
});

describe('a config is refused', () => {
  test('in one error that counts the problems and names what to read', () => {
    const error = errorOf('manifests: 1\nprune: maybe');
    expect(error.message).toBe(
      [
        'Cannot use flux-secrets.yaml: 2 things in it are not as expected.',
        'flux-secrets.yaml:1:12: `manifests: 1` is a number: write a list.',
        'flux-secrets.yaml:2:8: `prune: maybe` is text: write true or false.',
      ].join('\n'),
    );
    expect(error.remedy).toContain('docs/flux-secrets.md');
  });

  test.each<[text: string, ...problems: string[]]>([
    // what is not there, and what nobody knows
    ['{}', '1:1: `manifests` is missing: write a list.'],
    ['- a', '1:1: the file is a list: write a mapping.'],
    ['manifests: [x]', '1:13: an item of `manifests` is text: write a mapping.'],
    ['manifests:\nprune: true', '1:11: `manifests` has no value: write a list.'],
    [
      'manifests: [{}]',
      '1:13: `file` is missing: write it, such as `file: clusters/dev/demo/kbot-token.yaml`.',
      '1:13: `name` is missing: write it, such as `name: kbot-token`.',
    ],
    [entry(DATA, 'lables: {}'), '5:5: `lables` is not known here: did you mean `labels`?'],
    [entry(DATA, 'sate: absent'), '5:5: `sate` is not known here: did you mean `state`?'],
    [
      entry('data: { token: { sercet: A } }'),
      '4:20: `secret` is missing: write it, such as `secret: TELE_TOKEN`.',
      '4:22: `sercet` is not known here: did you mean `secret`?',
    ],
    [
      `${entry(DATA)}\ndefaults: { kind: Secret }`,
      '5:13: `kind` is not known here: known are `namespace`, `labels`, `annotations`.',
    ],
    // what is of another kind
    ['manifests: []\ndefaults: []', '2:11: `defaults` is a list: write a mapping.'],
    [entry(DATA, 'labels: []'), '5:13: `labels` is a list: write a mapping.'],
    [entry('data: []'), '4:11: `data` is a list: write a mapping.'],
    [entry('dataFrom: {}'), '4:15: `dataFrom` is a mapping: write a list.'],
    [entry(DATA, 'immutable: 1'), '5:16: `immutable: 1` is a number: write true or false.'],
    [entry(DATA, 'type: { a: b }'), '5:11: `type` is a mapping: write text.'],
    ['manifests: []\nproject: 123456', '2:10: `project: 123456` is a number: put it into quotes.'],
    [
      entry(DATA, 'labels: { a: 1.0, b: true, c: , d: [x] }'),
      '5:18: `a: 1.0` is a number: put it into quotes.',
      '5:26: `b: true` is a Boolean: put it into quotes.',
      '5:35: `c` has no value: write text.',
      '5:40: `d` is a list: write text.',
    ],
    [
      entry('data: { a: 3, b: , c: [] }'),
      '4:16: `a: 3` is a number: put it into quotes.',
      '4:22: `b` has no value: write the id of a secret, such as TELE_TOKEN, or a mapping with `secret`.',
      '4:27: `c` is a list: write the id of a secret, such as TELE_TOKEN, or a mapping with `secret`.',
    ],
    // what is not a value of the field
    [
      entry(DATA).replace('name: kbot', 'name: Kbot'),
      '3:11: `name: Kbot` is no name for a Secret: write lower-case letters, digits, - and . such as kbot-token.',
    ],
    [
      entry(DATA, 'namespace: de.mo'),
      '5:16: `namespace: de.mo` is no namespace: write lower-case letters, digits and - such as demo.',
    ],
    [
      entry(DATA).replace('file: kbot', 'file: ../kbot'),
      '2:11: `file: ../kbot.yaml` cannot be written: it holds an empty part, `.` or `..`.',
    ],
    [
      entry('data: { a b: A, ..: B }'),
      '4:13: `a b` is no data key: write letters, digits, -, _ and . such as token.',
      '4:21: `..` is no data key: write letters, digits, -, _ and . such as token.',
    ],
    [
      entry('data: { a: { secret: A, pointer: user } }'),
      '4:38: `pointer: user` is no JSON pointer: write /a/0, with ~1 for a / in a name and ~0 for a ~.',
    ],
    [
      entry('data: { a: { secret: A, pointer: /a~2 } }'),
      '4:38: `pointer: /a~2` is no JSON pointer: write /a/0, with ~1 for a / in a name and ~0 for a ~.',
    ],
    [entry('data: { a: { secret: A, trim: all } }'), '4:35: `trim: all` is not known: write newline, or leave it out.'],
    [entry('dataFrom: [{ secret: A, format: yaml }]'), '4:37: `format: yaml` is not known: write json or dotenv.'],
    [entry('dataFrom: [{ secret: A }]'), '4:16: `format` is missing: write it, such as `format: json`.'],
    [
      entry(DATA, 'type: kubernetes.io/service-account-token'),
      '5:11: `type: kubernetes.io/service-account-token` cannot be made: the control plane of a cluster fills a Secret of this type itself, with a token that it makes.',
    ],
    [
      'manifests: []\nproject: My Project',
      '2:10: `project: My Project` is no project: write its id, such as my-project, or its number.',
    ],
    // labels and annotations
    [
      entry(DATA, 'labels: { a b: c, /a: b, -/a: b, a: -b }'),
      '5:15: `a b` is no name of a label or annotation: write team or example.com/team, with letters, digits, -, . and _.',
      '5:23: `/a` is no name of a label or annotation: write team or example.com/team, with letters, digits, -, . and _.',
      '5:30: `-/a` is no name of a label or annotation: write team or example.com/team, with letters, digits, -, . and _.',
      '5:41: `a: -b` is no value of a label: write up to 63 letters, digits, -, . and _, with a letter or digit at both ends.',
    ],
    ...['labels', 'annotations'].flatMap((field): [string, string][] => [
      ...[
        'flux-secret-sync/owner',
        'app.kubernetes.io/managed-by',
        'kubectl.kubernetes.io/last-applied-configuration',
      ].map((reserved): [string, string] => [
        `defaults:\n  ${field}:\n    ${reserved}: a\nmanifests: []`,
        `3:5: \`${reserved}\` is written by this action or by kubectl: leave it out.`,
      ]),
      ...['data', 'stringData'].map((field2): [string, string] => [
        entry(DATA, `${field}: { ${field2}: a }`),
        `5:${field.length + 9}: \`${field2}\` would be encrypted, as data is: take another name.`,
      ]),
    ]),
    [
      entry(DATA, `annotations: { a: ${LARGE} }`),
      '5:18: all annotations come to more than 256 KiB, which Kubernetes refuses: leave some out.',
    ],
    [
      `defaults: { annotations: { a: ${LARGE} } }\n${entry(DATA)}`,
      '3:5: all annotations come to more than 256 KiB, which Kubernetes refuses: leave some out.',
    ],
    [
      `defaults: { annotations: ${LARGE} }\n${entry('data: { a: "A:1" }')}`,
      `1:26: \`annotations: ${'x'.repeat(200)}…\` is text: write a mapping.`,
      "5:16: `A:1` is no secret's name: write `secret: A` and `version: 1`.",
    ],
    // a registry
    [
      entry('docker: { server: "a b", username: { value: "a:b" }, password: GAR, email: x }'),
      '4:23: `server: a b` is no registry: write its host, such as europe-docker.pkg.dev.',
      '4:49: `value: a:b` is no user name: write one line without a colon.',
      '4:73: `email` is not known here: known are `server`, `username`, `password`.',
    ],
    // fields taken together
    [entry(), '2:5: there is nothing to put into this Secret: write `data`, `dataFrom` or `docker`.'],
    [entry('data: {}'), '4:11: `data` is empty: write a data key and its secret.'],
    [entry('dataFrom: []'), '4:15: `dataFrom` is empty: write a secret and its format.'],
    [
      entry(
        DATA,
        'dataFrom: [{ secret: A, format: json }]',
        'type: Opaque',
        'docker: { server: a, username: A, password: B }',
      ),
      '4:11: `data` does not go with `docker`: leave one of them out.',
      '5:15: `dataFrom` does not go with `docker`: leave one of them out.',
      '6:11: `type: Opaque` does not go with `docker`, which makes kubernetes.io/dockerconfigjson: leave it out.',
    ],
    [
      entry('type: kubernetes.io/tls', 'data: { cert: A }'),
      '5:11: a Secret of the type kubernetes.io/tls needs the data key `tls.crt`: write it into `data`.',
      '5:11: a Secret of the type kubernetes.io/tls needs the data key `tls.key`: write it into `data`.',
    ],
    [
      entry('hold: true', 'data: { a: { secret: A, version: 3 }, b: B }'),
      '4:11: `hold: true` needs versions to hold: write a number or an alias for B, not latest.',
    ],
    [
      entry('hold: true', 'dataFrom: [{ secret: A, version: latest-enabled, format: json }]'),
      '4:11: `hold: true` needs versions to hold: write a number or an alias for A, not latest-enabled.',
    ],
    [
      'manifests:\n  - { state: absent, name: kbot, data: {}, nme: a }',
      '2:5: `file` is missing: write it, such as `file: clusters/dev/demo/kbot-token.yaml`.',
      '2:34: `data` does not go with `state: absent`: leave it out.',
      '2:44: `nme` does not go with `state: absent`: leave it out.',
    ],
    [entry(DATA, 'state: gone'), '5:12: `state: gone` is not known: write absent, or leave it out.'],
    [
      'prune: true\nmanifests: []',
      '2:12: `prune: true` with no manifest would delete all of them: name those that stay.',
    ],
    [
      'prune: true\nmanifests:\n  - { file: a.yaml, state: absent }\n  - { file: b.yaml, state: absent }',
      '3:3: `prune: true` with nothing but `state: absent` would delete everything else: name what stays.',
    ],
    // an entry that is refused may be one that stays
    ['prune: true\nmanifests: [a]', '2:13: an item of `manifests` is text: write a mapping.'],
    [
      'prune: true\nmanifests: [{ file: a.yaml, state: gone, name: a }]',
      '2:36: `state: gone` is not known: write absent, or leave it out.',
    ],
    // payloads whose entries could not be told apart
    ...[
      '{ secret: A, format: dotenv }',
      '{ secret: A, version: 3, format: json }',
      '{ secret: projects/123456/secrets/A, format: json }',
      '{ secret: projects/other-project/secrets/A/versions/3, format: json }',
    ].map((second): [string, string] => [
      entry('dataFrom:', '  - { secret: A, format: json }', '  - { secret: a, format: json }', `  - ${second}`),
      '7:19: `dataFrom` names a secret A twice, and a later run could not tell whose entries are whose: put it into a Secret of its own.',
    ]),
    [
      entry('dataFrom: [&a { secret: projects/p-123456/locations/europe-west3/secrets/A, format: json }, *a, *a]'),
      '4:29: `dataFrom` names a secret A twice, and a later run could not tell whose entries are whose: put it into a Secret of its own.',
    ],
    // Secrets that kustomize would find twice
    [
      `defaults: { namespace: demo }\n${entry(DATA)}\n  - { name: kbot, namespace: demo, file: b.yaml, ${DATA} }`,
      twice('6:5', 3),
    ],
    [
      `manifests:\n  - &a { file: a/a.yaml, name: kbot, ${DATA} }\n  - { <<: *a, file: a/b.yaml }\n  - { <<: *a, file: a/c.yaml, namespace: default }`,
      twice('3:5', 2),
      twice('4:5', 2),
    ],
    [
      `${entry(DATA)}\n  - { file: Kbot.yaml, name: kbot, ${DATA} }`,
      '5:13: `file: Kbot.yaml` is also that of line 2: write each once.',
    ],
    [
      'manifests:\n  - { file: Ä.yaml, state: absent }\n  - { file: a\u0308.YAML, state: absent }\n  - { file: a\u0308.yaml, state: absent }',
      '3:13: `file: a\u0308.YAML` cannot be written: it has to end in .yaml or .yml.',
      '3:13: `file: a\u0308.YAML` is also that of line 2: write each once.',
      '4:13: `file: a\u0308.yaml` is also that of line 2: write each once.',
    ],
    [
      entry('type: kubernetes.io/tls', 'data: {}', 'dataFrom: [{ secret: A, format: json }]'),
      '5:11: `data` is empty: write a data key and its secret.',
    ],
    // the names of secrets
    [entry('data: { a: "A:1" }'), "4:16: `A:1` is no secret's name: write `secret: A` and `version: 1`."],
    [
      entry('data: { a: { secret: other-project/A, version: 3 } }'),
      "4:26: `other-project/A` is no secret's name: write `secret: projects/other-project/secrets/A`.",
    ],
    [
      entry('dataFrom: [{ secret: projects/demo-project/secrets/A/versions/1, version: 2, format: json }]'),
      '4:26: `secret` names the version 1 and `version` 2: leave one of them out.',
    ],
    [
      entry('docker: { server: a, username: "", password: { secret: "" } }'),
      "4:36: `` is no secret's name: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN.",
      "4:60: `` is no secret's name: write its id, such as TELE_TOKEN (letters, digits, - and _), or projects/PROJECT/secrets/TELE_TOKEN.",
    ],
  ])('for %j', (text, ...problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test.each([
    '0',
    '-1',
    '1.5',
    '3.0',
    '1e3',
    '+3',
    '010',
    '0x10',
    '0o7',
    '1_000',
    '.inf',
    '12345678901234567890',
    '9007199254740993',
    '""',
    '1.2.3',
    'true',
    '[]',
    '{}',
    '~',
  ])('for %s where a version is expected', (version) => {
    const given = /^[[{]/.test(version) ? '`version`' : `\`version: ${version.replaceAll('"', '')}\``;
    expect(problemsOf(entry(`data: { a: { secret: A, version: ${version} } }`))).toEqual([
      `4:38: ${given} is no version: write a number such as 3, or put an alias into quotes.`,
    ]);
  });

  test('for a secret that is named by its id where nothing names a project', () => {
    expect(problemsOf(entry('data: { a: A, b: projects/demo-project/secrets/B }'), '')).toEqual([
      '4:16: `secret: A` needs `project`, or write projects/PROJECT/secrets/A.',
    ]);
  });

  test('for a project that is none once, and not for each secret', () => {
    expect(problemsOf(`project: P\n${entry(DATA)}`, '')).toEqual([
      '1:10: `project: P` is no project: write its id, such as my-project, or its number.',
    ]);
  });

  test('for what is wrong in any of its parts at once', () => {
    const text =
      'projct: a\ndefaults: { namespace: 1 }\nmanifests:\n  - { file: a.yaml }\n  - { file: A.yaml, name: a, data: { a: "A:1" } }';
    expect(problemsOf(text).map((problem) => problem.slice(0, 4))).toEqual(['1:1:', '2:24', '4:5:', '5:13', '5:41']);
  });

  test('with at most fifty problems listed, and the others counted', () => {
    const entries = Array.from({ length: 1_000 }, (_, index) => `  - { file: ${index}.yaml }`);
    const problems = problemsOf(['manifests:', ...entries].join('\n'));
    expect(problems).toHaveLength(51);
    expect(problems.at(49)).toBe('51:5: `name` is missing: write it, such as `name: kbot-token`.');
    expect(problems.at(50)).toBe('And 950 more.');
  });

  test('with what is repeated by an alias said once', () => {
    const text = `defaults: { labels: &labels { a: 1 } }\n${entry(DATA, 'labels: *labels')}`;
    expect(problemsOf(text)).toEqual(['1:34: `a: 1` is a number: put it into quotes.']);
  });

  test('where it stands, with what is merged and with what stands twice', () => {
    const text = `defaults: { labels: { <<: [&a { c: d }, &b { a: 1 }], e: 2, e: f } }\n${entry(DATA)}`;
    expect(problemsOf(text)).toEqual([
      '1:49: `a: 1` is a number: put it into quotes.',
      '1:58: `e: 2` is a number: put it into quotes.',
      '1:61: `e` stands twice in one mapping: leave one out.',
    ]);
  });

  test('where it stands first, with what several merged mappings say', () => {
    const text = `defaults: { labels: { <<: [&a { a: 1, c: d }, &b { a: 2, b: 3 }] } }\n${entry(DATA)}`;
    expect(problemsOf(text)).toEqual([
      '1:36: `a: 1` is a number: put it into quotes.',
      '1:61: `b: 3` is a number: put it into quotes.',
    ]);
  });

  test('where it stands, in the one mapping that is merged', () => {
    expect(problemsOf(entry(DATA, 'labels: { <<: { c: d, a: 1 } }'))).toEqual([
      '5:30: `a: 1` is a number: put it into quotes.',
    ]);
  });

  test('for a key that has no value at all', () => {
    expect(problemsOf(entry(DATA, 'labels: { a, c: d }'))).toEqual(['5:15: `a` has no value: write text.']);
  });

  test('where neither the file nor the workflow names a project', () => {
    expect(() => read(entry(DATA))).toThrow(
      '4:20: `secret: TELE_TOKEN` needs `project`, or write projects/PROJECT/secrets/TELE_TOKEN.',
    );
  });

  test('not for a label without a value', () => {
    expect(desiredOf(entry(DATA, 'labels: { a: "" }'))).toMatchObject({ labels: { a: '' } });
  });

  test('without repeating all of a large value', () => {
    const [problem] = problemsOf(entry(DATA, `namespace: "${'\u202ex'.repeat(200_000)}"`));
    expect(problem).toBe(
      `5:16: \`namespace: ${' x'.repeat(100)}…\` is no namespace: write lower-case letters, digits and - such as demo.`,
    );
  });
});
