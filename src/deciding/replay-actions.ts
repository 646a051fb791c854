import type { Context } from '../calls/context.ts';
import type { DecisionRecord } from '../core/actions/decide-action.ts';
import { decisionToTell } from '../core/actions/stored-decision-record.ts';
import { possibleOutcome } from '../core/rules/possible-outcome.ts';
import type { PublishedRuleSet } from '../core/rules/rule-set-document.ts';
import { outcomes } from '../core/rules/rule-set.ts';
import type { Outcome } from '../core/rules/rule-set.ts';
import type { PublishedAction, Tenant } from '../storage/published.ts';
import type { ActionRow } from '../storage/queries/actions/actions.ts';
import { listActionsOfCode } from '../storage/queries/actions/search.ts';
import { inTurn, readsOfRules, testAgain } from './decide-again.ts';
import { isComputable } from './explanation-view.ts';
import { loadRuleSet } from './load-rule-set.ts';

const actionsMax = 1_000;
/** In one statement: between two, others get their turn. */
const batchMax = 50;
/** 64 MiB, less what the last batch may have more. */
const bytesMax = 56 * 1024 ** 2;
/** For how long a replay decides at a stretch, and in all. */
const stretchMs = 8;
const wholeMs = 8_000;
const examplesMax = 5;
const namesMax = 20;
/** Rule sets that decided the actions, of which the records alone do not say what was missing. */
const earlierSetsMax = 10;

interface Replay {
  readonly considered: number;
  readonly cannotSay: number;
  readonly computedAgain: number;
  /** Whether the latest actions were not all looked at, because that would have cost too much. */
  readonly isCutShort: boolean;
  /** When the oldest of them was created. */
  readonly fromMs: number | undefined;
  readonly pairs: readonly OutcomePair[];
  readonly unknownReads: readonly string[];
  readonly computedFacts: readonly string[];
}

/** The actions that were decided in one way, and would be in another or the same. */
interface OutcomePair {
  readonly was: Outcome;
  readonly now: Outcome;
  count: number;
  /** The latest ones, where the outcome differs. */
  readonly examples: ActionRow[];
}

/**
 * Decides the latest actions of a code again, by rules that may differ from those that decided, and compares the outcomes.
 * Writes nothing. @throws {Refusal} `too_many_requests` if too many wait for it
 */
export async function replayActions(context: Context, tenant: Tenant, ruleSet: PublishedAction): Promise<Replay> {
  return inTurn(tenant.tenantId, () => replay(context, tenant, ruleSet));
}

async function replay(context: Context, tenant: Tenant, ruleSet: PublishedAction): Promise<Replay> {
  const { db, runtime } = context;
  const { actionCode } = ruleSet.action;
  const untilMs = runtime.clock.steady() + wholeMs;
  const earlier = earlierSets(context, tenant, actionCode);
  const pause = pauses(context);
  const counts = {
    considered: 0,
    cannotSay: 0,
    computedAgain: 0,
    isCutShort: false,
    fromMs: undefined as number | undefined,
  };
  const pairs = new Map<string, OutcomePair>();
  const unknownReads = new Set<string>();
  const computedFacts = new Set<string>();
  const reads = readsOfRules(ruleSet);

  let endId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  for (let bytes = 0; counts.considered < actionsMax;) {
    const max = Math.min(batchMax, actionsMax - counts.considered);
    const batch = await listActionsOfCode(db, tenant.tenantId, actionCode, { endId, max });
    for (const action of batch) {
      await pause();
      counts.considered += 1;
      counts.fromMs = action.createdAt;
      bytes += action.bytes;
      endId = action.actionId;
      const said = await decideAgain(action);
      if (said === undefined) counts.cannotSay += 1;
      else count(said.was, said.now, action);
    }
    if (batch.length < max) break;
    counts.isCutShort = counts.considered < actionsMax && (bytes >= bytesMax || runtime.clock.steady() >= untilMs);
    if (counts.isCutShort) break;
  }
  return {
    ...counts,
    pairs: [...pairs.values()].sort((a, b) => rank(a) - rank(b)),
    unknownReads: [...unknownReads].slice(0, namesMax),
    computedFacts: [...computedFacts].slice(0, namesMax),
  };

  async function decideAgain(action: ActionRow): Promise<{ was: Outcome; now: Outcome } | undefined> {
    const record = decisionToTell(action.decision);
    if (record === undefined || !isComputable(record)) return undefined;
    const decidedBy = await earlier(record, ruleSet);
    const tested = testAgain(context, tenant, ruleSet, reads, action, decidedBy);
    const now = possibleOutcome(ruleSet.compiled, tested);
    if (now === null) {
      for (const name of tested.lacking) unknownReads.add(name);
      return undefined;
    }
    const { computedPaths } = tested.basis;
    if (computedPaths.length > 0) counts.computedAgain += 1;
    for (const path of computedPaths) computedFacts.add(path);
    return { was: record.outcome, now };
  }

  function count(was: Outcome, now: Outcome, action: ActionRow): void {
    const key = `${was} ${now}`;
    const pair = pairs.get(key) ?? { was, now, count: 0, examples: [] };
    pairs.set(key, pair);
    pair.count += 1;
    if (was !== now && pair.examples.length < examplesMax) pair.examples.push(action);
  }
}

const rank = ({ was, now }: OutcomePair) => outcomes.indexOf(was) * outcomes.length + outcomes.indexOf(now);

/** Finds the rule sets that decided, each once, and no more than a few. */
function earlierSets({ db }: Context, tenant: Tenant, actionCode: string) {
  const found = new Map<string | null, PublishedRuleSet | undefined>();
  return async (record: DecisionRecord, ruleSet: PublishedAction): Promise<PublishedRuleSet | undefined> => {
    const { hash } = record.ruleSet;
    const live = tenant.actions.get(actionCode);
    if (hash === live?.hash) return live;
    if (!found.has(hash) && found.size < earlierSetsMax) {
      found.set(hash, await loadRuleSet(db, tenant, ruleSet.action.actionCode, record).catch(() => undefined));
    }
    return found.get(hash);
  };
}

/** Lets others have the thread after each stretch. */
function pauses({ runtime: { clock, timers } }: Context): () => Promise<void> {
  let sinceMs = clock.steady();
  return async () => {
    if (clock.steady() - sinceMs < stretchMs) return;
    await timers.wait(0);
    sinceMs = clock.steady();
  };
}
