import { UNKNOWN } from '../rules/value.ts';
import type { Value } from '../rules/value.ts';
import type { Fact } from './fact.ts';

const notInput = 'always: callers cannot send it yet';

export const userFacts: readonly Fact[] = [
  {
    path: 'user.userId',
    type: 'string',
    meaning: 'The user.',
    madeFrom: 'the path of track',
    nullWhen: 'never',
    compute: ({ userId }) => userId,
  },
  {
    path: 'user.email',
    type: 'string',
    meaning: 'E-mail address of the user, with the domain in ASCII and lower case.',
    madeFrom: '`email` of track, or else the user’s stored one',
    nullWhen: 'neither is set',
    needs: 'attributes',
    compute: ({ user }) => user.email,
  },
  {
    path: 'user.phoneNumber',
    type: 'string',
    meaning: 'Phone number of the user.',
    madeFrom: '`phoneNumber` of track, or else the user’s stored one',
    nullWhen: 'neither is set',
    needs: 'attributes',
    compute: ({ user }) => user.phoneNumber,
  },
  {
    path: 'user.phoneNumberType',
    type: 'string',
    meaning:
      'Type of that number: `MOBILE`, `FIXED_LINE`, `FIXED_LINE_OR_MOBILE`, `VOIP`, `PREMIUM_RATE`, `TOLL_FREE`, `SHARED_COST`, `PERSONAL_NUMBER`, `PAGER`, `UAN` or `VOICEMAIL`.',
    madeFrom: 'the numbering plan of its country, or else a provider that looks numbers up',
    nullWhen: 'there is no number, it is not in E.164 form, or its plan does not know it',
    needs: 'attributes',
    compute: ({ user }) => user.phoneNumberType,
  },
  {
    path: 'user.minutesSinceSimChange',
    type: 'number',
    meaning: 'Minutes since the SIM behind that number was last changed.',
    madeFrom: 'a provider that looks numbers up, which an integrator adds',
    nullWhen: 'there is no number, or nobody looks it up',
    needs: 'attributes',
    compute: ({ nowMs, user: { simChangedAtMs } }) =>
      simChangedAtMs === null ? null : Math.max(0, nowMs - simChangedAtMs) / 60_000,
  },
  {
    path: 'user.isEnrolled',
    type: 'boolean',
    meaning: 'Whether the user has a verified authenticator.',
    madeFrom: 'the user’s authenticators',
    nullWhen: 'never',
    compute: ({ user }) => user.enrolledMethods.length > 0,
  },
  {
    path: 'user.enrolledVerificationMethods',
    type: 'array of strings',
    meaning: 'Methods of the user’s verified authenticators.',
    madeFrom: 'the user’s authenticators',
    nullWhen: 'never; `[]` if there are none',
    compute: ({ user }) => [...new Set(user.enrolledMethods)],
  },
  {
    path: 'user.hasHeldAuthenticator',
    type: 'boolean',
    meaning:
      'Whether the user has an authenticator on hold: it was added in recovery, and its proofs still have a low assurance.',
    madeFrom: 'the user’s authenticators',
    nullWhen: 'never',
    needs: 'held',
    compute: ({ nowMs, history }) =>
      history.heldUntilMs === undefined ? UNKNOWN : history.heldUntilMs !== null && nowMs < history.heldUntilMs,
  },
  {
    path: 'user.minutesSinceDenied',
    type: 'number',
    meaning: 'Minutes since the user last pressed “No, it wasn’t me” about an action.',
    madeFrom: 'the user’s actions',
    nullWhen: 'they never did',
    needs: 'denied',
    compute: ({ nowMs, history: { deniedAtMs } }) => {
      if (deniedAtMs === undefined) return UNKNOWN;
      return deniedAtMs === null ? null : Math.max(0, nowMs - deniedAtMs) / 60_000;
    },
  },
  {
    path: 'user.minutesSinceDeviceTheft',
    type: 'number',
    meaning:
      'Minutes since a copied cookie of one of the user’s remembered devices was last used, which forgot all of them.',
    madeFrom: 'the cookies of our pages',
    nullWhen: 'none ever was',
    needs: 'devices',
    compute: ({ nowMs, history: { devices } }) => {
      if (devices === undefined) return UNKNOWN;
      return devices.theftAtMs === null ? null : Math.max(0, nowMs - devices.theftAtMs) / 60_000;
    },
  },
  {
    path: 'user.createdAt',
    type: 'string',
    meaning: 'When the user was first seen, ISO 8601 in UTC.',
    madeFrom: 'the user’s row',
    nullWhen: 'the user is new',
    needs: 'attributes',
    compute: ({ user }) => (user.createdAtMs === null ? null : new Date(user.createdAtMs).toISOString()),
  },
  {
    path: 'user.hasPreviouslyVerified',
    type: 'boolean',
    meaning: 'Whether an earlier action of the user, of any code, reached CHALLENGE_SUCCEEDED.',
    madeFrom: 'the user’s actions',
    nullWhen: 'never',
    needs: 'hasVerified',
    compute: ({ history }) => (history.hasVerified === undefined ? UNKNOWN : history.hasVerified),
  },
  {
    path: 'user.custom.*',
    type: 'any',
    meaning: 'A custom data point stored on the user.',
    madeFrom: '`custom` of update user',
    nullWhen: 'the user has no such member',
    needs: 'attributes',
    compute: ({ user }) => user.custom,
  },
  {
    path: 'custom.*',
    type: 'any',
    meaning: 'A custom data point of the action.',
    madeFrom: '`custom` of track, or else the one stored on the user',
    nullWhen: 'neither has such a member; unknown before the track, unless a challenge or its claim sent `custom`',
    needs: 'attributes',
    compute: ({ custom, inheritedCustom }) => {
      if (custom === UNKNOWN) return UNKNOWN;
      // Into an object without a prototype: a member called __proto__ is data like any other (A71).
      const values = Object.assign(Object.create(null), inheritedCustom) as Record<string, Value>;
      // Null counts as not sent (ruling 37).
      for (const [name, value] of Object.entries(custom)) if (value !== null) values[name] = value;
      return values;
    },
    isOfTrack: true,
  },
  {
    path: 'crypto.walletAddress',
    type: 'string',
    meaning: 'Wallet address of a crypto payment.',
    madeFrom: '`custom.walletAddress` of track',
    nullWhen: 'it was not sent',
    compute: ({ custom }) => own(custom, 'walletAddress'),
    isOfTrack: true,
  },
  {
    path: 'crypto.assetCode',
    type: 'string',
    meaning: 'Asset code of a crypto payment.',
    madeFrom: '`custom.assetCode` of track',
    nullWhen: 'it was not sent',
    compute: ({ custom }) => own(custom, 'assetCode'),
    isOfTrack: true,
  },
  {
    path: 'cardBin.issuerCountryCode',
    type: 'string',
    meaning: 'Country of the card’s issuer.',
    madeFrom: 'a BIN table, which is not part of the product',
    nullWhen: notInput,
    compute: () => null,
  },
  {
    path: 'cardBin.issuerName',
    type: 'string',
    meaning: 'Name of the card’s issuer.',
    madeFrom: 'a BIN table, which is not part of the product',
    nullWhen: notInput,
    compute: () => null,
  },
];

function own(object: Parameters<Fact['compute']>[0]['custom'], name: string) {
  if (object === UNKNOWN) return UNKNOWN;
  return Object.hasOwn(object, name) ? (object[name] ?? null) : null;
}
