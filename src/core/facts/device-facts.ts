import { UNKNOWN } from '../rules/value.ts';
import type { Fact } from './fact.ts';

const noUserAgent = 'no `userAgent` was sent, or it does not contain this';

export const deviceFacts: readonly Fact[] = [
  {
    path: 'device.id',
    type: 'string',
    meaning: 'Id of the device, as sent by the caller or the browser SDK.',
    madeFrom: '`deviceId` of track',
    nullWhen: 'no `deviceId` was sent',
    compute: ({ device }) => device.id,
  },
  {
    path: 'device.isNew',
    type: 'boolean',
    meaning: 'Whether the user has never verified with this device, or it was invalidated since.',
    madeFrom: '`deviceId` and the user’s devices',
    nullWhen: 'never: without a `deviceId` the device counts as new, so omitting a cookie does not skip a challenge',
    needs: 'devices',
    compute: ({ device, history }) =>
      device.id === null ? true : history.devices === undefined ? UNKNOWN : !history.devices.isKnown,
  },
  {
    path: 'device.isRemembered',
    type: 'boolean',
    meaning:
      'Whether the device is remembered: its user ticked “Remember this device” after a proof, or a backend said so, the time is not over, and it was not invalidated.',
    madeFrom: '`deviceId` and the user’s devices',
    nullWhen: 'never: without a `deviceId` the device is not remembered',
    needs: 'devices',
    compute: ({ device, history, nowMs }) => {
      if (device.id === null) return false;
      if (history.devices === undefined) return UNKNOWN;
      const { rememberedUntilMs } = history.devices;
      return rememberedUntilMs !== null && nowMs < rememberedUntilMs;
    },
  },
  {
    path: 'device.count',
    type: 'number',
    meaning: 'Number of known devices of the user.',
    madeFrom: 'the user’s devices',
    nullWhen: 'never',
    needs: 'devices',
    compute: ({ history }) => (history.devices === undefined ? UNKNOWN : history.devices.knownCount),
  },
  {
    path: 'device.isBot',
    type: 'boolean',
    meaning: 'Whether the user agent is a known bot.',
    madeFrom: '`userAgent` and the bundled patterns',
    nullWhen: 'no `userAgent` was sent',
    compute: ({ device }) => device.isBot,
  },
  {
    path: 'device.isMobile',
    type: 'boolean',
    meaning: 'Whether the user agent belongs to a phone or tablet.',
    madeFrom: '`userAgent`',
    nullWhen: noUserAgent,
    compute: ({ device }) => device.isMobile,
  },
  {
    path: 'device.browser.name',
    type: 'string',
    meaning: 'Name of the browser.',
    madeFrom: '`userAgent`',
    nullWhen: noUserAgent,
    compute: ({ device }) => device.browserName,
  },
  {
    path: 'device.os.name',
    type: 'string',
    meaning: 'Name of the operating system.',
    madeFrom: '`userAgent`',
    nullWhen: noUserAgent,
    compute: ({ device }) => device.osName,
  },
];
