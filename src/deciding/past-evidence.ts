import type { Context } from '../calls/context.ts';
import type { Deciding } from '../core/actions/decide-action.ts';
import { readDecisionRecord } from '../core/actions/stored-decision-record.ts';
import { readPath } from '../core/rules/read-path.ts';
import { restoreEvidence } from '../core/rules/recorded-evidence.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import type { Evidence } from '../core/rules/rule-set.ts';
import { isList, UNKNOWN } from '../core/rules/value.ts';
import type { Value } from '../core/rules/value.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { describeRequest, factInputs, unreadableInputs } from './gather-inputs.ts';

/** What rules decide on. */
export type DecisionBasis = Pick<Deciding, 'evidence' | 'user' | 'sources' | 'unreadable'>;

/** The same of a past action, with how much of it is from its record. */
export interface PastBasis extends DecisionBasis {
  /** Facts that are unknown because they were not recorded. */
  readonly unrecordedPaths: ReadonlySet<string>;
  /** Questions about the past without an answer, by their keys. */
  readonly unrecordedQuestions: ReadonlySet<string>;
  /** Facts that were computed again from the action itself. */
  readonly computedPaths: readonly string[];
}

/**
 * What was known when a past action was decided. Facts that its rules did not use were not recorded: they are computed
 * again from the action's data, and are unknown if that would take the user, or their history, of that time. `decidedBy` is
 * the rule set that decided, if it is at hand: what it read and did not find was missing.
 */
export function pastEvidence(
  { enrichment }: Pick<Context, 'enrichment'>,
  tenant: Tenant,
  ruleSet: Pick<PublishedAction, 'compiled' | 'plan'>,
  action: ActionRow,
  decidedBy?: Pick<PublishedRuleSet, 'compiled'>,
): PastBasis {
  const { userId, actionCode } = action;
  const { needs } = ruleSet.compiled;
  const record = readDecisionRecord(action.decision);
  const recorded = restoreEvidence(record.inputs);
  const seen = describeRequest(enrichment, {
    ipAddress: action.ipAddress ?? undefined,
    userAgent: action.userAgent ?? undefined,
    deviceId: action.deviceId ?? undefined,
    custom: action.custom ?? (action.isTracked ? undefined : UNKNOWN),
  });
  const inputs = factInputs(tenant, { userId, actionCode }, seen, nothingRead, action.createdAt);
  const wasRead = (path: string) =>
    decidedBy?.compiled.needs.paths.some((read) => isWithin(path, read)) === true ||
    isValue(readPath(recorded.facts, path.split('.')));
  const missing = needs.paths.filter((path) => !wasRead(path));
  const remade = missing.length === 0 ? {} : ruleSet.plan.gather(inputs);
  const computed = new Map<string, Value | undefined>(
    missing.map((path) => [path, computeAgain(path, remade, action)]),
  );
  const unknown = missing.filter((path) => computed.get(path) === UNKNOWN);
  return {
    evidence: {
      // Exactly as it was recorded, if that is all.
      facts: missing.length === 0 ? recorded.facts : overlay(recorded.facts, computed, needs.paths),
      history: recorded.history,
      awaited: recorded.awaited,
    },
    user: record.user,
    sources: record.sources,
    unreadable: unreadableInputs(tenant, seen, nothingRead),
    unrecordedPaths: new Set(needs.paths.filter((path) => unknown.some((whole) => isWithin(path, whole)))),
    unrecordedQuestions: new Set(needs.history.flatMap(({ key }) => (recorded.history.has(key) ? [] : [key]))),
    computedPaths: missing.filter((path) => computed.get(path) !== UNKNOWN),
  };
}

const nothingRead = {
  methods: [],
  defaultMethod: null,
  earlierActionId: null,
  earlierState: null,
  earlierIsTracked: null,
  earlierDecision: null,
  earlierCustom: null,
  email: null,
  phoneNumber: null,
  userCustom: null,
  userCreatedAt: null,
};

function isWithin(path: string, whole: string): boolean {
  return whole === '' || path === whole || path.startsWith(`${whole}.`);
}

/** Whether it is a whole value. An object may be only what some rule read of it. */
function isValue(value: Value | undefined): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null || isList(value));
}

/** A fact of the action itself; unknown if only the user's row, or their history, of that time has it. */
function computeAgain(path: string, remade: Evidence['facts'], { userId, custom }: ActionRow): Value | undefined {
  const names = path.split('.');
  const [root, member] = names;
  if (path === 'user.userId') return userId;
  if (root === '' || root === 'user') return UNKNOWN;
  // What an action did not send is taken from what is stored on its user, and that was another row then.
  if (root === 'custom' && (member === undefined || (custom?.[member] ?? null) === null)) return UNKNOWN;
  return readPath(remade, names);
}

/** Facts by path: as recorded, or else as they were computed again. */
function overlay(
  recorded: Evidence['facts'],
  computed: ReadonlyMap<string, Value | undefined>,
  paths: readonly string[],
): Evidence['facts'] {
  // No object has a prototype, because the paths are an operator's text (A71).
  const document = Object.create(null) as Record<string, Value>;
  // Whole objects first, so that none replaces what was put into it.
  for (const path of [...paths].sort()) {
    const names = path.split('.');
    const value = computed.has(path) ? computed.get(path) : readPath(recorded, names);
    if (value === undefined) continue;
    let at = document;
    let isUnknown = false;
    for (const name of names.slice(0, -1)) {
      const inner = at[name];
      // Nothing is known of its members either.
      isUnknown = inner === UNKNOWN;
      if (isUnknown) break;
      at[name] = Object.assign(Object.create(null), isValue(inner) ? {} : inner) as Record<string, Value>;
      at = at[name] as Record<string, Value>;
    }
    const last = names.at(-1);
    if (last !== undefined && !isUnknown) at[last] = value;
  }
  return document;
}
