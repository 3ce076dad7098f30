// What Secret Manager, the token exchange and Cloud KMS do to a run.

import { setTimeout as wait } from 'node:timers/promises';
import type { GoogleRequest, GoogleService } from '../../__tests__/stand-ins/google/google.ts';
import { FOR_EVER, type Stage } from '../stage.ts';
import { type Fault, shortTime } from './fault.ts';

type Row = Omit<Fault, 'isOfAll'>;

const to = (service: GoogleService) => (request: GoogleRequest) => request.service === service;
const error = (code: number, status: string, message = 'No.') => ({
  status: code,
  body: { error: { code, status, message } },
});
const PAGE = { status: 502, body: '<!DOCTYPE html><title>Bad Gateway</title>' };

/** Met once, and survived. */
const once = (service: GoogleService, effect: Parameters<Stage['onGoogle']>[1]): Row['arrange'] => {
  return (stage) => {
    stage.onGoogle(to(service), effect);
    return undefined;
  };
};
/** Met each time, in a run that has not much time. */
const forEver = (service: GoogleService, effect: Parameters<Stage['onGoogle']>[1]): Row['arrange'] => {
  return (stage) => {
    stage.onGoogle(to(service), effect, FOR_EVER);
    return shortTime(stage);
  };
};
/** Met each time, and not tried again. */
const refused = (service: GoogleService, effect: Parameters<Stage['onGoogle']>[1]): Row['arrange'] => {
  return (stage) => {
    stage.onGoogle(to(service), effect, FOR_EVER);
    return undefined;
  };
};

const secretManager: readonly Row[] = [
  { name: 'Secret Manager: 503 once', ends: 'survived', arrange: once('secretmanager', error(503, 'UNAVAILABLE')) },
  { name: 'Secret Manager: 503', ends: 'failed', arrange: forEver('secretmanager', error(503, 'UNAVAILABLE')) },
  {
    name: 'Secret Manager: 429 once',
    ends: 'survived',
    arrange: once('secretmanager', error(429, 'RESOURCE_EXHAUSTED')),
  },
  { name: 'Secret Manager: 429', ends: 'failed', arrange: forEver('secretmanager', error(429, 'RESOURCE_EXHAUSTED')) },
  { name: 'Secret Manager: reset once', ends: 'survived', arrange: once('secretmanager', { reset: true }) },
  { name: 'Secret Manager: reset', ends: 'failed', arrange: forEver('secretmanager', { reset: true }) },
  { name: 'Secret Manager: hangs', ends: 'failed', arrange: forEver('secretmanager', { hang: true }) },
  { name: 'Secret Manager: HTML once', ends: 'survived', arrange: once('secretmanager', PAGE) },
  {
    name: 'Secret Manager: HTML',
    ends: 'failed',
    arrange: forEver('secretmanager', { status: 200, body: '<html>Please sign in</html>' }),
  },
  {
    name: 'Secret Manager: wrong CRC',
    ends: 'failed',
    arrange: (stage) => {
      stage.onGoogle(to('secretmanager'), { before: () => stage.scene.world.google.corruptChecksum() });
      return undefined;
    },
  },
  {
    name: 'Secret Manager: denied, and the secret quoted',
    ends: 'failed',
    arrange: (stage) => {
      const { secrets } = stage.scene;
      const told = Object.values(secrets).map(({ versions }) => versions.at(-1)?.payload.toString());
      stage.onGoogle(to('secretmanager'), error(403, 'PERMISSION_DENIED', told.join(' ')), FOR_EVER);
      return undefined;
    },
  },
  {
    name: 'Secret Manager: a newer version meanwhile',
    ends: 'survived',
    arrange: (stage) => {
      const { scene, random } = stage;
      const add = () => {
        for (const secret of Object.values(scene.secrets)) secret.addVersion(random);
      };
      stage.onGoogle(to('secretmanager'), { before: add });
      return undefined;
    },
  },
];

const tokenExchange: readonly Row[] = [
  { name: 'token exchange: 503 once', ends: 'survived', arrange: once('sts', error(503, 'UNAVAILABLE')) },
  { name: 'token exchange: hangs', ends: 'failed', arrange: forEver('sts', { hang: true }) },
  {
    name: 'token exchange: 400',
    ends: 'failed',
    arrange: refused('sts', { status: 400, body: { error: 'invalid_grant' } }),
  },
];

const keys: readonly Row[] = [
  { name: 'Cloud KMS: 503 once', ends: 'survived', arrange: once('cloudkms', error(503, 'UNAVAILABLE')) },
  { name: 'Cloud KMS: 503', ends: 'failed', arrange: forEver('cloudkms', error(503, 'UNAVAILABLE')) },
  { name: 'Cloud KMS: 403', ends: 'failed', arrange: refused('cloudkms', error(403, 'PERMISSION_DENIED')) },
  { name: 'Cloud KMS: hangs', ends: 'failed', arrange: forEver('cloudkms', { hang: true }) },
  { name: 'Cloud KMS: reset', ends: 'either', arrange: forEver('cloudkms', { reset: true }) },
];
const cloudKms = keys.map((row): Row => ({ ...row, needsChange: true }));

const slow: Row = {
  name: 'Google: slower than the run has time',
  ends: 'either',
  arrange: (stage) => {
    const milliseconds = stage.random.integer(300, 1_500);
    stage.onGoogle(() => true, { before: () => wait(milliseconds) }, FOR_EVER);
    return shortTime(stage);
  },
};

export const google: readonly Fault[] = [...secretManager, ...tokenExchange, ...cloudKms, slow].map((row) => ({
  ...row,
  isOfAll: row.ends !== 'survived',
}));
