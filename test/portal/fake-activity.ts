/**
 * Answers of the portal's API about a bank, as the contract has them: what happened there must look the same in every
 * picture, and a queue of a certain length cannot be waited for.
 */
import type { Page, Route as Intercepted } from 'playwright-core';
import type { z } from 'zod';
import {
  getActionDetail,
  getHome,
  listActions,
  listAuditEvents,
  listReviews,
  listSimilarReviews,
} from '../../src/contract/portal/activity.ts';
import { getUserHelp, listWaitingHelps } from '../../src/contract/portal/helps.ts';
import { findUsers, getUserDetail, listUserMessages, revealContacts } from '../../src/contract/portal/people.ts';

type Action = z.output<typeof listActions.reply.schema>['actions'][number];
type Detail = z.output<typeof getActionDetail.reply.schema>;
type User = z.output<typeof getUserDetail.reply.schema>;
type Event = z.output<typeof listAuditEvents.reply.schema>['events'][number];

export interface FakeActivity {
  readonly actions: Action[];
  readonly decided: { readonly actionId: string; readonly decision: string; readonly note: string | undefined }[];
  /** Somebody else decides this one first. */
  loseTo(actionId: string): void;
  readonly reasons: string[];
  readonly users: User[];
}

const codes = ['signIn', 'withdrawFunds', 'addPayee', 'changeEmail', 'signIn', 'signIn', 'exportStatements'] as const;
const people = ['alice.rangi', 'ben.osei', 'cleo.marsh', 'dmitri.volkov', 'emma.stone', 'farid.haddad', 'grace.liu'];
const states = [
  'ALLOW',
  'CHALLENGE_SUCCEEDED',
  'ALLOW',
  'REVIEW_REQUIRED',
  'CHALLENGE_REQUIRED',
  'ALLOW',
  'BLOCK',
  'CHALLENGE_FAILED',
  'ALLOW',
  'REVIEW_SUCCEEDED',
  'CHALLENGE_SUCCEEDED',
  'REVIEW_FAILED',
] as const;
const countries = ['NZ', 'AU', 'GB', 'DE', 'BR', 'NZ', 'NZ'] as const;
const rules = [
  { ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a11', name: 'Large withdrawal' },
  { ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a12', name: 'New device from an anonymous address' },
  { ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a13', name: 'Impossible travel' },
] as const;
const agent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const pick = <Item>(items: readonly Item[], at: number): Item => items[at % items.length] as Item;
const uuid = (kind: number, at: number) => `0198e2a4-6d3c-7b1f-9a${kind}-${String(at).padStart(12, '0')}`;

export const actionIdOf = (at: number) => uuid(25, at);

function actionAt(at: number, nowMs: number, name: (kept: string) => string): Action {
  const state = pick(states, at);
  const createdAt = new Date(nowMs - at * 47_000 - 9_000).toISOString();
  const isRuled = state !== 'ALLOW';
  const matched = isRuled ? [pick(rules, at), ...(at % 4 === 0 ? [pick(rules, at + 1)] : [])] : [];
  return {
    actionId: actionIdOf(at),
    userId: name(pick(people, at * 3)),
    actionCode: state.startsWith('REVIEW') ? 'withdrawFunds' : pick(codes, at),
    idempotencyKey: uuid(26, at),
    state,
    createdAt,
    stateUpdatedAt: createdAt,
    ipAddress: at % 9 === 8 ? '2001:db8:4f1:22::9a' : `203.0.113.${7 + ((at * 13) % 200)}`,
    countryCode: pick(countries, at),
    userAgent: agent,
    deviceId: `device-${at % 5}`,
    ...(state === 'CHALLENGE_SUCCEEDED' ? { verificationMethod: at % 2 === 0 ? 'PASSKEY' : 'EMAIL_OTP' } : {}),
    rules: matched.map(({ ruleId, name: kept }) => ({ ruleId, name: name(kept) })),
    ...(matched[0] === undefined ? {} : { decidingRuleId: matched[0].ruleId }),
  } as Action;
}

function helpOf(nowMs: number, name: (kept: string) => string, state: 'WAITING' | 'EXPIRED') {
  return {
    helpId: uuid(27, state === 'WAITING' ? 1 : 2),
    userId: name('alice.rangi'),
    state,
    reason: name('Lost the phone, called from the office. Ticket 4711.'),
    email: 'a•••@bank.example',
    askedBy: 'mere@bank.example',
    isOwn: false,
    askedAt: new Date(nowMs - 3 * 60_000).toISOString(),
    expiresAt: new Date(nowMs + 23 * 3_600_000).toISOString(),
    ...(state === 'EXPIRED' ? { endedAt: new Date(nowMs - 1_000).toISOString() } : {}),
  };
}

/** `name` renders every name: by default as it is. */
export async function fakeActivity(
  page: Page,
  {
    count = 160,
    nowMs = Date.now(),
    name = (kept: string) => kept,
    isMasked = true,
  }: { count?: number; nowMs?: number; name?: (kept: string) => string; isMasked?: boolean } = {},
): Promise<FakeActivity> {
  const actions = Array.from({ length: count }, (_, at) => actionAt(at, nowMs, name));
  const custom = () => ({
    amount: 18_450,
    currency: name('NZD'),
    payee: name('Harbour Ltd'),
  });
  const lost = new Set<string>();
  const taken = new Map<string, string>([[actionIdOf(15), 'mere@bank.example']]);
  const decided: FakeActivity['decided'] = [];
  const reasons: string[] = [];
  const users = people.map((userId, at) => userOf(name(userId), at, nowMs, isMasked));

  const answer = (route: Intercepted, schema: z.ZodType, body: unknown) =>
    // The contract itself says whether this could be an answer.
    route.fulfill({ status: 200, json: schema.parse(body) });
  const refuse = (route: Intercepted, status: number, errorCode: string, errorDescription: string) =>
    route.fulfill({ status, json: { error: errorCode, errorCode, errorDescription } });

  await page.route(/\/v1\/portal\/(?:actions|reviews|home|users|helps|audit-events)/, async (route) => {
    const request = route.request();
    const url = new URL(request.url());
    const [, kind = '', id = '', verb = ''] = url.pathname.replace('/v1/portal', '').split('/').map(decodeURIComponent);
    const asked = Object.fromEntries(url.searchParams);
    const limit = Number(asked['limit'] ?? 50);
    const from = Number(asked['cursor'] ?? 0);
    const body = request.postData() === null ? {} : (request.postDataJSON() as Record<string, unknown>);

    if (kind === 'actions' && id === '') {
      const found = actions.filter(
        (action) =>
          (asked['state'] === undefined || action.state === asked['state']) &&
          (asked['code'] === undefined || action.actionCode === asked['code']) &&
          (asked['userId'] === undefined || action.userId === asked['userId']) &&
          (asked['ipAddress'] === undefined || action.ipAddress === asked['ipAddress']),
      );
      const next = from + limit < found.length ? { nextCursor: String(from + limit) } : {};
      const back =
        asked['ipAddress'] === undefined
          ? {}
          : { searchedBackTo: new Date(nowMs - 6 * 3_600_000).toISOString(), nextCursor: '9999' };
      return answer(route, listActions.reply.schema, { actions: found.slice(from, from + limit), ...next, ...back });
    }
    if (kind === 'actions') {
      const action = actions.find((one) => one.actionId === id);
      if (action === undefined) return refuse(route, 404, 'not_found', 'There is no such action.');
      return answer(
        route,
        getActionDetail.reply.schema,
        detailOf(action, { actions, custom: custom(), name, taken, decided }),
      );
    }
    if (kind === 'reviews' && id === '') {
      const waiting = actions.filter(({ state }) => state === 'REVIEW_REQUIRED').reverse();
      const found = waiting.filter(({ actionCode }) => asked['code'] === undefined || actionCode === asked['code']);
      const reviews = found.slice(0, limit).map((action) => {
        const assignedTo = taken.get(action.actionId);
        return {
          ...action,
          custom: custom(),
          ...(assignedTo === undefined ? {} : { assignedTo }),
          isOwn: assignedTo === 'me',
        };
      });
      return answer(route, listReviews.reply.schema, { reviews, waiting: found.length, needsTwoPeople: false });
    }
    if (kind === 'reviews' && verb === 'similar')
      return answer(route, listSimilarReviews.reply.schema, similarTo(id, actions, name));
    if (kind === 'reviews' && verb === 'take') {
      if (taken.has(id) && taken.get(id) !== 'me' && body['force'] !== true)
        return refuse(route, 409, 'conflict', `${taken.get(id)} has taken it.`);
      if (body['isTaken'] === true) taken.set(id, 'me');
      else taken.delete(id);
      return route.fulfill({ status: 204 });
    }
    if (kind === 'reviews' && verb === 'decide') {
      const at = actions.findIndex((one) => one.actionId === id);
      const action = actions[at];
      if (action === undefined) return refuse(route, 404, 'not_found', 'There is no such action.');
      const state = body['decision'] === 'APPROVE' ? ('REVIEW_SUCCEEDED' as const) : ('REVIEW_FAILED' as const);
      if (lost.has(id)) {
        actions[at] = { ...action, state: 'REVIEW_FAILED' };
        return refuse(route, 409, 'conflict', 'mere@bank.example has rejected it already.');
      }
      actions[at] = { ...action, state };
      decided.push({ actionId: id, decision: String(body['decision']), note: body['note'] as string | undefined });
      return route.fulfill({ status: 200, json: actions[at] });
    }
    if (kind === 'home')
      return answer(route, getHome.reply.schema, homeOf(Number(asked['hours'] ?? 24), nowMs, actions));
    if (kind === 'helps') return answer(route, listWaitingHelps.reply.schema, [helpOf(nowMs, name, 'WAITING')]);
    if (kind === 'users' && verb === 'reveal') {
      reasons.push(String(body['reason']));
      return answer(route, revealContacts.reply.schema, { email: 'alice@bank.example', phoneNumber: '+64211234567' });
    }
    if (kind === 'users' && id === '') {
      const words = asked['words'];
      const found = users.filter(
        ({ userId, email }) => words === undefined || userId.startsWith(words) || email === words,
      );
      return answer(route, findUsers.reply.schema, { users: found });
    }
    if (kind === 'users' && verb === 'messages') {
      const at = new Date(nowMs - 7 * 60_000).toISOString();
      const code = { kind: 'CODE', verificationMethod: 'EMAIL_OTP', to: 'a•••@bank.example', at, isUsed: true };
      const notice = { kind: 'NOTICE', at, outcome: 'SENT', isUsed: false };
      return answer(route, listUserMessages.reply.schema, [{ ...code, outcome: 'DELIVERED' }, notice]);
    }
    if (kind === 'users' && verb === 'help') {
      const helps = [helpOf(nowMs, name, 'WAITING'), helpOf(nowMs - 86_400_000, name, 'EXPIRED')];
      return answer(route, getUserHelp.reply.schema, { contacts: [], helps });
    }
    if (kind === 'users') {
      const user = users.find(({ userId }) => userId === id);
      return user === undefined
        ? refuse(route, 404, 'not_found', 'There is no such user.')
        : answer(route, getUserDetail.reply.schema, user);
    }
    const found = eventsOf(nowMs, name).filter(
      ({ type, userId }) =>
        (asked['type'] === undefined || type === asked['type'] || type.startsWith(`${asked['type']}.`)) &&
        (asked['userId'] === undefined || userId === asked['userId']),
    );
    return answer(route, listAuditEvents.reply.schema, { events: found });
  });
  return { actions, decided, loseTo: (actionId) => void lost.add(actionId), reasons, users };
}

function similarTo(id: string, actions: readonly Action[], name: (kept: string) => string) {
  return actions
    .filter(({ actionId, state }) => actionId !== id && ['REVIEW_SUCCEEDED', 'REVIEW_FAILED'].includes(state))
    .slice(0, 3)
    .map(({ actionId, userId, actionCode, state, createdAt }, at) => ({
      ...{ actionId, userId, actionCode, state, createdAt },
      alike: at === 0 ? ['USER', 'ADDRESS'] : ['RULE'],
      decidedBy: at === 2 ? 'API' : 'mere@bank.example',
      decidedAt: createdAt,
      ...(at === 2 ? {} : { note: name('Called the customer: she moved house.') }),
    }));
}

interface Around {
  readonly actions: readonly Action[];
  readonly custom: Readonly<Record<string, unknown>>;
  readonly taken: ReadonlyMap<string, string>;
  readonly decided: FakeActivity['decided'];
  name(kept: string): string;
}

function detailOf(action: Action, { actions, custom, taken, decided, name }: Around): Detail {
  const at = (seconds: number) => new Date(new Date(action.createdAt).getTime() + seconds * 1_000).toISOString();
  const found = (path: string, value: unknown) => ({ name: path, value, isUnknown: false });
  const leaf = (
    place: string,
    operator: string,
    path: string,
    value: unknown,
    right: unknown,
    result: boolean,
    isDecisive: boolean,
  ) => ({
    place,
    operator,
    reads: [found(path, value)],
    operands: [found(path, value), found(JSON.stringify(right), right)],
    result,
    text: `${path} (${JSON.stringify(value)}) ${operator} ${JSON.stringify(right)}`,
    isDecisive,
  });
  const [large, anonymous, travel] = rules;
  const decidedBy = decided.find(({ actionId }) => actionId === action.actionId);
  const assignedTo = taken.get(action.actionId);
  const isReview = action.state.startsWith('REVIEW');
  const outcome = isReview
    ? 'REVIEW'
    : action.state === 'ALLOW'
      ? 'ALLOW'
      : action.state === 'BLOCK'
        ? 'BLOCK'
        : 'CHALLENGE';
  const isRuled = action.decidingRuleId !== undefined;
  return {
    ...action,
    custom,
    isTracked: true,
    decision: {
      outcome,
      isReproduced: true,
      source: isRuled ? 'rule' : 'default',
      ...(isRuled ? { decidingRuleId: large.ruleId } : {}),
      words: isRuled
        ? [
            `Rule "${name(large.name)}" matched because custom.amount (18450) > 10000 and device.isNew (true) == true.`,
            `The outcome is ${outcome}, decided by rule "${name(large.name)}".`,
          ]
        : ['No rule matched.', 'The outcome is ALLOW, the default of the action.'],
      ruleSet: { version: 7, hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', isKept: true },
      rules: [
        {
          ruleId: large.ruleId,
          name: name(large.name),
          outcome,
          status: isRuled ? 'matched' : 'not',
          fault: null,
          leaves: [
            leaf('/and/0', '>', 'custom.amount', 18_450, 10_000, isRuled, isRuled),
            leaf('/and/1', '==', 'device.isNew', isRuled, true, isRuled, true),
          ],
        },
        {
          ruleId: anonymous.ruleId,
          name: name(anonymous.name),
          outcome: 'CHALLENGE',
          status: 'not',
          fault: null,
          leaves: [
            leaf('/and/0', '==', 'device.isNew', true, true, true, false),
            leaf('/and/1', '==', 'ip.isAnonymous', false, true, false, true),
          ],
        },
        {
          ruleId: travel.ruleId,
          name: name(travel.name),
          outcome: 'BLOCK',
          status: 'not',
          fault: null,
          leaves: [
            leaf('/and/0', '==', 'ip.isImpossibleTravel', false, true, false, true),
            leaf('/and/1', '>=', 'user.accountAgeDays', 3, 30, false, true),
          ],
        },
        {
          ruleId: '0198c1a2-7d3e-7c10-9a52-4f1f6d1f0a14',
          name: name('Trusted staff'),
          outcome: 'ALLOW',
          status: 'not',
          fault: null,
          leaves: [leaf('', 'in', 'user.userId', action.userId, 'lists.staff', false, true)],
        },
      ],
      demand: {
        verificationMethods: null,
        defaultVerificationMethod: null,
        promptToEnrollVerificationMethods: null,
        minimumAssurance: null,
      },
      isCappedAtChallenge: false,
      isAwaitingTrack: false,
      user: { isEnrolled: true, hasUsableAuthenticator: true },
      facts: [
        { path: 'custom.amount', value: 18_450, status: 'known', origin: '`custom` of the request' },
        { path: 'device.isNew', value: true, status: 'known', origin: '`deviceId` and the user’s devices' },
        { path: 'ip.isAnonymous', value: false, status: 'known', origin: 'the address and the list of exits' },
        { path: 'ip.isImpossibleTravel', value: null, status: 'unknown', origin: 'the address and earlier places' },
      ],
      history: [{ question: '{"actionCount":["user","withdrawFunds",60,"*"]}', value: 3, status: 'known' }],
      sources: [],
      decidedAt: action.createdAt,
    },
    today: {
      isSameRuleSet: !isReview,
      ...(isReview
        ? { outcome: 'BLOCK' as const, words: [`Rule "${name('Large withdrawal to a new payee')}" would match.`] }
        : { words: [] }),
    },
    ...(isReview
      ? {
          review: {
            isWaiting: action.state === 'REVIEW_REQUIRED',
            ...(assignedTo === undefined ? {} : { assignedTo }),
            ...(action.state === 'REVIEW_REQUIRED'
              ? {}
              : {
                  decidedBy: 'ada@bank.example',
                  decidedAt: at(2_520),
                  note: decidedBy?.note ?? name('Called the customer: she moved house.'),
                }),
          },
        }
      : {}),
    timeline: [
      { at: action.createdAt, type: 'action.tracked', actor: 'server', data: { outcome, ruleSetVersion: 7 } },
      { at: at(4.2), type: 'challenge.code_sent', actor: 'client', data: { verificationMethod: 'EMAIL_OTP' } },
      {
        at: at(31),
        type: 'challenge.guess_refused',
        actor: 'client',
        data: { failureReason: 'CODE_INVALID_OR_EXPIRED' },
      },
      { at: at(58), type: 'challenge.verified', actor: 'client', data: { verificationMethod: 'EMAIL_OTP' } },
      { at: at(420), type: 'review.taken', actor: 'mere@bank.example', data: {} },
    ],
    userRecent: actions.filter((one) => one.userId === action.userId && one.actionId !== action.actionId).slice(0, 6),
  };
}

function userOf(userId: string, at: number, nowMs: number, isMasked: boolean): User {
  const ago = (days: number) => new Date(nowMs - days * 86_400_000).toISOString();
  return {
    userId,
    email: isMasked ? `${userId.charAt(0)}•••@bank.example` : `${userId}@bank.example`,
    emailVerified: at % 3 !== 2,
    ...(at % 2 === 0 ? { phoneNumber: '+64•••••567' } : {}),
    phoneNumberVerified: at % 4 === 0,
    ...(at === 0 ? { displayName: 'Alice Rangi', locale: 'en-NZ' } : {}),
    isEnrolled: at !== 6,
    enrolledVerificationMethods:
      at === 6 ? [] : at % 2 === 0 ? ['PASSKEY', 'EMAIL_OTP'] : ['AUTHENTICATOR_APP', 'RECOVERY_CODE'],
    createdAt: ago(40 + at * 11),
    custom: { tier: 'gold', branch: 'Wellington' },
    areContactsMasked: isMasked,
    authenticators:
      at === 6
        ? []
        : [
            {
              userAuthenticatorId: uuid(27, at),
              verificationMethod: 'PASSKEY',
              name: 'iPhone of Alice',
              isDefault: true,
              createdAt: ago(38),
              verifiedAt: ago(38),
              lastVerifiedAt: ago(1.2),
            },
            {
              userAuthenticatorId: uuid(28, at),
              verificationMethod: 'EMAIL_OTP',
              name: `${userId.charAt(0)}•••@bank.example`,
              isDefault: false,
              createdAt: ago(36),
              verifiedAt: ago(36),
            },
            {
              userAuthenticatorId: uuid(29, at),
              verificationMethod: 'AUTHENTICATOR_APP',
              isDefault: false,
              createdAt: ago(0.4),
              verifiedAt: ago(0.4),
              heldUntil: ago(-2.6),
            },
          ],
    lockedMethods: at === 0 ? ['EMAIL_OTP'] : [],
    devices: [
      {
        deviceId: 'device-0',
        name: 'Chrome on Windows',
        firstSeenAt: ago(30),
        lastSeenAt: ago(0.1),
        rememberedUntil: ago(-20),
        isInvalidated: false,
      },
      { deviceId: 'device-3', name: 'Safari on iPhone', firstSeenAt: ago(12), lastSeenAt: ago(5), isInvalidated: true },
    ],
    sessions: [{ sessionId: uuid(30, at), clientId: 'mobile-banking', signedInAt: ago(0.1), expiresAt: ago(-29) }],
  };
}

function homeOf(hours: number, nowMs: number, actions: readonly Action[]) {
  const isDaily = hours > 168;
  const stepMs = isDaily ? 86_400_000 : 3_600_000;
  const steps = isDaily ? hours / 24 : hours;
  const toMs = Math.floor(nowMs / stepMs) * stepMs;
  const wave = (at: number) => 1 + Math.sin((at / (isDaily ? 7 : 24)) * 2 * Math.PI - 1.8) * 0.75;
  const list = Array.from({ length: steps }, (_, at) => ({
    at: new Date(toMs - (steps - 1 - at) * stepMs).toISOString(),
    actions: {
      ALLOW: Math.round(52 * wave(at)) + ((at * 7) % 9),
      CHALLENGE_REQUIRED: Math.round(14 * wave(at + 2)) + (at % 4),
      REVIEW_REQUIRED: at % 5 === 0 ? 2 : 0,
      BLOCK: at % 7 === 3 ? 5 : at % 3,
    } as Record<string, number>,
  }));
  const total: Record<string, number> = {};
  for (const { actions: counts } of list)
    for (const [state, count] of Object.entries(counts)) total[state] = (total[state] ?? 0) + count;
  return {
    from: list[0]?.at ?? new Date(toMs).toISOString(),
    to: new Date(nowMs).toISOString(),
    waitingReviews: actions.filter(({ state }) => state === 'REVIEW_REQUIRED').length,
    actions: total,
    proofs: {
      PASSKEY: { accepted: 201, refused: 3 },
      EMAIL_OTP: { accepted: 88, refused: 17 },
      AUTHENTICATOR_APP: { accepted: 41, refused: 6 },
      RECOVERY_CODE: { accepted: 3, refused: 2 },
    },
    sends: { taken: 102, failed: 4, refused: 1 },
    lockouts: 2,
    hours: list,
  };
}

function eventsOf(nowMs: number, name: (kept: string) => string): readonly Event[] {
  const at = (minutes: number) => new Date(nowMs - minutes * 60_000).toISOString();
  const ada = { kind: 'operator', id: uuid(31, 1), name: 'ada@bank.example' };
  const mere = { kind: 'operator', id: uuid(31, 2), name: 'mere@bank.example' };
  const list: readonly (Omit<Event, 'eventId' | 'at' | 'requestId'> & { readonly minutes: number })[] = [
    { minutes: 3, type: 'review.decided', actor: ada, userId: name('alice.rangi'), data: { decision: 'APPROVE' } },
    {
      minutes: 9,
      type: 'user.contacts_revealed',
      actor: mere,
      userId: name('ben.osei'),
      data: { reason: name('Ticket 4711') },
    },
    {
      minutes: 14,
      type: 'rule.updated',
      actor: ada,
      data: { before: { priority: 1 }, after: { priority: 2 }, name: name('Large withdrawal') },
    },
    {
      minutes: 31,
      type: 'authenticator.removed',
      actor: mere,
      userId: name('cleo.marsh'),
      data: { verificationMethod: 'SMS' },
    },
    { minutes: 55, type: 'operator.invited', actor: ada, data: { roles: ['ANALYST'] } },
    { minutes: 81, type: 'operator.signed_in', actor: mere, data: {} },
    {
      minutes: 140,
      type: 'value_list.updated',
      actor: { kind: 'management', id: 'key_9f31', name: undefined },
      data: { added: 3, removed: 0 },
    },
    { minutes: 200, type: 'key.created', actor: { kind: 'cli', id: 'cli' }, data: { api: 'server' } },
    {
      minutes: 1_500,
      type: 'audit.partition_dropped',
      actor: { kind: 'system', id: 'system' },
      data: { month: '2025-02' },
    },
  ];
  return list.map(({ minutes, ...event }, index) => ({
    eventId: uuid(32, index),
    at: at(minutes),
    requestId: uuid(33, index),
    ...event,
  }));
}
