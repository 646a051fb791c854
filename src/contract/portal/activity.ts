import { z } from 'zod';
import { json, noContent } from '../route.ts';
import { closed } from '../management/closed.ts';
import { nothing } from '../management/management-route.ts';
import { exampleExplanation, explanation } from '../server/explain.ts';
import * as v from '../values.ts';
import { portalRoute } from './portal-route.ts';

const actionParams = z.object({ actionId: v.opaqueId.describe('Id of the action, which the portal’s lists tell.') });
const limit = v.optional(v.limit(200)).describe('How many at most: 1 to 200. 50 if left out.');
const cursor = v
  .optional(v.text(512))
  .describe('Where to go on: `nextCursor` of the previous response. From the newest if left out.');
const nextCursor = z.string().optional().describe('Where the list goes on; absent at its end.');

const ruleName = z.object({
  ruleId: z.string().describe('Id of the rule.'),
  name: z.string().describe('Its name when the action was decided.'),
});

const actionMembers = {
  actionId: z.string().describe('Id of the action.'),
  userId: z.string().describe('Your own id of the user whose action it is.'),
  actionCode: z.string().describe('The action code that it was tracked with.'),
  idempotencyKey: z.string().describe('Which occurrence of the action it is.'),
  state: v.userActionState,
  createdAt: v.timestamp.describe('When it was created.'),
  stateUpdatedAt: v.timestamp.describe('When its state last changed.'),
  verificationMethod: v.verificationMethod.optional().describe('How the user verified; absent until they did.'),
  ipAddress: z.string().optional().describe('The address that was sent; absent if none was, or it is no longer kept.'),
  countryCode: z.string().optional().describe('Its country, ISO 3166-1 alpha-2; absent if unknown.'),
  userAgent: z.string().optional().describe('The user agent that was sent; absent if none was.'),
  deviceId: z.string().optional().describe('The device that was sent; absent if none was.'),
  rules: z.array(ruleName).describe('The rules that matched, by priority.'),
  decidingRuleId: z.string().optional().describe('Id of the rule that decided; absent if the default did.'),
};
const listedAction = z.object(actionMembers).meta({ id: 'ListedAction' });

const firstApproval = z
  .object({
    by: z.string().describe('Email address of the operator who has approved it.'),
    isOwn: z.boolean().describe('Whether that is the operator who asks: then somebody else has to decide.'),
    at: v.timestamp.describe('When they did.'),
    note: z.string().optional().describe('What they noted.'),
  })
  .optional()
  .describe('The first of two approvals, where the tenant asks for two people; absent if there is none.');

const exampleParams = { actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b06' };
const exampleAction = {
  ...exampleParams,
  userId: 'alice',
  actionCode: 'withdrawFunds',
  idempotencyKey: '5924a649-b5d3-4baf-a4ab-4b8ac4bd0f3d',
  state: 'REVIEW_REQUIRED',
  createdAt: '2026-03-01T09:30:00.000Z',
  stateUpdatedAt: '2026-03-01T09:30:00.000Z',
  ipAddress: '203.0.113.7',
  countryCode: 'NZ',
  rules: [{ ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11', name: 'Large withdrawal' }],
  decidingRuleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11',
};
const time = (problem: string) => v.optional(v.instant(problem));

export const listActions = portalRoute({
  id: 'listActions',
  method: 'GET',
  path: '/actions',
  title: 'List actions',
  description:
    'Actions of the tenant, newest first. Time, code and user are found by an index; every other filter is compared action by action. A call reads 50,000 actions at most, for two seconds at most: if that was not enough to fill the page, it says how far back it has searched, and `nextCursor` continues from there.',
  group: 'activity',
  params: z.object({}),
  query: closed({
    from: time('from must be an ISO 8601 date and time.').describe(
      'Only actions created then or later. 31 days before `to` if left out; at most 31 days before it unless `userId` is given.',
    ),
    to: time('to must be an ISO 8601 date and time.').describe('Only actions created before. Now if left out.'),
    code: v.optional(v.actionCode).describe('Only actions with this code.'),
    userId: v.optional(v.userId).describe('Only actions of this user.'),
    state: v.optional(v.userActionState).describe('Only actions in this state.'),
    ipAddress: v.optional(v.text(256)).describe('Only actions from this address.'),
    deviceId: v.optional(v.deviceId).describe('Only actions from this device.'),
    method: v.optional(v.verificationMethod).describe('Only actions that were verified with this method.'),
    ruleId: v.optional(v.text(64)).describe('Only actions that this rule matched.'),
    custom: v
      .optional(v.text(512))
      .describe(
        'Only actions whose custom data has this: `name=value`, compared as text, or `name` for any value but null.',
      ),
    limit,
    cursor,
  }),
  body: nothing,
  reply: json(
    z.object({
      actions: z.array(listedAction).describe('The actions, newest first.'),
      searchedBackTo: v.timestamp
        .optional()
        .describe('How far back the search has come; absent if it has seen everything that was asked for.'),
      nextCursor,
    }),
  ),
  example: { reply: { actions: [exampleAction] } },
  permission: 'activity:read',
  refusals: [],
  audit: null,
});

export const getActionDetail = portalRoute({
  id: 'getActionDetail',
  method: 'GET',
  path: '/actions/:actionId',
  title: 'Get an action with its reasons',
  description:
    'One action with the decision computed again from its record, every rule as it was then with the values that it read, what happened to the action step by step, and what the user did lately.',
  group: 'activity',
  params: actionParams,
  body: nothing,
  reply: json(
    z.object({
      ...actionMembers,
      custom: v.custom.optional().describe('Your own data about the action, as it was tracked; absent if none was.'),
      isTracked: z.boolean().describe('Whether your backend has tracked it, or a challenge began it.'),
      decision: explanation
        .extend({ decidedAt: v.timestamp.describe('When it was decided.') })
        .describe('The decision, computed again from its record.'),
      today: z
        .object({
          isSameRuleSet: z.boolean().describe('Whether the rules of today are those that decided.'),
          outcome: v.outcome.optional().describe('What the rules of today would decide on the same facts.'),
          words: z
            .array(z.string())
            .describe('That decision in English, a sentence each; empty if it is the same rule set.'),
        })
        .optional()
        .describe('What would be decided now; absent if it cannot be computed.'),
      review: z
        .object({
          isWaiting: z.boolean().describe('Whether it waits for a decision.'),
          assignedTo: z.string().optional().describe('Email address of the operator who has taken it.'),
          firstApproval,
          decidedBy: z.string().optional().describe('Who decided: the email address of an operator, or `API`.'),
          decidedAt: v.timestamp.optional().describe('When it was decided.'),
          note: z.string().optional().describe('What the operator noted.'),
        })
        .optional()
        .describe('The review; absent if it never needed one.'),
      timeline: z
        .array(
          z.object({
            at: v.timestamp.describe('When it happened.'),
            type: z.string().describe('The audit event, such as `challenge.verified`.'),
            actor: z
              .string()
              .describe(
                'Who did it: `server`, `client`, `management`, `cli`, `system`, or the email address of an operator.',
              ),
            data: v.custom.describe('What is recorded of it; never a code, a secret or a contact.'),
          }),
        )
        .describe('Every recorded step, oldest first, at most 200.'),
      userRecent: z.array(listedAction).describe('The ten latest other actions of the user.'),
    }),
  ),
  example: {
    request: { params: exampleParams },
    reply: {
      ...exampleAction,
      isTracked: true,
      decision: { ...exampleExplanation, decidedAt: '2026-03-01T09:30:00.000Z' },
      today: { isSameRuleSet: true, words: [] },
      review: { isWaiting: true },
      timeline: [
        {
          at: '2026-03-01T09:31:00.000Z',
          type: 'challenge.verified',
          actor: 'client',
          data: { verificationMethod: 'PASSKEY' },
        },
      ],
      userRecent: [],
    },
  },
  permission: 'activity:read',
  refusals: ['not_found'],
  audit: null,
});

const waitingReview = z
  .object({
    ...actionMembers,
    custom: v.custom.optional().describe('Your own data about the action; absent if none was tracked.'),
    assignedTo: z.string().optional().describe('Email address of the operator who has taken it; absent if nobody has.'),
    isOwn: z.boolean().describe('Whether the operator who asks has taken it.'),
    firstApproval,
  })
  .meta({ id: 'WaitingReview' });

export const listReviews = portalRoute({
  id: 'listReviews',
  method: 'GET',
  path: '/reviews',
  title: 'List waiting reviews',
  description: 'Actions that wait for somebody to decide, oldest first.',
  group: 'activity',
  params: z.object({}),
  query: closed({
    code: v.optional(v.actionCode).describe('Only actions with this code.'),
    limit,
    cursor,
  }),
  body: nothing,
  reply: json(
    z.object({
      reviews: z.array(waitingReview).describe('The actions, oldest first.'),
      waiting: z.number().describe('How many wait in all; 10,001 means more than 10,000.'),
      needsTwoPeople: z.boolean().describe('Whether approving takes two operators, as the tenant has set.'),
      nextCursor,
    }),
  ),
  example: { reply: { reviews: [{ ...exampleAction, isOwn: false }], waiting: 1, needsTwoPeople: false } },
  permission: 'activity:read',
  refusals: [],
  audit: null,
});

const alike = ['USER', 'ADDRESS', 'DEVICE', 'RULE'] as const;

export const listSimilarReviews = portalRoute({
  id: 'listSimilarReviews',
  method: 'GET',
  path: '/reviews/:actionId/similar',
  title: 'List similar reviews',
  description:
    'Reviews that were decided, with the user, the address, the device or the deciding rule of this action: at most 20, newest first. Looked through are the latest 1,000 decided reviews of the tenant, and the latest 200 of the user.',
  group: 'activity',
  params: actionParams,
  body: nothing,
  reply: json(
    z.array(
      z
        .object({
          actionId: z.string().describe('Id of the action.'),
          userId: z.string().describe('Your own id of the user whose action it is.'),
          actionCode: z.string().describe('The action code that it was tracked with.'),
          state: v.userActionState,
          createdAt: v.timestamp.describe('When it was created.'),
          alike: z
            .array(z.enum(alike))
            .describe('What it has in common: `USER`, `ADDRESS`, `DEVICE`, or the deciding `RULE`.'),
          decidedBy: z.string().describe('Who decided: the email address of an operator, or `API`.'),
          decidedAt: v.timestamp.describe('When it was decided.'),
          note: z.string().optional().describe('What the operator noted.'),
        })
        .meta({ id: 'SimilarReview' }),
    ),
  ),
  example: {
    request: { params: exampleParams },
    reply: [
      {
        actionId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b05',
        userId: 'bob',
        actionCode: 'withdrawFunds',
        state: 'REVIEW_FAILED',
        createdAt: '2026-02-20T09:30:00.000Z',
        alike: ['ADDRESS', 'RULE'],
        decidedBy: 'ada@bank.example',
        decidedAt: '2026-02-20T09:45:00.000Z',
        note: 'Not the customer.',
      },
    ],
  },
  permission: 'activity:read',
  refusals: ['not_found'],
  audit: null,
});

export const takeReview = portalRoute({
  id: 'takeReview',
  method: 'POST',
  path: '/reviews/:actionId/take',
  title: 'Take a review, or give it back',
  description:
    'Says to the others that an operator is at work on it. It locks nothing: whoever decides first has decided. Taking one that another has taken is refused with `conflict`, unless `force` is true.',
  group: 'activity',
  params: actionParams,
  body: closed({
    isTaken: z.boolean().describe('False gives it back.'),
    force: z.boolean().optional().describe('Whether to take it from the operator who has it.'),
  }),
  reply: noContent,
  example: { request: { params: exampleParams, body: { isTaken: true } } },
  permission: 'reviews:decide',
  refusals: ['not_found', 'conflict'],
  audit: 'review.taken',
});

export const decideReview = portalRoute({
  id: 'decideReview',
  method: 'POST',
  path: '/reviews/:actionId/decide',
  title: 'Decide a review',
  description:
    'Sets the state of the action to `REVIEW_SUCCEEDED` or `REVIEW_FAILED`, as the server API does. If somebody else has decided it meanwhile, nothing changes: `conflict` says who.\n\nWhere the tenant sets `reviewsNeedTwoPeople`, the first approval leaves the state at `REVIEW_REQUIRED`, and that of a second operator sets it. The same operator cannot give both: `conflict`. One is enough to reject. The first counts for as long as who gave it may decide reviews.',
  group: 'activity',
  params: actionParams,
  body: closed({
    decision: z.enum(['APPROVE', 'REJECT']).describe('Whether the action may go on.'),
    note: v.text(2000).optional().describe('Why, for colleagues and auditors: at most 2,000 characters.'),
  }),
  reply: json(listedAction),
  example: {
    request: { params: exampleParams, body: { decision: 'APPROVE', note: 'Called the customer.' } },
    reply: { ...exampleAction, state: 'REVIEW_SUCCEEDED', stateUpdatedAt: '2026-03-01T09:42:00.000Z' },
  },
  permission: 'reviews:decide',
  refusals: ['not_found', 'conflict'],
  audit: 'review.decided',
});

export const listAuditEvents = portalRoute({
  id: 'listAuditEvents',
  method: 'GET',
  path: '/audit-events',
  title: 'List audit events',
  description:
    'Who changed what and when, newest first. The log only grows; `sallyport audit verify` tells whether its chain is whole.',
  group: 'activity',
  params: z.object({}),
  query: closed({
    from: time('from must be an ISO 8601 date and time.').describe('Only events then or later.'),
    to: time('to must be an ISO 8601 date and time.').describe('Only events before. Now if left out.'),
    type: v
      .optional(v.text(100))
      .describe(
        'Only events of this type, such as `rule.updated`, or of those that begin with it and a dot, such as `rule`.',
      ),
    actorId: v
      .optional(v.text(256))
      .describe('Only what this operator, key or user did, by its id; an operator also by email address.'),
    userId: v.optional(v.userId).describe('Only what concerns this user.'),
    limit,
    cursor,
  }),
  body: nothing,
  reply: json(
    z.object({
      events: z
        .array(
          z.object({
            eventId: z.string().describe('Id of the event.'),
            at: v.timestamp.describe('When it happened.'),
            type: z.string().describe('What happened.'),
            actor: z
              .object({
                kind: z.string().describe('`operator`, `management`, `server`, `client`, `cli` or `system`.'),
                id: z.string().describe('Id of the operator, key or user.'),
                name: z.string().optional().describe('Email address of the operator; absent for others.'),
              })
              .describe('Who did it.'),
            userId: z.string().optional().describe('The user whom it concerns; absent if none.'),
            requestId: z.string().optional().describe('The request, as in the log; absent for jobs.'),
            data: v.custom.describe('What changed; secrets are masked.'),
          }),
        )
        .describe('The events, newest first.'),
      searchedBackTo: v.timestamp
        .optional()
        .describe('How far back the search has come; absent if it has seen everything.'),
      nextCursor,
    }),
  ),
  example: {
    reply: {
      events: [
        {
          eventId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b07',
          at: '2026-03-01T09:30:00.000Z',
          type: 'rule.updated',
          actor: { kind: 'operator', id: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b03', name: 'ada@bank.example' },
          requestId: '0198e2a4-6d3c-7b1f-9a25-4c8e7d6f1b08',
          data: { before: { priority: 1 }, after: { priority: 2 } },
        },
      ],
    },
  },
  permission: 'audit:read',
  refusals: [],
  audit: null,
});

export const getHome = portalRoute({
  id: 'getHome',
  method: 'GET',
  path: '/home',
  title: 'Get the figures of the home page',
  description:
    'What happened in a range, hour by hour, from roll-ups that a job makes: the latest minutes may be missing. Actions that retention has removed stay counted.',
  group: 'activity',
  params: z.object({}),
  query: closed({
    hours: z
      .enum(['24', '168', '720', '2160'])
      .optional()
      .describe('How far back: a day, 7, 30 or 90 days, in hours. A day if left out.'),
  }),
  body: nothing,
  reply: json(
    z.object({
      from: v.timestamp.describe('The first hour.'),
      to: v.timestamp.describe('Until when it was counted.'),
      waitingReviews: z.number().describe('Actions that wait for a review now; 10,001 means more than 10,000.'),
      actions: z
        .record(z.string(), z.number())
        .describe('Actions created in the range, by the state in which they were decided.'),
      proofs: z
        .record(
          z.string(),
          z.object({
            accepted: z.number().describe('Proofs that counted.'),
            refused: z.number().describe('Proofs that did not.'),
          }),
        )
        .describe('Proofs of users by method: accepted, and refused.'),
      sends: z.record(z.string(), z.number()).describe('Messages by what became of the attempt to send them.'),
      lockouts: z.number().describe('Lockouts of methods of users.'),
      hours: z
        .array(
          z.object({
            at: v.timestamp.describe('The beginning of the hour, or of the day in ranges over 7 days.'),
            actions: z.record(z.string(), z.number()).describe('Actions by state.'),
          }),
        )
        .describe('The same actions over time, oldest first; hours without any are left out.'),
    }),
  ),
  example: {
    reply: {
      from: '2026-02-28T10:00:00.000Z',
      to: '2026-03-01T09:59:00.000Z',
      waitingReviews: 3,
      actions: { ALLOW: 1204, CHALLENGE_REQUIRED: 310, REVIEW_REQUIRED: 12, BLOCK: 41 },
      proofs: { PASSKEY: { accepted: 201, refused: 3 } },
      sends: { taken: 88 },
      lockouts: 1,
      hours: [{ at: '2026-03-01T09:00:00.000Z', actions: { ALLOW: 61 } }],
    },
  },
  permission: 'activity:read',
  refusals: [],
  audit: null,
});
