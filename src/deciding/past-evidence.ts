import type { Context } from '../calls/context.ts';
import type { Deciding } from '../core/actions/decide-action.ts';
import { readDecisionRecord } from '../core/actions/read-decision-record.ts';
import { readPath } from '../core/rules/read-path.ts';
import { restoreEvidence } from '../core/rules/recorded-evidence.ts';
import type { Evidence } from '../core/rules/rule-set.ts';
import { UNKNOWN } from '../core/rules/value.ts';
import type { Value } from '../core/rules/value.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { describeRequest, factInputs, unreadableInputs } from './gather-inputs.ts';

/** What rules decide on. */
export type DecisionBasis = Pick<Deciding, 'evidence' | 'user' | 'sources' | 'unreadable'>;

/**
 * What was known when a past action was decided. Facts that its rules did not use were not recorded: they are computed
 * again from the action's data, and are unknown if that would take the user's history of that time.
 */
export function pastEvidence(
  { enrichment }: Pick<Context, 'enrichment'>,
  tenant: Tenant,
  ruleSet: PublishedAction,
  action: ActionRow,
): DecisionBasis {
  const { userId, actionCode } = action;
  const record = readDecisionRecord(action.decision);
  const recorded = restoreEvidence(record.inputs);
  const seen = describeRequest(enrichment, {
    ipAddress: action.ipAddress ?? undefined,
    userAgent: action.userAgent ?? undefined,
    deviceId: action.deviceId ?? undefined,
    custom: action.custom ?? (action.isTracked ? undefined : UNKNOWN),
  });
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
  const inputs = factInputs(tenant, { userId, actionCode }, seen, nothingRead, action.createdAt);
  const remade = ruleSet.plan.gather(inputs);
  return {
    evidence: {
      facts: overlay(remade, recorded.facts, ruleSet.compiled.needs.paths),
      history: recorded.history,
      awaited: recorded.awaited,
    },
    user: record.user,
    sources: record.sources,
    unreadable: unreadableInputs(tenant, seen, nothingRead),
  };
}

/** Facts by path: as recorded, otherwise computed again, or unknown if only the user's row of that time has them. */
function overlay(remade: Evidence['facts'], recorded: Evidence['facts'], paths: readonly string[]): Evidence['facts'] {
  // No object has a prototype, because the paths are an operator's text (A71).
  const document = Object.create(null) as Record<string, Value>;
  for (const path of paths) {
    const names = path.split('.');
    const then = readPath(recorded, names);
    const now = names[0] === 'user' ? UNKNOWN : readPath(remade, names);
    let at = document;
    for (const name of names.slice(0, -1)) {
      if (typeof at[name] !== 'object' || at[name] === null) at[name] = Object.create(null) as Record<string, Value>;
      at = at[name] as Record<string, Value>;
    }
    const last = names.at(-1);
    if (last !== undefined) at[last] = then ?? now ?? null;
  }
  return document;
}
