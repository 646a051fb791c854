import { z } from 'zod';
import { route } from '../route.ts';
import * as v from '../values.ts';
import { userParams } from './users.ts';

/** One occurrence of an action of a user. */
export const occurrenceParams = userParams.extend({ action: v.actionCode, idempotencyKey: v.idempotencyKey });

export const trackAction = route({
  id: 'trackAction',
  method: 'POST',
  path: '/v1/users/:userId/actions/:action',
  caller: 'server',
  summary:
    'Says what a user is about to do and answers with the decision. Creates the user and the action configuration on first sight. The same idempotencyKey answers with the action that exists; one that a sign-in or a challenge began is decided anew.',
  params: userParams.extend({ action: v.actionCode }),
  query: z.object({}),
  body: z.object({
    idempotencyKey: v.optionalText(v.idempotencyKey),
    redirectUrl: v.optionalText(v.redirectUrl),
    redirectToSettings: v.optional(z.boolean()),
    ipAddress: v.optionalText(v.text(256)),
    userAgent: v.optionalText(v.text(4096)),
    deviceId: v.optionalText(v.deviceId),
    scope: v.optionalText(v.scope),
    email: v.optionalText(v.email),
    phoneNumber: v.optionalText(v.storedPhoneNumber),
    username: v.optionalText(v.text(256)),
    custom: v.optional(v.custom),
    challengeId: v.optionalText(v.text(256)),
    locale: v.optionalText(v.locale),
    customDomain: v.optionalText(v.customDomain),
  }),
  reply: z.object({
    idempotencyKey: z.string(),
    state: v.userActionState,
    url: z.string(),
    token: z.string(),
    isEnrolled: z.boolean(),
    enrolledVerificationMethods: z.array(v.verificationMethod),
    allowedVerificationMethods: z.array(v.verificationMethod),
    defaultVerificationMethod: v.verificationMethod.optional(),
    ruleIds: z.array(z.string()),
  }),
  refusals: ['AUTHENTICATOR_NOT_FOUND', 'conflict'],
  audit: null,
});

const actionReply = z
  .object({
    userId: z.string(),
    actionCode: z.string(),
    idempotencyKey: z.string(),
    state: v.userActionState,
    createdAt: v.timestamp,
    updatedAt: v.timestamp,
    stateUpdatedAt: v.timestamp,
    verificationMethod: v.verificationMethod.optional(),
    assurance: v.assurance.optional(),
    rules: z.array(z.object({ ruleId: z.string(), name: z.string(), description: z.string().optional() })),
    ruleIds: z.array(z.string()),
    priorityRuleId: z.string().optional(),
    output: z.object({ custom: v.custom }),
  })
  .meta({ id: 'Action' });

export const getAction = route({
  id: 'getAction',
  method: 'GET',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey',
  caller: 'server',
  summary: 'Reads one occurrence of an action.',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({}),
  reply: actionReply,
  refusals: ['not_found'],
  audit: null,
});

export const updateAction = route({
  id: 'updateAction',
  method: 'PATCH',
  path: '/v1/users/:userId/actions/:action/:idempotencyKey',
  caller: 'server',
  summary: 'Sets the state of an action, for example after a review. Any state may follow any other.',
  params: occurrenceParams,
  query: z.object({}),
  body: z.object({ state: v.userActionState }),
  reply: actionReply,
  refusals: ['not_found'],
  audit: 'action.state_set',
});

const isoDate = /^(\d{4}-\d{2}-\d{2})(?:(T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(?:Z|([+-]\d{2}):?(\d{2}))?)?$/;

/** Milliseconds since the epoch; NaN if it is no date. Without a zone it is UTC, not the zone of whoever runs the server. */
function instantMs(given: string): number {
  // A "+" of a time zone arrives as a space from callers that do not encode it.
  const [, day, time = 'T00:00', hours = '+00', minutes = '00'] =
    isoDate.exec(given.replace(/ (?=\d{2}:?\d{2}$)/, '+')) ?? [];
  // The engine's parser lets 30 February roll over into March.
  if (day === undefined || new Date(Date.parse(`${day}T00:00Z`) || 0).toISOString().slice(0, 10) !== day) {
    return Number.NaN;
  }
  return Date.parse(`${day}${time}${hours}:${minutes}`);
}

export const queryUserActions = route({
  id: 'queryUserActions',
  method: 'GET',
  path: '/v1/users/:userId/actions',
  caller: 'server',
  summary:
    'Lists the user\'s actions of the last 30 days at most, newest first: up to `limit`, by default and at most 1,000. Where there are more, the header `Link` has the query that goes on (`rel="next"`).',
  params: userParams,
  query: z.object({
    codes: v.optional(
      z
        .string()
        .transform((text) => text.split(',').filter((part) => part !== ''))
        .pipe(z.array(v.actionCode).max(100, 'codes must name at most 100 actions.')),
    ),
    fromDate: v.optional(
      z
        .string()
        .max(64)
        .transform((given, context) => {
          const timeMs = instantMs(given);
          if (Number.isNaN(timeMs)) {
            context.addIssue({
              code: 'custom',
              message: 'fromDate must be an ISO 8601 date, such as 2025-02-20T01:51:56.070Z.',
            });
            return z.NEVER;
          }
          return timeMs;
        }),
    ),
    state: v.optional(v.userActionState),
    limit: v.optional(v.limit(1000)),
    cursor: v.optional(v.text(256)),
  }),
  body: z.object({}),
  reply: z.array(
    z.object({
      actionCode: z.string(),
      idempotencyKey: z.string(),
      createdAt: v.timestamp,
      updatedAt: v.timestamp,
      stateUpdatedAt: v.timestamp,
      state: v.userActionState,
      verificationMethod: v.verificationMethod.optional(),
      assurance: v.assurance.optional(),
      verifiedByAuthenticatorId: z.string().optional(),
      userAgent: z.string().optional(),
      ipAddress: z.string().optional(),
      countryCode: z.string().optional(),
    }),
  ),
  refusals: [],
  audit: null,
});

export const validateChallenge = route({
  id: 'validateChallenge',
  method: 'POST',
  path: '/v1/validate',
  caller: 'server',
  summary:
    'Says whether a token belongs to an action whose challenge has succeeded. A bad token is an answer, not an error. Consumes nothing.',
  params: z.object({}),
  query: z.object({}),
  body: z.object({
    token: v.token,
    // Whatever they are, they are not those of the token.
    userId: v.optional(z.string()),
    action: v.optional(z.string()),
  }),
  reply: z.object({
    isValid: z.boolean(),
    error: z.string().optional(),
    state: v.userActionState.optional(),
    stateUpdatedAt: v.timestamp.optional(),
    userId: z.string().optional(),
    action: z.string().optional(),
    actionCode: z.string().optional(),
    idempotencyKey: z.string().optional(),
    verificationMethod: v.verificationMethod.optional(),
    assurance: v.assurance.optional(),
    /** Whether a track has decided the action, or somebody who sets states (decision 0015). */
    isTracked: z.boolean().optional(),
  }),
  refusals: [],
  audit: null,
});
