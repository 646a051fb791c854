import { UNKNOWN } from '../rules/value.ts';
import type { Fact } from './fact.ts';

const noUserAgent = 'no `userAgent` was sent, or it does not say';

export const deviceFacts: readonly Fact[] = [
  {
    path: 'device.id',
    type: 'string',
    meaning: 'The device, as the caller or the browser SDK names it.',
    madeFrom: '`deviceId` of track',
    nullWhen: 'no `deviceId` was sent',
    compute: ({ device }) => device.id,
  },
  {
    path: 'device.isNew',
    type: 'boolean',
    meaning: 'Whether the user has not verified with this device, or it was invalidated since.',
    madeFrom: '`deviceId` and the user’s devices',
    nullWhen: 'never: without a `deviceId` the device counts as new, so that dropping a cookie skips no challenge',
    needs: 'devices',
    compute: ({ device, history }) =>
      device.id === null ? true : history.devices === undefined ? UNKNOWN : !history.devices.isKnown,
  },
  {
    path: 'device.count',
    type: 'number',
    meaning: 'How many known devices the user has.',
    madeFrom: 'the user’s devices',
    nullWhen: 'never',
    needs: 'devices',
    compute: ({ history }) => (history.devices === undefined ? UNKNOWN : history.devices.knownCount),
  },
  {
    path: 'device.isBot',
    type: 'boolean',
    meaning: 'Whether the user agent names a bot.',
    madeFrom: '`userAgent` and the bundled patterns',
    nullWhen: 'no `userAgent` was sent',
    compute: ({ device }) => device.isBot,
  },
  {
    path: 'device.isMobile',
    type: 'boolean',
    meaning: 'Whether the user agent is that of a phone or tablet.',
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
