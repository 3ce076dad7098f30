// What a run is asked for, drawn by chance: one secret or a config, which version, how it is published.

import { type Asked, CONFIG, type Part, PLACES, type Place } from './places.ts';
import type { Random } from './random.ts';
import type { Scene } from './scene.ts';

export interface Request {
  readonly inputs: Readonly<Record<string, string>>;
  /** The manifests that it is about. */
  readonly places: readonly Place[];
  readonly publish: Publish;
  readonly wishes: readonly Wish[];
}

const PUBLISH = ['commit', 'pull-request', 'none'] as const;
type Publish = (typeof PUBLISH)[number];

/** Which version a data key is to have, where nothing holds another one. */
export interface Wish {
  readonly file: string;
  readonly part: Part;
  /** With `isNewest` at least this one. */
  readonly version: number;
  readonly isNewest: boolean;
}

/** @param mustChange for faults that a run which changes nothing would not meet */
export function drawRequest(scene: Scene, random: Random, mustChange: boolean): Request {
  const { places, wishes, inputs } = random.chance(0.6) ? drawSecret(scene, random) : drawConfig(scene, random);
  const isRefreshed = random.chance(mustChange ? 0.9 : 0.15);
  const publish = drawPublish(random, mustChange);
  return {
    places,
    wishes,
    publish,
    inputs: { ...inputs, publish, timeout: '60s', ...(isRefreshed && { refresh: 'true' }) },
  };
}

function drawPublish(random: Random, mustChange: boolean): Publish {
  if (random.chance(mustChange ? 0 : 0.1)) return 'none';
  return random.pick(['commit', 'pull-request']);
}

type Drawn = Pick<Request, 'inputs' | 'places' | 'wishes'>;

function drawSecret(scene: Scene, random: Random): Drawn {
  const place = random.pick(PLACES.filter(({ isOfConfig }) => !isOfConfig));
  const [part] = place.parts;
  if (part === undefined) throw new Error(`${place.file} has no data.`);
  const asked = drawAsked(scene, part, random);
  return {
    places: [place],
    wishes: [wishFor(scene, { file: place.file, part, asked })],
    inputs: {
      ...{ secret: part.secret, key: part.key, file: place.file, name: place.name },
      version: asked === 'latest' ? random.pick(['', 'latest', 'latest-enabled']) : String(asked),
      hold: drawHold(asked, random),
    },
  };
}

function drawConfig(scene: Scene, random: Random): Drawn {
  const all = PLACES.filter(({ isOfConfig }) => isOfConfig);
  const isNarrowed = random.chance(0.5);
  const only = random.pick(all);
  const places = isNarrowed ? [only] : all;
  const asked = (place: Place) => scene.config.get(place.file) ?? 'latest';
  const present = places.flatMap((place) => {
    const how = asked(place);
    return how === 'absent' ? [] : place.parts.map((part) => ({ file: place.file, part, asked: how }));
  });
  const config = { ...NO_SECRET, config: CONFIG, ...(isNarrowed && { only: only.file }) };
  // Another version than the config's of one secret: a rollback, or its end.
  if (isNarrowed && present.length > 0 && random.chance(0.5)) {
    const { part } = random.pick(present);
    const other = drawAsked(scene, part, random);
    const wishes = present.map((each) => ({ ...each, asked: each.part.secret === part.secret ? other : each.asked }));
    const inputs = { ...config, secret: part.secret, version: String(other), hold: drawHold(other, random) };
    return { places, inputs, wishes: wishes.map((wish) => wishFor(scene, wish)) };
  }
  return { places, inputs: config, wishes: present.map((wish) => wishFor(scene, wish)) };
}

/** In the place of what a world asks for by itself. */
const NO_SECRET = { secret: '', 'project-id': '', name: '', namespace: '', key: '', file: '' };

function drawAsked({ secrets }: Scene, { secret }: Part, random: Random): Asked {
  return random.pick<Asked>(['latest', 'latest', 'live', random.integer(1, secrets[secret].versions.length)]);
}

/** What is newest cannot be held. */
function drawHold(asked: Asked, random: Random): string {
  if (random.chance(0.7)) return '';
  return asked === 'latest' || random.chance(0.5) ? 'false' : 'true';
}

function wishFor({ secrets }: Scene, { file, part, asked }: { file: string; part: Part; asked: Asked }): Wish {
  const { versions, live } = secrets[part.secret];
  const isNewest = asked === 'latest';
  if (isNewest) return { file, part, version: versions.length, isNewest };
  return { file, part, version: asked === 'live' ? live : asked, isNewest };
}
