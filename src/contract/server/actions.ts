import { z } from 'zod';
import { json, route } from '../route.ts';
import * as v from '../values.ts';
import { userParams } from './users.ts';

/** One occurrence of an action of a user. */
export const occurrenceParams = userParams.extend({ action: v.actionCode, idempotencyKey: v.idempotencyKey });

const occurrence = { userId: 'alice', action: 'withdrawFunds', idempotencyKey: '5924a649-b5d3-4baf-a4ab-4b8ac4bd0f3d' };
const exampleToken = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl';

const stateUpdatedAt = v.timestamp.describe(
  'When the state last changed, ISO 8601 in UTC; at first the time of creation.',
);
const verifiedBy = {
  verificationMethod: v.verificationMethod
    .describe('The method that the user verified with; absent until a challenge succeeded.')
    .optional(),
  assurance: v.assurance.describe('How much that verification proves; absent until a challenge succeeded.').optional(),
};

export const trackAction = route({
  id: 'trackAction',
  method: 'POST',
  path: '/v1/users/:userId/actions/:action',
  api: 'server',
  title: 'Track an action',
  description: `Call this before a user does something that matters. Your rules decide, and \`state\` is the decision:

- \`ALLOW\`: let the user go on.
- \`CHALLENGE_REQUIRED\`: send the user to \`url\`, or use \`token\` with the client API. When they come back, validate the token.
- \`REVIEW_REQUIRED\`: hold the action until somebody has looked at it, then update its state.
- \`BLOCK\`: refuse.

The first call for a user creates the user, and the first call for an action code creates its configuration. Everything is optional; the more you send about the request, the more your rules know.

Repeating a call with the same \`idempotencyKey\` is safe: it returns the action as it is now, with a fresh token, and stores nothing of the repeat. It is refused with \`conflict\` if a custom data point that is linked to the action has changed. An action that a sign-in or a challenge began is decided again when it is first tracked.`,
  group: 'actions',
  params: userParams.extend({ action: v.actionCode }),
  query: z.object({}),
  body: z.object({
    idempotencyKey: v
      .optionalText(v.idempotencyKey)
      .describe(
        'Which occurrence of the action this is, such as the id of an order: 1 to 256 characters. Without it a new one is made each time, or that of `challengeId` is used.',
      ),
    redirectUrl: v
      .optionalText(v.redirectUrl)
      .describe(
        'Where the pages send the user afterwards, with a new `token` in the query: an absolute URL of at most 2,048 characters. If the tenant lists allowed URLs, it must be one of them. Without it the pages show that they are done.',
      ),
    redirectToSettings: v
      .optional(z.boolean())
      .describe(
        'Whether the pages lead to the user’s authenticators: after verifying, or at once if `scope` asks for changes. False by default.',
      ),
    ipAddress: v
      .optionalText(v.text(256))
      .describe(
        'The user’s IP address, version 4 or 6, at most 256 characters; a port or brackets around it are ignored. Without it, facts about the address are missing.',
      ),
    userAgent: v
      .optionalText(v.text(4096))
      .describe(
        'The `User-Agent` header of the user’s request, at most 4,096 characters. Without it, facts about browser and system are missing.',
      ),
    deviceId: v
      .optionalText(v.deviceId)
      .describe(
        'The device, as the browser SDK or your app names it: 1 to 256 characters. Without it the device counts as new.',
      ),
    scope: v.optionalText(v.scope),
    email: v
      .optionalText(v.email)
      .describe(
        'The user’s email address, at most 320 characters. It replaces the stored one, and another address is unverified. Without it the stored one stays.',
      ),
    phoneNumber: v
      .optionalText(v.storedPhoneNumber)
      .describe(
        'The user’s phone number, 3 to 32 characters, preferably in E.164 form. It replaces the stored one, and another number is unverified. Without it the stored one stays.',
      ),
    username: v
      .optionalText(v.text(256))
      .describe(
        'The user’s name for signing in, at most 256 characters; passkeys show it. It replaces the stored one. Without it the stored one stays.',
      ),
    custom: v
      .optional(v.custom)
      .describe(
        'Your own data about this action, which rules read as `custom.…`: a JSON object, at most 20 levels deep. Declare its members as custom data points.',
      ),
    challengeId: v
      .optionalText(v.text(256))
      .describe(
        'An open challenge to give to this user and action, at most 256 characters. If the user has verified it, that counts for the action.',
      ),
    locale: v
      .optionalText(v.locale)
      .describe(
        'Language of pages and messages, a tag such as `en` or `en-NZ`. Without it, the language of the user or the browser is used, else English.',
      ),
    customDomain: v
      .optionalText(v.customDomain)
      .describe(
        'The host of `url`, optionally with a port: one of the tenant’s custom domains. Without it, `url` is on the server’s own address.',
      ),
  }),
  reply: json(
    z.object({
      idempotencyKey: z.string().describe('The idempotency key of the action, given or made.'),
      state: v.userActionState,
      url: z
        .string()
        .describe(
          'The page that challenges the user, enrols them or shows their authenticators. It lives as long as the token.',
        ),
      token: z
        .string()
        .describe(
          'A token for this action, for the client API and for validating. It lives 10 minutes, unless the tenant is configured otherwise.',
        ),
      isEnrolled: z.boolean().describe('Whether the user has a verified authenticator.'),
      enrolledVerificationMethods: z
        .array(v.verificationMethod)
        .describe('The methods of the user’s verified authenticators, each once.'),
      allowedVerificationMethods: z
        .array(v.verificationMethod)
        .describe('The methods that can pass this challenge; the decision may exclude some.'),
      defaultVerificationMethod: v.verificationMethod
        .describe(
          'The method that a challenge begins with: set for the action, else preferred by the user; absent if neither is.',
        )
        .optional(),
      ruleIds: z
        .array(z.string())
        .describe('Ids of all rules that matched, by priority; the first that matched decides.'),
    }),
  ),
  example: {
    request: {
      params: { userId: occurrence.userId, action: occurrence.action },
      body: {
        idempotencyKey: occurrence.idempotencyKey,
        redirectUrl: 'https://bank.example/withdrawals/42',
        ipAddress: '203.0.113.7',
        userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
        deviceId: 'a1f2c3d4-0b1c-4d5e-8f90-a1b2c3d4e5f6',
        email: 'alice@example.com',
        custom: { amount: '2500.00', currency: 'NZD' },
        locale: 'en-NZ',
      },
    },
    reply: {
      idempotencyKey: occurrence.idempotencyKey,
      state: 'CHALLENGE_REQUIRED',
      url: `https://auth.bank.example/challenge?token=${exampleToken}&locale=en-NZ`,
      token: exampleToken,
      isEnrolled: true,
      enrolledVerificationMethods: ['PASSKEY', 'EMAIL_OTP'],
      allowedVerificationMethods: ['PASSKEY', 'SECURITY_KEY'],
      defaultVerificationMethod: 'PASSKEY',
      ruleIds: ['0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11'],
    },
  },
  refusals: ['AUTHENTICATOR_NOT_FOUND', 'conflict'],
  audit: null,
});

/** Members of every response about an action. */
const occurrenceMembers = {
  actionCode: z.string().describe('The action code that it was tracked with.'),
  idempotencyKey: z.string().describe('Which occurrence of the action it is.'),
  state: v.userActionState,
  createdAt: v.timestamp.describe('When the action was created, ISO 8601 in UTC.'),
  updatedAt: v.timestamp.describe('When anything about it last changed, ISO 8601 in UTC.'),
  stateUpdatedAt,
  ...verifiedBy,
};

const actionReply = z
  .object({
    userId: z.string().describe('The user whose action it is.'),
    ...occurrenceMembers,
    rules: z
      .array(
        z.object({
          ruleId: z.string().describe('Id of the rule.'),
          name: z.string().describe('Its name at the time of the decision.'),
          description: z.string().describe('Its description at that time; absent if it had none.').optional(),
        }),
      )
      .describe('The rules that matched, by priority, as they were when the action was decided.'),
    ruleIds: z.array(z.string()).describe('Ids of the same rules.'),
    priorityRuleId: z
      .string()
      .describe('Id of the rule that decided; absent if none did and the default of the action applied.')
      .optional(),
    output: z
      .object({ custom: v.custom.describe('Always empty.') })
      .describe('Reserved for data that rules return. SDKs expect it to be there.'),
  })
  .meta({ id: 'Action' });

const exampleOccurrence = {
  actionCode: occurrence.action,
  idempotencyKey: occurrence.idempotencyKey,
  state: 'CHALLENGE_SUCCEEDED',
  createdAt: '2026-03-01T09:30:00.000Z',
  updatedAt: '2026-03-01T09:30:41.500Z',
  stateUpdatedAt: '2026-03-01T09:30:41.500Z',
  verificationMethod: 'PASSKEY',
  assurance: 'high',
};
const exampleAction = {
  ...exampleOccurrence,
  userId: occurrence.userId,
  rules: [
    {
      ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11',
      name: 'Large withdrawal',
      description: 'More than 2,000 needs a passkey or an authenticator app.',
    },
  ],
  ruleIds: ['0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11'],
  priorityRuleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11',
  output: { custom: {} },
};

export const getAction = route({
  id: 'getAction',
  method: 'GET',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey',
  api: 'server',
  title: 'Get an action',
  description:
    'Reads one occurrence of an action: its state, how the user verified, and the rules that matched. To learn from a browser’s request whether a challenge succeeded, validate its token instead.',
  group: 'actions',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({}),
  reply: json(actionReply),
  example: { request: { params: occurrence }, reply: exampleAction },
  refusals: ['not_found'],
  audit: null,
});

export const updateAction = route({
  id: 'updateAction',
  method: 'PATCH',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey',
  api: 'server',
  title: 'Set the state of an action',
  description:
    'Records a decision that you made yourself, for example after a review, or after you verified the user with a method of your own. Any state may follow any other. Setting the state that the action has already changes nothing. Tokens of the action validate by the new state at once.',
  group: 'actions',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({ state: v.userActionState.describe('The new state.') }),
  reply: json(actionReply),
  example: {
    request: { params: occurrence, body: { state: 'REVIEW_SUCCEEDED' } },
    reply: {
      ...exampleAction,
      state: 'REVIEW_SUCCEEDED',
      updatedAt: '2026-03-01T11:05:12.000Z',
      stateUpdatedAt: '2026-03-01T11:05:12.000Z',
    },
  },
  refusals: ['not_found'],
  audit: 'action.state_set',
});

export const queryUserActions = route({
  id: 'queryUserActions',
  method: 'GET',
  path: '/v1/users/:userId/actions',
  api: 'server',
  title: 'List a user’s actions',
  description:
    'Lists the actions of the last 30 days, newest first. If there are more than `limit`, the response has a `Link` header with `rel="next"`: call the address it gives to go on. An unknown user has none.',
  group: 'actions',
  params: userParams,
  query: z.object({
    codes: v.optional(
      z
        .string()
        .transform((text) => text.split(',').filter((part) => part !== ''))
        .pipe(z.array(v.actionCode).max(100, 'codes must name at most 100 actions.'))
        .describe('Only actions with these codes, separated by commas; at most 100. All codes if left out.'),
    ),
    fromDate: v.optional(
      v
        .instant('fromDate must be an ISO 8601 date, such as 2025-02-20T01:51:56.070Z.')
        .describe(
          'Only actions created at this time or later: an ISO 8601 date, or date and time, in UTC unless it names a zone; at most 64 characters. At the earliest, and if left out, 30 days ago.',
        ),
    ),
    state: v.optional(v.userActionState).describe('Only actions in this state. Every state if left out.'),
    limit: v.optional(v.limit(1000)).describe('How many actions at most: 1 to 1,000. 1,000 if left out.'),
    cursor: v
      .optional(v.text(256))
      .describe('Where to go on, as given in the `Link` header of the previous response. From the newest if left out.'),
  }),
  body: z.object({}),
  reply: json(
    z.array(
      z.object({
        ...occurrenceMembers,
        verifiedByAuthenticatorId: z
          .string()
          .describe('The authenticator that the user verified with; absent if none did.')
          .optional(),
        userAgent: z.string().describe('The user agent that was sent; absent if none was.').optional(),
        ipAddress: z
          .string()
          .describe('The IP address that was sent, in its usual spelling; absent if none was or it could not be read.')
          .optional(),
        countryCode: z
          .string()
          .describe('The country of that address, ISO 3166-1 alpha-2; absent if unknown.')
          .optional(),
      }),
    ),
  ),
  example: {
    request: {
      params: { userId: occurrence.userId },
      query: { codes: 'withdrawFunds,signIn', fromDate: '2026-02-20T00:00:00.000Z', limit: '50' },
    },
    reply: [
      {
        ...exampleOccurrence,
        verifiedByAuthenticatorId: '0198c1a0-11b2-7f00-8c3d-5b6a7988c9d0',
        userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0',
        ipAddress: '203.0.113.7',
        countryCode: 'NZ',
      },
    ],
  },
  refusals: [],
  audit: null,
});

export const validateChallenge = route({
  id: 'validateChallenge',
  method: 'POST',
  path: '/v1/validate',
  api: 'server',
  title: 'Validate a token',
  description:
    'Checks whether the challenge of an action has succeeded. Call it when the user returns from the pages or your app sends you a token, always from your backend. Give `userId` and `action` to be sure that the token is for the user and action at hand.\n\nThe state is read at the time of the call, so the token of tracking works too. A bad token is not an error: the answer is `isValid: false` with a reason. Validating consumes nothing and may be repeated.',
  group: 'actions',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    token: v.token,
    // Without limits: an impossible value is a mismatch, not an error.
    userId: v
      .optional(z.string())
      .describe('The user you expect. If the token is for another, it is not valid. Not compared if left out.'),
    action: v
      .optional(z.string())
      .describe('The action code you expect. If the token is for another, it is not valid. Not compared if left out.'),
  }),
  reply: json(
    z.object({
      isValid: z
        .boolean()
        .describe(
          'True only if the token is good, for the expected user and action, and its action is `CHALLENGE_SUCCEEDED`.',
        ),
      error: z
        .string()
        .describe(
          'Why the token says nothing, in a sentence; then all other members are absent. Absent for a good token.',
        )
        .optional(),
      state: v.userActionState.optional(),
      stateUpdatedAt: stateUpdatedAt.optional(),
      userId: z.string().describe('The user whose action it is.').optional(),
      action: z.string().describe('The action code.').optional(),
      actionCode: z
        .string()
        .describe('The action code again: some SDKs read this member, others read `action`.')
        .optional(),
      idempotencyKey: z.string().describe('Which occurrence of the action it is.').optional(),
      ...verifiedBy,
      // Decision 0015.
      isTracked: z
        .boolean()
        .describe(
          'Whether your backend has tracked the action or set its state. If false, a sign-in or a challenge began it, and rules that read `custom` have not decided yet.',
        )
        .optional(),
    }),
  ),
  example: {
    request: { body: { token: exampleToken, userId: occurrence.userId, action: occurrence.action } },
    reply: {
      isValid: true,
      state: 'CHALLENGE_SUCCEEDED',
      stateUpdatedAt: '2026-03-01T09:30:41.500Z',
      userId: occurrence.userId,
      action: occurrence.action,
      actionCode: occurrence.action,
      idempotencyKey: occurrence.idempotencyKey,
      verificationMethod: 'PASSKEY',
      assurance: 'high',
      isTracked: true,
    },
  },
  refusals: [],
  audit: null,
});
